//! The model of a site: its responses, whole, and nothing summed; every count is taken from them anew.

use std::collections::{BTreeMap, BTreeSet};

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{OTHER, VALUES_LIMIT};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SurveyId;
use bearing_shared::instrument::Instrument;
use bearing_storage::{Axis, Base, CountingStatus, Grouping, Outcome, StoredResponse, Tally, TallyQuery};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::builders::*;

pub(crate) const SURVEYS: [&str; 2] = ["sv_home", "sv_second"];
pub(crate) const TOUCHPOINTS: [&str; 4] = ["", "checkout", "cart", "invented"];
pub(crate) const PLANS: [&str; 4] = ["free", "pro", "gold", OTHER];
pub(crate) const CUSTOMERS: [&str; 2] = ["c-1", "c-2"];
/// In two of them clocks change within the days of a history, in one at midnight.
pub(crate) const ZONES: [&str; 4] = ["Europe/Amsterdam", "America/New_York", "America/Havana", "Asia/Kathmandu"];
/// The declarations that a history switches between.
pub(crate) const DECLARED: [&[(&str, &[&str])]; 4] =
    [&[], &[("plan", &["free", "pro"])], &[("plan", &["gold"]), ("country", &["NL"])], &[("country", &["NL", "DE"])]];

/// One response of a batch, as little as decides what becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    id: u128,
    seq: u32,
    survey: usize,
    score: u8,
    touchpoint: usize,
    plan: Option<usize>,
    country: Option<bool>,
    choices: Vec<bool>,
    device: Option<bool>,
    hour: i64,
    completed: bool,
    state: ResponseState,
    customer: Option<usize>,
    verified: bool,
    server: bool,
}

pub(crate) fn sent() -> impl Strategy<Value = Sent> {
    let state = prop_oneof![
        8 => Just(ResponseState::Counted),
        1 => Just(ResponseState::Test),
        1 => Just(ResponseState::Quarantined),
        1 => Just(ResponseState::Excluded),
    ];
    let place = (0u128..24, 0u32..4, prop_oneof![4 => Just(0usize), 1 => Just(1)], 0u8..=10, 0..TOUCHPOINTS.len());
    let attributes = (prop::option::of(0..PLANS.len()), any::<Option<bool>>(), prop::collection::vec(any::<bool>(), 2));
    let how = (any::<Option<bool>>(), -24 * 24i64..9 * 24, any::<bool>(), state);
    let who = (prop::option::weighted(0.3, 0..CUSTOMERS.len()), prop::bool::weighted(0.3), prop::bool::weighted(0.2));
    (place, attributes, how, who).prop_map(|(place, attributes, how, (customer, verified, server))| {
        let (id, seq, survey, score, touchpoint) = place;
        let ((plan, country, choices), (device, hour, completed, state)) = (attributes, how);
        Sent {
            id,
            seq,
            survey,
            score,
            touchpoint,
            plan,
            country,
            choices,
            device,
            hour,
            completed,
            state,
            customer,
            verified: verified && customer.is_some(),
            server,
        }
    })
}

impl Sent {
    pub(crate) fn response(&self) -> StoredResponse {
        let mut attributes = BTreeMap::new();
        if let Some(plan) = self.plan {
            attributes.insert("plan".to_owned(), PLANS[plan].to_owned());
        }
        if let Some(dutch) = self.country {
            attributes.insert("country".to_owned(), if dutch { "NL" } else { "DE" }.to_owned());
        }
        let mut response = response(self.id, self.score);
        let picked: Vec<String> = ["speed", "price"]
            .iter()
            .zip(&self.choices)
            .filter(|(_, on)| **on)
            .map(|(id, _)| (*id).to_owned())
            .collect();
        if !picked.is_empty() {
            let question = "topics".to_owned();
            response.answers.push(Answer { question, value: None, text: None, choices: Some(picked) });
        }
        let device = self.device.map(|mobile| if mobile { "mobile" } else { "toaster" }.to_owned());
        let shown_at = NOON + self.hour * 3_600_000;
        StoredResponse {
            seq: self.seq,
            survey: SurveyId::from(SURVEYS[self.survey]),
            touchpoint: TOUCHPOINTS[self.touchpoint].to_owned(),
            completed: self.completed,
            state: self.state,
            identity: if self.verified { Identity::Verified } else { Identity::Anonymous },
            customer: self.customer.map(|customer| CUSTOMERS[customer].to_owned()),
            source: if self.server { "server" } else { "embed" }.to_owned(),
            attributes,
            context: Context { device, ..Context::default() },
            shown_at,
            answered_at: shown_at + 4_000,
            ..response
        }
    }
}

/// Whether a response was shown too long before what is sent for a browser to change it.
fn is_old(before: &StoredResponse, sent: &Sent) -> bool {
    sent.response().received_at - before.shown_at > 8 * 86_400_000
}

/// What a site must hold: its responses, whole, and nothing summed.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) responses: BTreeMap<u128, StoredResponse>,
    pub(crate) erased: BTreeSet<u128>,
    pub(crate) declared: usize,
    pub(crate) zone: usize,
    pub(crate) named: BTreeSet<String>,
    pub(crate) learned: BTreeMap<String, Vec<String>>,
    /// What responses said that were erased or replaced in this step.
    pub(crate) said: BTreeSet<(String, String)>,
}

impl Model {
    pub(crate) fn outcome(&self, sent: &Sent) -> Outcome {
        if self.erased.contains(&sent.id) {
            return Outcome::Erased;
        }
        match self.responses.get(&sent.id) {
            None => Outcome::Stored,
            Some(before) if before.survey.as_str() != SURVEYS[sent.survey] => Outcome::Mismatch,
            Some(before) if sent.seq <= before.seq => Outcome::Duplicate,
            Some(before) if !sent.server && (before.source == "server" || is_old(before, sent)) => Outcome::NotTheirs,
            Some(_) => Outcome::Updated,
        }
    }

    pub(crate) fn accept(&mut self, batch: &[Sent]) -> Vec<Outcome> {
        for sent in batch.iter().filter(|sent| sent.server || sent.verified) {
            if sent.state == ResponseState::Counted && matches!(self.outcome(sent), Outcome::Stored | Outcome::Updated)
            {
                self.learn(&sent.response().attributes);
            }
        }
        batch.iter().map(|sent| self.accept_one(sent)).collect()
    }

    pub(crate) fn learn(&mut self, attributes: &BTreeMap<String, String>) {
        for (name, values) in self.dimensions() {
            let Some(value) = attributes.get(&name) else { continue };
            if value != OTHER && !values.contains(value) && values.len() < VALUES_LIMIT {
                self.learned.entry(name).or_default().push(value.clone());
            }
        }
    }

    /// Declares other dimensions; those that are new learn from the trusted answers, the most frequent value first.
    pub(crate) fn declare(&mut self, which: usize) {
        let before = std::mem::replace(&mut self.declared, which);
        for (name, _) in DECLARED[which] {
            if DECLARED[before].iter().any(|(declared, _)| declared == name) {
                continue;
            }
            let trusted = self.responses.values().filter(|response| {
                response.state == ResponseState::Counted
                    && (response.source == "server" || response.identity == Identity::Verified)
            });
            let mut totals: BTreeMap<String, i32> = BTreeMap::new();
            trusted.filter_map(|response| response.attributes.get(*name)).for_each(|value| {
                *totals.entry(value.clone()).or_default() += 1;
            });
            let mut values: Vec<(String, i32)> = totals.into_iter().collect();
            values.sort_by_key(|(_, total)| -total);
            for (value, _) in values {
                self.learn(&BTreeMap::from([((*name).to_owned(), value)]));
            }
        }
    }

    /// The dimensions that are to be told apart.
    pub(crate) fn dimensions(&self) -> Vec<(String, Vec<String>)> {
        let all = |(name, listed): &(&str, &[&str])| {
            let mut values = texts(listed);
            for value in self.learned.get(*name).into_iter().flatten() {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            ((*name).to_owned(), values)
        };
        DECLARED[self.declared].iter().map(all).collect()
    }

    pub(crate) fn accept_one(&mut self, sent: &Sent) -> Outcome {
        let mut outcome = self.outcome(sent);
        let next = sent.response();
        match (outcome, self.responses.get_mut(&sent.id)) {
            (Outcome::Stored, _) => {
                self.responses.insert(sent.id, next);
            }
            (Outcome::Updated, Some(before)) => {
                // The sequences bring no signs: what counts goes on counting, and what was quarantined unjudged is cleared.
                let by_member = before.marks.judged_at.is_some();
                let judged = match before.state {
                    ResponseState::Excluded => true,
                    ResponseState::Quarantined => by_member,
                    ResponseState::Counted => next.state == ResponseState::Quarantined,
                    ResponseState::Test => false,
                };
                if judged && before.state != next.state {
                    outcome = Outcome::UpdatedAsJudged;
                }
                let replaced =
                    before.attributes.iter().filter(|(name, value)| next.attributes.get(*name) != Some(*value));
                self.said.extend(replaced.map(|(name, value)| (name.clone(), value.clone())));
                *before = StoredResponse {
                    shown_at: before.shown_at,
                    source: before.source.clone(),
                    state: if judged { before.state } else { next.state },
                    completed: before.completed || next.completed,
                    identity: if next.customer.is_none() && before.customer.is_some() {
                        before.identity
                    } else {
                        next.identity
                    },
                    customer: next.customer.clone().or_else(|| before.customer.clone()),
                    context: Context {
                        device: next.context.device.clone().or_else(|| before.context.device.clone()),
                        ..Context::default()
                    },
                    marks: before.marks.clone(),
                    ..next
                };
            }
            _ => {}
        }
        outcome
    }

    /// A member gives responses a state; how many there are.
    pub(crate) fn judge(&mut self, ids: &[u128], state: ResponseState) -> usize {
        let mut there = 0;
        for id in ids {
            let Some(response) = self.responses.get_mut(id) else { continue };
            there += 1;
            if response.state != ResponseState::Test && response.state != state {
                response.state = state;
                response.marks.judged_at = Some(NOON);
            }
        }
        there
    }

    pub(crate) fn remove(&mut self, id: u128) -> bool {
        let there = self.responses.remove(&id);
        if let Some(response) = &there {
            self.erased.insert(id);
            self.said.extend(response.attributes.clone());
        }
        there.is_some()
    }

    /// Takes over what is still learned after responses were erased or replaced: nothing has gone but what only they said.
    pub(crate) fn forget(&mut self, now: BTreeMap<String, Vec<String>>) {
        let is_given = |name: &String, value: &String| {
            let counted = self.responses.values().filter(|response| response.state == ResponseState::Counted);
            counted.filter_map(|response| response.attributes.get(name)).any(|given| given == value)
        };
        for (name, values) in &self.learned {
            let left = now.get(name).cloned().unwrap_or_default();
            let (stay, go): (Vec<_>, Vec<_>) = values.iter().cloned().partition(|value| left.contains(value));
            assert_eq!(stay, left, "what is left of {name} is in its order");
            for value in go {
                let was_said = self.said.contains(&(name.clone(), value.clone()));
                let is_listed = DECLARED.iter().flat_map(|all| all.iter()).any(|(_, listed)| listed.contains(&&*value));
                assert!(was_said && (is_listed || !is_given(name, &value)), "{value} of {name} is forgotten");
            }
        }
        self.said.clear();
        self.learned = now;
    }

    /// The counted responses of a filter, each respondent's last where that is the base.
    pub(crate) fn counted(&self, query: &TallyQuery, status: &CountingStatus) -> Vec<&StoredResponse> {
        let filter = &query.filter;
        let mut found: Vec<&StoredResponse> = self.responses.values().collect();
        found.retain(|response| {
            let day = day(response, status);
            response.state == ResponseState::Counted
                && filter.survey.as_ref().is_none_or(|survey| *survey == response.survey)
                && filter
                    .touchpoint
                    .as_ref()
                    .is_none_or(|asked| *asked == response.touchpoint || *asked == touchpoint(response, status))
                && filter.from_day.is_none_or(|first| day >= first)
                && filter.to_day.is_none_or(|last| day <= last)
        });
        if query.base == Base::Respondents {
            let mut last: BTreeMap<(u8, &str), &StoredResponse> = BTreeMap::new();
            for response in found {
                let visitor = (1, response.visitor.as_deref().unwrap_or_default());
                let who = response.customer.as_deref().map_or(visitor, |customer| (0, customer));
                let kept = last.entry(who).or_insert(response);
                if (kept.answered_at, kept.id.0) < (response.answered_at, response.id.0) {
                    *kept = response;
                }
            }
            found = last.into_values().collect();
        }
        found.retain(|response| {
            filter.values.iter().all(|(dimension, value)| {
                let Some(name) = dimension.strip_prefix("attr.") else {
                    return values(response, dimension, status).contains(value);
                };
                let Some(sent) = response.attributes.get(name) else { return false };
                // What is declared nowhere tells nothing apart: all of it is the remainder.
                let declared = status.dimensions.iter().any(|declared| declared.name == name);
                let folded = if declared { values(response, dimension, status) } else { texts(&[OTHER]) };
                folded.contains(value) || sent == value && value != OTHER
            })
        });
        found
    }

    pub(crate) fn tallies(&self, query: &TallyQuery, status: &CountingStatus) -> Vec<Tally> {
        let mut parts: BTreeMap<(i32, String), Histogram> = BTreeMap::new();
        for response in self.counted(query, status) {
            let day = day(response, status);
            let period = match query.grouping {
                Grouping::Whole => 0,
                Grouping::Hour => (response.shown_at / 3_600_000) as i32,
                Grouping::Day => day,
                Grouping::Week => day - (day - MONDAY).rem_euclid(7),
            };
            let values = match &query.by {
                None => vec![String::new()],
                Some(Axis::Survey) => vec![response.survey.0.clone()],
                Some(Axis::Touchpoint) => vec![touchpoint(response, status)],
                Some(Axis::Dimension(dimension)) => values(response, dimension, status),
            };
            for value in values {
                parts.entry((period, value)).or_default().merge(&Histogram::of([response.score]));
            }
        }
        let instrument = Instrument::Nps;
        let tally = |((period, value), histogram)| Tally { instrument, period, survey: None, value, histogram };
        parts.into_iter().map(tally).collect()
    }

    /// Whether cells must answer a question while the store counts so.
    pub(crate) fn has_cells(&self, query: &TallyQuery, status: &CountingStatus) -> bool {
        let filter = &query.filter;
        let named =
            |name: &String| name.is_empty() || name == OTHER || status.touchpoints.iter().any(|known| known == name);
        let kept = |dimension: &str, value: Option<&String>| match dimension.strip_prefix("attr.") {
            None => true,
            Some(name) => status.dimensions.iter().any(|known| {
                known.name == name && value.is_none_or(|value| value == OTHER || known.values.contains(value))
            }),
        };
        let axis = match &query.by {
            Some(Axis::Dimension(dimension)) => Some(dimension),
            _ => None,
        };
        query.base == Base::Responses
            && query.grouping != Grouping::Hour
            && filter.touchpoint.as_ref().is_none_or(named)
            && filter.values.len() + usize::from(axis.is_some()) <= 1
            && filter.values.iter().all(|(dimension, value)| kept(dimension, Some(value)))
            && axis.is_none_or(|dimension| kept(dimension, None))
    }
}

/// The day of a response where the store counts so; by the calendar, not by midnights as the store does.
pub(crate) fn day(response: &StoredResponse, status: &CountingStatus) -> i32 {
    let moment = jiff::Timestamp::from_millisecond(response.shown_at).expect("is a time");
    let date = moment.to_zoned(TimeZone::get(&status.zone).expect("is a zone")).date();
    (date - jiff::civil::Date::constant(1970, 1, 1)).get_days()
}

pub(crate) fn touchpoint(response: &StoredResponse, status: &CountingStatus) -> String {
    let sent = &response.touchpoint;
    let known = sent.is_empty() || status.touchpoints.contains(sent);
    if known { sent.clone() } else { OTHER.into() }
}

pub(crate) fn values(response: &StoredResponse, dimension: &str, status: &CountingStatus) -> Vec<String> {
    if let Some(name) = dimension.strip_prefix("attr.") {
        let Some(sent) = response.attributes.get(name) else { return Vec::new() };
        let declared = status.dimensions.iter().find(|declared| declared.name == name);
        let apart = declared.is_none_or(|declared| declared.values.contains(sent));
        return vec![if apart { sent.clone() } else { OTHER.into() }];
    }
    match dimension {
        "device" => match response.context.device.as_deref() {
            Some("mobile") => vec!["mobile".into()],
            _ => vec![OTHER.into()],
        },
        "choice.topics" => response.answers.iter().filter_map(|answer| answer.choices.clone()).flatten().collect(),
        _ => panic!("the model does not know {dimension}"),
    }
}
