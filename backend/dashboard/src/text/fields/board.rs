//! Words of boards, and of the links that share them.

use crate::text::Plural;

crate::text::said::words! {
/// Boards, and the links that share them. Places in braces are filled.
#[expect(missing_docs, reason = "each name says which words these are")]
pub struct Board {
    pub everything: &'static str,
    pub as_of: &'static str,
    pub lost: &'static str,
    pub over: &'static str,
    pub over_lead: &'static str,
    pub broken: &'static str,
    pub broken_lead: &'static str,
    pub wall: &'static str,
    pub leave_wall: &'static str,
    pub full: &'static str,
    pub hold: &'static str,
    pub go_round: &'static str,
    pub shares: &'static str,
    pub shares_lead: &'static str,
    pub no_shares: &'static str,
    pub make: &'static str,
    pub made: &'static str,
    pub comments: &'static str,
    pub with_comments: &'static str,
    pub ends: &'static str,
    pub never_ends: &'static str,
    pub after_days: Plural,
    pub ends_at: &'static str,
    pub ended: &'static str,
    pub made_by: &'static str,
    pub take_back: &'static str,
    pub take_back_name: &'static str,
    pub take_back_lead: &'static str,
    pub taken_back: &'static str,
    pub editors_only: &'static str,
    pub all_metrics: &'static str,
    pub metric: &'static str,
    pub share_view: &'static str,
}
}
