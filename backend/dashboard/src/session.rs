//! Who is signed in, and what they may do where.

use leptos::prelude::*;
use serde::Deserialize;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Session {
    /// The member.
    pub(crate) member: Member,
    /// The sites that the member sees, with the role there.
    pub(crate) sites: Vec<SiteRole>,
}

/// The member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Member {
    /// The id.
    pub(crate) id: String,
    /// The address to sign in with.
    pub(crate) email: String,
    /// The name.
    pub(crate) name: String,
    /// The language chosen, if one is.
    pub(crate) locale: Option<String>,
    /// Whether sites may be made.
    pub(crate) operator: bool,
}

/// A site and what the member may do there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct SiteRole {
    /// The site.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its public key.
    pub(crate) site_key: String,
    /// `viewer`, `editor` or `owner`.
    pub(crate) role: String,
}

/// Who is signed in.
pub(crate) fn session() -> Session {
    expect_context()
}
