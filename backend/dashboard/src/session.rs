//! Who is signed in.

use bearing_shared::api::session::SessionReply;
use leptos::prelude::*;

/// Who is signed in, as it was when the dashboard started.
pub(crate) fn session() -> SessionReply {
    expect_context()
}
