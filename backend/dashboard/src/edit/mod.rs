//! A survey's draft as JSON: what an editor does with it that needs no browser.
//!
//! The draft is a JSON value and not a `Survey`: while somebody types, it may be what no survey can be, and a place in it
//! is then one pointer for the input, for the change and for the API's fault alike.

mod difference;
mod draft;
mod refusal;
mod snippet;

pub use difference::{Change, difference};
pub use draft::{
    FIELDS, changes, content, copy_of, drop_locale, free_id, is_about, locales, missing, put, swap, text_at,
};
pub use refusal::Refusal;
pub use snippet::{asked, hosted, module, score_links, tag};
