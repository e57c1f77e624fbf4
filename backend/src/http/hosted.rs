//! The survey as a page of its own: a plain HTML form that works without script, alone or in a frame.
//!
//! A GET never records anything, since mail scanners follow links; a POST does, and then leads to the thanks, so that
//! a reload sends nothing again. The form carries the response's id: sent twice, it counts once.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bearing_shared::answer::{Age, Context, Given, Plain, Respondent, Submission};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{ResponseId, SurveyId};
use bearing_shared::look::Theme;
use bearing_shared::question::{Control, Question};
use bearing_shared::text::{Language, Ui};
use bearing_storage::PublishedVersion;
use bearing_widget::server::{FIELD_PREFIX, HostedForm, SurveyView, TRAP_FIELD, hosted_form, hosted_thanks};
use std::sync::Arc;

use super::config::site_facts;
use super::forms::{Fields, fields, first};
use super::page::{FRAMED, Page, escaped};
use super::reader::Languages;
use super::{extract, intake};
use crate::app::{App, Shared};
use crate::auth::limits::Peer;
use crate::chance;
use crate::directory::SiteView;
use crate::error::{ApiError, ApiResult, told_when};
use crate::intake::{REQUEST_LIMIT, Source};
use crate::strangers::{Sender, What, display};

/// The survey of an address: its site, and its latest version, shown or not.
async fn survey(app: &App, id: &str) -> ApiResult<(Arc<SiteView>, PublishedVersion)> {
    let id = SurveyId::from(id);
    let site = app.store.site_of_survey(&id).await?.ok_or_else(ApiError::not_found)?;
    let view = app.directory.site_by_id(&site).await?.ok_or_else(ApiError::not_found)?;
    let view = app.directory.newer(&view).await?.unwrap_or(view);
    let latest = view.versions(&id).last().cloned();
    Ok((view, latest.ok_or_else(ApiError::not_found)?))
}

fn page(body: &str, title: &str, locale: &str, theme: Option<&Theme>, status: StatusCode) -> Response {
    let script = Some("hosted.js");
    Page { title, locale, base: "../", style: "hosted.css", theme, script, body }.reply(status)
}

/// The survey as a page: `?score=9` preselects, `?lang=` chooses the language, `?thanks` shows its end.
#[utoipa::path(get, path = "/s/{survey}", tag = "embed",
    params(("survey" = String, Path), ("score" = Option<u8>, Query), ("lang" = Option<String>, Query),
        ("touchpoint" = Option<String>, Query), ("customer" = Option<String>, Query),
        ("signature" = Option<String>, Query), ("attr.<name>" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String),
        (status = 503, content_type = "text/html", body = String)))]
pub(super) async fn form(
    State(app): State<Shared>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let asked = fields(query.unwrap_or_default().as_bytes());
    let reader = Languages::new(first(&asked, "lang"), &headers);
    let (site, version) = match survey(&app, &id).await {
        Ok(found) => found,
        Err(error) if error.0.code == Code::NOT_FOUND => return Ok(gone(&reader)),
        Err(ApiError(fault)) => return Ok(away(&fault, &reader)),
    };
    let locale = reader.locale(&version);
    let view = SurveyView { survey: &version.survey, locale: &locale, site: site_facts(&site.site) };
    let (title, theme) = (Language::of(&locale).ui.label, Some(&site.site.settings.theme));
    if asked.contains_key("thanks") {
        let bands = version.survey.instrument.definition().bands;
        let group = bands.iter().map(|band| band.group).find(|group| group.name() == first(&asked, "thanks"));
        return Ok(page(&hosted_thanks(&view, group), title, &locale, theme, StatusCode::OK));
    }
    if version.closed_at.is_some() {
        return Ok(gone(&reader));
    }
    let now = app.clock.now();
    let mut hidden = vec![
        ("id".to_owned(), chance::response_id(now).to_string()),
        ("seq".to_owned(), "0".to_owned()),
        ("version".to_owned(), version.version.to_string()),
        ("shown".to_owned(), now.to_string()),
        ("lang".to_owned(), locale.clone()),
    ];
    let mut work = 0;
    if let Some(issued) = display::issue(&site.site, version.id.as_str(), now, app.strangers.work(&site, now)) {
        hidden.push(("display".to_owned(), issued.token));
        work = issued.work.into();
    }
    let passed = asked.iter().filter(|(name, _)| {
        matches!(name.as_str(), "touchpoint" | "customer" | "signature" | "test") || name.starts_with("attr.")
    });
    hidden.extend(passed.filter_map(|(name, values)| Some((name.clone(), values.first()?.clone()))));
    let mut given = Fields::new();
    if let (Some(question), Some(score)) = (version.survey.scored(), asked.get("score")) {
        given.insert(format!("{FIELD_PREFIX}{}", question.id), score.clone());
    }
    let action = format!("../s/{}", version.id);
    let body = hosted_form(&HostedForm {
        view,
        action: &action,
        hidden: &hidden,
        work,
        given: &given,
        faults: &BTreeMap::new(),
    });
    Ok(page(&body, title, &locale, theme, StatusCode::OK))
}

/// Takes the form.
#[utoipa::path(post, path = "/s/{survey}", tag = "embed", params(("survey" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Kept; leads to the thanks"),
        (status = 403, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String),
        (status = 413, content_type = "text/html", body = String), (status = 415, body = ErrorBody),
        (status = 422, content_type = "text/html", body = String), (status = 503, content_type = "text/html", body = String)))]
pub(super) async fn submit(
    State(app): State<Shared>,
    Path(id): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    if !extract::has_type(&headers, &["application/x-www-form-urlencoded"]) {
        let message = "Send the form as application/x-www-form-urlencoded.";
        return Err(Fault::new(Code::UNSUPPORTED_MEDIA_TYPE, message).into());
    }
    let sent = match extract::body(&headers, body, REQUEST_LIMIT).await {
        Ok(body) => fields(&body),
        Err(fault) => return Ok(refused(&fault, &Languages::new("", &headers))),
    };
    let reader = Languages::new(first(&sent, "lang"), &headers);
    let (site, latest) = match survey(&app, &id).await {
        Ok(found) => found,
        Err(error) if error.0.code == Code::NOT_FOUND => return Ok(gone(&reader)),
        Err(ApiError(fault)) => return Ok(refused(&fault, &reader)),
    };
    if let Err(ApiError(fault)) = intake::check_origin(&app, &site.site.settings, &headers) {
        return Ok(refused(&fault, &reader));
    }
    // The form may be older than the survey's latest version, or than its pause: it is judged by the one that it showed.
    let asked = first(&sent, "version").parse().ok().and_then(|version| site.version(&latest.id, version));
    let version = asked.unwrap_or(&latest);
    let locale = reader.locale(version);
    let submission = submission(&sent, version, &locale, &headers, app.clock.now());
    let group = score(&submission, version).and_then(|score| version.survey.instrument.definition().group(score));
    let sender = intake::sender(&app, What::Answers, &site, peer, &headers);
    let result = match (missing(&submission, version), sender) {
        (Some(fault), _) => Err(ApiError(fault)),
        (None, Err(refused)) => Err(refused),
        (None, Ok(sender)) => {
            let sender = Sender { trapped: !first(&sent, TRAP_FIELD).is_empty(), ..sender };
            app.intake.take_one(&app, &site, submission, (Source::Hosted, sender)).await
        }
    };
    match result {
        Ok(_) => {
            // The group and never the score, and that only where it has an ending of its own.
            let ending = group.filter(|group| version.survey.ending(*group).is_some());
            let thanks = ending.map_or(String::new(), |group| format!("={}", group.name()));
            let thanks = Redirect::to(&format!("../s/{}?thanks{thanks}&lang={locale}", version.id));
            Ok((FRAMED, thanks).into_response())
        }
        Err(ApiError(fault)) if matches!(fault.code, Code::SURVEY_CLOSED | Code::ERASED) => Ok(gone(&reader)),
        // Also when the store is away: what was typed stays in the form, to be sent again.
        Err(ApiError(fault)) => {
            // Work that was not done when the form was sent may be done by the next time.
            let left =
                if first(&sent, "display").contains('~') { 0 } else { app.strangers.work(&site, app.clock.now()) };
            Ok(again(&sent, &site, version, (&locale, left.into()), &fault))
        }
    }
}

/// The page for an answer that was not taken, where there is no form to come back to.
fn refused(fault: &Fault, reader: &Languages) -> Response {
    notice(&told(fault, &reader.language().ui), fault, reader)
}

/// The page in place of a form that cannot be shown for now.
fn away(fault: &Fault, reader: &Languages) -> Response {
    notice(reader.language().ui.away, fault, reader)
}

fn notice(text: &str, fault: &Fault, reader: &Languages) -> Response {
    let Language { locale, ui, .. } = reader.language();
    let body = format!("<main><h1>{}</h1><p>{}</p></main>", escaped(ui.label), escaped(text));
    told_when(page(&body, ui.label, locale, None, status(fault)))
}

/// What is wrong, for the respondent. What they can do nothing about carries its code, for those who can.
fn told(fault: &Fault, ui: &Ui) -> String {
    match fault.code {
        Code::MISSING_SCORE | Code::OUT_OF_SCALE => ui.choose.to_owned(),
        Code::MISSING_FIELD => ui.required.to_owned(),
        Code::TEXT_TOO_LONG | Code::RESPONSE_TOO_LARGE | Code::BODY_TOO_LARGE => ui.long.to_owned(),
        // The form that comes back has a new id.
        Code::INVALID_ID | Code::INCOMPLETE_BODY => ui.busy.to_owned(),
        code if matches!(code.status, 408 | 429 | 500..) => ui.busy.to_owned(),
        code => format!("{} ({})", ui.refused, code.name),
    }
}

fn status(fault: &Fault) -> StatusCode {
    StatusCode::from_u16(fault.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The page for a survey that is not shown, which says nothing of why.
fn gone(reader: &Languages) -> Response {
    let Language { locale, ui, .. } = reader.language();
    page(&format!("<main><h1>{}</h1></main>", escaped(ui.closed)), ui.closed, locale, None, StatusCode::NOT_FOUND)
}

/// The form's fields as the response that they make.
fn submission(sent: &Fields, version: &PublishedVersion, locale: &str, headers: &HeaderMap, now: i64) -> Submission {
    let score_field = version.survey.scored().map(|question| format!("{FIELD_PREFIX}{}", question.id));
    let score = score_field.map(|field| first(sent, &field).trim().to_owned()).unwrap_or_default();
    let asked: Vec<&Question> = match score.parse::<u8>() {
        // A follow-up of another score may hold text that was typed before the respondent changed their mind.
        Ok(number) => version.survey.scored().into_iter().chain(version.survey.follow_ups(number)).collect(),
        Err(_) => version.survey.questions.iter().collect(),
    };
    let answers = asked.into_iter().filter_map(|question| given(sent, question)).collect();
    let text = |name: &str| Some(first(sent, name).to_owned()).filter(|text| !text.is_empty());
    let shown = first(sent, "shown").parse::<i64>().ok().and_then(|shown| u64::try_from(now.checked_sub(shown)?).ok());
    Submission {
        id: first(sent, "id").to_owned(),
        seq: first(sent, "seq").parse().unwrap_or(0),
        survey: version.id.0.clone(),
        version: version.version,
        touchpoint: text("touchpoint"),
        completed: true,
        test: !first(sent, "test").is_empty(),
        withdrawn: false,
        answers,
        respondent: Respondent { visitor: None, customer: text("customer"), signature: text("signature") },
        attributes: sent
            .iter()
            .filter_map(|(name, values)| {
                Some((name.strip_prefix("attr.")?.to_owned(), Plain::Text(values.first()?.clone())))
            })
            .collect(),
        context: Context { locale: Some(locale.to_owned()), device: device(headers), ..Context::default() },
        age_ms: Some(Age { shown, answered: Some(0) }),
        display: text("display"),
        shown_at: None,
        answered_at: None,
    }
}

/// One question's answer from its form field; `None` when nothing was entered.
fn given(sent: &Fields, question: &Question) -> Option<Given> {
    let values = sent.get(&format!("{FIELD_PREFIX}{}", question.id))?;
    let values: Vec<&String> = values.iter().filter(|value| !value.trim().is_empty()).collect();
    let one = values.first().copied()?;
    let mut given = Given { question: question.id.clone(), ..Given::default() };
    match question.kind.rules().control {
        Control::Scale => {
            let number = one.trim().parse().map_or_else(|_| Plain::Text(one.clone()), Plain::Int);
            given.value = Some(number);
        }
        Control::Text => given.text = Some(one.clone()),
        Control::Choice => given.choices = Some(values.into_iter().cloned().collect()),
    }
    Some(given)
}

/// The score that was picked, if it is one.
fn score(submission: &Submission, version: &PublishedVersion) -> Option<u8> {
    let scored = &version.survey.scored()?.id;
    let given = submission.answers.iter().find(|given| given.question == *scored)?;
    u8::try_from(given.value.as_ref()?.whole()?).ok()
}

/// The first question that must be answered and is not.
fn missing(submission: &Submission, version: &PublishedVersion) -> Option<Fault> {
    let answer = |id: &str| submission.answers.iter().find(|given| given.question == id);
    let mut follow_ups = version.survey.follow_ups(score(submission, version)?);
    let question = follow_ups.find(|question| question.required && answer(&question.id).is_none())?;
    Some(Fault::at(Code::MISSING_FIELD, format!("q.{}", question.id), "required"))
}

/// The form once more, with what was entered and what is wrong with it.
fn again(
    sent: &Fields,
    site: &SiteView,
    version: &PublishedVersion,
    (locale, work): (&str, u32),
    fault: &Fault,
) -> Response {
    let ui = &Language::of(locale).ui;
    let scored = version.survey.scored().map_or("score", |question| question.id.as_str());
    let field = fault.field.as_deref().unwrap_or_default();
    let question = field.strip_prefix(FIELD_PREFIX).unwrap_or(scored);
    let faults = BTreeMap::from([(question.to_owned(), told(fault, ui))]);
    let hidden: Vec<(String, String)> = sent
        .iter()
        .filter(|(name, _)| !name.starts_with(FIELD_PREFIX))
        .filter_map(|(name, values)| {
            let value = values.first()?.clone();
            // An id that is no id would fail for ever: the form gets a new one.
            let fresh = name == "id" && ResponseId::parse(&value).is_none();
            Some((name.clone(), if fresh { chance::response_id(0).to_string() } else { value }))
        })
        .collect();
    let view = SurveyView { survey: &version.survey, locale, site: site_facts(&site.site) };
    let theme = Some(&site.site.settings.theme);
    let action = format!("../s/{}", version.id);
    let body = hosted_form(&HostedForm { view, action: &action, hidden: &hidden, work, given: sent, faults: &faults });
    told_when(page(&body, ui.label, locale, theme, status(fault)))
}

/// The kind of device, from the browser's own word for it; the user agent is read and not kept.
fn device(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let kind = match agent {
        _ if agent.contains("iPad") || agent.contains("Tablet") => "tablet",
        _ if agent.contains("Mobi") => "mobile",
        _ => "desktop",
    };
    Some(kind.to_owned())
}
