//! Noting who changed what.

use std::collections::BTreeMap;

use bearing_shared::api::audit::Action;
use bearing_shared::id::SiteId;
use bearing_storage::{Actor, AuditEntry};

use crate::app::App;
use crate::auth::Caller;

/// Notes a change that a caller has made to a thing of the request's site; see [`note`].
pub async fn by(app: &App, caller: &Caller, action: Action, object: &str, detail: &[(&str, &str)]) {
    note(app, caller.actor(), Some(caller.site()), action, object, detail).await;
}

/// The names of the fields that a patch changes, for `detail`: what they hold may be longer than an entry should be.
pub fn fields(patch: &impl serde::Serialize) -> String {
    match serde_json::to_value(patch) {
        Ok(serde_json::Value::Object(fields)) => fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

/// Notes a change that has been made. `detail` says by name what has changed; never an answer's text, a secret or a
/// customer's id.
///
/// A request that changes something goes on to here when its caller hangs up; a server that is killed in between leaves a
/// change without its entry, whatever the change. The change stands whether it can be noted or not: what was done cannot be
/// taken back by saying that it failed. Where it cannot, the log has it at the level of an error.
pub async fn note(
    app: &App,
    actor: Actor,
    site: Option<&SiteId>,
    action: Action,
    object: &str,
    detail: &[(&str, &str)],
) {
    let detail: BTreeMap<String, String> =
        detail.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let entry = AuditEntry {
        at: app.clock.now(),
        site: site.cloned(),
        actor,
        action: action.name().to_owned(),
        object: object.to_owned(),
        detail,
    };
    let (kind, id) = (entry.actor.kind.name(), entry.actor.id.clone());
    if let Err(error) = app.store.record(entry).await {
        tracing::error!(%error, action = action.name(), object, kind, id, "a change is not in the audit log");
    }
}
