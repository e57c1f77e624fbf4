//! The member who is signed in: who it is, which sites are open, and the account's own settings and sessions.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::session::{MemberReply, OpenSession, OwnSite, PasswordChange, SessionPatch, SessionReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::SessionId;
use bearing_shared::text::is_locale;
use bearing_storage::{Role, SignedIn, Site};

use super::extract;
use super::params::NoParams;
use crate::app::{App, Shared};
use crate::auth::common::is_common;
use crate::auth::limits::Peer;
use crate::auth::passwords::LENGTHS;
use crate::auth::{self, Present, session};
use crate::error::{ApiError, ApiResult};
use crate::{audit, time};

/// The sites in which a member has a role, with it, the oldest first.
pub(super) async fn open_sites(app: &App, signed_in: &SignedIn) -> ApiResult<Vec<(Site, Role)>> {
    if signed_in.member.operator {
        return Ok(app.store.sites().await?.into_iter().map(|site| (site, Role::Owner)).collect());
    }
    let mut sites = Vec::new();
    for membership in &signed_in.memberships {
        if let Some(site) = app.store.site(&membership.site).await? {
            sites.push((site, membership.role));
        }
    }
    sites.sort_by(|(one, _), (other, _)| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    Ok(sites)
}

async fn reply(app: &App, signed_in: SignedIn) -> ApiResult<Json<SessionReply>> {
    let sites = open_sites(app, &signed_in).await?;
    let own = |(site, role): (Site, Role)| OwnSite { id: site.id, name: site.settings.name, site_key: site.key, role };
    let SignedIn { session, member, .. } = signed_in;
    Ok(Json(SessionReply {
        member: MemberReply {
            id: member.id,
            email: member.email,
            name: member.name,
            locale: member.locale,
            operator: member.operator,
        },
        session: session.id,
        sites: sites.into_iter().map(own).collect(),
    }))
}

/// Who is signed in, and which sites are open.
#[utoipa::path(get, path = "/v1/session", tag = "session",
    responses((status = 200, body = SessionReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
) -> ApiResult<Json<SessionReply>> {
    reply(&app, signed_in).await
}

/// Changes the member's own name, language or password; another password ends every other session.
#[utoipa::path(patch, path = "/v1/session", tag = "session", request_body = SessionPatch,
    responses((status = 200, body = SessionReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(super) async fn update(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<SessionReply>> {
    let patch: SessionPatch = extract::json(&headers, body).await?;
    let fields = audit::fields(&patch);
    let SessionPatch { name, locale, password } = patch;
    let mut changed = signed_in;
    let wrong = || Fault::at(Code::INVALID_FIELD, "name", "A name has 1 to 100 characters.");
    let name = name.map(|name| extract::name(&name).ok_or_else(wrong)).transpose()?;
    if let Some(name) = &name {
        changed.member.name.clone_from(name);
    }
    if let Some(locale) = &locale {
        if locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
            return Err(Fault::at(Code::INVALID_FIELD, "locale", "Give a locale such as nl or pt-BR, or null.").into());
        }
        changed.member.locale.clone_from(locale);
    }
    let password = match password {
        Some(change) => Some(new_password(&app, peer, &changed, change).await?),
        None => None,
    };
    let member = &changed.member;
    // The password last: a request that failed half-way can come again as it was.
    if !app.store.edit_member(&member.id, name, locale).await? {
        return Err(auth::unauthorized());
    }
    if let Some(hash) = password
        && !app.store.set_password(&member.id, hash, changed.session.hash).await?
    {
        return Err(auth::unauthorized());
    }
    audit::note(&app, auth::actor(&changed), None, Action::MemberUpdated, member.id.as_str(), &[("fields", &fields)])
        .await;
    reply(&app, changed).await
}

/// The hash of a new password, for whoever knows the present one.
async fn new_password(
    app: &App,
    peer: Option<Extension<Peer>>,
    signed_in: &SignedIn,
    change: PasswordChange,
) -> ApiResult<String> {
    if !LENGTHS.contains(&change.new.chars().count()) {
        return Err(Fault::at(Code::INVALID_FIELD, "password.new", "A password has 10 to 200 characters.").into());
    }
    let member = &signed_in.member;
    if is_common(&change.new, &member.email) {
        let message = "This password is well known and tried first; choose another.";
        return Err(Fault::at(Code::INVALID_FIELD, "password.new", message).into());
    }
    let taken = app.tries.take(peer.map(|Extension(peer)| peer), &member.email);
    taken.map_err(|_| Fault::new(Code::TOO_MANY_TRIES, Code::TOO_MANY_TRIES.meaning))?;
    if !app.passwords.verify(change.current, member.password.clone()).await? {
        return Err(Fault::at(Code::INVALID_FIELD, "password.current", "This is not the present password.").into());
    }
    Ok(app.passwords.hash(change.new).await?)
}

/// Signs out: the session is over, and the browser forgets its cookie.
#[utoipa::path(delete, path = "/v1/session", tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn end(State(app): State<Shared>, Present(signed_in): Present, _: NoParams) -> ApiResult<Response> {
    app.store.end_session(&signed_in.member.id, &signed_in.session.id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in session::cookies(&app, "") {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The member's own sessions, the latest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "session",
    responses((status = 200, body = Page<OpenSession>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
) -> ApiResult<Json<Page<OpenSession>>> {
    let sessions = app.store.sessions(&signed_in.member.id, app.clock.now()).await?;
    let open = |session: bearing_storage::Session| OpenSession {
        current: session.id == signed_in.session.id,
        id: session.id,
        client: session.client,
        created_at: time::rfc3339(session.created_at),
        seen_at: time::rfc3339(session.seen_at),
        expires_at: time::rfc3339(session.expires_at),
    };
    // Few: each is a browser that the member has signed in with.
    Ok(Json(Page { items: sessions.into_iter().map(open).collect(), next_cursor: None }))
}

/// Ends one of the member's own sessions.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn end_one(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    match app.store.end_session(&signed_in.member.id, &SessionId(id)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}
