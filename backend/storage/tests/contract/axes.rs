//! Parts of counts: values on an axis, each respondent's last answer, and ratings.

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::reports::Source;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell::OTHER;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_storage::{
    Axis, Base, Grouping, Rating, RatingQuery, ReportFilter, Result, StoredResponse, Tally, TallyQuery,
};

use crate::builders::*;

crate::contract! {
    an_axis_parts_the_answers_by_its_values
    invented_values_on_an_axis_are_the_fifty_most_frequent
    respondents_count_once_with_their_last_answer
    ratings_are_the_last_of_each_respondent_and_kind
}

async fn parts_on_an_axis(db: &Database, dimension: &str, filter: ReportFilter) -> Result<Vec<(String, Vec<u8>)>> {
    let query = TallyQuery { by: Some(Axis::Dimension(dimension.into())), ..query(filter, Grouping::Whole) };
    Ok(tallied(db, query).await?.tallies.into_iter().map(|tally| (tally.value, scores(&tally.histogram))).collect())
}

fn scores(histogram: &Histogram) -> Vec<u8> {
    (0..).zip(histogram.counts).flat_map(|(score, count)| std::iter::repeat_n(score, count as usize)).collect()
}

async fn an_axis_parts_the_answers_by_its_values(db: &Database) -> Result<()> {
    furnish(db).await?;
    let mut first = with_attributes(response(1, 1), &[("plan", "pro"), ("city", "Oss")]);
    first.context = Context { device: Some("mobile".into()), locale: Some("NL-nl".into()), ..Context::default() };
    let picked =
        |choices: &[&str]| Answer { question: "topics".into(), value: None, text: None, choices: Some(texts(choices)) };
    first.answers.push(picked(&["speed", "price"]));
    let mut second = with_attributes(response(2, 2), &[("plan", "gold"), ("city", "Ede")]);
    second.answers.push(picked(&["price"]));
    let third = StoredResponse { version: 2, touchpoint: "invented".into(), ..response(3, 3) };
    let fourth = StoredResponse { survey: SurveyId::from("sv_second"), touchpoint: String::new(), ..response(4, 4) };
    accept(db, [first, second, third, fourth]).await?;

    let part = |value: &str, scores: &[u8]| (value.to_owned(), scores.to_vec());
    let parts = async |dimension| parts_on_an_axis(db, dimension, everything()).await;
    assert_eq!(parts("attr.plan").await?, [part(OTHER, &[2]), part("pro", &[1])]);
    assert_eq!(parts("attr.city").await?, [part("Ede", &[2]), part("Oss", &[1])], "no answer without one");
    assert_eq!(parts("device").await?, [part(OTHER, &[2, 3, 4]), part("mobile", &[1])]);
    assert_eq!(parts("locale").await?, [part(OTHER, &[2, 3, 4]), part("nl", &[1])]);
    assert_eq!(parts("choice.topics").await?, [part("price", &[1, 2]), part("speed", &[1])]);
    assert_eq!(parts("choice.none").await?, []);
    assert_eq!(parts("nonsense").await?, []);
    // A filter on the axis itself leaves only that value, though an answer may have more.
    let speed = with_value("choice.topics", "speed");
    assert_eq!(parts_on_an_axis(db, "choice.topics", speed).await?, [part("speed", &[1])]);
    let gold = having(&[("plan", "gold")]);
    assert_eq!(parts_on_an_axis(db, "attr.plan", gold).await?, [part("gold", &[2])]);

    let by = async |by| tallied(db, TallyQuery { by: Some(by), ..query(everything(), Grouping::Whole) }).await;
    let touchpoints = by(Axis::Touchpoint).await?.tallies;
    let one = |value, scores: &[u8]| tally(Instrument::Nps, 0, value, scores);
    assert_eq!(touchpoints, [one("", &[4]), one(OTHER, &[3]), one("checkout", &[1, 2])]);
    assert_eq!(by(Axis::Survey).await?.tallies, [one("sv_home", &[1, 2, 3]), one("sv_second", &[4])]);
    let versions = by(Axis::Dimension("version".into())).await?.tallies;
    let of = |survey, value, scores: &[u8]| Tally { survey: Some(SurveyId::from(survey)), ..one(value, scores) };
    let expected = [of("sv_home", "1", &[1, 2]), of("sv_home", "2", &[3]), of("sv_second", "1", &[4])];
    assert_eq!(versions, expected, "version 1 of two surveys is two things");
    Ok(())
}

async fn invented_values_on_an_axis_are_the_fifty_most_frequent(db: &Database) -> Result<()> {
    furnish(db).await?;
    // Value 0 comes once, value 59 comes twice as often as value 29.
    let values = (0..60u128).flat_map(|value| std::iter::repeat_n(value, 1 + value as usize / 30));
    let cities = (0..).zip(values);
    accept(db, cities.map(|(number, value)| with_attributes(response(number, 7), &[("city", &format!("{value:02}"))])))
        .await?;
    let parts = parts_on_an_axis(db, "attr.city", everything()).await?;
    assert_eq!(parts.len(), 51);
    let sizes = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        parts.iter().filter(|(value, _)| wanted(value)).map(|(_, scores)| scores.len()).collect()
    };
    assert_eq!(sizes(&|value| value == OTHER), [10]);
    assert_eq!(sizes(&|value| ("30".."99").contains(&value)), [2; 30]);
    assert_eq!(sizes(&|value| value < "20" && value != OTHER), [1; 20], "of the equally rare the first by name");
    Ok(())
}

async fn respondents_count_once_with_their_last_answer(db: &Database) -> Result<()> {
    furnish(db).await?;
    let by = |number: u128, score, visitor: Option<&str>, customer: Option<&str>| StoredResponse {
        visitor: visitor.map(str::to_owned),
        customer: customer.map(str::to_owned),
        answered_at: NOON + number as i64,
        ..response(number, score)
    };
    let plan = |response, plan: &str| with_attributes(response, &[("plan", plan)]);
    accept(
        db,
        [
            plan(by(1, 1, Some("v"), None), "pro"),
            plan(by(2, 2, Some("v"), None), "free"),
            by(3, 3, Some("w"), Some("c")),
            // The same customer in another browser; at the same moment the greater id is the later one.
            StoredResponse { answered_at: NOON + 3, ..by(4, 4, Some("v"), Some("c")) },
            // Neither is known: each answer is somebody.
            by(5, 5, None, None),
            by(6, 5, None, None),
            // A customer is not the visitor of the same name.
            by(7, 7, None, Some("v")),
            // The last one of this visitor is outside the window of the day.
            StoredResponse { shown_at: noon_of(MONDAY - 1), ..by(8, 8, Some("x"), None) },
            by(9, 9, Some("x"), None),
        ],
    )
    .await?;
    let counted = async |filter: ReportFilter, by: Option<Axis>| -> Result<Vec<Vec<u8>>> {
        let query = TallyQuery { filter, base: Base::Respondents, grouping: Grouping::Whole, by };
        let tallied = tallied(db, query).await?;
        assert_eq!(tallied.source, Source::Scan);
        Ok(tallied.tallies.iter().map(|tally| scores(&tally.histogram)).collect())
    };
    assert_eq!(counted(everything(), None).await?, [vec![2, 4, 5, 5, 7, 9]]);
    let before = ReportFilter { to_day: Some(MONDAY - 1), ..everything() };
    assert_eq!(counted(before, None).await?, [vec![8]]);
    // The last answer is picked first and held against the values after.
    assert_eq!(counted(having(&[("plan", "pro")]), None).await?, Vec::<Vec<u8>>::new());
    assert_eq!(counted(having(&[("plan", "free")]), None).await?, [vec![2]]);
    let plans = Some(Axis::Dimension("attr.plan".into()));
    assert_eq!(counted(everything(), plans).await?, [vec![2]]);
    let cities = Some(Axis::Dimension("attr.city".into()));
    assert_eq!(counted(everything(), cities).await?, Vec::<Vec<u8>>::new());
    Ok(())
}

async fn ratings_are_the_last_of_each_respondent_and_kind(db: &Database) -> Result<()> {
    furnish(db).await?;
    let at = |number: u128, score, who: &str, touchpoint: &str| StoredResponse {
        visitor: Some(who.into()),
        touchpoint: touchpoint.into(),
        answered_at: NOON + number as i64,
        ..response(number, score)
    };
    let unknown = StoredResponse { visitor: None, ..at(9, 9, "", "checkout") };
    let outside = StoredResponse { state: ResponseState::Test, ..at(8, 8, "a", "checkout") };
    let earlier = StoredResponse { shown_at: noon_of(MONDAY - 2), ..at(7, 7, "c", "checkout") };
    let csat = |number, score, who: &str| StoredResponse {
        instrument: Instrument::Csat,
        ..at(number, score, who, "checkout")
    };
    let effort = StoredResponse { instrument: Instrument::Ces2, ..at(13, 5, "a", "checkout") };
    accept(
        db,
        [
            at(1, 1, "a", "checkout"),
            at(3, 3, "a", "checkout"),
            at(2, 2, "a", "checkout"),
            at(4, 4, "b", "invented"),
            at(6, 6, "b", ""),
            csat(5, 5, "a"),
            csat(10, 2, "b"),
            csat(11, 4, "c"),
            csat(14, 1, "e"),
            at(12, 9, "d", "checkout"),
            effort,
            unknown,
            outside,
            earlier,
        ],
    )
    .await?;
    let rating = |respondent, instrument, touchpoint: &str, score| Rating {
        respondent,
        instrument,
        touchpoint: touchpoint.into(),
        score,
    };
    let query = |day, limit| RatingQuery { from_day: day, to_day: day, limit, ..every_rating() };
    // Of "c" one half lies before the window; "d" and "e" have one half each.
    let all = db.ratings(&home(), query(Some(MONDAY), 100)).await?;
    let expected = [
        rating(0, Instrument::Nps, "", 6),
        rating(0, Instrument::Nps, OTHER, 4),
        rating(0, Instrument::Csat, "checkout", 2),
        rating(1, Instrument::Nps, "checkout", 3),
        rating(1, Instrument::Csat, "checkout", 5),
    ];
    assert_eq!(all, expected);
    let newest = db.ratings(&home(), query(None, 2)).await?;
    assert_eq!(newest, [rating(0, Instrument::Csat, "checkout", 4), rating(1, Instrument::Csat, "checkout", 2)]);
    let alike = RatingQuery { both: [Instrument::Nps; 2], ..query(Some(MONDAY), 1) };
    assert_eq!(db.ratings(&home(), alike).await?, [rating(0, Instrument::Nps, "checkout", 9)]);
    assert_eq!(db.ratings(&home(), query(None, 0)).await?, []);
    assert_eq!(db.ratings(&SiteId::from("st_other"), query(None, 100)).await?, []);
    Ok(())
}
