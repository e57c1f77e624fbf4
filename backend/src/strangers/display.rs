//! Display tokens of sites: what [`bearing_strangers::display`] issues and reads, by the secrets of a site as it is stored.

use bearing_storage::Site;
use bearing_strangers::display::{self, Signer};

pub use bearing_strangers::display::{Issued, Shown, named};

use crate::chance;

fn signer(site: &Site) -> Signer<'_> {
    let previous = site.previous.as_ref().map(|(secret, until)| (secret.as_str(), *until));
    Signer { site: site.id.as_str(), secret: &site.identity_secret, previous }
}

/// Issues a token for a showing of a survey at `now`, ms since 1970 UTC, that asks for so many bits of work.
pub fn issue(site: &Site, survey: &str, now: i64, work: u8) -> Option<Issued> {
    display::issue(&signer(site), survey, now, work, chance::bytes())
}

/// What a response's `display` says at `now`, ms since 1970 UTC.
pub fn read(site: &Site, survey: &str, sent: Option<&str>, now: i64) -> Shown {
    display::read(&signer(site), survey, sent, now)
}
