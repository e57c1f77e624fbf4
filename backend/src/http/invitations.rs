//! Invitations to a site: made, listed and taken back by an owner who is signed in.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::members::{InvitationCreate, InvitationReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{InvitationId, MemberId};
use bearing_storage::{Invitation, InvitationPurpose, Role, Scope};

use super::extract;
use super::params::NoParams;
use crate::app::{App, Shared};
use crate::auth::email::{is_email, normal};
use crate::auth::{self, Caller};
use crate::error::{ApiError, ApiResult};
use crate::{audit, chance, time};

/// How long an invitation lasts, in ms: seven days.
const LASTS: i64 = 7 * 24 * 3_600_000;
/// The most invitations to a site that nobody has used yet.
const MOST: usize = 200;

/// The address of this server as the asking browser knows it, without a slash at its end.
pub(super) fn base(app: &App, headers: &HeaderMap) -> String {
    let host = || headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    app.public_url.clone().unwrap_or_else(|| format!("http://{}", host()))
}

/// A new invitation and the secret in its link.
pub(super) fn made(
    app: &App,
    purpose: InvitationPurpose,
    email: Option<String>,
    by: Option<MemberId>,
) -> (Invitation, String) {
    let (secret, now) = (chance::secret(""), app.clock.now());
    let invitation = Invitation {
        id: InvitationId(chance::id(InvitationId::PREFIX)),
        hash: auth::hash(&secret),
        purpose,
        email,
        created_by: by,
        created_at: now,
        expires_at: now + LASTS,
    };
    (invitation, secret)
}

fn reply(invitation: Invitation, link: Option<String>) -> InvitationReply {
    let role = match invitation.purpose {
        InvitationPurpose::Join { role, .. } => role,
        // Others are no site's and never listed.
        InvitationPurpose::Operator | InvitationPurpose::Password(_) => Role::Viewer,
    };
    InvitationReply {
        id: invitation.id,
        role,
        email: invitation.email,
        created_at: time::rfc3339(invitation.created_at),
        expires_at: time::rfc3339(invitation.expires_at),
        link,
    }
}

/// The invitations that nobody has used yet, the oldest first.
#[utoipa::path(get, path = "/v1/invitations", tag = "management",
    responses((status = 200, body = Page<InvitationReply>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
) -> ApiResult<Json<Page<InvitationReply>>> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    let invitations = app.store.invitations(site, app.clock.now()).await?;
    let items = invitations.into_iter().map(|invitation| reply(invitation, None)).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// Invites somebody; the reply alone shows the link, which works once, for seven days.
#[utoipa::path(post, path = "/v1/invitations", tag = "management", request_body = InvitationCreate,
    responses((status = 201, body = InvitationReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<InvitationReply>)> {
    let (site, signed_in) = caller.member_may(Scope::Admin)?;
    let InvitationCreate { role, email } = extract::json(&headers, body).await?;
    let email = email.map(|email| normal(&email)).filter(|email| !email.is_empty());
    if email.as_deref().is_some_and(|email| !is_email(email)) {
        return Err(Fault::at(Code::INVALID_FIELD, "email", "Give an address such as ann@shop.example.").into());
    }
    if app.store.invitations(site, app.clock.now()).await?.len() >= MOST {
        let message = format!("{MOST} invitations wait to be used, and that is the most; take one back first.");
        return Err(Fault::new(Code::CONFLICT, message).into());
    }
    let purpose = InvitationPurpose::Join { site: site.clone(), role };
    let (invitation, secret) = made(&app, purpose, email, Some(signed_in.member.id.clone()));
    if !app.store.create_invitation(invitation.clone()).await? {
        return Err(ApiError::not_found());
    }
    let detail = [("role", role.name()), ("email", invitation.email.as_deref().unwrap_or_default())];
    audit::by(&app, &caller, Action::MemberInvited, invitation.id.as_str(), &detail).await;
    let link = format!("{}/app/join/{secret}", base(&app, &headers));
    Ok((StatusCode::CREATED, Json(reply(invitation, Some(link)))))
}

/// Takes an invitation back: its link leads nowhere.
#[utoipa::path(delete, path = "/v1/invitations/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    let id = InvitationId(id);
    if !app.store.delete_invitation(site, &id).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::InvitationDeleted, id.as_str(), &[]).await;
    Ok(StatusCode::NO_CONTENT)
}
