//! Who visits the sample shop, and where they are asked.

use bearing_shared::metric::Metric;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::draw::pick;

/// The values of the attribute `plan`.
pub(super) const PLANS: [&str; 3] = ["free", "pro", "business"];
/// The first customer number of each plan, so that a customer keeps plan and country.
const FIRST_CUSTOMER: [u32; 3] = [50_000, 20_000, 10_000];

/// A country that the sample shop delivers to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Country {
    /// The value of the attribute `country`.
    pub(super) code: &'static str,
    /// The locale of its visitors' browsers.
    locale: &'static str,
    /// The share of visitors, in percent.
    share: u32,
    /// How readily people there give high scores.
    warmth: f64,
}

/// Where the sample shop's visitors live.
pub(super) const COUNTRIES: [Country; 7] = [
    Country { code: "NL", locale: "nl-NL", share: 38, warmth: 0.0 },
    Country { code: "DE", locale: "de-DE", share: 22, warmth: -0.4 },
    Country { code: "BE", locale: "nl-BE", share: 13, warmth: 0.1 },
    Country { code: "GB", locale: "en-GB", share: 12, warmth: 0.05 },
    Country { code: "US", locale: "en-US", share: 8, warmth: 0.45 },
    Country { code: "AT", locale: "de-AT", share: 3, warmth: -0.25 },
    Country { code: "AE", locale: "ar-AE", share: 4, warmth: 0.2 },
];

/// A page of the sample shop that asks: each is a touchpoint with one survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Satisfaction with the product page.
    Product,
    /// How easy the checkout was.
    Checkout,
    /// Whether the shop is recommended after an order.
    ThankYou,
}

impl Place {
    /// Every page that asks.
    pub(super) const ALL: [Self; 3] = [Self::Product, Self::Checkout, Self::ThankYou];

    /// The touchpoint's name.
    pub(super) fn touchpoint(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Checkout => "checkout",
            Self::ThankYou => "thank_you",
        }
    }

    /// What its survey measures.
    pub(super) fn metric(self) -> Metric {
        match self {
            Self::Product => Metric::Csat,
            Self::Checkout => Metric::Ces,
            Self::ThankYou => Metric::Nps,
        }
    }
}

/// Who a visitor is, as far as counts tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Visit {
    /// `desktop`, `mobile` or `tablet`.
    pub device: &'static str,
    /// The locale of the browser.
    pub locale: &'static str,
    /// The attribute `country`.
    pub country: &'static str,
    /// The attribute `plan`.
    pub plan: &'static str,
}

impl Visit {
    /// A visitor, and the shop's id of a customer who is signed in. `progress` is how far into the sample it is, 0 to 1.
    pub(super) fn draw(progress: f64, rng: &mut ChaCha8Rng) -> (Self, Option<String>) {
        let device = ["mobile", "desktop", "tablet"][pick(rng, &[0.45 + 0.12 * progress, 0.5, 0.06])];
        let plan = pick(rng, &[0.68, 0.22, 0.10]);
        let signed_in = rng.random_bool([0.1, 0.75, 0.9][plan]);
        let number = FIRST_CUSTOMER[plan] + rng.random_range(0..[9_000, 2_500, 900][plan]);
        // A customer lives where the number says; others anywhere.
        let place = if signed_in { number.wrapping_mul(2_654_435_761) >> 7 } else { rng.random() };
        let country = country(place % 100);
        let visit = Self { device, locale: country.locale, country: country.code, plan: PLANS[plan] };
        (visit, signed_in.then(|| format!("cust-{number}")))
    }

    /// How readily people where the visitor lives give high scores.
    pub(super) fn warmth(&self) -> f64 {
        COUNTRIES.iter().find(|country| country.code == self.country).map_or(0.0, |country| country.warmth)
    }
}

fn country(percent: u32) -> Country {
    let mut end = 0;
    COUNTRIES
        .into_iter()
        .find(|country| {
            end += country.share;
            percent < end
        })
        .unwrap_or(COUNTRIES[0])
}
