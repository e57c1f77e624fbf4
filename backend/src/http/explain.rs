//! Explaining: is a survey shown to a made-up visitor on a made-up page, and why not?

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use bearing_shared::answer::Plain;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::explain::{ExplainReply, ReasonReply, SampleReply};
use bearing_shared::api::surveys::SurveyState;
use bearing_shared::fault::Fault;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::rule::{self, Asking, Candidate, Device, Happening, Memory, On, Page, Percent, Reason, Seen};
use bearing_storage::{PublishedVersion, Scope};
use url::Url;

use super::params::Params;
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::caps::Cap;
use crate::error::{ApiError, ApiResult, read_in_time};

const DAY_MS: f64 = 86_400_000.0;
/// How long ago everything has happened: longer than any delay.
const LONG_AGO_S: f64 = 3_600.0;

/// What a request says of the visitor and the page. What it leaves out is not judged.
struct Asked {
    site: Option<String>,
    page: Page,
    memory: Memory,
    seen: Seen,
    /// When the metric was last asked for.
    metric: Option<i64>,
    now: i64,
    is_drawn: bool,
    has_url: bool,
    has_touchpoint: bool,
    has_device: bool,
    has_locale: bool,
}

/// Whether a survey is shown to a made-up visitor, with every reason why not.
#[utoipa::path(get, path = "/v1/surveys/{id}/explain", tag = "management",
    params(("id" = String, Path), ("site" = Option<String>, Query),
        ("url" = Option<String>, Query, description = "The page's address; left out, rules about addresses are not judged"),
        ("visitor" = Option<String>, Query, description = "Who is drawn for the sample; left out, the sample is not judged"),
        ("customer" = Option<String>, Query, description = "Who is drawn where a strict page has no visitor's id"),
        ("touchpoint" = Option<String>, Query, description = "Empty: a page without one; left out, it is not judged"),
        ("device" = Option<Device>, Query, description = "Left out, it is not judged"),
        ("locale" = Option<String>, Query, description = "What the page wants; left out, it is not judged"),
        ("attr.<name>" = Option<String>, Query, description = "What the page says; left out, it does not say it"),
        ("happened" = Option<String>, Query, description = "What happened on the page, an hour ago, separated by commas: \
            page_view, exit_intent, scroll:50, click:#pay, inactivity:30, track:name; left out, page_view"),
        ("shown_days" = Option<f64>, Query, description = "Days since the survey was last shown"),
        ("answered_days" = Option<f64>, Query, description = "Days since it was last answered"),
        ("dismissed_days" = Option<f64>, Query, description = "Days since it was last closed"),
        ("shows" = Option<u32>, Query, description = "How often it was shown without an answer"),
        ("metric_days" = Option<f64>, Query, description = "Days since the visitor was last asked for the metric; left \
            out, as the survey's own days say"),
        ("site_days" = Option<f64>, Query, description = "Days since the visitor was last asked anything; left out, as \
            the other days say"),
        ("at" = Option<String>, Query, description = "The moment, RFC 3339; left out, now")),
    responses((status = 200, body = ExplainReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn explain(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<ExplainReply>> {
    let asked = asked(Params::read(query), app.clock.now())?;
    let site = caller.may_in(Scope::Read, asked.site.as_deref())?;
    let survey = app.store.survey(site, &SurveyId(id)).await?.ok_or_else(ApiError::not_found)?;
    let settings = app.store.site(site).await?.ok_or_else(ApiError::not_found)?.settings;
    let published = app.store.published_versions(site, Some(survey.id.clone())).await?.pop();

    let mut reasons = Vec::new();
    match survey.state {
        SurveyState::Draft => reasons.push(Reason::NotPublished),
        SurveyState::Paused => reasons.push(Reason::Paused),
        SurveyState::Published => {}
    }
    if settings.silenced {
        reasons.push(Reason::Silenced);
    }
    if let Some(published) = &published
        && is_full(&app, site, published).await?
    {
        reasons.push(Reason::Full);
    }
    // What visitors see, not what is being edited.
    let content = published.as_ref().map_or(&survey.survey, |published| &published.survey);
    let candidate = judged(Candidate::of(survey.id.clone(), content), &asked);
    let limit = content.rules.sample_percent.0;
    let bucket = asked.is_drawn.then(|| rule::place(&asked.memory.id, &survey.id));

    let mut memory = asked.memory;
    memory.surveys.insert(survey.id.clone(), asked.seen);
    memory.metrics.extend(asked.metric.map(|time| (candidate.metric, time)));
    let asking = Asking { surveys: vec![candidate], rest: settings.rest, signals: settings.respect_signals };
    reasons.extend(rule::decide(&asking, &asked.page, &memory, asked.now).into_iter().flatten());
    Ok(Json(ExplainReply {
        survey: survey.id,
        version: survey.version,
        state: survey.state,
        due: reasons.is_empty(),
        reasons: reasons.into_iter().map(ReasonReply::from).collect(),
        sample: SampleReply { bucket, limit },
    }))
}

/// Whether a survey has all the answers that it may have, counted now.
async fn is_full(app: &App, site: &SiteId, published: &PublishedVersion) -> ApiResult<bool> {
    let caps = Cap::of(&[published], &[]);
    for cap in &caps {
        read_in_time(cap.count(app.store.as_ref(), site).await.map_err(ApiError::from))?;
    }
    Ok(caps.iter().any(Cap::is_reached))
}

/// A survey without the rules that the request says nothing about.
fn judged(mut survey: Candidate, asked: &Asked) -> Candidate {
    let rules = &mut survey.rules;
    if !asked.has_url {
        rules.urls.clear();
    }
    if !asked.has_device {
        rules.devices.clear();
    }
    if !asked.has_locale {
        rules.locales.clear();
    }
    if !asked.is_drawn {
        rules.sample_percent = Percent::ALL;
    }
    if !asked.has_touchpoint {
        survey.touchpoints.clear();
    }
    survey
}

/// Reads the query.
fn asked(mut params: Params, clock: i64) -> Result<Asked, Fault> {
    let site = params.take("site");
    let now = params.parsed("at", "a moment such as 2026-11-21T09:30:00+01:00", rule::moment)?.unwrap_or(clock);
    let url = params.parsed("url", "a page's address such as https://shop.example/checkout", address)?;
    let touchpoint = params.take_any("touchpoint");
    let device = params.parsed("device", "desktop, mobile or tablet", device)?;
    let locale = params.take("locale");
    let (visitor, customer) = (params.take("visitor"), params.take("customer"));
    let wanted = "page_view, exit_intent, scroll:50, click:#pay, inactivity:30 or track:name, separated by commas";
    let happened = params.parsed("happened", wanted, |text| text.split(',').map(happening).collect())?;
    let mut ago = |name| {
        let days = params.parsed(name, "a number of days from 0", days)?;
        Ok::<_, Fault>(days.map(|days| now - (days * DAY_MS) as i64))
    };
    let (shown, answered, dismissed) = (ago("shown_days")?, ago("answered_days")?, ago("dismissed_days")?);
    let (metric, site_wide) = (ago("metric_days")?, ago("site_days")?);
    let shows = params.parsed("shows", "a whole number from 0", |text| text.parse().ok())?.unwrap_or_default();
    let attributes = params.attributes()?.into_iter().map(|(name, value)| (name, Plain::Text(value))).collect();
    params.end()?;
    // Whoever was shown this survey was asked for its metric, and something at all.
    let metric = metric.or_else(|| [shown, answered, dismissed].into_iter().flatten().max());
    let (has_url, has_touchpoint) = (url.is_some(), touchpoint.is_some());
    let (has_device, has_locale) = (device.is_some(), locale.is_some());
    let drawn = visitor.or(customer);
    Ok(Asked {
        site,
        page: Page {
            url: url.unwrap_or_default(),
            touchpoint: touchpoint.unwrap_or_default(),
            device: device.unwrap_or(Device::Desktop),
            locale: locale.unwrap_or_default(),
            attributes,
            happened: happened.unwrap_or_else(|| vec![long_ago(On::PageView)]),
            dnt: false,
            gpc: false,
            consent: None,
        },
        is_drawn: drawn.is_some(),
        memory: Memory { id: drawn.unwrap_or_default(), site: site_wide.or(metric), ..Memory::default() },
        seen: Seen { shown, answered, dismissed, shows },
        metric,
        now,
        has_url,
        has_touchpoint,
        has_device,
        has_locale,
    })
}

/// An address as browsers write it.
fn address(text: &str) -> Option<String> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
}

fn device(text: &str) -> Option<Device> {
    match text {
        "desktop" => Some(Device::Desktop),
        "mobile" => Some(Device::Mobile),
        "tablet" => Some(Device::Tablet),
        _ => None,
    }
}

/// A number of days, at most as many as have gone by since year 1.
fn days(text: &str) -> Option<f64> {
    text.parse().ok().filter(|days| (0.0..=1e6).contains(days))
}

fn long_ago(what: On) -> Happening {
    Happening { what, ago_s: LONG_AGO_S }
}

fn happening(text: &str) -> Option<Happening> {
    let (kind, value) = text.split_once(':').map_or((text, None), |(kind, value)| (kind, Some(value)));
    let what = match (kind, value) {
        ("page_view", None) => On::PageView,
        ("exit_intent", None) => On::ExitIntent,
        ("scroll", Some(percent)) => {
            On::Scroll { percent: percent.parse().ok().filter(|percent| (1..=100).contains(percent))? }
        }
        ("click", Some(selector)) if !selector.is_empty() => On::Click { selector: selector.to_owned() },
        ("inactivity", Some(seconds)) => On::Inactivity { seconds: seconds.parse().ok()? },
        ("track", Some(name)) if !name.is_empty() => On::Track { name: name.to_owned() },
        _ => return None,
    };
    Some(long_ago(what))
}
