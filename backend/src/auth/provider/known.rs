//! What a provider says of itself: its addresses and keys, asked for when they are first needed and kept for an hour.

use std::sync::Arc;

use openidconnect::IssuerUrl;
use openidconnect::core::CoreProviderMetadata;
use tokio::sync::Mutex;

use super::outgoing::Outgoing;

/// How long a description is good for, in ms.
const GOOD: i64 = 60 * 60_000;
/// How old one has to be to be asked for again because of a key that it does not have, in ms: tokens of no key must not make
/// us ask without end.
const FRESH: i64 = 60_000;
/// How long a provider that did not answer is left alone, in ms.
const ALONE: i64 = 5_000;

/// The description that is kept, and when it was asked for.
#[derive(Default)]
struct Kept {
    found: Option<(Arc<CoreProviderMetadata>, i64)>,
    failed_at: Option<i64>,
}

/// What is known of one provider.
#[derive(Default)]
pub(super) struct Known(Mutex<Kept>);

impl Known {
    /// The provider's description at `now`; with `anew` one that is not older than a minute. One that cannot be asked for is
    /// what it was.
    ///
    /// # Errors
    /// Why there is none, for the log.
    pub(super) async fn get(
        &self,
        issuer: &IssuerUrl,
        outgoing: &Outgoing,
        anew: bool,
        now: i64,
    ) -> Result<Arc<CoreProviderMetadata>, String> {
        // Whoever comes meanwhile waits for the same reply.
        let mut kept = self.0.lock().await;
        let good = if anew { FRESH } else { GOOD };
        if let Some((found, at)) = &kept.found
            && (0..good).contains(&(now - at))
        {
            return Ok(Arc::clone(found));
        }
        let is_alone = kept.failed_at.is_some_and(|at| (0..ALONE).contains(&(now - at)));
        let asked = match is_alone {
            true => Err("it did not answer a moment ago".to_owned()),
            false => ask(issuer, outgoing).await,
        };
        match asked {
            Ok(found) => {
                let found = Arc::new(found);
                *kept = Kept { found: Some((Arc::clone(&found), now)), failed_at: None };
                Ok(found)
            }
            Err(why) => {
                if !is_alone {
                    kept.failed_at = Some(now);
                }
                kept.found.as_ref().map(|(found, _)| Arc::clone(found)).ok_or(why)
            }
        }
    }
}

async fn ask(issuer: &IssuerUrl, outgoing: &Outgoing) -> Result<CoreProviderMetadata, String> {
    CoreProviderMetadata::discover_async(issuer.clone(), outgoing).await.map_err(|error| super::chain(&error))
}
