//! Exports: every response that fits a filter, streamed a page at a time, as CSV or JSON lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::answer::Answer;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::formula::defused;
use bearing_shared::id::SiteId;
use bearing_storage::{Cursor, ResponseFilter, Scope};
use futures_util::{StreamExt, stream};

use super::params::Params;
use super::responses::filter;
use crate::admission::Reason;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::reading;

/// Responses that are read at once: the export holds no more in memory, however long it is.
const PAGE: u32 = 500;

/// The columns of every export; one for each declared attribute and each question follow.
const COLUMNS: [&str; 20] = [
    "id",
    "survey",
    "version",
    "touchpoint",
    "completed",
    "state",
    "identity",
    "source",
    "visitor",
    "customer",
    "shown_at",
    "answered_at",
    "received_at",
    "url",
    "referrer",
    "locale",
    "device",
    "title",
    "read",
    "tags",
];

/// The column of the attributes that are not declared.
const OTHERS: &str = "other_attributes";

/// What a line is made with.
enum Format {
    Csv { attributes: Vec<String>, questions: Vec<String> },
    Jsonl,
}

impl Format {
    /// What comes before the first response.
    fn head(&self) -> anyhow::Result<Vec<u8>> {
        let Self::Csv { attributes, questions } = self else { return Ok(Vec::new()) };
        let mut columns: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        columns.extend(attributes.iter().map(|name| format!("attr.{name}")));
        columns.push(OTHERS.to_owned());
        columns.extend(questions.iter().map(|id| match COLUMNS.contains(&id.as_str()) || id == OTHERS {
            true => format!("answer.{id}"),
            false => id.clone(),
        }));
        record(&columns)
    }

    fn line(&self, response: &ResponseReply) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Jsonl => {
                let mut line = serde_json::to_vec(response)?;
                line.push(b'\n');
                Ok(line)
            }
            Self::Csv { attributes, questions } => record(&cells(response, attributes, questions)?),
        }
    }
}

fn cells(response: &ResponseReply, attributes: &[String], questions: &[String]) -> anyhow::Result<Vec<String>> {
    let text = |text: &Option<String>| defused(text.as_deref().unwrap_or_default()).into_owned();
    let (respondent, context) = (&response.respondent, &response.context);
    let mut cells = vec![
        response.id.clone(),
        response.survey.to_string(),
        response.version.to_string(),
        defused(&response.touchpoint).into_owned(),
        response.completed.to_string(),
        response.state.name().to_owned(),
        response.identity.name().to_owned(),
        response.source.clone(),
        text(&respondent.visitor),
        text(&respondent.customer),
        response.shown_at.clone(),
        response.answered_at.clone(),
        response.received_at.clone(),
        text(&context.url),
        text(&context.referrer),
        text(&context.locale),
        text(&context.device),
        text(&context.title),
        response.read.to_string(),
        defused(&response.tags.join(" | ")).into_owned(),
    ];
    cells.extend(
        attributes
            .iter()
            .map(|name| response.attributes.get(name).map(|value| defused(value).into_owned()))
            .map(Option::unwrap_or_default),
    );
    let others: BTreeMap<&String, &String> =
        response.attributes.iter().filter(|(name, _)| !attributes.contains(name)).collect();
    cells.push(if others.is_empty() { String::new() } else { serde_json::to_string(&others)? });
    for id in questions {
        let answer = response.answers.iter().find(|answer| answer.question == *id);
        cells.push(answer.map(answer_cell).unwrap_or_default());
    }
    Ok(cells)
}

fn answer_cell(answer: &Answer) -> String {
    match (answer.value, &answer.text, &answer.choices) {
        (Some(value), _, _) => value.to_string(),
        (None, Some(text), _) => defused(text).into_owned(),
        (None, None, Some(choices)) => defused(&choices.join(" | ")).into_owned(),
        (None, None, None) => String::new(),
    }
}

pub(super) fn record(cells: &[String]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells)?;
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// One page as bytes, and where the next begins.
async fn page(
    app: &Shared,
    site: &SiteId,
    filter: &ResponseFilter,
    format: &Format,
    after: Option<Cursor>,
) -> ApiResult<(Bytes, Option<Cursor>)> {
    let found = app.store.responses(site, filter.clone(), after, PAGE).await?;
    let next = found.last().filter(|_| found.len() == PAGE as usize);
    let next = next.map(|last| Cursor { received_at: last.received_at, id: last.id });
    let written = || -> anyhow::Result<Vec<u8>> {
        let mut bytes = if after.is_none() { format.head()? } else { Vec::new() };
        for response in found {
            bytes.extend(format.line(&reading::response(response))?);
        }
        Ok(bytes)
    };
    match written() {
        Ok(bytes) => Ok((bytes.into(), next)),
        Err(error) => {
            tracing::error!(%error, "a response could not be written into an export");
            Err(Fault::new(Code::INTERNAL, Code::INTERNAL.meaning).into())
        }
    }
}

async fn export(app: Shared, caller: Caller, query: Option<String>, is_csv: bool) -> ApiResult<Response> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?.clone();
    let filter = filter(&mut params)?;
    params.end()?;
    let Some(place) = app.admission.export_of(&site) else {
        app.metrics.refused(Reason::Lane);
        let message = "This site has as many exports under way as it may have; try again after `Retry-After` seconds.";
        return Err(Fault::new(Code::OVERLOADED, message).into());
    };
    if let Some(id) = &filter.survey {
        app.store.survey(&site, id).await?.ok_or_else(ApiError::not_found)?;
    }
    let format = if is_csv {
        let view = app.directory.site_by_id(&site).await?.ok_or_else(ApiError::not_found)?;
        let attributes = view.site.settings.dimensions.iter().map(|dimension| dimension.name.clone()).collect();
        let questions = app.store.question_ids(&site, filter.survey.as_ref()).await?;
        Format::Csv { attributes, questions }
    } else {
        Format::Jsonl
    };
    let (kind, name) =
        if is_csv { ("text/csv; charset=utf-8", "responses.csv") } else { ("application/x-ndjson", "responses.jsonl") };
    // What is too much is told while there is a status to tell it with.
    let (first, next) = read_in_time(page(&app, &site, &filter, &format, None).await)?;
    let state = Arc::new((app, site, filter, format, place));
    // The whole page first, then its bytes: what fails on the way ends the body unfinished, which no client takes for
    // the whole.
    let rest = stream::try_unfold(next, move |place| {
        let state = Arc::clone(&state);
        async move {
            let Some(after) = place else { return Ok(None) };
            let (app, site, filter, format, _) = state.as_ref();
            match page(app, site, filter, format, Some(after)).await {
                Ok(page) => Ok(Some(page)),
                Err(error) => {
                    tracing::error!(?error, "an export broke off");
                    Err(std::io::Error::other("the export broke off"))
                }
            }
        }
    });
    let pages = stream::once(async move { Ok(first) }).chain(rest);
    let attachment = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).ok();
    let mut response = ([(header::CONTENT_TYPE, kind)], Body::from_stream(pages)).into_response();
    if let Some(attachment) = attachment {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment);
    }
    Ok(response)
}

/// What an export takes, for `/openapi.json`.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query; `filter` reads it name by name, so that unknown ones are told")]
pub(super) struct Filters {
    /// Defaults to the key's site.
    site: Option<String>,
    /// Only this survey.
    survey: Option<String>,
    /// Only this touchpoint.
    touchpoint: Option<String>,
    /// The first day, a site date; included.
    from: Option<String>,
    /// The last day; included.
    to: Option<String>,
    /// The lowest score.
    score_min: Option<u8>,
    /// The highest score.
    score_max: Option<u8>,
    /// Only with, or only without, a comment.
    has_comment: Option<bool>,
    /// Text in a comment, whatever the case.
    q: Option<String>,
    /// Only with this value of an attribute; for several attributes, once each.
    #[param(rename = "attr.<name>")]
    attribute: Option<String>,
    /// Only in this state: `counted` (which it is without), `quarantined`, `test`, `excluded`; or `all`.
    state: Option<String>,
    /// Only of this customer.
    customer: Option<String>,
    /// Only with this tag.
    tag: Option<String>,
    /// Only what the team has read, or has not.
    read: Option<bool>,
}

/// Every response that fits, newest first, as CSV: a row each, a column for each question ever asked.
#[utoipa::path(get, path = "/v1/exports/responses.csv", tag = "management", params(Filters),
    responses((status = 200, content_type = "text/csv", body = String), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn csv(State(app): State<Shared>, caller: Caller, RawQuery(query): RawQuery) -> ApiResult<Response> {
    export(app, caller, query, true).await
}

/// Every response that fits, newest first, as JSON lines: each as `/v1/responses` shows it.
#[utoipa::path(get, path = "/v1/exports/responses.jsonl", tag = "management", params(Filters),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn jsonl(State(app): State<Shared>, caller: Caller, RawQuery(query): RawQuery) -> ApiResult<Response> {
    export(app, caller, query, false).await
}
