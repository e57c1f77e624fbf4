//! Who is calling the management API, and what may they do?

pub mod client;
pub mod common;
pub mod cross_site;
pub mod email;
mod hashers;
pub mod limits;
pub mod passwords;
pub mod provider;
pub mod session;
pub mod share;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::SiteId;
use bearing_storage::{Actor, ActorKind, Key, Member, Role, Scope, SignedIn};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::admission::{Reason, SitePlace};
use crate::app::{App, Shared};
use crate::error::{ApiError, ApiResult};
use crate::telemetry;

/// The hash under which a key's secret is known.
pub fn hash(secret: &str) -> [u8; 32] {
    hash_bytes(secret.as_bytes())
}

/// SHA-256.
pub fn hash_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether `signature` is the lower-case hex HMAC-SHA256 of the customer id under the identity secret, compared in
/// constant time.
pub fn is_signed(identity_secret: &str, customer: &str, signature: &str) -> bool {
    let Ok(signature) = data_encoding::HEXLOWER.decode(signature.as_bytes()) else { return false };
    Hmac::<Sha256>::new_from_slice(identity_secret.as_bytes()).is_ok_and(|mut mac| {
        mac.update(customer.as_bytes());
        mac.verify_slice(&signature).is_ok()
    })
}

/// Who calls.
enum Who {
    Key(Key),
    Member(Box<SignedIn>),
    Share(Box<share::Shown>),
}

/// The caller of a management route: a key, a member who is signed in or a shared link, with the site that the request is
/// about.
pub struct Caller {
    who: Who,
    site: SiteId,
    /// What the caller may do in the site.
    scope: Scope,
    /// The site's place among the reads, for as long as the handler has its caller.
    _place: Option<SitePlace>,
}

impl Caller {
    /// The request's site, if what the caller may do there reaches `needed`.
    ///
    /// # Errors
    /// `insufficient_scope`, naming the scope or the role that is needed.
    pub fn may(&self, needed: Scope) -> ApiResult<&SiteId> {
        let message = match self.who {
            Who::Share(_) => return Err(share::refused()),
            _ if self.scope >= needed => return Ok(&self.site),
            Who::Key(_) => format!("The key's scope is `{}`; this needs `{}`.", self.scope.name(), needed.name()),
            Who::Member(_) => {
                let role =
                    |scope: Scope| Role::ALL.into_iter().find(|role| role.scope() == scope).map_or("", Role::name);
                format!("Your role in this site is `{}`; this needs `{}`.", role(self.scope), role(needed))
            }
        };
        Err(ApiError(Fault::new(Code::INSUFFICIENT_SCOPE, message)))
    }

    /// As [`Caller::may`], for a request that may name its site: another site's things are not there.
    ///
    /// # Errors
    /// `insufficient_scope`, or `not_found` for another site.
    pub fn may_in(&self, needed: Scope, site: Option<&str>) -> ApiResult<&SiteId> {
        let own = self.may(needed)?;
        match site {
            Some(site) if site != own.as_str() => Err(ApiError::not_found()),
            _ => Ok(own),
        }
    }

    /// As [`Caller::may`], for what only a member who is signed in may do: a key that has leaked must not make others.
    ///
    /// # Errors
    /// `session_required`, or `insufficient_scope`.
    pub fn member_may(&self, needed: Scope) -> ApiResult<(&SiteId, &SignedIn)> {
        match &self.who {
            Who::Key(_) => Err(session_required()),
            Who::Member(signed_in) => Ok((self.may(needed)?, signed_in)),
            Who::Share(_) => Err(share::refused()),
        }
    }

    /// The site that the request is about, whatever the caller may do there.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The member who calls, unless it is a key.
    pub fn member(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::Key(_) | Who::Share(_) => None,
            Who::Member(signed_in) => Some(signed_in),
        }
    }

    /// What the caller is held to, if it is a shared link: then [`Caller::may`] refuses it, and whoever asks for this opens
    /// a route to it.
    pub fn share(&self) -> Option<&share::Shown> {
        match &self.who {
            Who::Share(shown) => Some(shown),
            Who::Key(_) | Who::Member(_) => None,
        }
    }

    /// The request's site, for what a shared link may read as well as whoever may read everything.
    ///
    /// # Errors
    /// As [`Caller::may_in`].
    pub fn may_see(&self, site: Option<&str>) -> ApiResult<&SiteId> {
        match (self.share(), site) {
            (None, _) => self.may_in(Scope::Read, site),
            (Some(_), Some(site)) if site != self.site.as_str() => Err(ApiError::not_found()),
            (Some(_), _) => Ok(&self.site),
        }
    }

    /// The caller as the audit log names it.
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Key(key) => Actor { kind: ActorKind::Key, id: key.id.0.clone(), name: key.name.clone() },
            Who::Member(signed_in) => actor(signed_in),
            // It changes nothing, so no log names it.
            Who::Share(shown) => {
                Actor { kind: ActorKind::Key, id: shown.share.id.0.clone(), name: shown.share.name.clone() }
            }
        }
    }
}

/// A member who is signed in as the audit log names it.
pub fn actor(signed_in: &SignedIn) -> Actor {
    member_actor(&signed_in.member)
}

/// A member as the audit log names it.
pub fn member_actor(member: &Member) -> Actor {
    let name = if member.name.is_empty() { &member.email } else { &member.name };
    Actor { kind: ActorKind::Member, id: member.id.0.clone(), name: name.clone() }
}

/// The refusal of a request without anybody behind it.
pub fn unauthorized() -> ApiError {
    ApiError(Fault::new(Code::UNAUTHORIZED, Code::UNAUTHORIZED.meaning))
}

/// The refusal of a key where a member has to be signed in.
pub fn session_required() -> ApiError {
    ApiError(Fault::new(Code::SESSION_REQUIRED, Code::SESSION_REQUIRED.meaning))
}

/// What a request shows in its `Authorization`.
enum Secret {
    Key(Key),
    Share(Box<share::Shown>),
}

/// The key or shared link that a request shows; `None` where it shows none at all. A request that shows one is judged by it
/// alone.
async fn shown_secret(parts: &Parts, app: &App) -> ApiResult<Option<Secret>> {
    let Some(shown) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let secret = shown
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim());
    if let Some(secret) = secret.filter(|secret| secret.starts_with(share::PREFIX)) {
        return Ok(Some(Secret::Share(Box::new(share::by_secret(app, secret).await?))));
    }
    let key = match secret {
        Some(secret) => app.directory.key(hash(secret)).await?,
        None => None,
    };
    let key = key.ok_or_else(unauthorized)?;
    app.directory.used(&key.id, app.clock.now());
    Ok(Some(Secret::Key(key)))
}

/// The member behind a request's cookie, whose browser did not send it because of another site's page.
async fn shown_session(parts: &Parts, app: &App) -> ApiResult<SignedIn> {
    let signed_in = session::of(app, &parts.headers).await?.ok_or_else(unauthorized)?;
    cross_site::check(app, &parts.method, &parts.headers)?;
    Ok(signed_in)
}

/// The site that a request names: by its path, else by its query.
fn named_site(parts: &Parts) -> (Option<SiteId>, Option<SiteId>) {
    let of_path = parts.uri.path().strip_prefix("/v1/sites/").and_then(|rest| rest.split('/').next());
    let query = parts.uri.query().unwrap_or_default();
    let of_query = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "site" && !value.is_empty())
        .map(|(_, value)| SiteId(value.into_owned()));
    (of_path.filter(|id| !id.is_empty()).map(SiteId::from), of_query)
}

/// What a member may do in a site; `None` where it is not there for the member.
async fn role_of(app: &App, signed_in: &SignedIn, site: &SiteId) -> ApiResult<Option<Role>> {
    if signed_in.member.operator {
        let is_there = app.directory.site_by_id(site).await?.is_some();
        return Ok(is_there.then_some(Role::Owner));
    }
    Ok(signed_in.memberships.iter().find(|membership| membership.site == *site).map(|membership| membership.role))
}

/// The one site that a member may be speaking of without naming it.
async fn only_site(app: &App, signed_in: &SignedIn) -> ApiResult<SiteId> {
    let mut sites: Vec<SiteId> = match signed_in.member.operator {
        true => app.store.sites().await?.into_iter().map(|site| site.id).collect(),
        false => signed_in.memberships.iter().map(|membership| membership.site.clone()).collect(),
    };
    match (sites.pop(), sites.is_empty()) {
        (Some(site), true) => Ok(site),
        (None, _) => Err(ApiError::not_found()),
        (Some(_), false) => {
            let message = "Name the site: add ?site=… with one of the ids in /v1/session.";
            Err(ApiError(Fault::at(Code::MISSING_PARAMETER, "site", message)))
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> ApiResult<Self> {
        let (of_path, of_query) = named_site(parts);
        let caller = match shown_secret(parts, app).await? {
            Some(Secret::Key(key)) => {
                let (site, scope) = (key.site.clone(), key.scope);
                Self { who: Who::Key(key), site, scope, _place: None }
            }
            Some(Secret::Share(shown)) => {
                share::check(parts)?;
                Self { site: shown.share.site.clone(), who: Who::Share(shown), scope: Scope::Read, _place: None }
            }
            None => {
                let signed_in = shown_session(parts, app).await?;
                let site = match of_path.or_else(|| of_query.clone()) {
                    Some(site) => site,
                    None => only_site(app, &signed_in).await?,
                };
                let role = role_of(app, &signed_in, &site).await?.ok_or_else(ApiError::not_found)?;
                Self { who: Who::Member(Box::new(signed_in)), site, scope: role.scope(), _place: None }
            }
        };
        if of_query.is_some_and(|named| named != caller.site) {
            return Err(ApiError::not_found());
        }
        telemetry::join(&parts.headers);
        let place = place(parts, app, &caller.site)?;
        Ok(Self { _place: place, ..caller })
    }
}

/// A place among the reads of the site. What changes something takes none: its body is awaited, and a place is not held for
/// whoever sends slowly.
fn place(parts: &Parts, app: &App, site: &SiteId) -> ApiResult<Option<SitePlace>> {
    if !parts.method.is_safe() {
        return Ok(None);
    }
    app.admission.read_of(site).map(Some).ok_or_else(|| {
        app.metrics.refused(Reason::Lane);
        let message = "This site has as many reads under way as it may have; try again after `Retry-After` seconds.";
        Fault::new(Code::OVERLOADED, message).into()
    })
}

/// A key or a member, for what is about every site that is open to them.
pub enum Anybody {
    /// A key.
    Key(Key),
    /// A member who is signed in.
    Member(SignedIn),
}

impl FromRequestParts<Shared> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> ApiResult<Self> {
        let caller = match shown_secret(parts, app).await? {
            Some(Secret::Key(key)) => Self::Key(key),
            Some(Secret::Share(_)) => return Err(share::refused()),
            None => Self::Member(shown_session(parts, app).await?),
        };
        telemetry::join(&parts.headers);
        Ok(caller)
    }
}

/// A member who is signed in, for what concerns nobody else and no site.
pub struct Present(pub SignedIn);

impl FromRequestParts<Shared> for Present {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> ApiResult<Self> {
        if shown_secret(parts, app).await?.is_some() {
            return Err(session_required());
        }
        let signed_in = shown_session(parts, app).await?;
        telemetry::join(&parts.headers);
        Ok(Self(signed_in))
    }
}

/// A shared link, for what is there for such links alone.
pub struct ByLink(pub Box<share::Shown>);

impl FromRequestParts<Shared> for ByLink {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> ApiResult<Self> {
        let Some(Secret::Share(shown)) = shown_secret(parts, app).await? else {
            let message = "Only a shared link reads this: send `Authorization: Bearer shr_…`.";
            return Err(ApiError(Fault::new(Code::UNAUTHORIZED, message)));
        };
        let (_, site) = named_site(parts);
        if site.is_some_and(|named| named != shown.share.site) {
            return Err(ApiError::not_found());
        }
        telemetry::join(&parts.headers);
        Ok(Self(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_the_hex_hmac_of_the_customer_id() {
        // printf cust-42 | openssl dgst -sha256 -hmac secret
        let right = "50a82d96002909c08f14a4eec69192869e2602bb236907ee36f80d9a2497c20c";
        assert!(is_signed("secret", "cust-42", right));
        for wrong in ["", "zz", &right.to_uppercase(), &right[2..]] {
            assert!(!is_signed("secret", "cust-42", wrong), "{wrong}");
        }
        assert!(!is_signed("secret", "cust-43", right));
    }
}
