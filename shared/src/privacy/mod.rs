//! What a site keeps of people, and for how long.

mod redact;

pub use redact::redact;

use serde::{Deserialize, Serialize};

/// The longest period of keeping, days: ten years.
pub const DAYS_LIMIT: u32 = 3_660;
/// The most parameters of addresses that a site may keep.
pub const PARAMETERS_LIMIT: usize = 20;

/// How long a site's answers are kept, each period in days since the server had the answer, 1 to 3,660; `None`: until they
/// are erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Whole answers: what is older is gone, from the score too.
    #[serde(default)]
    pub answers_days: Option<u32>,
    /// What respondents wrote; the score stays.
    #[serde(default)]
    pub comments_days: Option<u32>,
    /// Who answered: the customer, the browser's id and the page's address; the score stays.
    #[serde(default)]
    pub identity_days: Option<u32>,
}

impl Retention {
    /// The name of the first period that is out of range.
    pub fn wrong(&self) -> Option<&'static str> {
        let named = [
            ("answers_days", self.answers_days),
            ("comments_days", self.comments_days),
            ("identity_days", self.identity_days),
        ];
        let is_wrong = |days: Option<u32>| days.is_some_and(|days| !(1..=DAYS_LIMIT).contains(&days));
        named.into_iter().find(|(_, days)| is_wrong(*days)).map(|(name, _)| name)
    }
}

/// What may be taken out of comments before they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Redaction {
    /// Mail addresses.
    Mail,
    /// Phone numbers.
    Phone,
    /// Payment cards' numbers.
    Card,
}

impl Redaction {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Phone, Self::Card];

    /// What stands in the place of what was taken out, the same in every language: shorter than anything it stands for.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Mail => "[mail]",
            Self::Phone => "[phone]",
            Self::Card => "[card]",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_one_day_to_ten_years() {
        let of = |days| Retention { comments_days: Some(days), ..Retention::default() };
        assert_eq!(Retention::default().wrong(), None);
        assert_eq!((of(1).wrong(), of(DAYS_LIMIT).wrong()), (None, None));
        assert_eq!((of(0).wrong(), of(DAYS_LIMIT + 1).wrong()), (Some("comments_days"), Some("comments_days")));
    }
}
