//! Operators: who owns every site, for those who do.

use axum::Json;
use axum::extract::State;
use bearing_shared::api::Page;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::members::OperatorReply;
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Member;

use super::params::NoParams;
use crate::app::Shared;
use crate::auth::Present;
use crate::error::ApiResult;
use crate::time;

fn reply(member: Member) -> OperatorReply {
    OperatorReply {
        id: member.id,
        email: member.email,
        name: member.name,
        created_at: time::rfc3339(member.created_at),
    }
}

/// Every operator, by id; for operators alone.
#[utoipa::path(get, path = "/v1/operators", tag = "session",
    responses((status = 200, body = Page<OperatorReply>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
) -> ApiResult<Json<Page<OperatorReply>>> {
    if !signed_in.member.operator {
        let message = "Only an operator may see who the operators are.";
        return Err(Fault::new(Code::INSUFFICIENT_SCOPE, message).into());
    }
    // Few: each could be told by name.
    let items = app.store.operators().await?.into_iter().map(reply).collect();
    Ok(Json(Page { items, next_cursor: None }))
}
