//! Strangers: anyone on the internet may write to a site, whose key is public. What keeps forgeries out of its score.
//!
//! Nothing here refuses an answer for what it looks like: [`Rates`] refuse a flood, for a moment; all else makes an answer
//! more suspicious (`bearing_shared::suspicion`), and what is suspicious enough is kept outside the score where the site
//! asks for that or is under attack. A member sees the reason and may release it.

pub(crate) mod buckets;
pub mod display;
pub(crate) mod guard;
mod rates;
mod watch;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, HeaderName};
use bearing_shared::suspicion::WORK_BITS;

pub use bearing_strangers::address::{self, Proxies};
pub use rates::{Rates, What};
pub use watch::{Crowd, Guarded, LASTS, WINDOW, Watch};

use crate::clock::Clock;
use crate::directory::SiteView;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client of a request from `peer` ([`Proxies::client`]). What is no text counts as what is no address.
pub(crate) fn client(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    proxies.client(peer, headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or("?")))
}

/// Whom rate limits and the watch for attacks are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watched {
    /// Everybody on the internet. An address of a private network is most likely a proxy that nobody named, and behind it
    /// stand all visitors.
    #[default]
    Public,
    /// Everybody, whatever the address.
    Everybody,
    /// Nobody: for measurements and tests.
    Nobody,
}

/// What an operator says of strangers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whom rate limits and the watch are for.
    pub watched: Watched,
    /// The proxies whose word is taken for who is behind them.
    pub proxies: Proxies,
    /// The bits of work that a display token asks for while its site is under attack.
    pub work: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self { watched: Watched::default(), proxies: Proxies::default(), work: WORK_BITS }
    }
}

/// What the server knows of strangers.
pub struct Strangers {
    /// What an operator says.
    pub settings: Settings,
    /// How much may come.
    pub rates: Rates,
    /// What has come lately.
    pub watch: Watch,
    /// Whether the log has been told of a proxy that is not named.
    told: AtomicBool,
}

impl Strangers {
    /// Nothing has come yet.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, rates: Rates::new(clock), watch: Watch::default(), told: AtomicBool::new(false) }
    }

    /// Whose address a request from `peer` counts as ([`Proxies::client`]).
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let client = client(&self.settings.proxies, peer, headers);
        // Its own visitors would all be one to it.
        let is_proxy = client == peer && !address::is_public(peer) && headers.contains_key(FORWARDED_FOR);
        if is_proxy && !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(%peer, "requests come by a proxy that is not named; name it with --trusted-proxies");
        }
        client
    }

    /// The bits of work that a display token of a site asks for at `now`: none in peace.
    pub fn work(&self, view: &SiteView, now: i64) -> u8 {
        if view.is_attacked(now) { self.settings.work } else { 0 }
    }

    /// What a site's visitor at an address counts as ([`Rates::key`]); `None` for whom nothing is limited.
    pub fn network(&self, site: &str, address: Option<IpAddr>) -> Option<u64> {
        let address = address?;
        let is_watched = match self.settings.watched {
            Watched::Public => address::is_public(address),
            Watched::Everybody => true,
            Watched::Nobody => false,
        };
        is_watched.then(|| self.rates.key((site, address::network(address))))
    }
}

/// How an answer came, as far as its sender cannot choose it freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// What its network counts as ([`Strangers::network`]).
    pub network: Option<u64>,
    /// Whether it names the page that sent it.
    pub has_origin: bool,
    /// Whether a field was filled that people do not see.
    pub trapped: bool,
}
