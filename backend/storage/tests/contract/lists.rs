//! Lists of responses: every filter, searching in any script, and pages without gaps or repeats.

use bearing_shared::api::responses::ResponseState;
use bearing_shared::id::SurveyId;
use bearing_storage::{Cursor, Grouping, ResponseFilter, Result, States, StoredResponse};

use crate::builders::*;

crate::contract! {
    lists_run_from_the_newest_and_only_counted_ones_unless_asked
    each_filter_keeps_what_it_names
    a_search_finds_text_in_any_case_and_takes_every_sign_literally
    an_attribute_filter_takes_every_sign_literally
    pages_have_no_gaps_or_repeats_when_all_came_at_once
}

async fn lists_run_from_the_newest_and_only_counted_ones_unless_asked(db: &Database) -> Result<()> {
    furnish(db).await?;
    let at = |number, received_at| StoredResponse { received_at, ..response(number, 9) };
    let test = StoredResponse { state: ResponseState::Test, ..at(4, NOON + 9) };
    accept(db, [at(1, NOON + 2), at(2, NOON + 3), at(3, NOON + 1), test]).await?;
    assert_eq!(listed(db, ResponseFilter::default()).await?, [2, 1, 3]);
    assert_eq!(db.responses(&home(), ResponseFilter::default(), None, 2).await?.len(), 2);
    assert_eq!(db.responses(&home(), ResponseFilter::default(), None, 0).await?, []);
    Ok(())
}

async fn each_filter_keeps_what_it_names(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = SurveyId::from("sv_second");
    // Nothing is received before it was shown.
    let came = |response| StoredResponse { received_at: noon_of(MONDAY + 2), ..response };
    accept(
        db,
        [
            StoredResponse { touchpoint: String::new(), ..response(1, 0) },
            StoredResponse { shown_at: noon_of(MONDAY + 1), ..came(with_comment(response(2, 6), "slow")) },
            with_attributes(
                StoredResponse { shown_at: noon_of(MONDAY + 2), ..came(response(3, 9)) },
                &[("plan", "pro"), ("country", "NL")],
            ),
            with_attributes(StoredResponse { survey: second.clone(), ..response(4, 10) }, &[("plan", "pro")]),
            StoredResponse { state: ResponseState::Quarantined, ..with_comment(response(5, 1), "spam") },
            with_attributes(
                StoredResponse { touchpoint: "invented".into(), shown_at: noon_of(MONDAY - 30), ..response(6, 7) },
                &[("plan", "gold")],
            ),
        ],
    )
    .await?;
    type Change = fn(&mut ResponseFilter);
    let cases: [(Change, &[u128]); 23] = [
        (|_| (), &[3, 2, 6, 4, 1]),
        (|filter| filter.survey = Some(SurveyId::from("sv_second")), &[4]),
        (|filter| filter.survey = Some(SurveyId::from("sv_none")), &[]),
        (|filter| filter.touchpoint = Some("checkout".into()), &[3, 2, 4]),
        (|filter| filter.touchpoint = Some(String::new()), &[1]),
        (|filter| filter.from_day = Some(MONDAY + 1), &[3, 2]),
        (|filter| filter.to_day = Some(MONDAY + 1), &[2, 6, 4, 1]),
        (|filter| (filter.from_day, filter.to_day) = (Some(MONDAY + 1), Some(MONDAY + 1)), &[2]),
        (|filter| filter.score_min = Some(9), &[3, 4]),
        (|filter| filter.score_max = Some(6), &[2, 1]),
        (|filter| filter.score_max = Some(0), &[1]),
        (|filter| (filter.score_min, filter.score_max) = (Some(6), Some(9)), &[3, 2, 6]),
        (|filter| filter.has_comment = Some(true), &[2]),
        (|filter| filter.has_comment = Some(false), &[3, 6, 4, 1]),
        (|filter| filter.attributes = pairs(&[("plan", "pro")]), &[3, 4]),
        (|filter| filter.attributes = pairs(&[("plan", "pro"), ("country", "NL")]), &[3]),
        // The remainder: what the site's counts do not tell apart.
        (|filter| filter.touchpoint = Some("(other)".into()), &[6]),
        (|filter| filter.touchpoint = Some("invented".into()), &[6]),
        (|filter| filter.attributes = pairs(&[("plan", "(other)")]), &[6]),
        (|filter| filter.attributes = pairs(&[("plan", "gold")]), &[6]),
        (|filter| filter.attributes = pairs(&[("country", "(other)")]), &[3]),
        (|filter| filter.state = States::Only(ResponseState::Quarantined), &[5]),
        (
            |filter| {
                filter.state = States::Only(ResponseState::Quarantined);
                filter.text = Some("SPAM".into());
                filter.score_max = Some(1);
                filter.has_comment = Some(true);
                filter.touchpoint = Some("checkout".into());
            },
            &[5],
        ),
    ];
    for (change, expected) in cases {
        let mut filter = ResponseFilter::default();
        change(&mut filter);
        assert_eq!(listed(db, filter.clone()).await?, expected, "{filter:?}");
    }
    Ok(())
}

async fn a_search_finds_text_in_any_case_and_takes_every_sign_literally(db: &Database) -> Result<()> {
    furnish(db).await?;
    let comments = [
        "ÄRGER über die Straße",
        "50% off_line, \"quoted\" and 'single'",
        "Great 👍🏽 café\nsecond line",
        "ΟΔΟΣ ΟΔΟΣΗ",
        "back\\slash [a-z]* ; DROP TABLE response; --",
        "ПРИВЕТ мир",
    ];
    accept(db, (1..).zip(comments).map(|(number, text)| with_comment(response(number, 5), text))).await?;
    accept(db, [response(99, 5)]).await?;
    let cases: [(&str, &[u128]); 28] = [
        ("ärger", &[1]),
        ("ÜBER", &[1]),
        ("STRASSE", &[1]),
        ("straße", &[1]),
        ("50%", &[2]),
        ("%", &[2]),
        ("5_%", &[]),
        ("off_line", &[2]),
        ("off.line", &[]),
        ("_", &[2]),
        ("\"quoted\"", &[2]),
        ("'single'", &[2]),
        ("'", &[2]),
        ("👍", &[3]),
        ("👍🏽 CAFÉ", &[3]),
        ("café\nsecond", &[3]),
        ("cafe", &[]),
        ("οδος", &[4]),
        ("οδοσ", &[4]),
        ("ΟΔΟΣΗ", &[4]),
        ("σ ο", &[4]),
        ("\\", &[5]),
        ("[A-Z]*", &[5]),
        ("response; --", &[5]),
        ("привет", &[6]),
        ("МИР", &[6]),
        ("nothing of the kind", &[]),
        ("", &[6, 5, 4, 3, 2, 1]),
    ];
    for (text, expected) in cases {
        let filter = ResponseFilter { text: Some(text.into()), ..ResponseFilter::default() };
        assert_eq!(listed(db, filter).await?, expected, "{text}");
    }
    // The parts of two comments of one response do not run together.
    accept(db, [with_comment(with_comment(response(7, 5), "one"), "two")]).await?;
    let filter = |text: &str| ResponseFilter { text: Some(text.into()), ..ResponseFilter::default() };
    assert_eq!(listed(db, filter("onetwo")).await?, []);
    assert_eq!(listed(db, filter("TWO")).await?, [7]);
    Ok(())
}

async fn an_attribute_filter_takes_every_sign_literally(db: &Database) -> Result<()> {
    furnish(db).await?;
    let values = ["pro", "PRO", "p%", "it's \"x\"", "Zoë 🚲", "7", ""];
    accept(db, (1..).zip(values).map(|(number, value)| with_attributes(response(number, 5), &[("plan", value)])))
        .await?;
    for (number, value) in (1..).zip(values) {
        let filter = ResponseFilter { attributes: pairs(&[("plan", value)]), ..ResponseFilter::default() };
        assert_eq!(listed(db, filter).await?, [number], "{value}");
        let scan = scanned(db, query(having(&[("plan", value)]), Grouping::Whole)).await?;
        assert_eq!(sum(&scan).n(), 1, "{value}");
    }
    // No response can carry such a name; none of them is SQL or a path either.
    for name in ["", "Plan", "plan\"", "plan') OR 1 = 1 --", "plan\") = 'pro' OR (\"", "*", "$.plan", "plan\0", "é"] {
        let filter = ResponseFilter { attributes: pairs(&[(name, "pro")]), ..ResponseFilter::default() };
        assert_eq!(listed(db, filter).await?, [], "{name}");
    }
    Ok(())
}

async fn pages_have_no_gaps_or_repeats_when_all_came_at_once(db: &Database) -> Result<()> {
    furnish(db).await?;
    // Ids whose bytes order otherwise as text or as signed numbers; three moments, most answers at the same one.
    let numbers: Vec<u128> = (0..40).map(|number| u128::MAX / 41 * number).chain([u128::MAX]).collect();
    let moment = |number: u128| NOON + i64::from(number == 0) - i64::from(number == u128::MAX);
    accept(db, numbers.iter().map(|number| StoredResponse { received_at: moment(*number), ..response(*number, 9) }))
        .await?;
    let mut expected = numbers.clone();
    expected.sort_by_key(|number| std::cmp::Reverse((moment(*number), *number)));

    for size in [1, 7, 40, 41, 100] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = db.responses(&home(), ResponseFilter::default(), after, size).await?;
            let Some(last) = page.last() else { break };
            after = Some(Cursor { received_at: last.received_at, id: last.id });
            seen.extend(page.iter().map(|response| u128::from_be_bytes(response.id.0)));
        }
        assert_eq!(seen, expected, "pages of {size}");
    }
    Ok(())
}
