//! Sites on the wire.

use serde::{Deserialize, Serialize};

use crate::cell::Dimension;
use crate::id::{SiteId, SiteKey};
use crate::look::Theme;
use crate::metric::Thresholds;
use crate::privacy::{Redaction, Retention};
use crate::rule::{Rest, Signal};

/// A site as its management API shows it; the identity secret is shown only once, when it is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "FlatSiteReply")]
pub struct SiteReply {
    /// The site.
    pub id: SiteId,
    /// The public key of its tag.
    pub site_key: SiteKey,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// Its settings.
    #[serde(flatten)]
    pub settings: SiteSettings,
    /// How its answers are counted at the moment.
    pub counting: CountingReply,
    /// Since when the site is under attack, and until when it is taken to be; null in peace.
    #[serde(default)]
    pub attack: Option<AttackReply>,
    /// The new identity secret, in the reply that made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_secret: Option<String>,
    /// Until when signatures with the identity secret before hold too; not there where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<String>,
}

/// SiteReply as it is read, see `flat!` in `api/surveys.rs`: nothing is flattened.
#[derive(Deserialize)]
struct FlatSiteReply {
    id: SiteId,
    site_key: SiteKey,
    created_at: String,
    counting: CountingReply,
    #[serde(default)]
    attack: Option<AttackReply>,
    identity_secret: Option<String>,
    #[serde(default)]
    previous_secret_until: Option<String>,
    name: String,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    allow_null_origin: bool,
    #[serde(default)]
    require_signature: bool,
    time_zone: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    #[serde(default)]
    thresholds: Thresholds,
    #[serde(default)]
    sample: bool,
    #[serde(default)]
    silenced: bool,
    #[serde(default)]
    rest: Rest,
    #[serde(default)]
    privacy_url: Option<String>,
    #[serde(default)]
    respect_signals: Vec<Signal>,
    #[serde(default)]
    theme: Theme,
    #[serde(default)]
    protect: Protect,
    #[serde(default)]
    retention: Retention,
    #[serde(default)]
    redact: Vec<Redaction>,
    #[serde(default)]
    url_parameters: Vec<String>,
}

impl From<FlatSiteReply> for SiteReply {
    fn from(flat: FlatSiteReply) -> Self {
        let settings = SiteSettings {
            name: flat.name,
            origins: flat.origins,
            allow_null_origin: flat.allow_null_origin,
            require_signature: flat.require_signature,
            time_zone: flat.time_zone,
            dimensions: flat.dimensions,
            thresholds: flat.thresholds,
            sample: flat.sample,
            silenced: flat.silenced,
            rest: flat.rest,
            privacy_url: flat.privacy_url,
            respect_signals: flat.respect_signals,
            theme: flat.theme,
            protect: flat.protect,
            retention: flat.retention,
            redact: flat.redact,
            url_parameters: flat.url_parameters,
        };
        Self {
            id: flat.id,
            site_key: flat.site_key,
            created_at: flat.created_at,
            settings,
            counting: flat.counting,
            attack: flat.attack,
            identity_secret: flat.identity_secret,
            previous_secret_until: flat.previous_secret_until,
        }
    }
}

/// What an owner sets for a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteSettings {
    /// Its name.
    pub name: String,
    /// The origins whose pages may write, `https://shop.example` or `https://*.shop.example`; empty: all.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Whether pages with the origin `null` (sandboxed frames) may write.
    #[serde(default)]
    pub allow_null_origin: bool,
    /// Whether a customer id without a valid signature is kept off the customer's record.
    #[serde(default)]
    pub require_signature: bool,
    /// The IANA time zone in which its days begin.
    pub time_zone: String,
    /// The declared attributes.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// From how many answers on a number is shown, told by its interval, and read plainly.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Whether its answers are a made-up sample.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// Whether its tag shows no survey for now. Answers to cards that are open are taken, and hosted forms work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silenced: bool,
    /// How long visitors are left alone between two surveys.
    #[serde(default, skip_serializing_if = "Rest::is_none")]
    pub rest: Rest,
    /// The site's privacy page, which the card links to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// The browser's wishes that keep a visitor from being asked; empty: they are asked, and nothing personal is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub respect_signals: Vec<Signal>,
    /// How its cards are coloured.
    #[serde(default, skip_serializing_if = "Theme::is_default")]
    pub theme: Theme,
    /// What becomes of suspicious answers.
    #[serde(default)]
    pub protect: Protect,
    /// How long answers are kept.
    #[serde(default)]
    pub retention: Retention,
    /// What is taken out of comments before they are stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<Redaction>,
    /// The parameters that stay in the addresses of pages; every other one is left out before an address is stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub url_parameters: Vec<String>,
}

impl SiteSettings {
    /// The settings of a new site of this name: every page may write, days begin in UTC, and nothing else is set.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            origins: Vec::new(),
            allow_null_origin: false,
            require_signature: false,
            time_zone: "UTC".into(),
            dimensions: Vec::new(),
            thresholds: Thresholds::default(),
            sample: false,
            silenced: false,
            rest: Rest::default(),
            privacy_url: None,
            respect_signals: Vec::new(),
            theme: Theme::default(),
            protect: Protect::default(),
            retention: Retention::default(),
            redact: Vec::new(),
            url_parameters: Vec::new(),
        }
    }
}

/// What becomes of suspicious answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Protect {
    /// They count, except while the site is under attack.
    #[default]
    Standard,
    /// They are always kept outside the score, until a member releases them.
    Strict,
}

/// An attack: many suspicious answers in a short time. While it lasts, suspicious answers are kept outside the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttackReply {
    /// When it began, RFC 3339 UTC.
    pub since: String,
    /// When it is over unless it goes on, RFC 3339 UTC.
    pub until: String,
}

/// A site to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SiteCreate {
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// The origins whose pages may write; none: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// The IANA time zone of its days; left out: UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// A change to a site: only what is named changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SitePatch {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The origins whose pages may write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// Whether pages with the origin `null` may write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_null_origin: Option<bool>,
    /// Whether its tag shows no survey for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silenced: Option<bool>,
    /// Whether a customer id needs a signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_signature: Option<bool>,
    /// The time zone of its days; days that are counted already are counted anew in the background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The declared attributes; what is new is counted in the background and found by scanning until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Vec<Dimension>>,
    /// From how many answers on a number is shown, told by its interval, and read plainly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// How long visitors are left alone between two surveys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
    /// The site's privacy page; an empty text takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// The browser's wishes that keep a visitor from being asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respect_signals: Option<Vec<Signal>>,
    /// How its cards are coloured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// What becomes of suspicious answers: `standard` or `strict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protect: Option<Protect>,
    /// How long answers, comments and what identifies a respondent are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// What is taken out of comments that come from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redact: Option<Vec<Redaction>>,
    /// The parameters that stay in the addresses of pages from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_parameters: Option<Vec<String>>,
    /// True makes a new identity secret, shown in the reply; the one before holds for 24 hours more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_identity_secret: Option<bool>,
    /// True ends the identity secret before at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_previous_secret: Option<bool>,
}

/// Of how many answers something would go with some periods, each number up to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpiryReply {
    /// Answers that would go whole.
    pub answers: u64,
    /// Answers whose comment would go.
    pub comments: u64,
    /// Answers that are as old, and perhaps still say who gave them.
    pub identities: u64,
}

/// How a site's answers are counted at the moment; it follows the settings as soon as the counts are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountingReply {
    /// Which generation of counts reports read; 0 before the first is complete.
    pub generation: u32,
    /// The time zone of its days.
    pub time_zone: String,
    /// The attributes and values that it tells apart, learned values too.
    pub dimensions: Vec<Dimension>,
    /// The next generation while it is being built; null when there is none.
    pub building: Option<BuildingReply>,
}

/// A generation of counts in the making.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingReply {
    /// Answers counted so far.
    pub done: u64,
    /// Answers to count.
    pub total: u64,
}
