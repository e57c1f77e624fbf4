//! A slow line and a slow machine, as Chromium can act them.

use anyhow::Result;
use serde_json::json;

use crate::browser::Browser;

/// A visitor's line and machine.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its name in a table.
    pub name: &'static str,
    /// Both directions, in bits a second; 0: no limit.
    pub bits: u32,
    /// A round trip in milliseconds.
    pub round_trip: u32,
    /// How many times slower the machine is.
    pub cpu: u32,
}

/// The line of a phone in a train, as Lighthouse acts it, on a machine four times slower than this one.
pub const SLOW: Line = Line { name: "1.6 Mb/s, 150 ms, 4× CPU", bits: 1_600_000, round_trip: 150, cpu: 4 };

/// No limit but this machine's own.
pub const FAST: Line = Line { name: "fast", bits: 0, round_trip: 0, cpu: 1 };

impl Line {
    /// Gives the browser's page this line; pages that it opens later keep it. Nothing is served from its cache.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn set(self, browser: &Browser) -> Result<()> {
        let bytes = if self.bits == 0 { -1.0 } else { f64::from(self.bits) / 8.0 };
        browser.devtools("Network.enable", json!({})).await?;
        browser.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
        let conditions = json!({
            "offline": false, "latency": self.round_trip, "downloadThroughput": bytes, "uploadThroughput": bytes,
        });
        browser.devtools("Network.emulateNetworkConditions", conditions).await?;
        browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": self.cpu })).await.map(drop)
    }
}
