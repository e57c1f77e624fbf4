//! Reports: each asked with the same parameters, and a few of its own.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::reports::{
    BreakdownReport, ChangesReport, CompareReport, DriversReport, FunnelReport, Reported, ScoreReport, TrendReport,
};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::{Metric, Unit};
use bearing_storage::{Axis, Base, ReportFilter, Scope};

use super::params::Params;
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::reports::trend::Bucket;
use crate::reports::{Question, axis, breakdown, changes, compare, drivers, funnel, score, trend};

/// What `metric` may be.
const METRICS: &str = "nps, csat or ces";
/// The most streams that can be watched together.
const STREAMS: u32 = 10_000;

/// How long all reads of one report may take together.
const LIMIT: Duration = Duration::from_secs(5);

/// What every report takes, for `/openapi.json`.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query; `question` reads it name by name, so that unknown ones are told")]
pub(super) struct Common {
    /// Defaults to the key's site.
    site: Option<String>,
    /// What is measured.
    metric: Metric,
    /// Only this survey.
    survey: Option<String>,
    /// Only this touchpoint; `(other)` is every one that no survey names.
    touchpoint: Option<String>,
    /// Only this version; name the survey too.
    version: Option<u32>,
    /// Only this device: desktop, mobile, tablet or `(other)`.
    device: Option<String>,
    /// Only this language, two letters or `(other)`.
    locale: Option<String>,
    /// The first day, a site date such as 2026-11-21; included.
    from: Option<String>,
    /// The last day; included.
    to: Option<String>,
    /// Only with this value of an attribute; for several attributes, once each.
    #[param(rename = "attr.<name>")]
    attribute: Option<String>,
    /// `responses` (every answer, the default) or `respondents` (each respondent's last).
    base: Option<String>,
}

/// The question of a request, and by what axis it is parted, if `by` was given.
struct Asked {
    question: Question,
    by: Option<Axis>,
}

async fn asked(app: &App, caller: &Caller, params: &mut Params) -> ApiResult<Asked> {
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    asked_of(app, site, params).await
}

/// The question of a request for a report that is on boards: a shared link's is held to its filter here, and nowhere else.
async fn asked_by_anyone(app: &App, caller: &Caller, params: &mut Params) -> ApiResult<Asked> {
    if let Some(shown) = caller.share() {
        params.hold(&shown.hold)?;
    }
    let site = caller.may_see(params.take("site").as_deref())?;
    asked_of(app, site, params).await
}

async fn asked_of(app: &App, site: &SiteId, params: &mut Params) -> ApiResult<Asked> {
    let base = params.parsed("base", "responses or respondents", |text| match text {
        "responses" => Some(Base::Responses),
        "respondents" => Some(Base::Respondents),
        _ => None,
    })?;
    let (from_day, to_day) = params.days()?;
    let by = params.parsed("by", axis::NAMES, axis::named)?;
    let Filter { metric, survey, touchpoint, values } = filter(app, site, params).await?;
    let metric =
        metric.ok_or_else(|| Fault::at(Code::INVALID_PARAMETER, "metric", format!("Name the metric: {METRICS}.")))?;
    let (survey, instrument) = survey.unzip();
    let view = app.directory.site_by_id(site).await?.ok_or_else(ApiError::not_found)?;
    let filter = ReportFilter { metric, survey, touchpoint, from_day, to_day, values };
    let base = base.unwrap_or_default();
    let question = Question { instrument, base, ..Question::new(&view, filter, app.clock.now()) };
    Ok(Asked { question, by })
}

/// Which answers are meant, in whatever period: what a shared link can be held to.
pub(super) struct Filter {
    pub(super) metric: Option<Metric>,
    /// With its instrument.
    pub(super) survey: Option<(SurveyId, Instrument)>,
    pub(super) touchpoint: Option<String>,
    /// Values of the other dimensions, by their names in cells.
    pub(super) values: Vec<(String, String)>,
}

/// Takes the filter of a report.
///
/// # Errors
/// `invalid_parameter`, `not_found` for a survey that the site has not.
pub(super) async fn filter(app: &App, site: &SiteId, params: &mut Params) -> ApiResult<Filter> {
    let metric = params.parsed("metric", METRICS, Metric::named)?;
    let survey = match params.take("survey").map(SurveyId) {
        Some(id) => {
            let found = app.store.survey(site, &id).await?.ok_or_else(ApiError::not_found)?;
            Some((id, found.survey.instrument))
        }
        None => None,
    };
    let mut values: Vec<(String, String)> = Vec::new();
    let version = params.parsed("version", "a version's number, from 1", |text| {
        text.parse::<u32>().ok().filter(|version| *version > 0)
    })?;
    if version.is_some() && survey.is_none() {
        let message = "Version numbers belong to a survey; name it in survey=.";
        return Err(Fault::at(Code::INVALID_PARAMETER, "version", message).into());
    }
    values.extend(version.map(|version| ("version".to_owned(), version.to_string())));
    let device = params.parsed("device", "desktop, mobile, tablet or (other)", |text| {
        ["desktop", "mobile", "tablet", "(other)"].contains(&text).then(|| text.to_owned())
    })?;
    values.extend(device.map(|device| ("device".to_owned(), device)));
    let locale = params.parsed("locale", "a language of two letters, or (other)", |text| {
        let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        (two || text == "(other)").then(|| text.to_ascii_lowercase())
    })?;
    values.extend(locale.map(|locale| ("locale".to_owned(), locale)));
    let attributes = params.attributes()?;
    values.extend(attributes.into_iter().map(|(name, value)| (bearing_shared::cell::attribute(&name), value)));
    // The empty touchpoint is one: that of answers which have none.
    let touchpoint = params.take_any("touchpoint");
    Ok(Filter { metric, survey, touchpoint, values })
}

/// A report that takes no longer than [`LIMIT`], and how far it is behind; a read that is under way then ends by its own
/// limit soon after.
async fn in_time<T>(app: &App, report: impl Future<Output = ApiResult<T>>) -> ApiResult<Json<Reported<T>>> {
    // Before it is read: what comes while it is read may be in it.
    let behind = app.log.as_ref().and_then(|log| log.behind(app.clock.now()));
    match tokio::time::timeout(LIMIT, report).await {
        Ok(report) => read_in_time(report).map(|report| Json(Reported { report, behind })),
        Err(_) => Err(Fault::new(Code::TOO_MUCH_TO_READ, Code::TOO_MUCH_TO_READ.meaning).into()),
    }
}

/// An axis that a report cannot do without.
fn needed(by: Option<Axis>) -> Result<Axis, Fault> {
    let message = || format!("Say by what: {}.", axis::NAMES);
    by.ok_or_else(|| Fault::at(Code::INVALID_PARAMETER, "by", message()))
}

/// An axis whose values stand for themselves: a version's number does so only within a survey.
fn unmixed(by: Option<&Axis>, question: &Question) -> Result<(), Fault> {
    match by {
        Some(axis) if axis::name(axis) == "version" && question.filter.survey.is_none() => {
            Err(Fault::at(Code::INVALID_PARAMETER, "by", "Version numbers belong to a survey; name it in survey=."))
        }
        _ => Ok(()),
    }
}

/// An axis that a report does not take.
fn refused(by: Option<&Axis>) -> Result<(), Fault> {
    let message = "This report has no segments; /v1/reports/breakdown has.";
    by.map_or(Ok(()), |_| Err(Fault::at(Code::UNKNOWN_PARAMETER, "by", message)))
}

/// The score of a period.
#[utoipa::path(get, path = "/v1/reports/score", tag = "management",
    params(Common,
        ("target" = Option<f64>, Query, description = "Is this score reached? Answered in `target`")),
    responses((status = 200, body = Reported<ScoreReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn score(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<ScoreReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked_by_anyone(&app, &caller, &mut params).await?;
    refused(by.as_ref())?;
    let lowest = if question.filter.metric.unit() == Unit::Points { -100.0 } else { 0.0 };
    let target = params.parsed("target", &format!("a score from {lowest} to 100"), |text| {
        // Adding zero turns −0.0 into 0.0.
        text.parse::<f64>().ok().filter(|target| (lowest..=100.0).contains(target)).map(|target| target + 0.0)
    })?;
    params.end()?;
    let mut reply = in_time(&app, score::report(app.store.as_ref(), &question, target)).await?;
    if caller.share().is_some() {
        score::conceal(&mut reply.report);
    }
    Ok(reply)
}

/// A score over time; without dates the last 12 buckets.
#[utoipa::path(get, path = "/v1/reports/trend", tag = "management",
    params(Common,
        ("bucket" = Option<String>, Query, description = "hour, day, week (default) or month"),
        ("by" = Option<String>, Query, description = "A series per segment too; takes what breakdown takes")),
    responses((status = 200, body = Reported<TrendReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn trend(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<TrendReport>>> {
    let mut params = Params::read(query);
    let bucket = params.parsed("bucket", "hour, day, week or month", |text| {
        Bucket::ALL.into_iter().find(|bucket| bucket.name() == text)
    })?;
    let Asked { question, by } = asked_by_anyone(&app, &caller, &mut params).await?;
    params.end()?;
    let bucket = bucket.unwrap_or(Bucket::Week);
    let mut reply = in_time(&app, trend::report(app.store.as_ref(), &question, bucket, by.as_ref())).await?;
    if caller.share().is_some() {
        trend::conceal(&mut reply.report);
    }
    Ok(reply)
}

/// Scores by segment, each against all the rest.
#[utoipa::path(get, path = "/v1/reports/breakdown", tag = "management",
    params(Common,
        ("by" = String, Query,
            description = "touchpoint, device, locale, survey, version, attr.<name> or choice.<question>"),
        ("hide" = Option<bool>, Query, description = "Leave out what a reader without the answers must not tell apart")),
    responses((status = 200, body = Reported<BreakdownReport>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn breakdown(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<BreakdownReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked(&app, &caller, &mut params).await?;
    let hide = params.parsed("hide", "true or false", |text| text.parse().ok())?;
    params.end()?;
    let by = needed(by)?;
    in_time(&app, breakdown::report(app.store.as_ref(), &question, &by, hide.unwrap_or(false))).await
}

/// Two periods, or two segments, against each other.
#[utoipa::path(get, path = "/v1/reports/compare", tag = "management",
    params(Common,
        ("against_from" = Option<String>, Query, description = "The other period's first day; default the period before"),
        ("against_to" = Option<String>, Query, description = "The other period's last day"),
        ("by" = Option<String>, Query, description = "With periods: take the change apart by these segments"),
        ("value" = Option<String>, Query, description = "Compare this segment of `by` instead of periods"),
        ("against" = Option<String>, Query, description = "The other segment; default all the rest")),
    responses((status = 200, body = Reported<CompareReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn compare(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<CompareReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked(&app, &caller, &mut params).await?;
    unmixed(by.as_ref(), &question)?;
    let days = params.window("against_from", "against_to")?;
    // The empty value is a value: the touchpoint of answers that have none.
    let (value, other) = (params.take_any("value"), params.take_any("against"));
    params.end()?;
    let against = match (value, days) {
        (Some(_), Some(_)) => {
            let message = "Compare either two periods (against_from, against_to) or two segments (value, against).";
            return Err(Fault::at(Code::INVALID_PARAMETER, "value", message).into());
        }
        (Some(value), None) => {
            let by = needed(by)?;
            // Against the rest an answer is on one side; with two picks it would be on both.
            other.as_ref().map_or(Ok(()), |_| compare::check_parts(&by))?;
            compare::Against::Values(by, value, other)
        }
        (None, days) => match other {
            Some(_) => {
                let message = "Name the first segment too: value=.";
                return Err(Fault::at(Code::INVALID_PARAMETER, "against", message).into());
            }
            None => {
                by.as_ref().map_or(Ok(()), compare::check_parts)?;
                compare::Against::Days(days, by)
            }
        },
    };
    in_time(&app, compare::report(app.store.as_ref(), &question, against)).await
}

/// Deviations from a baseline; without dates over the last 90 days.
#[utoipa::path(get, path = "/v1/reports/changes", tag = "management",
    params(Common,
        ("baseline_from" = Option<String>, Query,
            description = "The baseline's first day; default at least 56 days right before `from`"),
        ("baseline_to" = Option<String>, Query, description = "The baseline's last day"),
        ("streams" = Option<u32>, Query,
            description = "How many lines are watched together (1 to 10,000): one false alarm a year over all of them"),
        ("by" = Option<String>, Query, description = "Take each change of the score apart by these segments")),
    responses((status = 200, body = Reported<ChangesReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn changes(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<ChangesReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked(&app, &caller, &mut params).await?;
    unmixed(by.as_ref(), &question)?;
    let baseline = params.window("baseline_from", "baseline_to")?;
    let streams = params.parsed("streams", &format!("a whole number from 1 to {STREAMS}"), |text| {
        text.parse().ok().filter(|streams| (1..=STREAMS).contains(streams))
    })?;
    params.end()?;
    changes::check(&question, baseline)?;
    by.as_ref().map_or(Ok(()), compare::check_parts)?;
    let streams = streams.unwrap_or(1);
    in_time(&app, changes::report(app.store.as_ref(), &question, baseline, streams, by.as_ref())).await
}

/// What goes with the score: segments, picked reasons and touchpoints.
#[utoipa::path(get, path = "/v1/reports/drivers", tag = "management",
    params(Common,
        ("by" = Option<String>, Query,
            description = "Only these segments; default every declared attribute and choice question, device, locale \
                and touchpoint")),
    responses((status = 200, body = Reported<DriversReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn drivers(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<DriversReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked(&app, &caller, &mut params).await?;
    params.end()?;
    unmixed(by.as_ref(), &question)?;
    let axes = match by {
        Some(axis) => vec![axis],
        None => {
            let view = app.directory.site_by_id(&question.site).await?.ok_or_else(ApiError::not_found)?;
            drivers::axes(&view, question.filter.metric)
        }
    };
    in_time(&app, drivers::report(app.store.as_ref(), &question, &axes)).await
}

/// From being asked to being done.
#[utoipa::path(get, path = "/v1/reports/funnel", tag = "management", params(Common),
    responses((status = 200, body = Reported<FunnelReport>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn funnel(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Reported<FunnelReport>>> {
    let mut params = Params::read(query);
    let Asked { question, by } = asked(&app, &caller, &mut params).await?;
    refused(by.as_ref())?;
    params.end()?;
    in_time(&app, funnel::report(app.store.as_ref(), &question)).await
}
