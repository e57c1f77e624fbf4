//! Reports: cells and scans that agree, for every filter and grouping that both can answer.

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::reports::Source;
use bearing_shared::cell::OTHER;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;
use bearing_storage::{Axis, Base, FunnelCounts, Grouping, ReportFilter, Result, StoredResponse, Tallied, TallyQuery};

use crate::builders::*;

crate::contract! {
    no_answers_make_no_tallies
    cells_and_scan_agree_for_every_filter
    instruments_are_never_pooled
    days_are_apart_and_in_order
    weeks_are_apart_and_begin_on_monday
    hours_are_apart_and_only_a_scan_knows_them
    what_was_taken_back_leaves_no_empty_tally
    cells_answer_what_they_tell_apart_and_the_remainder
    two_attributes_at_once_are_scanned
    undeclared_values_are_counted_together
    devices_languages_versions_and_choices_count_beside_the_whole
    the_funnel_follows_its_filter
    another_tenants_counts_are_not_there
}

/// Forty answers that differ in everything a filter can name.
async fn mixed(db: &Database) -> Result<()> {
    furnish(db).await?;
    let responses = (0..40u32).map(|number| {
        let touchpoint = ["checkout", "", "invented"][(number % 3) as usize];
        let survey = ["sv_home", "sv_second"][(number % 2) as usize];
        let plan = ["free", "pro", "gold"][(number / 3 % 3) as usize];
        let country = ["NL", "DE"][(number / 2 % 2) as usize];
        let day = (number % 16) as i32 - 8;
        StoredResponse {
            survey: SurveyId::from(survey),
            touchpoint: touchpoint.into(),
            shown_at: noon_of(MONDAY + day) + i64::from(number) * 1_800_000,
            completed: number % 4 != 0,
            answers: vec![Answer {
                question: "topics".into(),
                value: None,
                text: None,
                choices: (number % 5 < 3)
                    .then(|| texts([&["speed"][..], &["speed", "price"], &[]][(number % 3) as usize])),
            }],
            context: Context {
                device: ["mobile", "desktop", "toaster"].get((number % 4) as usize).map(|name| (*name).to_owned()),
                locale: ["nl-NL", "NL", "de"].get((number % 4) as usize).map(|name| (*name).to_owned()),
                ..Context::default()
            },
            version: number % 3 + 1,
            ..with_attributes(
                response(u128::from(number), (number * 7 % 11) as u8),
                &[("plan", plan), ("country", country)],
            )
        }
    });
    accept(db, responses).await?;
    Ok(())
}

async fn no_answers_make_no_tallies(db: &Database) -> Result<()> {
    furnish(db).await?;
    for grouping in [Grouping::Whole, Grouping::Day, Grouping::Week, Grouping::Hour] {
        assert_eq!(tallied(db, query(everything(), grouping)).await?.tallies, []);
    }
    assert_eq!(funnel(db, everything()).await?, FunnelCounts::default());
    Ok(())
}

async fn cells_and_scan_agree_for_every_filter(db: &Database) -> Result<()> {
    mixed(db).await?;
    let surveys = [None, Some("sv_home"), Some("sv_none")];
    let touchpoints = [None, Some("checkout"), Some(""), Some(OTHER)];
    let days = [
        (None, None),
        (Some(MONDAY - 3), None),
        (None, Some(MONDAY)),
        (Some(MONDAY - 9), Some(MONDAY + 8)),
        (Some(MONDAY), Some(MONDAY - 1)),
    ];
    let values = [
        None,
        Some(("attr.plan", "pro")),
        Some(("attr.plan", OTHER)),
        Some(("device", "mobile")),
        Some(("locale", "nl")),
        Some(("version", "1")),
        Some(("choice.topics", "speed")),
    ];
    let axes = [None, Some(Axis::Touchpoint), Some(Axis::Survey), Some(Axis::Dimension("attr.plan".into()))];
    let mut seen = 0;
    for survey in surveys {
        for touchpoint in touchpoints {
            for (from_day, to_day) in days {
                for value in values {
                    let filter = ReportFilter {
                        survey: survey.map(SurveyId::from),
                        touchpoint: touchpoint.map(str::to_owned),
                        from_day,
                        to_day,
                        ..value.map_or_else(everything, |(dimension, value)| with_value(dimension, value))
                    };
                    assert!(has_cells(db, &filter).await?, "{filter:?}");
                    for grouping in [Grouping::Whole, Grouping::Day, Grouping::Week] {
                        for by in &axes {
                            let query = TallyQuery { by: by.clone(), ..query(filter.clone(), grouping) };
                            seen += tallied(db, query).await?.tallies.len();
                        }
                    }
                }
            }
        }
    }
    assert!(seen > 1_000, "the filters let something through");
    assert_eq!(counted(db, everything()).await?.n(), 40);
    Ok(())
}

async fn instruments_are_never_pooled(db: &Database) -> Result<()> {
    furnish(db).await?;
    let on = |number, instrument, score| StoredResponse { instrument, ..response(number, score) };
    accept(
        db,
        [on(1, Instrument::Ces1, 1), on(2, Instrument::Ces2, 7), on(3, Instrument::Csat, 5), on(4, Instrument::Nps, 5)],
    )
    .await?;
    let one = |instrument, score| tally(instrument, 0, "", &[score]);
    let expected = [
        (Metric::Ces, vec![one(Instrument::Ces1, 1), one(Instrument::Ces2, 7)]),
        (Metric::Csat, vec![one(Instrument::Csat, 5)]),
        (Metric::Nps, vec![one(Instrument::Nps, 5)]),
    ];
    for (metric, tallies) in expected {
        let filter = ReportFilter { metric, ..everything() };
        assert_eq!(tallied(db, query(filter, Grouping::Whole)).await?, Tallied { tallies, source: Source::Cells });
    }
    Ok(())
}

async fn days_are_apart_and_in_order(db: &Database) -> Result<()> {
    furnish(db).await?;
    let on = |number, day, score| StoredResponse { shown_at: noon_of(day), ..response(number, score) };
    accept(db, [on(1, MONDAY + 1, 9), on(2, MONDAY - 1, 0), on(3, MONDAY + 1, 9), on(4, -5, 3)]).await?;
    let day = |period, scores: &[u8]| tally(Instrument::Nps, period, "", scores);
    let tallies = vec![day(-5, &[3]), day(MONDAY - 1, &[0]), day(MONDAY + 1, &[9, 9])];
    let expected = Tallied { tallies, source: Source::Cells };
    assert_eq!(tallied(db, query(everything(), Grouping::Day)).await?, expected);
    Ok(())
}

async fn weeks_are_apart_and_begin_on_monday(db: &Database) -> Result<()> {
    furnish(db).await?;
    let on = |number, day, score| StoredResponse { shown_at: noon_of(day), ..response(number, score) };
    let days = [(1, MONDAY - 8), (2, MONDAY - 7), (3, MONDAY - 1), (4, MONDAY), (5, MONDAY + 6), (6, MONDAY + 7)];
    accept(db, days.map(|(score, day)| on(u128::from(score), day, score))).await?;
    let week = |weeks: i32, scores: &[u8]| tally(Instrument::Nps, MONDAY + 7 * weeks, "", scores);
    let all = [week(-2, &[1]), week(-1, &[2, 3]), week(0, &[4, 5]), week(1, &[6])];
    let source = Source::Cells;
    let weekly = async |from_day, to_day| {
        tallied(db, query(ReportFilter { from_day, to_day, ..everything() }, Grouping::Week)).await
    };
    assert_eq!(weekly(None, None).await?, Tallied { tallies: all.to_vec(), source });
    // A window that cuts a week counts what lies inside it.
    let cut = vec![week(-1, &[3]), week(0, &[4, 5]), week(1, &[6])];
    assert_eq!(weekly(Some(MONDAY - 6), Some(MONDAY + 7)).await?, Tallied { tallies: cut, source });
    let within = vec![week(0, &[4])];
    assert_eq!(weekly(Some(MONDAY), Some(MONDAY + 5)).await?, Tallied { tallies: within, source });
    Ok(())
}

async fn hours_are_apart_and_only_a_scan_knows_them(db: &Database) -> Result<()> {
    furnish(db).await?;
    let hour = 3_600_000;
    let at = |number, shown_at, score| StoredResponse { shown_at, ..response(number, score) };
    accept(db, [at(1, NOON, 9), at(2, NOON + hour - 1, 8), at(3, NOON + hour, 7), at(4, NOON - 1, 6)]).await?;
    let first = (NOON / hour) as i32;
    let hour = |period, scores: &[u8]| tally(Instrument::Nps, period, "", scores);
    let tallies = vec![hour(first - 1, &[6]), hour(first, &[9, 8]), hour(first + 1, &[7])];
    let expected = Tallied { tallies, source: Source::Scan };
    assert_eq!(tallied(db, query(everything(), Grouping::Hour)).await?, expected);
    Ok(())
}

async fn what_was_taken_back_leaves_no_empty_tally(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [StoredResponse { shown_at: noon_of(MONDAY - 1), ..response(1, 9) }, response(2, 9)]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    for grouping in [Grouping::Whole, Grouping::Day, Grouping::Week] {
        assert_eq!(tallied(db, query(everything(), grouping)).await?.tallies.len(), 1);
    }
    db.delete_response(&home(), response_id(2), NOON).await?;
    assert_eq!(tallied(db, query(everything(), Grouping::Whole)).await?.tallies, []);
    Ok(())
}

async fn cells_answer_what_they_tell_apart_and_the_remainder(db: &Database) -> Result<()> {
    furnish(db).await?;
    let cases = [
        (everything(), true),
        (ReportFilter { survey: Some(SurveyId::from("sv_any")), from_day: Some(1), ..everything() }, true),
        (from(""), true),
        (from("checkout"), true),
        (from(OTHER), true),
        (from("Checkout"), false),
        (from("invented"), false),
        (having(&[("plan", "pro")]), true),
        (having(&[("plan", OTHER)]), true),
        (having(&[("plan", "gold")]), false),
        (having(&[("country", "NL")]), false),
        (having(&[("country", OTHER)]), false),
        (having(&[("plan\"", "NL")]), false),
        (having(&[("plan", "pro"), ("plan", "pro")]), false),
        (with_value("device", "mobile"), true),
        (with_value("device", "toaster"), true),
        (with_value("locale", "nl"), true),
        (with_value("version", "1"), true),
        (with_value("version", "01"), true),
        (with_value("choice.topics", "speed"), true),
        (with_value("plan", "pro"), false),
        (with_value("", ""), false),
    ];
    let odd = [("plan", "gold"), ("country", "NL")];
    let mut rich = with_attributes(response(1, 9), &odd);
    rich.context = Context { device: Some("toaster".into()), locale: Some("nl-NL".into()), ..Context::default() };
    accept(db, [rich, StoredResponse { touchpoint: "invented".into(), ..response(2, 3) }]).await?;
    for (filter, expected) in cases {
        assert_eq!(has_cells(db, &filter).await?, expected, "{filter:?}");
    }
    // A declared value that is spelt like the remainder shares its cell.
    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &["pro", OTHER])];
    reset(db, changed).await?;
    accept(db, [with_attributes(response(3, 5), &[("plan", OTHER)])]).await?;
    assert_eq!(counted(db, having(&[("plan", OTHER)])).await?, Histogram::of([9, 5]));
    let stranger = db.tally(&SiteId::from("st_gone"), query(everything(), Grouping::Whole)).await?;
    assert_eq!(stranger, Tallied { tallies: vec![], source: Source::Scan });
    Ok(())
}

async fn two_attributes_at_once_are_scanned(db: &Database) -> Result<()> {
    mixed(db).await?;
    let both = having(&[("plan", "pro"), ("country", "NL")]);
    assert!(!has_cells(db, &both).await?);
    // number / 3 % 3 is 1 and number / 2 % 2 is 0.
    let numbers = (0..40u32).filter(|number| number / 3 % 3 == 1 && number / 2 % 2 == 0);
    let expected = Histogram::of(numbers.map(|number| (number * 7 % 11) as u8));
    assert_eq!(sum(&tallied(db, query(both, Grouping::Whole)).await?.tallies), expected);
    let crossed =
        TallyQuery { by: Some(Axis::Dimension("device".into())), ..query(having(&[("plan", "pro")]), Grouping::Whole) };
    assert_eq!(tallied(db, crossed).await?.source, Source::Scan);
    Ok(())
}

async fn undeclared_values_are_counted_together(db: &Database) -> Result<()> {
    furnish(db).await?;
    let plans = [(1, 9, "gold"), (2, 0, "Pro"), (3, 7, "pro"), (4, 5, OTHER)];
    accept(db, plans.map(|(number, score, plan)| with_attributes(response(number, score), &[("plan", plan)]))).await?;
    accept(db, [response(5, 10)]).await?;
    let others = counted(db, having(&[("plan", OTHER)])).await?;
    assert_eq!(others, Histogram::of([9, 0, 5]), "an answer without the attribute is not among them");
    // What was sent is kept: the raw value can be scanned for.
    let gold = tallied(db, query(having(&[("plan", "gold")]), Grouping::Whole)).await?;
    assert_eq!(sum(&gold.tallies), Histogram::of([9]));
    Ok(())
}

async fn devices_languages_versions_and_choices_count_beside_the_whole(db: &Database) -> Result<()> {
    furnish(db).await?;
    let mut rich = response(1, 9);
    rich.context = Context { locale: Some("nl-NL".into()), device: Some("toaster".into()), ..Context::default() };
    let picked = Some(texts(&["speed", "price"]));
    rich.answers.push(Answer { question: "topics".into(), value: None, text: None, choices: picked });
    accept(db, [rich]).await?;
    // all, version, device, language and two choices; each by day and by week.
    assert_eq!(db.check().await?.cells, 12);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn the_funnel_follows_its_filter(db: &Database) -> Result<()> {
    mixed(db).await?;
    db.count_events(vec![event(EventKind::Shown, 90)]).await?;
    for filter in [
        everything(),
        from("checkout"),
        from(OTHER),
        having(&[("plan", "pro")]),
        with_value("device", "mobile"),
        ReportFilter { survey: Some(SurveyId::from("sv_second")), ..everything() },
        ReportFilter { from_day: Some(MONDAY), to_day: Some(MONDAY + 2), ..everything() },
        ReportFilter { metric: Metric::Csat, ..everything() },
    ] {
        let funnel = funnel(db, filter.clone()).await?;
        assert_eq!(funnel.answered, counted(db, filter.clone()).await?.n(), "{filter:?}");
        assert!(funnel.completed <= funnel.answered);
    }
    let all = funnel(db, everything()).await?;
    assert_eq!((all.answered, all.completed, all.shown), (40, 30, 90));
    assert_eq!(db.funnel(&home(), having(&[("plan", "gold")])).await?, None);
    Ok(())
}

async fn another_tenants_counts_are_not_there(db: &Database) -> Result<()> {
    mixed(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    db.count_events(vec![event(EventKind::Shown, 90)]).await?;
    let stranger = SiteId::from("st_other");
    for filter in [everything(), ReportFilter { survey: Some(survey_id()), ..everything() }] {
        for base in [Base::Responses, Base::Respondents] {
            let query = TallyQuery { base, ..query(filter.clone(), Grouping::Day) };
            assert_eq!(db.tally(&stranger, query).await?.tallies, []);
        }
        assert_eq!(db.funnel(&stranger, filter).await?, Some(FunnelCounts::default()));
    }
    Ok(())
}
