//! Conditions on responses: what a filter of lists and of scans means, in SQL.

use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::question::is_name;
use rusqlite::types::Value;
use rusqlite::{Connection, ParamsFromIter, params_from_iter};

use crate::Result;
use crate::counts::days;
use crate::counts::generation::Counting;
use crate::counts::plan::instruments;
use crate::reports::{RatingQuery, ReportFilter};
use crate::responses::{Cursor, ResponseFilter, States};

/// What a condition that nothing meets is written as.
const NEVER: &str = "0";

/// The values of a statement in the making: nothing that a caller says reaches SQL in another way.
#[derive(Default)]
pub(super) struct Bound(Vec<Value>);

impl Bound {
    /// Adds a value; the name it has in the statement.
    pub(super) fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }

    /// Adds a list of texts; what stands for it in the statement.
    fn add_list(&mut self, texts: impl Iterator<Item = String>) -> String {
        let list: serde_json::Value = texts.map(serde_json::Value::String).collect();
        format!("(SELECT value FROM json_each({}))", self.add(list.to_string()))
    }

    /// The values, for running the statement.
    pub(super) fn values(self) -> ParamsFromIter<Vec<Value>> {
        params_from_iter(self.0)
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
    let mut conditions = vec![format!("response.site_id = {}", bound.add(common.site.0.clone()))];
    if let States::Only(state) = common.states {
        conditions.push(format!("state = {}", bound.add(state.name().to_owned())));
        // Said in words, so that the engine sees that the index of those holds them all.
        if state != ResponseState::Counted {
            conditions.push("state <> 'counted'".into());
        }
    }
    if let Some(survey) = common.survey {
        conditions.push(format!("survey_id = {}", bound.add(survey.0.clone())));
    }
    if let Some(touchpoint) = common.touchpoint {
        conditions.push(if touchpoint == cell::OTHER {
            let named = bound.add_list(remainder(&counting.config.touchpoints));
            format!("touchpoint <> '' AND touchpoint NOT IN {named}")
        } else {
            format!("touchpoint = {}", bound.add(touchpoint.to_owned()))
        });
    }
    if let Some(day) = common.from_day {
        conditions.push(format!("shown_at >= {}", bound.add(days::start_of(day, &counting.zone))));
    }
    if let Some(day) = common.to_day.filter(|day| *day < i32::MAX) {
        conditions.push(format!("shown_at < {}", bound.add(days::start_of(day + 1, &counting.zone))));
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

/// What a list is found by: the index that holds the fewest beside those that are asked for, in the list's order. SQLite
/// does not know how many there are, so it is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leads {
    Customer,
    Tag,
    Apart,
    Unread,
    Commented,
    /// SQLite sees by itself what is best.
    Any,
}

impl Leads {
    fn of(filter: &ResponseFilter, after: Option<Cursor>) -> Self {
        // See `of_list`: the first page of a window that has ended.
        let is_from_the_newest = filter.to_day.is_none() || after.is_some();
        match filter {
            _ if filter.customer.is_some() => Self::Customer,
            _ if filter.tag.is_some() => Self::Tag,
            _ if !is_from_the_newest => Self::Any,
            ResponseFilter { state: States::Only(state), .. } if *state != ResponseState::Counted => Self::Apart,
            _ if filter.read == Some(false) => Self::Unread,
            _ if filter.has_comment == Some(true) => Self::Commented,
            _ if filter.has_comment.is_none() && filter.text.is_some() => Self::Commented,
            _ => Self::Any,
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::Customer => "response INDEXED BY response_customer",
            Self::Tag => {
                "response_tag AS tagged CROSS JOIN response INDEXED BY response_id ON response.id = tagged.response_id"
            }
            Self::Apart => "response INDEXED BY response_apart",
            Self::Unread => "response INDEXED BY response_unread",
            Self::Commented => "response INDEXED BY response_commented",
            Self::Any => "response",
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Tag => "at DESC, response_id DESC",
            _ => "received_at DESC, id DESC",
        }
    }
}

/// The filter without the end of a window behind which nothing was received: nothing was shown there either, and the newest
/// are then found in the order of receiving. A dashboard's windows end today.
pub(super) fn with_needed_end(
    connection: &Connection,
    site: &SiteId,
    filter: &ResponseFilter,
    counting: &Counting,
) -> Result<ResponseFilter> {
    let mut filter = filter.clone();
    if let Some(day) = filter.to_day.filter(|day| *day < i32::MAX) {
        let end = days::start_of(day + 1, &counting.zone);
        let sql = "SELECT EXISTS (SELECT 1 FROM response INDEXED BY response_received WHERE site_id = ?1 AND received_at >= ?2)";
        if !connection.prepare_cached(sql)?.query_row((&site.0, end), |row| row.get::<_, bool>(0))? {
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
    let numbers = [("score >=", filter.score_min.map(i64::from)), ("score <=", filter.score_max.map(i64::from))];
    for (condition, number) in numbers {
        if let Some(number) = number {
            conditions.push(format!("{condition} {}", bound.add(number)));
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
        conditions.push(format!("customer = {}", bound.add(customer.clone())));
    }
    let leads = Leads::of(filter, after);
    if let Some(tag) = &filter.tag {
        let tag = bound.add(tag.clone());
        conditions.push(match leads {
            Leads::Tag => format!("tagged.site_id = {} AND tag = {tag}", bound.add(site.0.clone())),
            _ => format!(
                "EXISTS (SELECT 1 FROM response_tag AS tagged WHERE tagged.site_id = response.site_id AND tag = {tag}
                   AND at = received_at AND response_id = id)"
            ),
        });
    }
    if let Some(part) = &filter.text {
        conditions.push(format!("contains_text(comment, {})", bound.add(part.clone())));
    }
    for (name, value) in &filter.attributes {
        conditions.push(has_value(bound, &cell::attribute(name), value, counting));
    }
    if let Some(cursor) = after {
        let (received_at, id) = (bound.add(cursor.received_at), bound.add(cursor.id.0.to_vec()));
        conditions.push(match leads {
            Leads::Tag => format!("(at, response_id) < ({received_at}, {id})"),
            _ => format!("(received_at, id) < ({received_at}, {id})"),
        });
    }
    // Nothing is received before it was shown. Said to SQLite, a page in the order of receiving ends with the window
    // instead of looking for more in all that is older. The first page of a window that has ended is better found by
    // when it was shown: in the other order everything newer would come first.
    if let Some(day) = filter.from_day.filter(|_| after.is_some() || filter.to_day.is_none()) {
        conditions.push(format!("received_at >= {}", bound.add(days::start_of(day, &counting.zone))));
    }
    List { source: leads.source(), conditions, order: leads.order() }
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
    let names: Vec<String> = instruments(filter.metric).map(|name| bound.add(name.to_owned())).collect();
    conditions.push(format!("instrument IN ({})", names.join(", ")));
    conditions
}

/// The conditions of a read of ratings.
pub(super) fn of_ratings(bound: &mut Bound, site: &SiteId, query: RatingQuery, counting: &Counting) -> Vec<String> {
    let RatingQuery { from_day, to_day, .. } = query;
    let shared = Common { site, states: States::default(), survey: None, touchpoint: None, from_day, to_day };
    let mut conditions = common(bound, shared, counting);
    let names = query.both.map(|instrument| bound.add(instrument.name().to_owned())).join(", ");
    conditions.push(format!("instrument IN ({names})"));
    conditions.push("(customer IS NOT NULL OR visitor IS NOT NULL)".into());
    conditions
}

/// The condition that a response counts under this value of a dimension, by its cell name.
pub(super) fn has_value(bound: &mut Bound, dimension: &str, value: &str, counting: &Counting) -> String {
    let text = |bound: &mut Bound| bound.add(value.to_owned());
    if let Some(name) = dimension.strip_prefix(cell::ATTRIBUTE) {
        // No response has an attribute of another name, and such a name could be another path.
        if !is_name(name) {
            return NEVER.into();
        }
        let sent = attribute(bound, name);
        return if value == cell::OTHER {
            let listed = counting.config.values(dimension).unwrap_or_default();
            let listed = bound.add_list(remainder(listed));
            format!("({sent} IS NOT NULL AND {sent} NOT IN {listed})")
        } else {
            format!("{sent} = {}", text(bound))
        };
    }
    if let Some(question) = dimension.strip_prefix(cell::CHOICE) {
        return format!(
            "EXISTS (SELECT 1 FROM json_each(answers) AS answer, json_each(answer.value, '$.choices') AS choice
                     WHERE answer.value ->> '$.question' = {} AND choice.value = {})",
            bound.add(question.to_owned()),
            text(bound)
        );
    }
    match dimension {
        cell::DEVICE => format!("device_of(context ->> '$.device') = {}", text(bound)),
        cell::LOCALE => format!("language_of(context ->> '$.locale') = {}", text(bound)),
        // A version that is written in another way (`01`) is none.
        cell::VERSION => match value.parse::<u32>().ok().filter(|version| version.to_string() == value) {
            Some(version) => format!("version = {}", bound.add(version)),
            None => NEVER.into(),
        },
        cell::ALL if value.is_empty() => "1".into(),
        _ => NEVER.into(),
    }
}

/// The expression of an attribute, by a name that [`is_name`].
pub(super) fn attribute(bound: &mut Bound, name: &str) -> String {
    format!("(attributes ->> {})", bound.add(format!("$.\"{name}\"")))
}
