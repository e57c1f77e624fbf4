//! Icons: strokes on a grid of 24, in the colour of the words beside them.

use leptos::prelude::*;

/// An icon by its name; words beside it say what it means.
#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    let path = match name {
        "overview" => "M4 19V11M10 19V5M16 19v-6M21 19H3",
        "explore" => "M4 6h16M7 12h10M10 18h4",
        "responses" => "M4 5h16v11H9l-5 4z",
        "surveys" => "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3",
        "settings" => "M4 7h9M17 7h3M4 17h3M11 17h9M15 4v6M9 14v6",
        "account" => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
        "better" => "M12 19V5M6 11l6-6 6 6",
        "worse" => "M12 5v14M6 13l6 6 6-6",
        "same" => "M5 12h14",
        "check" => "M5 13l4 4L19 7",
        "close" => "M6 6l12 12M18 6L6 18",
        "more" => "M9 6l6 6-6 6",
        "plus" => "M12 5v14M5 12h14",
        "search" => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
        "tag" => "M4 4h8l8 8-8 8-8-8zM8.5 8.5v.01",
        "copy" => "M9 9h11v11H9zM15 9V4H4v11h5",
        "warning" => "M12 4l9 16H3zM12 10v5M12 17.5v.01",
        "download" => "M12 4v11M7 11l5 5 5-5M4 20h16",
        "phone" => "M8 3h8v18H8zM11 18h2",
        "desktop" => "M3 5h18v11H3zM9 20h6M12 16v4",
        "sun" => {
            "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2"
        }
        "moon" => "M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z",
        "play" => "M7 4l12 8-12 8z",
        "pause" => "M8 5v14M16 5v14",
        "mail" => "M3 6h18v12H3zM3 7l9 7 9-7",
        "mail-open" => "M3 10l9-6 9 6v9H3zM3 11l9 6 9-6",
        "exclude" => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
        "restore" => "M4 10h10a6 6 0 0 1 0 12H9M4 10l5-5M4 10l5 5",
        "keyboard" => "M3 6h18v12H3zM7 10v.01M11 10v.01M15 10v.01M8 14h8",
        "draft" => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
        "upload" => "M12 15V4M7 9l5-5 5 5M4 20h16",
        "trash" => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
        _ => "M12 12v.01",
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d=path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}
