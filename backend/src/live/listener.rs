//! A listener: one stream's end of the hub.

use std::sync::Arc;

use bearing_shared::api::stream::ScoreChanged;
use bearing_shared::id::SiteId;
use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::{By, Hub, news};

/// Hears what a site's listeners are told, until it is dropped.
pub struct Listener {
    hub: Arc<Hub>,
    site: SiteId,
    by: By,
    /// Taken when it leaves, so that the hub does not count it any more.
    frames: Option<broadcast::Receiver<Bytes>>,
    closing: watch::Receiver<bool>,
}

impl Listener {
    pub(super) fn new(
        hub: Arc<Hub>,
        (site, by): (SiteId, By),
        frames: broadcast::Receiver<Bytes>,
        closing: watch::Receiver<bool>,
    ) -> Self {
        Self { hub, site, by, frames: Some(frames), closing }
    }

    /// The next frame; `None` when the server is stopping. Nothing is lost where it is not waited for to the end.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frames = self.frames.as_mut()?;
        let heard = tokio::select! {
            biased;
            _ = self.closing.wait_for(|closing| *closing) => return None,
            heard = frames.recv() => heard,
        };
        let metrics = &self.hub.metrics.streams;
        let frame = match heard {
            Ok(frame) => frame,
            Err(RecvError::Lagged(_)) => {
                metrics.lagged.inc();
                // What is left may be old by now, and what was missed is in what is read again.
                self.frames = self.frames.take().map(|frames| frames.resubscribe());
                news::changed(&ScoreChanged::ANYTHING)
            }
            Err(RecvError::Closed) => return None,
        };
        metrics.sent.inc();
        Some(frame)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.left(&self.site, self.by, self.frames.take());
    }
}
