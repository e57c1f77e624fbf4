//! Deciding: which survey is due, and why the others are not. `widget/loader/decide.js` says the same in JavaScript.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::moment::moment;
use super::{AttributeRule, Device, On, Reason, Rest, Rules, Signal, Trigger, address};
use crate::answer::Plain;
use crate::id::SurveyId;
use crate::look::Position;
use crate::metric::Metric;
use crate::survey::Survey;

const DAY_MS: i64 = 86_400_000;
/// Places in a survey's sample.
const PLACES: u32 = 10_000;

/// What a site asks: the part of the config that decides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// The surveys, first the one that goes first.
    pub surveys: Vec<Candidate>,
    /// The site's rest clocks.
    #[serde(default)]
    pub rest: Rest,
    /// The signals that the site respects.
    #[serde(default)]
    pub signals: Vec<Signal>,
}

/// One survey as far as it is decided about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The survey.
    pub id: SurveyId,
    /// What it measures.
    pub metric: Metric,
    /// The touchpoints it is shown at; empty: any page.
    #[serde(default)]
    pub touchpoints: Vec<String>,
    /// Its rules, addresses written as browsers write them.
    #[serde(default)]
    pub rules: Rules,
    /// Where it stands.
    #[serde(default)]
    pub position: Position,
}

impl Candidate {
    /// A survey as its visitors' browsers decide about it.
    pub fn of(id: SurveyId, survey: &Survey) -> Self {
        let (metric, touchpoints) = (survey.metric, survey.touchpoints.clone());
        Self { id, metric, touchpoints, rules: survey.rules.for_browsers(), position: survey.look.position }
    }
}

/// A page view.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The address, as browsers write it.
    pub url: String,
    /// The touchpoint; empty without one.
    pub touchpoint: String,
    /// The device.
    pub device: Device,
    /// The locale that the page or the browser wants.
    pub locale: String,
    /// What the page says of the visitor or the occasion.
    pub attributes: BTreeMap<String, Plain>,
    /// What has happened on it.
    pub happened: Vec<Happening>,
    /// Whether the browser sends Do Not Track.
    #[serde(default)]
    pub dnt: bool,
    /// Whether the browser sends Global Privacy Control.
    #[serde(default)]
    pub gpc: bool,
    /// What the page said of the visitor's consent, if anything.
    #[serde(default)]
    pub consent: Option<bool>,
}

/// Something that happened on a page view.
#[derive(Clone, Debug, Deserialize)]
pub struct Happening {
    /// What; its number is how far it went, its selector the trigger's.
    #[serde(flatten)]
    pub what: On,
    /// How long ago, in seconds.
    pub ago_s: f64,
}

/// What a browser remembers of its visitor; times in ms since 1970 by its own clock.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Who is drawn for samples: the visitor's random id; without storage the customer's, or one draw a page view.
    pub id: String,
    /// What happened to each survey.
    #[serde(default)]
    pub surveys: BTreeMap<SurveyId, Seen>,
    /// When a survey of each metric was last shown, answered or dismissed.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, i64>,
    /// When any survey was.
    #[serde(default)]
    pub site: Option<i64>,
    /// When the visitor asked not to be asked again.
    #[serde(default)]
    pub declined: Option<i64>,
}

/// What happened to one survey.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// When it was last shown.
    #[serde(default)]
    pub shown: Option<i64>,
    /// When it was last answered.
    #[serde(default)]
    pub answered: Option<i64>,
    /// When it was last dismissed.
    #[serde(default)]
    pub dismissed: Option<i64>,
    /// How often it was shown since the last answer, dismissal or rest.
    #[serde(default)]
    pub shows: u32,
}

/// For each survey, in order, why it is not shown, in the order of [`Reason::ALL`]; empty when it is due.
///
/// `now` is in ms since 1970 by the browser's clock. A remembered time ahead of it counts as now.
pub fn decide(asking: &Asking, page: &Page, memory: &Memory, now: i64) -> Vec<Vec<Reason>> {
    asking.surveys.iter().map(|survey| reasons(survey, asking, page, memory, now)).collect()
}

fn reasons(survey: &Candidate, asking: &Asking, page: &Page, memory: &Memory, now: i64) -> Vec<Reason> {
    let rules = &survey.rules;
    let seen = memory.surveys.get(&survey.id).copied().unwrap_or_default();
    let is_inline = survey.position == Position::Inline;
    let is_signalled = |signal: &Signal| match signal {
        Signal::Dnt => page.dnt,
        Signal::Gpc => page.gpc,
    };
    let is_out_of_time = rules.from.as_deref().and_then(moment).is_some_and(|from| now < from)
        || rules.until.as_deref().and_then(moment).is_some_and(|until| now >= until);
    // Never again without a number of days.
    let rests_again = |time: Option<i64>| match rules.again_after_days {
        Some(days) => rests(time, days, now),
        None => time.is_some(),
    };
    let shown_enough = rules.shows.is_some_and(|most| seen.shows >= u32::from(most));
    let verdicts = [
        (Reason::Consent, page.consent == Some(false)),
        (Reason::Signal, asking.signals.iter().any(is_signalled)),
        (Reason::Declined, memory.declined.is_some()),
        (Reason::Schedule, is_out_of_time),
        (Reason::Touchpoint, !is_one_of(&survey.touchpoints, |name| *name == page.touchpoint)),
        (Reason::Inline, is_inline),
        (Reason::Url, !address::is_taken(&rules.urls, &page.url)),
        (Reason::Device, !is_one_of(&rules.devices, |device| *device == page.device)),
        (Reason::Locale, !is_one_of(&rules.locales, |locale| is_within(&page.locale, locale))),
        (Reason::Attribute, !rules.attributes.iter().all(|rule| holds(rule, page.attributes.get(&rule.name)))),
        (Reason::Trigger, !is_inline && !is_started(&rules.triggers, &page.happened)),
        (Reason::Cancelled, !is_inline && is_cancelled(&rules.cancel, &page.happened)),
        (Reason::Sample, place(&memory.id, &survey.id) >= u32::from(rules.sample_percent.0)),
        (Reason::Answered, rests_again(seen.answered)),
        (Reason::Dismissed, rests_again(seen.dismissed)),
        (Reason::Shows, shown_enough && rests_again(seen.shown)),
        (
            Reason::RestMetric,
            rests(memory.metrics.get(&survey.metric).copied(), asking.rest.days_of(survey.metric), now),
        ),
        (Reason::RestSite, rests(memory.site, asking.rest.site_days, now)),
    ];
    verdicts.into_iter().filter_map(|(reason, applies)| applies.then_some(reason)).collect()
}

/// A visitor's place in a survey's sample, 0 to 9,999: FNV-1a, 32 bits, of `visitor|survey`.
///
/// The visitor is asked when the place is below the sample's percentage times 100: the same visitor always or never.
pub fn place(visitor: &str, survey: &SurveyId) -> u32 {
    let bytes = visitor.bytes().chain(*b"|").chain(survey.0.bytes());
    bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % PLACES
}

/// Whether fewer than `days` days have gone by since a time; without days or time nothing rests.
fn rests(time: Option<i64>, days: u16, now: i64) -> bool {
    time.is_some_and(|time| now.saturating_sub(time).max(0) < i64::from(days) * DAY_MS)
}

/// Whether a list is empty or holds one that passes.
fn is_one_of<T>(list: &[T], passes: impl FnMut(&T) -> bool) -> bool {
    list.is_empty() || list.iter().any(passes)
}

/// Whether a locale is another, or the other with more parts: `pt-BR` is within `pt`.
fn is_within(locale: &str, wider: &str) -> bool {
    let start = locale.get(..wider.len()).filter(|start| start.eq_ignore_ascii_case(wider));
    start.is_some_and(|start| matches!(locale.as_bytes().get(start.len()), None | Some(b'-')))
}

fn is_started(triggers: &[Trigger], happened: &[Happening]) -> bool {
    let page_view = [Trigger { on: On::PageView, delay_s: 0 }];
    let triggers = if triggers.is_empty() { &page_view } else { triggers };
    let is_over = |trigger: &Trigger, what: &Happening| what.ago_s >= f64::from(trigger.delay_s);
    triggers.iter().any(|trigger| happened.iter().any(|what| fires(&trigger.on, &what.what) && is_over(trigger, what)))
}

fn is_cancelled(names: &[String], happened: &[Happening]) -> bool {
    happened.iter().any(|what| matches!(&what.what, On::Track { name } if names.contains(name)))
}

/// Whether what happened is what is waited for.
fn fires(awaited: &On, what: &On) -> bool {
    match (awaited, what) {
        (On::Scroll { percent }, On::Scroll { percent: reached }) => reached >= percent,
        (On::Inactivity { seconds }, On::Inactivity { seconds: idle }) => idle >= seconds,
        _ => awaited == what,
    }
}

/// Whether an attribute, which may be absent, is as a rule wants it.
fn holds(rule: &AttributeRule, value: Option<&Plain>) -> bool {
    let text = value.map(Plain::to_string);
    let is_in = |values: &[String]| text.as_ref().is_some_and(|text| values.contains(text));
    if !rule.is.is_empty() {
        return is_in(&rule.is);
    }
    if !rule.is_not.is_empty() {
        return !is_in(&rule.is_not);
    }
    let number = text.as_deref().filter(|text| is_number(text)).and_then(|text| text.parse::<f64>().ok());
    number.is_some_and(|number| {
        rule.at_least.is_none_or(|least| number >= least as f64)
            && rule.at_most.is_none_or(|most| number <= most as f64)
    })
}

/// Whether a text is a plain number: digits with at most one point inside and a minus before.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(decimals)
}
