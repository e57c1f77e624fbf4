//! Reports: cells and scans that agree, for every filter and grouping that both can answer.

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::cell::OTHER;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;
use bearing_storage::{FunnelCounts, Grouping, ReportFilter, Result, StoredResponse, Tally};

use crate::builders::*;

crate::contract! {
    no_answers_make_no_tallies
    cells_and_scan_agree_for_every_filter
    instruments_are_never_pooled
    days_are_apart_and_in_order
    hours_are_apart_and_only_a_scan_knows_them
    what_was_taken_back_leaves_no_empty_tally
    cells_answer_only_declared_and_named_values
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
            day: MONDAY + day,
            shown_at: NOON + i64::from(day) * 86_400_000 + i64::from(number) * 1_800_000,
            completed: number % 4 != 0,
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
    for grouping in [Grouping::Whole, Grouping::Day] {
        assert_eq!(db.tally_cells(&home(), everything(), grouping).await?, []);
        assert_eq!(db.tally_scan(&home(), everything(), grouping).await?, []);
    }
    assert_eq!(db.funnel(&home(), everything()).await?, FunnelCounts::default());
    Ok(())
}

async fn cells_and_scan_agree_for_every_filter(db: &Database) -> Result<()> {
    mixed(db).await?;
    let surveys = [None, Some("sv_home"), Some("sv_none")];
    let touchpoints = [None, Some("checkout"), Some("")];
    let days = [
        (None, None),
        (Some(MONDAY - 3), None),
        (None, Some(MONDAY)),
        (Some(MONDAY - 1), Some(MONDAY + 1)),
        (Some(MONDAY), Some(MONDAY - 1)),
    ];
    let plans: [&[(&str, &str)]; 3] = [&[], &[("plan", "pro")], &[("plan", "free")]];
    let mut seen = 0;
    for survey in surveys {
        for touchpoint in touchpoints {
            for (from_day, to_day) in days {
                for plan in plans {
                    let filter = ReportFilter {
                        survey: survey.map(SurveyId::from),
                        touchpoint: touchpoint.map(str::to_owned),
                        from_day,
                        to_day,
                        ..having(plan)
                    };
                    assert!(db.has_cells(&home(), &filter).await?);
                    for grouping in [Grouping::Whole, Grouping::Day] {
                        let cells = db.tally_cells(&home(), filter.clone(), grouping).await?;
                        let scan = db.tally_scan(&home(), filter.clone(), grouping).await?;
                        assert_eq!(cells, scan, "{filter:?} {grouping:?}");
                        seen += cells.len();
                    }
                }
            }
        }
    }
    assert!(seen > 100, "the filters let something through");
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
    let one = |instrument, score| Tally { instrument, period: 0, histogram: Histogram::of([score]) };
    let expected = [
        (Metric::Ces, vec![one(Instrument::Ces1, 1), one(Instrument::Ces2, 7)]),
        (Metric::Csat, vec![one(Instrument::Csat, 5)]),
        (Metric::Nps, vec![one(Instrument::Nps, 5)]),
    ];
    for (metric, tallies) in expected {
        let filter = ReportFilter { metric, ..everything() };
        assert_eq!(db.tally_cells(&home(), filter.clone(), Grouping::Whole).await?, tallies);
        assert_eq!(db.tally_scan(&home(), filter, Grouping::Whole).await?, tallies);
    }
    Ok(())
}

async fn days_are_apart_and_in_order(db: &Database) -> Result<()> {
    furnish(db).await?;
    let on = |number, day, score| StoredResponse { day, ..response(number, score) };
    accept(db, [on(1, MONDAY + 1, 9), on(2, MONDAY - 1, 0), on(3, MONDAY + 1, 9), on(4, -5, 3)]).await?;
    let day = |period, scores: &[u8]| Tally {
        instrument: Instrument::Nps,
        period,
        histogram: Histogram::of(scores.iter().copied()),
    };
    let expected = [day(-5, &[3]), day(MONDAY - 1, &[0]), day(MONDAY + 1, &[9, 9])];
    assert_eq!(db.tally_cells(&home(), everything(), Grouping::Day).await?, expected);
    assert_eq!(db.tally_scan(&home(), everything(), Grouping::Day).await?, expected);
    Ok(())
}

async fn hours_are_apart_and_only_a_scan_knows_them(db: &Database) -> Result<()> {
    furnish(db).await?;
    let hour = 3_600_000;
    let at = |number, shown_at, score| StoredResponse { shown_at, ..response(number, score) };
    accept(db, [at(1, NOON, 9), at(2, NOON + hour - 1, 8), at(3, NOON + hour, 7), at(4, NOON - 1, 6)]).await?;
    let first = (NOON / hour) as i32;
    let tally = |period, scores: &[u8]| Tally {
        instrument: Instrument::Nps,
        period,
        histogram: Histogram::of(scores.iter().copied()),
    };
    let expected = [tally(first - 1, &[6]), tally(first, &[9, 8]), tally(first + 1, &[7])];
    assert_eq!(db.tally_scan(&home(), everything(), Grouping::Hour).await?, expected);
    assert!(db.tally_cells(&home(), everything(), Grouping::Hour).await.is_err());
    Ok(())
}

async fn what_was_taken_back_leaves_no_empty_tally(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [StoredResponse { day: MONDAY - 1, ..response(1, 9) }, response(2, 9)]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    for grouping in [Grouping::Whole, Grouping::Day] {
        let cells = db.tally_cells(&home(), everything(), grouping).await?;
        assert_eq!(cells.len(), 1);
        assert_eq!(cells, db.tally_scan(&home(), everything(), grouping).await?);
    }
    db.delete_response(&home(), response_id(2), NOON).await?;
    assert_eq!(db.tally_cells(&home(), everything(), Grouping::Whole).await?, []);
    Ok(())
}

async fn cells_answer_only_declared_and_named_values(db: &Database) -> Result<()> {
    furnish(db).await?;
    let cases = [
        (everything(), true),
        (ReportFilter { survey: Some(SurveyId::from("sv_any")), from_day: Some(1), ..everything() }, true),
        (from(""), true),
        (from("checkout"), true),
        (from("Checkout"), false),
        (from("invented"), false),
        (from(OTHER), false),
        (having(&[("plan", "pro")]), true),
        (having(&[("plan", "gold")]), false),
        (having(&[("plan", OTHER)]), false),
        (having(&[("country", "NL")]), false),
        (having(&[("plan", "pro"), ("plan", "pro")]), false),
    ];
    for (filter, expected) in cases {
        assert_eq!(db.has_cells(&home(), &filter).await?, expected, "{filter:?}");
    }
    // A declared value that is spelt like the remainder is not told apart from it, so cells must not answer for it.
    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &["pro", OTHER])];
    db.update_site(changed).await?;
    assert!(!db.has_cells(&home(), &having(&[("plan", OTHER)])).await?);
    assert!(!db.has_cells(&SiteId::from("st_gone"), &having(&[("plan", "pro")])).await?);
    Ok(())
}

async fn two_attributes_at_once_are_scanned(db: &Database) -> Result<()> {
    mixed(db).await?;
    let both = having(&[("plan", "pro"), ("country", "NL")]);
    assert!(!db.has_cells(&home(), &both).await?);
    // number / 3 % 3 is 1 and number / 2 % 2 is 0.
    let numbers = (0..40u32).filter(|number| number / 3 % 3 == 1 && number / 2 % 2 == 0);
    let expected = Histogram::of(numbers.map(|number| (number * 7 % 11) as u8));
    assert_eq!(sum(&db.tally_scan(&home(), both, Grouping::Whole).await?), expected);
    Ok(())
}

async fn undeclared_values_are_counted_together(db: &Database) -> Result<()> {
    furnish(db).await?;
    let plans = [(1, 9, "gold"), (2, 0, "Pro"), (3, 7, "pro"), (4, 5, OTHER)];
    accept(db, plans.map(|(number, score, plan)| with_attributes(response(number, score), &[("plan", plan)]))).await?;
    accept(db, [response(5, 10)]).await?;
    let others = db.tally_cells(&home(), having(&[("plan", OTHER)]), Grouping::Whole).await?;
    assert_eq!(sum(&others), Histogram::of([9, 0, 5]), "an answer without the attribute is not among them");
    // What was sent is kept: the raw value can be scanned for.
    let scan = db.tally_scan(&home(), having(&[("plan", "gold")]), Grouping::Whole).await?;
    assert_eq!(sum(&scan), Histogram::of([9]));
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
        having(&[("plan", "pro")]),
        ReportFilter { survey: Some(SurveyId::from("sv_second")), ..everything() },
        ReportFilter { from_day: Some(MONDAY), to_day: Some(MONDAY + 2), ..everything() },
        ReportFilter { metric: Metric::Csat, ..everything() },
    ] {
        let funnel = db.funnel(&home(), filter.clone()).await?;
        assert_eq!(funnel.answered, counted(db, filter.clone()).await?.n(), "{filter:?}");
        assert!(funnel.completed <= funnel.answered);
    }
    let all = db.funnel(&home(), everything()).await?;
    assert_eq!((all.answered, all.completed, all.shown), (40, 30, 90));
    Ok(())
}

async fn another_tenants_counts_are_not_there(db: &Database) -> Result<()> {
    mixed(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    db.count_events(vec![event(EventKind::Shown, 90)]).await?;
    let stranger = SiteId::from("st_other");
    for filter in [everything(), ReportFilter { survey: Some(survey_id()), ..everything() }] {
        assert_eq!(db.tally_cells(&stranger, filter.clone(), Grouping::Day).await?, []);
        assert_eq!(db.tally_scan(&stranger, filter.clone(), Grouping::Day).await?, []);
        assert_eq!(db.funnel(&stranger, filter).await?, FunnelCounts::default());
    }
    Ok(())
}
