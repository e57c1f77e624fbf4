//! Respondents: everything that one customer said, erased on request.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use bearing_shared::answer;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::responses::{EraseReply, EraseRequest};
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Scope;

use super::extract;
use super::params::NoParams;
use crate::app::Shared;
use crate::audit;
use crate::auth::Caller;
use crate::error::ApiResult;
use crate::live::News;

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
    // Everyone who was never named is not one customer.
    let customer = answer::customer_id(&request.customer)
        .ok_or_else(|| Fault::at(Code::INVALID_FIELD, "customer", "Name the customer whose responses are to go."))?;
    app.settle().await?;
    let erased = app.store.erase_customer(site, &customer, app.clock.now()).await;
    // Some may be gone where the rest failed.
    app.live.tell(site, News::ANYTHING);
    let erased = erased?;
    // How many, and never whose.
    audit::by(&app, &caller, Action::CustomerErased, "", &[("responses", &erased.to_string())]).await;
    Ok(Json(EraseReply { erased }))
}
