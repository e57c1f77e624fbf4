//! Retention: what a site's periods would let go, counted before they are set.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::sites::ExpiryReply;
use bearing_shared::privacy::{DAYS_LIMIT, Retention};
use bearing_storage::{Cutoffs, Expired, Scope};

use super::params::Params;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::ApiResult;

/// What is counted exactly; more is said to be this many.
const MOST: u32 = 1_000_000;

fn days(params: &mut Params, name: &'static str) -> ApiResult<Option<u32>> {
    let parse = |text: &str| text.parse().ok().filter(|days| (1..=DAYS_LIMIT).contains(days));
    Ok(params.parsed(name, "a number of days from 1 to 3660", parse)?)
}

/// Of how many answers something would go now with these periods, in days; without one, nothing of its kind.
#[utoipa::path(get, path = "/v1/sites/{id}/retention", tag = "management",
    params(("id" = String, Path), ("answers_days" = Option<u32>, Query), ("comments_days" = Option<u32>, Query),
        ("identity_days" = Option<u32>, Query)),
    responses((status = 200, body = ExpiryReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn preview(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<ExpiryReply>> {
    let site = caller.may_in(Scope::Admin, Some(&id))?;
    let mut params = Params::read(query);
    let retention = Retention {
        answers_days: days(&mut params, "answers_days")?,
        comments_days: days(&mut params, "comments_days")?,
        identity_days: days(&mut params, "identity_days")?,
    };
    params.end()?;
    let cutoffs = Cutoffs::of(&retention, app.clock.now());
    let Expired { answers, comments, identities } = app.store.count_expired(site, cutoffs, MOST).await?;
    Ok(Json(ExpiryReply { answers, comments, identities }))
}
