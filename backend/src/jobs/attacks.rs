//! Attacks in the audit log: that one began, by whoever noticed it, and that it is over, by whichever server looks first.

use std::sync::Arc;
use std::time::Duration;

use bearing_shared::api::audit::{Action, Actor, ActorKind};
use bearing_shared::id::SiteId;
use bearing_shared::suspicion::Suspicion;
use bearing_storage::{Attack, States};

use crate::app::App;
use crate::strangers::WINDOW;
use crate::{audit, time};

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(60);
/// Suspicious answers of one attack that are counted, at most.
const COUNTED: u32 = 100_000;

/// Looks for what is over, again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::every(app, "attacks", PAUSE, |app| async move {
        if let Err(error) = note_ended(&app).await {
            tracing::warn!(%error, "attacks that are over could not be noted");
        }
    });
}

/// Notes that an attack on a site began, with the signs of the answers by which it was noticed and how many answers were set
/// apart that had come before; and that the one before it is over, where nobody has noted that yet.
pub(crate) async fn began(app: &App, site: &SiteId, before: Option<Attack>, signs: Suspicion, apart: usize) {
    if let Some(before) = before {
        ended(app, site, before).await;
    }
    let signs: Vec<&str> = signs.signs().into_iter().map(|sign| sign.name()).collect();
    note(app, site, Action::AttackBegan, &[("signs", &signs.join(", ")), ("apart", &apart.to_string())]).await;
}

/// Notes each attack that is over by now, of every site.
///
/// # Errors
/// What the store says.
pub async fn note_ended(app: &App) -> bearing_storage::Result<()> {
    for (site, attack) in app.store.ended_attacks(app.clock.now()).await? {
        ended(app, &site, attack).await;
    }
    Ok(())
}

async fn ended(app: &App, site: &SiteId, attack: Attack) {
    // From what was caught of before it was noticed. The entry matters more than the number in it.
    let answers = match app.store.suspicious(site, (attack.began_at - WINDOW, attack.until), States::All, COUNTED).await
    {
        Ok(answers) => answers.len().to_string(),
        Err(error) => {
            tracing::warn!(%site, %error, "the answers of an attack could not be counted");
            "?".to_owned()
        }
    };
    let (began, until) = (time::rfc3339(attack.began_at), time::rfc3339(attack.until));
    note(app, site, Action::AttackEnded, &[("answers", &answers), ("began", &began), ("until", &until)]).await;
}

async fn note(app: &App, site: &SiteId, action: Action, detail: &[(&str, &str)]) {
    let server = Actor { kind: ActorKind::Server, id: String::new(), name: String::new() };
    audit::note(app, server, Some(site), action, site.as_str(), detail).await;
}
