//! Respondents: everything that is held on one customer, handed out or erased on request.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use bearing_shared::answer;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::responses::{EraseReply, EraseRequest, HeldReply, HeldRequest};
use bearing_shared::fault::{Code, Fault};
use bearing_storage::{Cursor, ResponseFilter, Scope, States};

use super::extract;
use super::params::NoParams;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::ApiResult;
use crate::live::News;
use crate::{audit, reading, time};

/// The most responses that are handed out at once, and how many are read at a time.
const HELD: usize = 10_000;
const PAGE: u32 = 500;

/// The customer's id as it is stored.
fn customer_of(sent: &str) -> Result<String, Fault> {
    // Everyone who was never named is not one customer.
    answer::customer_id(sent)
        .ok_or_else(|| Fault::at(Code::INVALID_FIELD, "customer", "Name the customer whose responses are meant."))
}

/// Everything that is held on a customer, for the customer to see. Whoever may erase it may hand it out; the id is in the
/// body, so that no log of addresses has it.
#[utoipa::path(post, path = "/v1/respondents/export", tag = "management", request_body = HeldRequest,
    responses((status = 200, body = HeldReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn export(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<HeldReply>> {
    let request: HeldRequest = extract::json(&headers, body).await?;
    let site = caller.may_in(Scope::Write, request.site.as_deref())?;
    let customer = customer_of(&request.customer)?;
    // What was acknowledged is held, wherever it waits.
    app.settle().await?;
    let filter = ResponseFilter { customer: Some(customer.clone()), state: States::All, ..ResponseFilter::default() };
    let (mut responses, mut after) = (Vec::new(), None);
    let complete = loop {
        let page = app.store.responses(site, filter.clone(), after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map(|last| Cursor { received_at: last.received_at, id: last.id });
        responses.extend(page.into_iter().map(reading::response));
        if is_last || responses.len() >= HELD {
            break is_last;
        }
    };
    // How many, and never whose.
    let detail = [("responses", &*responses.len().to_string())];
    audit::by(&app, &caller, Action::CustomerExported, "", &detail).await;
    Ok(Json(HeldReply { customer, at: time::rfc3339(app.clock.now()), responses, complete }))
}

/// Erases a customer's responses from answers and counts; it is done when the reply comes.
#[utoipa::path(post, path = "/v1/respondents/erase", tag = "management", request_body = EraseRequest,
    responses((status = 200, body = EraseReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn erase(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<EraseReply>> {
    let request: EraseRequest = extract::json(&headers, body).await?;
    let site = caller.may_in(Scope::Write, request.site.as_deref())?;
    let customer = customer_of(&request.customer)?;
    app.settle().await?;
    let erased = app.store.erase_customer(site, &customer, app.clock.now()).await;
    // Some may be gone where the rest failed.
    app.live.tell(site, News::ANYTHING);
    let erased = erased?;
    // How many, and never whose.
    audit::by(&app, &caller, Action::CustomerErased, "", &[("responses", &erased.to_string())]).await;
    Ok(Json(EraseReply { erased }))
}
