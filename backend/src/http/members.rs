//! A site's members: listed, given another role and taken out by an owner who is signed in.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::members::{PasswordLinkReply, RolePatch, SiteMemberReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{MemberId, SiteId};
use bearing_storage::{Changed, InvitationPurpose, Member, Role, Scope, SignedIn};

use super::extract;
use super::invitations::{self, base};
use super::params::{NoParams, Params, paged};
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};
use crate::{audit, time};

fn reply((member, role): (Member, Role)) -> SiteMemberReply {
    SiteMemberReply {
        id: member.id,
        email: member.email,
        name: member.name,
        role,
        operator: member.operator,
        created_at: time::rfc3339(member.created_at),
    }
}

/// One member of a site, whose place in the list is known by the id. The role is asked for first: of a member of another
/// site the store is asked no more than of one that never was, so that the time tells nothing either.
async fn found(app: &App, site: &SiteId, id: &MemberId) -> ApiResult<(Member, Role)> {
    let memberships = app.store.memberships(id).await?;
    let role = memberships.iter().find(|membership| membership.site == *site).map(|membership| membership.role);
    let role = role.ok_or_else(ApiError::not_found)?;
    let member = app.store.member(id).await?.ok_or_else(ApiError::not_found)?;
    Ok((member, role))
}

fn checked(changed: Changed) -> ApiResult<()> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Absent => Err(ApiError::not_found()),
        Changed::LastOwner => {
            let message = "This is the site's last owner, and there is no operator; make another member owner first.";
            Err(Fault::new(Code::CONFLICT, message).into())
        }
    }
}

/// The site's members with their roles, by id; operators without a role of their own here are not among them.
#[utoipa::path(get, path = "/v1/members", tag = "management",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<SiteMemberReply>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<SiteMemberReply>>> {
    let mut params = Params::read(query);
    let (site, _) = caller.member_may(Scope::Admin)?;
    params.take("site");
    let limit = params.limit()?;
    let after = params.take("cursor").map(MemberId);
    params.end()?;
    let members = app.store.site_members(site, after, limit + 1).await?;
    Ok(Json(paged(members, limit, |(member, _)| member.id.to_string(), reply)))
}

/// Gives a member of the site another role; the links that an owner has made and nobody has used end with theirs.
#[utoipa::path(patch, path = "/v1/members/{id}", tag = "management", params(("id" = String, Path)),
    request_body = RolePatch,
    responses((status = 200, body = SiteMemberReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn update(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<SiteMemberReply>> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    let RolePatch { role } = extract::json(&headers, body).await?;
    let id = MemberId(id);
    let (_, before) = found(&app, site, &id).await?;
    checked(app.store.set_role(site, &id, role).await?)?;
    let detail = [("before", before.name()), ("role", role.name())];
    audit::by(&app, &caller, Action::MemberRoleSet, id.as_str(), &detail).await;
    Ok(Json(reply(found(&app, site, &id).await?)))
}

/// Takes a member out of the site: an owner anybody, everybody themselves. Whoever is in no site then is forgotten.
#[utoipa::path(delete, path = "/v1/members/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let is_self = caller.member().is_some_and(|signed_in| signed_in.member.id.as_str() == id);
    let (site, _) = caller.member_may(if is_self { Scope::Read } else { Scope::Admin })?;
    let id = MemberId(id);
    let (member, _) = found(&app, site, &id).await?;
    checked(app.store.remove_member(site, &id).await?)?;
    audit::by(&app, &caller, Action::MemberRemoved, id.as_str(), &[("name", &member.name)]).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link by which a member of the site sets a new password; it works once, for seven days, and ends the one before.
#[utoipa::path(post, path = "/v1/members/{id}/password", tag = "management", params(("id" = String, Path)),
    responses((status = 201, body = PasswordLinkReply), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn password(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, Json<PasswordLinkReply>)> {
    let (site, signed_in) = caller.member_may(Scope::Admin)?;
    let id = MemberId(id);
    let (member, _) = found(&app, site, &id).await?;
    may_renew(&app, signed_in, &member).await?;
    let by = Some(signed_in.member.id.clone());
    let (invitation, secret) = invitations::made(&app, InvitationPurpose::Password(id.clone()), None, by);
    let expires_at = time::rfc3339(invitation.expires_at);
    if !app.store.create_invitation(invitation).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::MemberPasswordLink, id.as_str(), &[]).await;
    let link = format!("{}/app/join/{secret}", base(&app, &headers));
    Ok((StatusCode::CREATED, Json(PasswordLinkReply { link, expires_at })))
}

/// Whether a member may make a link for another's password: whoever has it is that other one, in every site. So it is for
/// operators, and for owners of every site that the other is in.
async fn may_renew(app: &App, by: &SignedIn, member: &Member) -> ApiResult<()> {
    if by.member.operator {
        return Ok(());
    }
    let owns = |site: &SiteId| by.memberships.iter().any(|own| own.site == *site && own.role == Role::Owner);
    let others = app.store.memberships(&member.id).await?;
    if !member.operator && others.iter().all(|membership| owns(&membership.site)) {
        return Ok(());
    }
    let message = "The member may do more than you own; ask an operator, or `bearing user create` on the server.";
    Err(Fault::new(Code::INSUFFICIENT_SCOPE, message).into())
}
