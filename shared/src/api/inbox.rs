//! The inbox on the wire: what a site's team notes on responses, alone and on many at once, and how many there are.

use serde::{Deserialize, Serialize};

use super::responses::{ResponseReply, ResponseState};
use crate::answer::cleaned;

/// The most responses of one change.
pub const RESPONSES_LIMIT: usize = 500;
/// The most tags of a response.
pub const TAGS_LIMIT: usize = 20;
/// The most characters of a tag.
pub const TAG_LIMIT: usize = 40;
/// The most that is counted for a number beside a list: this one stands for itself and for all that is more.
pub const COUNT_LIMIT: u32 = 1_000;

/// A tag as it is kept: without what no reader sees, in one line, each gap one space. `None` where nothing or too much is
/// left.
pub fn tag(sent: &str) -> Option<String> {
    let tag = cleaned(sent).split_whitespace().collect::<Vec<_>>().join(" ");
    (1..=TAG_LIMIT).contains(&tag.chars().count()).then_some(tag)
}

/// What changes on one response; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResponseChange {
    /// Whether it is in the score: `counted`, `excluded` or `quarantined`. A test stays one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ResponseState>,
    /// Whether somebody of the team has read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// All its tags: at most 20, each of 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// What changes on many responses; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResponsesChange {
    /// The responses: at most 500.
    pub ids: Vec<String>,
    /// Whether they are in the score; tests stay tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ResponseState>,
    /// Whether somebody of the team has read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// Tags that are put on each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags that are taken off each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

/// A response as it was before a change: sent back, it undoes the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Before {
    /// Its id.
    pub id: String,
    /// Whether it was in the score.
    pub state: ResponseState,
    /// Whether it was read.
    pub read: bool,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A response that was changed, and as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseChanged {
    /// As it is now.
    pub response: ResponseReply,
    /// As it was.
    pub before: Before,
}

/// What became of many responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponsesChanged {
    /// How many are not what they were.
    pub changed: u64,
    /// Ids under which the site has no response.
    pub missing: Vec<String>,
    /// Those that were changed, as they were, in the order of the ids.
    pub items: Vec<Before>,
}

/// A tag and how many responses have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// Responses, in whatever state.
    pub count: u64,
}

/// How many responses fit a filter; 1,000 means as many or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseCounts {
    /// Those that the list shows.
    pub count: u32,
    /// The unread among them.
    pub unread: u32,
    /// What the list would show in each state.
    pub by_state: StateCounts,
    /// Where counting stops.
    pub most: u32,
}

/// Responses by state; 1,000 means as many or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateCounts {
    /// In the score.
    pub counted: u32,
    /// Suspicious, outside the score.
    pub quarantined: u32,
    /// Try-outs.
    pub test: u32,
    /// Taken out by a member.
    pub excluded: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_one_line_of_what_can_be_read() {
        for (sent, kept) in [
            ("  late  delivery ", Some("late delivery")),
            ("two\nlines\tand a tab", Some("two lines and a tab")),
            ("nul\0 and bell\u{7}", Some("nul and bell")),
            ("Größe ✓", Some("Größe ✓")),
            ("", None),
            (" \u{1} ", None),
        ] {
            assert_eq!(tag(sent).as_deref(), kept, "{sent:?}");
        }
        assert_eq!(tag(&"é".repeat(TAG_LIMIT)).map(|tag| tag.chars().count()), Some(TAG_LIMIT));
        assert_eq!(tag(&"é".repeat(TAG_LIMIT + 1)), None);
    }
}
