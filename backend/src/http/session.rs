//! The member who is signed in: who it is, which sites are open, and the account's own settings.

use axum::Json;
use axum::extract::State;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::session::{MemberReply, OwnSite, SessionReply};
use bearing_storage::{Role, SignedIn, Site};

use super::params::NoParams;
use crate::app::{App, Shared};
use crate::auth::Present;
use crate::error::ApiResult;

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
