//! Words of the account, and of whoever has no site yet.

crate::text::said::words! {
/// The account, and whoever has no site yet. Places in braces are filled.
#[expect(missing_docs, reason = "each name says which words these are")]
pub struct Account {
    pub you: &'static str,
    pub name: &'static str,
    pub as_browser: &'static str,
    pub password: &'static str,
    pub current: &'static str,
    pub new: &'static str,
    pub new_hint: &'static str,
    pub too_short: &'static str,
    pub change_password: &'static str,
    pub sessions: &'static str,
    pub this_one: &'static str,
    pub unknown: &'static str,
    pub since: &'static str,
    pub seen: &'static str,
    pub end: &'static str,
    pub end_of: &'static str,
    pub end_others: &'static str,
    pub ended: &'static str,
    pub first_site: &'static str,
    pub first_site_lead: &'static str,
    pub origin: &'static str,
    pub origin_hint: &'static str,
    pub make_site: &'static str,
    pub no_site: &'static str,
    pub no_site_lead: &'static str,
}
}
