//! The situations that a page makes by what it is or what it does to the browser's own functions.

use crate::situation::{Situation, Twist};

/// Headers of a page that shares no memory and no window with strangers.
const ISOLATED: &[(&str, &str)] =
    &[("cross-origin-opener-policy", "same-origin"), ("cross-origin-embedder-policy", "require-corp")];
const CREDENTIALLESS: &[(&str, &str)] =
    &[("cross-origin-opener-policy", "same-origin"), ("cross-origin-embedder-policy", "credentialless")];
const NO_FEATURES: &[(&str, &str)] = &[(
    "permissions-policy",
    "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), display-capture=(), \
     encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), keyboard-map=(), \
     local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
     publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), unload=(), usb=(), \
     web-share=(), xr-spatial-tracking=()",
)];

/// All of them.
pub(crate) const PAGES: &[Situation] = &[
    Situation::on("an ordinary page", "ordinary.html"),
    Situation { by_attribute: true, ..Situation::on("the site in an attribute of the tag", "ordinary.html") },
    Situation::on("the tag in the head", "early.html"),
    Situation::on("quirks mode", "quirks.html"),
    Situation::on("`<base href>` elsewhere", "base.html"),
    Situation::on("two tags", "twice.html"),
    Situation::on("the tag by `document.write`", "written.html"),
    Situation::on("the tag by a script", "injected.html"),
    Situation { twist: Twist::Routes, ..Situation::on("a single-page application", "routes.html") },
    Situation { twist: Twist::ComeBack, ..Situation::on("gone and come back", "ordinary.html") },
    Situation::on("the page redraws itself", "hydrated.html"),
    Situation::on("storage is full", "full.html"),
    Situation::on("storage is denied", "nostorage.html"),
    Situation { framed: true, ..Situation::on("the page in a frame", "framed.html") },
    Situation { framed: true, no_origin: true, ..Situation::on("a sandboxed frame", "sandboxed.html") },
    Situation {
        framed: true,
        no_origin: true,
        ..Situation::on("a sandboxed frame with forms", "sandboxed-forms.html")
    },
    Situation { headers: ISOLATED, ..Situation::on("COOP and COEP `require-corp`", "ordinary.html") },
    Situation { headers: CREDENTIALLESS, ..Situation::on("COEP `credentialless`", "ordinary.html") },
    Situation { headers: NO_FEATURES, ..Situation::on("every feature denied", "ordinary.html") },
    Situation::on("`toJSON` on lists and texts", "to-json.html"),
    Situation::on("names on `Object.prototype`", "object-x.html"),
    Situation::on("broken `JSON`", "broken-json.html"),
    Situation::on("frozen prototypes", "frozen.html"),
    Situation::on("`fetch` wrapped after the tag", "fetch-later.html"),
    Situation::on("`fetch` wrapped before the tag", "fetch-before.html"),
    Situation::on("timers and promises wrapped", "zone.html"),
    Situation::on("`* { all: unset !important }`", "unset.html"),
    Situation::on("`button { display: none !important }`", "hidden-buttons.html"),
    Situation::on("1 rem is 10 px", "small-rem.html"),
    Situation::on("1 rem is 32 px", "large-rem.html"),
    Situation::on("clobbered names", "clobbered.html"),
    Situation::on("read from right to left", "arabic.html"),
    Situation { twist: Twist::Printed, ..Situation::on("printed", "printed.html") },
];
