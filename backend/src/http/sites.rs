//! A site's own settings.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::answer::cleaned;
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::sites::{
    AttackReply, BuildingReply, CountingReply, SiteCreate, SitePatch, SiteReply, SiteSettings,
};
use bearing_shared::cell;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{SiteId, SiteKey};
use bearing_shared::look::is_address;
use bearing_shared::privacy::PARAMETERS_LIMIT;
use bearing_shared::question::is_name;
use bearing_storage::{Building, Replaced, Scope, Site};
use jiff::tz::TimeZone;

use super::params::{NoParams, Params};
use super::{extract, session};
use crate::app::{App, Shared};
use crate::auth::{self, Anybody, Caller, Present};
use crate::error::{ApiError, ApiResult};
use crate::{audit, chance, time};

/// The most dimensions and origins of a site.
const LIST_LIMIT: usize = 50;
/// The largest threshold.
const THRESHOLD_LIMIT: u64 = 1_000_000;

/// How long an identity secret holds beside the one that followed it, in ms: as long as a webhook's.
const BOTH: i64 = 24 * 3_600_000;

async fn reply(app: &App, site: Site, secret: Option<String>) -> ApiResult<Json<SiteReply>> {
    let counting = app.store.counting(&site.id).await?.ok_or_else(ApiError::not_found)?;
    let attack = app.store.attack(&site.id).await?.filter(|attack| attack.until > app.clock.now());
    Ok(Json(SiteReply {
        id: site.id,
        site_key: site.key,
        created_at: time::rfc3339(site.created_at),
        settings: site.settings,
        counting: CountingReply {
            generation: counting.generation,
            time_zone: counting.zone,
            dimensions: counting.dimensions,
            building: counting.building.map(|Building { done, total }| BuildingReply { done, total }),
        },
        attack: attack
            .map(|attack| AttackReply { since: time::rfc3339(attack.began_at), until: time::rfc3339(attack.until) }),
        identity_secret: secret,
        previous_secret_until: site
            .previous
            .filter(|(_, until)| *until > app.clock.now())
            .map(|(_, until)| time::rfc3339(until)),
    }))
}

/// The sites that are open to the caller, the oldest first: a key's own, a member's, and for an operator every one.
#[utoipa::path(get, path = "/v1/sites", tag = "session",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<SiteReply>), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Anybody,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<SiteReply>>> {
    let mut params = Params::read(query);
    let limit = params.limit()? as usize;
    let after = params.take("cursor");
    params.end()?;
    let mut sites: Vec<Site> = match caller {
        Anybody::Key(key) => app.store.site(&key.site).await?.into_iter().collect(),
        Anybody::Member(signed_in) => {
            session::open_sites(&app, &signed_in).await?.into_iter().map(|(site, _)| site).collect()
        }
    };
    if let Some(after) = after {
        let place = sites.iter().position(|site| site.id.as_str() == after);
        let place = place.ok_or_else(|| {
            Fault::at(Code::INVALID_PARAMETER, "cursor", "Give the next_cursor of a page before, while it is there.")
        })?;
        sites.drain(..=place);
    }
    let more = sites.len() > limit;
    sites.truncate(limit);
    let next_cursor = sites.last().filter(|_| more).map(|site| site.id.to_string());
    let mut items = Vec::new();
    for site in sites {
        items.push(reply(&app, site, None).await?.0);
    }
    Ok(Json(Page { items, next_cursor }))
}

/// Makes a site, as an operator; the reply alone shows the identity secret.
#[utoipa::path(post, path = "/v1/sites", tag = "session", request_body = SiteCreate,
    responses((status = 201, body = SiteReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    Present(signed_in): Present,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<SiteReply>)> {
    if !signed_in.member.operator {
        let message = "Only an operator may make sites; `bearing user create` makes one.";
        return Err(Fault::new(Code::INSUFFICIENT_SCOPE, message).into());
    }
    let asked: SiteCreate = extract::json(&headers, body).await?;
    let secret = chance::secret("");
    let mut site = Site {
        id: SiteId(chance::id(SiteId::PREFIX)),
        key: SiteKey(chance::id(SiteKey::PREFIX)),
        identity_secret: secret.clone(),
        previous: None,
        settings: SiteSettings::named(""),
        created_at: app.clock.now(),
    };
    let SiteCreate { name, origins, time_zone } = asked;
    apply(&mut site, SitePatch { name: Some(name), origins, time_zone, ..SitePatch::default() })?;
    app.store.create_site(site.clone()).await?;
    let detail = [("name", site.settings.name.as_str())];
    audit::note(&app, auth::actor(&signed_in), Some(&site.id), Action::SiteCreated, site.id.as_str(), &detail).await;
    app.directory.refresh().await?;
    Ok((StatusCode::CREATED, reply(&app, site, Some(secret)).await?))
}

/// A site's settings.
#[utoipa::path(get, path = "/v1/sites/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = SiteReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<SiteReply>> {
    let site = caller.may_in(Scope::Read, Some(&id))?;
    let site = app.store.site(site).await?.ok_or_else(ApiError::not_found)?;
    reply(&app, site, None).await
}

/// Changes a site's settings.
#[utoipa::path(patch, path = "/v1/sites/{id}", tag = "management", params(("id" = String, Path)),
    request_body = SitePatch,
    responses((status = 200, body = SiteReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn update(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<SiteReply>> {
    let id = caller.may_in(Scope::Admin, Some(&id))?;
    let patch: SitePatch = extract::json(&headers, body).await?;
    let fields = audit::fields(&patch);
    let secret = (patch.rotate_identity_secret == Some(true)).then(|| chance::secret(""));
    // Whoever was faster has changed what this patch need not name: it is applied to that. Each round is another's success.
    let site = loop {
        let before = app.store.site(id).await?.ok_or_else(ApiError::not_found)?;
        let mut site = before.clone();
        apply(&mut site, patch.clone())?;
        if let Some(secret) = &secret {
            let present = std::mem::replace(&mut site.identity_secret, secret.clone());
            site.previous = Some((present, app.clock.now() + BOTH));
        }
        if patch.end_previous_secret == Some(true) {
            site.previous = None;
        }
        match app.store.update_site(&before, site.clone()).await? {
            Replaced::Done => break site,
            Replaced::Overtaken => {}
            Replaced::Missing => return Err(ApiError::not_found()),
        }
    };
    audit::by(&app, &caller, Action::SiteUpdated, &site.id.0, &[("fields", &fields)]).await;
    app.directory.refresh().await?;
    reply(&app, site, secret).await
}

/// Removes a site with everything that belongs to it, its keys too.
#[utoipa::path(delete, path = "/v1/sites/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let id = caller.may_in(Scope::Admin, Some(&id))?;
    let deleted = app.store.delete_site(id).await?;
    if deleted {
        audit::by(&app, &caller, Action::SiteDeleted, id.as_str(), &[]).await;
    }
    app.directory.refresh().await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found()) }
}

/// Puts what is named into the settings, each checked.
fn apply(site: &mut Site, patch: SitePatch) -> Result<(), Fault> {
    let settings = &mut site.settings;
    let invalid = |field: &str, message: &str| Err(Fault::at(Code::INVALID_FIELD, field, message));
    if let Some(name) = patch.name {
        let name = cleaned(&name);
        if !(1..=200).contains(&name.chars().count()) {
            return invalid("name", "A site's name has 1 to 200 characters.");
        }
        settings.name = name;
    }
    if let Some(origins) = patch.origins {
        if origins.len() > LIST_LIMIT {
            return invalid("origins", "A site has at most 50 origins.");
        }
        for (place, origin) in origins.iter().enumerate() {
            check_origin(origin)
                .map_err(|message| Fault::at(Code::INVALID_FIELD, format!("origins[{place}]"), message))?;
        }
        settings.origins = origins;
    }
    if let Some(zone) = patch.time_zone {
        if TimeZone::get(&zone).is_err() {
            return invalid("time_zone", "Give an IANA time zone such as Europe/Amsterdam or UTC.");
        }
        settings.time_zone = zone;
    }
    if let Some(mut dimensions) = patch.dimensions {
        if dimensions.len() > LIST_LIMIT {
            return invalid("dimensions", "A site has at most 50 dimensions.");
        }
        for (place, dimension) in dimensions.iter().enumerate() {
            let at = format!("dimensions[{place}]");
            if !is_name(&dimension.name) || dimensions[..place].iter().any(|earlier| earlier.name == dimension.name) {
                return invalid(&format!("{at}.name"), "A dimension has a name of its own: 1 to 40 of a–z, 0–9 and _.");
            }
            let values = &dimension.values;
            let is_value = |value: &String| {
                // As answers are cleaned: another spelling would never be met. `(other)` is the rest, never a value.
                (1..=200).contains(&value.chars().count()) && cleaned(value) == *value && value != cell::OTHER
            };
            if values.len() > cell::VALUES_LIMIT || !values.iter().all(is_value) {
                let message = "A dimension lists at most 50 values of 1 to 200 characters, without control characters \
                               or blanks at their ends, and not (other).";
                return invalid(&format!("{at}.values"), message);
            }
        }
        for dimension in &mut dimensions {
            let mut seen = std::collections::HashSet::new();
            dimension.values.retain(|value| seen.insert(value.clone()));
        }
        settings.dimensions = dimensions;
    }
    if let Some(thresholds) = patch.thresholds {
        let rising = thresholds.hidden <= thresholds.wide && thresholds.wide <= thresholds.indicative;
        if !rising || thresholds.hidden == 0 || thresholds.indicative > THRESHOLD_LIMIT {
            let message = "The thresholds rise from at least 1 to at most 1,000,000: hidden, wide, indicative, such as \
                           5, 30 and 100.";
            return invalid("thresholds", message);
        }
        settings.thresholds = thresholds;
    }
    if let Some(rest) = patch.rest {
        rest.check().map_err(|fault| fault.under("rest"))?;
        settings.rest = rest;
    }
    if let Some(mut signals) = patch.respect_signals {
        signals.sort_unstable();
        signals.dedup();
        settings.respect_signals = signals;
    }
    if let Some(address) = patch.privacy_url {
        if !address.is_empty() && !is_address(&address) {
            let message = "Give an https address such as https://shop.example/privacy, or an empty text for none.";
            return invalid("privacy_url", message);
        }
        settings.privacy_url = Some(address).filter(|address| !address.is_empty());
    }
    if let Some(theme) = patch.theme {
        theme.check().map_err(|fault| fault.under("theme"))?;
        settings.theme = theme;
    }
    if let Some(retention) = patch.retention {
        if let Some(name) = retention.wrong() {
            return invalid(&format!("retention.{name}"), "A period has 1 to 3,660 days; null keeps without end.");
        }
        settings.retention = retention;
    }
    if let Some(mut redact) = patch.redact {
        redact.sort_unstable();
        redact.dedup();
        settings.redact = redact;
    }
    if let Some(mut parameters) = patch.url_parameters {
        let is_parameter = |name: &String| (1..=80).contains(&name.chars().count()) && cleaned(name) == *name;
        if parameters.len() > PARAMETERS_LIMIT || !parameters.iter().all(is_parameter) {
            let message = "Name at most 20 parameters of 1 to 80 characters, such as utm_source.";
            return invalid("url_parameters", message);
        }
        parameters.sort_unstable();
        parameters.dedup();
        settings.url_parameters = parameters;
    }
    settings.protect = patch.protect.unwrap_or(settings.protect);
    settings.silenced = patch.silenced.unwrap_or(settings.silenced);
    settings.allow_null_origin = patch.allow_null_origin.unwrap_or(settings.allow_null_origin);
    settings.require_signature = patch.require_signature.unwrap_or(settings.require_signature);
    Ok(())
}

/// Checks an origin or a pattern of origins; the fault's sentence otherwise.
pub(crate) fn check_origin(origin: &str) -> Result<(), &'static str> {
    let wanted = "An origin is https://shop.example, or https://*.shop.example for every name below.";
    let url = url::Url::parse(&origin.replacen("://*.", "://any.", 1)).map_err(|_| wanted)?;
    let bare = matches!(url.path(), "/" | "") && url.query().is_none() && url.fragment().is_none();
    // The one star stands for a name below a host, and is gone by now.
    let named =
        url.host_str().is_some_and(|host| !host.contains('*')) && url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && bare && named && !origin.ends_with('/') {
        Ok(())
    } else {
        Err(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_schemes_and_hosts() {
        for good in ["https://shop.example", "http://localhost:8080", "https://*.shop.example"] {
            assert!(check_origin(good).is_ok(), "{good}");
        }
        for bad in [
            "shop.example",
            "https://shop.example/",
            "https://shop.example/x",
            "*",
            "https://*",
            "https://a.*.example",
            "ftp://a.b",
            "https://a@b.c",
        ] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
    }
}
