//! Conditions on responses: what a filter of lists and of scans means, in SQL.

use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::question::is_name;
use tokio_postgres::types::{ToSql, Type};

use crate::Result;
use crate::counts::days;
use crate::counts::generation::Counting;
use crate::counts::plan::instruments;
use crate::letters;
use crate::reports::{RatingQuery, ReportFilter};
use crate::responses::{Cursor, ResponseFilter, States};

use super::session::Session;

/// What a condition that nothing meets is written as.
const NEVER: &str = "false";

/// The values of a statement in the making: nothing that a caller says reaches SQL in another way.
#[derive(Default)]
pub(super) struct Bound(Vec<(Box<dyn ToSql + Sync + Send>, Type)>);

impl Bound {
    fn add(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.0.push((Box::new(value), kind));
        format!("${}", self.0.len())
    }

    /// Adds a text; the name it has in the statement.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.add(text.to_owned(), Type::TEXT)
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: i64) -> String {
        self.add(number, Type::INT8)
    }

    /// Adds a list of numbers.
    pub(super) fn numbers(&mut self, numbers: Vec<i64>) -> String {
        self.add(numbers, Type::INT8_ARRAY)
    }

    fn texts(&mut self, texts: impl Iterator<Item = String>) -> String {
        self.add(texts.collect::<Vec<String>>(), Type::TEXT_ARRAY)
    }

    /// The values, for running the statement.
    pub(super) fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.0.iter().map(|(value, kind)| (value.as_ref() as &(dyn ToSql + Sync), kind.clone())).collect()
    }
}

/// What lists and scans have in common.
struct Common<'a> {
    site: &'a SiteId,
    states: States,
    survey: Option<&'a SurveyId>,
    touchpoint: Option<&'a str>,
    from_day: Option<i32>,
    to_day: Option<i32>,
}

fn common(bound: &mut Bound, common: Common<'_>, counting: &Counting) -> Vec<String> {
    let mut conditions = vec![format!("response.site_id = {}", bound.text(common.site.as_str()))];
    if let States::Only(state) = common.states {
        conditions.push(format!("state = {}", bound.text(state.name())));
        // Said in words, so that the engine sees that the index of those holds them all.
        if state != ResponseState::Counted {
            conditions.push("state <> 'counted'".into());
        }
    }
    if let Some(survey) = common.survey {
        conditions.push(format!("survey_id = {}", bound.text(survey.as_str())));
    }
    if let Some(touchpoint) = common.touchpoint {
        conditions.push(if touchpoint == cell::OTHER {
            let named = bound.texts(remainder(&counting.config.touchpoints));
            format!("touchpoint <> '' AND touchpoint <> ALL ({named})")
        } else {
            format!("touchpoint = {}", bound.text(touchpoint))
        });
    }
    if let Some(day) = common.from_day {
        conditions.push(format!("shown_at >= {}", bound.number(days::start_of(day, &counting.zone))));
    }
    if let Some(day) = common.to_day.filter(|day| *day < i32::MAX) {
        conditions.push(format!("shown_at < {}", bound.number(days::start_of(day + 1, &counting.zone))));
    }
    conditions
}

/// The names that are told apart: what is spelt like the remainder is in it.
fn remainder(names: &[String]) -> impl Iterator<Item = String> {
    names.iter().filter(|name| *name != cell::OTHER).cloned()
}

/// A list in SQL: where its rows come from, which they are, and in which order.
pub(super) struct List {
    pub(super) source: &'static str,
    pub(super) conditions: Vec<String>,
    pub(super) order: &'static str,
}

/// Responses by a tag.
const TAGGED: &str = "response_tag AS tagged JOIN response ON response.id = tagged.response_id";

/// The filter without the end of a window behind which nothing was received: nothing was shown there either, and the newest
/// are then found in the order of receiving. A dashboard's windows end today.
pub(super) async fn with_needed_end(
    session: &Session,
    site: &SiteId,
    filter: &ResponseFilter,
    counting: &Counting,
) -> Result<ResponseFilter> {
    let mut filter = filter.clone();
    if let Some(day) = filter.to_day.filter(|day| *day < i32::MAX) {
        let end = days::start_of(day + 1, &counting.zone);
        let sql = "SELECT 1 FROM response WHERE site_id = $1 AND received_at >= $2 LIMIT 1";
        if session.first(sql, &[&site.0, &end as &(dyn ToSql + Sync)]).await?.is_none() {
            filter.to_day = None;
        }
    }
    Ok(filter)
}

/// A list that goes on behind `after`.
pub(super) fn of_list(
    bound: &mut Bound,
    site: &SiteId,
    filter: &ResponseFilter,
    after: Option<Cursor>,
    counting: &Counting,
) -> List {
    let shared = Common {
        site,
        states: filter.state,
        survey: filter.survey.as_ref(),
        touchpoint: filter.touchpoint.as_deref(),
        from_day: filter.from_day,
        to_day: filter.to_day,
    };
    let mut conditions = common(bound, shared, counting);
    for (condition, score) in [("score >=", filter.score_min), ("score <=", filter.score_max)] {
        if let Some(score) = score {
            conditions.push(format!("{condition} {}", bound.number(score.into())));
        }
    }
    // What is searched for stands in a comment.
    if let Some(has_comment) = filter.has_comment.or(filter.text.as_ref().map(|_| true)) {
        conditions.push(format!("comment IS {}", if has_comment { "NOT NULL" } else { "NULL" }));
    }
    if let Some(read) = filter.read {
        conditions.push(format!("read_at IS {}", if read { "NOT NULL" } else { "NULL" }));
    }
    if let Some(customer) = &filter.customer {
        conditions.push(format!("customer = {}", bound.text(customer)));
    }
    let is_by_tag = filter.tag.is_some() && filter.customer.is_none();
    if let Some(tag) = &filter.tag {
        let tag = bound.text(tag);
        conditions.push(match is_by_tag {
            true => format!("tagged.site_id = {} AND tag = {tag}", bound.text(site.as_str())),
            false => format!(
                "EXISTS (SELECT 1 FROM response_tag AS tagged WHERE tagged.site_id = response.site_id AND tag = {tag}
                   AND at = received_at AND response_id = id)"
            ),
        });
    }
    if let Some(part) = &filter.text {
        conditions.push(format!("strpos(comment_folded, {}) > 0", bound.text(&letters::fold(part))));
    }
    for (name, value) in &filter.attributes {
        conditions.push(has_value(bound, &cell::attribute(name), value, counting));
    }
    if let Some(cursor) = after {
        let received_at = bound.number(cursor.received_at);
        let id = bound.add(cursor.id.0.to_vec(), Type::BYTEA);
        conditions.push(match is_by_tag {
            true => format!("(at, response_id) < ({received_at}, {id})"),
            false => format!("(received_at, id) < ({received_at}, {id})"),
        });
    }
    // Nothing is received before it was shown: said to the engine, a page in the order of receiving ends with the window
    // instead of looking for more in all that is older. The first page of a window that has ended is better found by
    // when it was shown: in the other order everything newer would come first.
    if let Some(day) = filter.from_day.filter(|_| after.is_some() || filter.to_day.is_none()) {
        conditions.push(format!("received_at >= {}", bound.number(days::start_of(day, &counting.zone))));
    }
    match is_by_tag {
        true => List { source: TAGGED, conditions, order: "at DESC, response_id DESC" },
        false => List { source: "response", conditions, order: "received_at DESC, id DESC" },
    }
}

/// The conditions of a scan, without those on values.
pub(super) fn of_scan(bound: &mut Bound, site: &SiteId, filter: &ReportFilter, counting: &Counting) -> Vec<String> {
    let shared = Common {
        site,
        states: States::default(),
        survey: filter.survey.as_ref(),
        touchpoint: filter.touchpoint.as_deref(),
        from_day: filter.from_day,
        to_day: filter.to_day,
    };
    let mut conditions = common(bound, shared, counting);
    let names = bound.texts(instruments(filter.metric).map(str::to_owned));
    conditions.push(format!("instrument = ANY ({names})"));
    conditions
}

/// The conditions of a read of ratings.
pub(super) fn of_ratings(bound: &mut Bound, site: &SiteId, query: RatingQuery, counting: &Counting) -> Vec<String> {
    let RatingQuery { from_day, to_day, .. } = query;
    let shared = Common { site, states: States::default(), survey: None, touchpoint: None, from_day, to_day };
    let mut conditions = common(bound, shared, counting);
    let names = bound.texts(query.both.map(|instrument| instrument.name().to_owned()).into_iter());
    conditions.push(format!("instrument = ANY ({names})"));
    conditions.push("(customer IS NOT NULL OR visitor IS NOT NULL)".into());
    conditions
}

/// The condition that a response counts under this value of a dimension, by its cell name.
pub(super) fn has_value(bound: &mut Bound, dimension: &str, value: &str, counting: &Counting) -> String {
    if let Some(name) = dimension.strip_prefix(cell::ATTRIBUTE) {
        // No response has an attribute of another name.
        if !is_name(name) {
            return NEVER.into();
        }
        let sent = attribute(bound, name);
        return if value == cell::OTHER {
            let listed = counting.config.values(dimension).unwrap_or_default();
            let listed = bound.texts(remainder(listed));
            format!("({sent} IS NOT NULL AND {sent} <> ALL ({listed}))")
        } else {
            format!("{sent} = {}", bound.text(value))
        };
    }
    if let Some(question) = dimension.strip_prefix(cell::CHOICE) {
        let (question, value) = (bound.text(question), bound.text(value));
        return format!("(choices -> {question}) ? {value}");
    }
    match dimension {
        cell::DEVICE => format!("device = {}", bound.text(value)),
        cell::LOCALE => format!("language = {}", bound.text(value)),
        // A version that is written in another way (`01`) is none.
        cell::VERSION => match value.parse::<u32>().ok().filter(|version| version.to_string() == value) {
            Some(version) => format!("version = {}", bound.number(version.into())),
            None => NEVER.into(),
        },
        cell::ALL if value.is_empty() => "true".into(),
        _ => NEVER.into(),
    }
}

/// The expression of an attribute, by a name that [`is_name`].
pub(super) fn attribute(bound: &mut Bound, name: &str) -> String {
    format!("(attributes ->> {}) COLLATE \"C\"", bound.text(name))
}
