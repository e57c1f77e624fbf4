//! Shared links as callers: what a link is held to, and which routes are open to it.

use std::collections::BTreeMap;

use axum::http::Method;
use axum::http::request::Parts;
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Share;
use serde::{Deserialize, Serialize};

use super::hash;
use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// How the secrets of shared links begin: they are told from keys by it.
pub const PREFIX: &str = "shr_";
/// What a shared link may read as any caller does, held to its filter. Its own routes are told in [`super::ByLink`].
const OPEN: [&str; 3] = ["/v1/reports/score", "/v1/reports/trend", "/v1/stream"];
/// What a shared link may choose for itself: the period, and how its points lie.
const FREE: [&str; 4] = ["site", "from", "to", "bucket"];
/// How long until its use is noted again, in ms.
const NOTED: i64 = 60_000;

/// What a shared link is held to, as the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Values by the names that reports take.
    pub filter: BTreeMap<String, String>,
    /// Whether comments are shown.
    pub comments: bool,
}

impl Hold {
    /// What the store has kept. What cannot be read opens nothing: `None`.
    pub fn of(share: &Share) -> Option<Self> {
        serde_json::from_str(&share.filter).ok()
    }

    /// The parameters of a request held to the filter, which is always among them.
    ///
    /// # Errors
    /// `insufficient_scope` for a parameter that says something else than the filter, or more than it.
    pub fn held(&self, mut asked: Vec<(String, String)>) -> Result<Vec<(String, String)>, Fault> {
        for (name, value) in &asked {
            let is_open = match self.filter.get(name) {
                Some(held) => held == value,
                // A link for every metric is asked about one at a time.
                None => FREE.contains(&name.as_str()) || name == "metric",
            };
            if !is_open {
                let shown: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
                let message = "This link is held to its filter; of a period alone it may ask for less.";
                return Err(Fault::at(Code::INSUFFICIENT_SCOPE, shown, message));
            }
        }
        asked.retain(|(name, _)| !self.filter.contains_key(name));
        asked.extend(self.filter.clone());
        Ok(asked)
    }
}

/// A shared link that calls.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The link.
    pub share: Share,
    /// What it is held to.
    pub hold: Hold,
}

/// The shared link with this secret, whose use is noted now and then.
///
/// # Errors
/// `unauthorized` where it has ended or was taken back; what the store says.
pub async fn by_secret(app: &App, secret: &str) -> ApiResult<Shown> {
    let now = app.clock.now();
    let found = app.store.share_by_hash(hash(secret), now).await?;
    let found = found.and_then(|share| Some(Shown { hold: Hold::of(&share)?, share }));
    let shown = found.ok_or_else(|| {
        let message = "This shared link has ended or was taken back; ask whoever sent it for another.";
        ApiError(Fault::new(Code::UNAUTHORIZED, message))
    })?;
    let share = &shown.share;
    if share.last_used_at.is_none_or(|noted| now - noted >= NOTED)
        && let Err(error) = app.store.touch_share(&share.site, &share.id, now).await
    {
        // A store that cannot be written to can still be read.
        tracing::debug!(%error, "a shared link's use is not noted");
    }
    Ok(shown)
}

/// Refuses a shared link wherever it has no business, before anything else of the request is read.
///
/// # Errors
/// `insufficient_scope`.
pub fn check(parts: &Parts) -> ApiResult<()> {
    let is_open = parts.method == Method::GET && OPEN.contains(&parts.uri.path());
    if is_open { Ok(()) } else { Err(refused()) }
}

/// The refusal of what is not on a shared link's board.
pub fn refused() -> ApiError {
    let message = "A shared link shows its board and nothing else; sign in, or use a key.";
    ApiError(Fault::new(Code::INSUFFICIENT_SCOPE, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_filter_is_always_there_and_nothing_beside_it_but_a_period() {
        let hold = Hold { filter: pairs(&[("touchpoint", "checkout")]).into_iter().collect(), comments: false };
        let held = hold.held(pairs(&[("metric", "nps"), ("from", "2026-11-01")])).expect("is open");
        assert_eq!(held, pairs(&[("metric", "nps"), ("from", "2026-11-01"), ("touchpoint", "checkout")]));
        let twice = pairs(&[("touchpoint", "checkout"), ("touchpoint", "checkout")]);
        assert_eq!(hold.held(twice), Ok(pairs(&[("touchpoint", "checkout")])));
        for more in
            [("touchpoint", ""), ("touchpoint", "delivery"), ("attr.plan", "pro"), ("base", "respondents"), ("by", "x")]
        {
            let fault = hold.held(pairs(&[more])).expect_err(more.0);
            assert_eq!((fault.code, fault.field.as_deref()), (Code::INSUFFICIENT_SCOPE, Some(more.0)));
        }
        let hold = Hold { filter: pairs(&[("metric", "nps")]).into_iter().collect(), comments: false };
        assert!(hold.held(pairs(&[("metric", "csat")])).is_err());
        assert!(hold.held(pairs(&[("metric", "nps"), ("metric", "csat")])).is_err());
    }
}
