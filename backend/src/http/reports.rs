//! Reports: score, trend and funnel, asked with the same parameters.

use axum::Json;
use axum::extract::{RawQuery, State};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::reports::{FunnelReport, ScoreReport, TrendReport};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::SurveyId;
use bearing_shared::metric::Metric;
use bearing_storage::{ReportFilter, Scope};

use super::params::Params;
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};
use crate::reports::trend::Bucket;
use crate::reports::{Question, funnel, score as score_report, trend as trend_report};

async fn question(app: &App, caller: &Caller, params: &mut Params) -> ApiResult<Question> {
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let wanted = "nps, csat or ces";
    let metric = params
        .parsed("metric", wanted, Metric::named)?
        .ok_or_else(|| Fault::at(Code::INVALID_PARAMETER, "metric", format!("Name the metric: {wanted}.")))?;
    params.parsed("base", "responses", |text| (text == "responses").then_some(()))?;
    let (from_day, to_day) = params.days()?;
    let survey = params.take("survey").map(SurveyId);
    let instrument = match &survey {
        Some(id) => Some(app.store.survey(site, id).await?.ok_or_else(ApiError::not_found)?.survey.instrument),
        None => None,
    };
    let filter = ReportFilter {
        metric,
        survey,
        touchpoint: params.take("touchpoint"),
        from_day,
        to_day,
        attributes: params.attributes()?,
    };
    let view = app.directory.site_by_id(site).await?.ok_or_else(ApiError::not_found)?;
    Ok(Question { instrument, ..Question::new(&view, filter, app.clock.now()) })
}

/// The score of a period.
#[utoipa::path(get, path = "/v1/reports/score", tag = "management",
    params(("site" = Option<String>, Query), ("metric" = Metric, Query), ("survey" = Option<String>, Query),
        ("touchpoint" = Option<String>, Query), ("from" = Option<String>, Query, description = "Site date, inclusive"),
        ("to" = Option<String>, Query, description = "Site date, inclusive"),
        ("attr.<name>" = Option<String>, Query, description = "An attribute's value; repeatable"),
        ("base" = Option<String>, Query, description = "responses")),
    responses((status = 200, body = ScoreReport), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn score(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<ScoreReport>> {
    let mut params = Params::read(query);
    let question = question(&app, &caller, &mut params).await?;
    params.end()?;
    Ok(Json(score_report::report(app.store.as_ref(), &question).await?))
}

/// A score over time; without dates the last 12 buckets.
#[utoipa::path(get, path = "/v1/reports/trend", tag = "management",
    params(("site" = Option<String>, Query), ("metric" = Metric, Query),
        ("bucket" = Option<String>, Query, description = "hour, day, week (default) or month"),
        ("survey" = Option<String>, Query), ("touchpoint" = Option<String>, Query), ("from" = Option<String>, Query),
        ("to" = Option<String>, Query), ("attr.<name>" = Option<String>, Query), ("base" = Option<String>, Query)),
    responses((status = 200, body = TrendReport), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn trend(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<TrendReport>> {
    let mut params = Params::read(query);
    let bucket = params.parsed("bucket", "hour, day, week or month", |text| {
        Bucket::ALL.into_iter().find(|bucket| bucket.name() == text)
    })?;
    let question = question(&app, &caller, &mut params).await?;
    params.end()?;
    Ok(Json(trend_report::report(app.store.as_ref(), &question, bucket.unwrap_or(Bucket::Week)).await?))
}

/// From being asked to being done.
#[utoipa::path(get, path = "/v1/reports/funnel", tag = "management",
    params(("site" = Option<String>, Query), ("metric" = Metric, Query), ("survey" = Option<String>, Query),
        ("touchpoint" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("attr.<name>" = Option<String>, Query), ("base" = Option<String>, Query)),
    responses((status = 200, body = FunnelReport), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn funnel(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<FunnelReport>> {
    let mut params = Params::read(query);
    let question = question(&app, &caller, &mut params).await?;
    params.end()?;
    Ok(Json(funnel::report(app.store.as_ref(), &question).await?))
}
