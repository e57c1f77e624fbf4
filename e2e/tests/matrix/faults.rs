//! The situations that the server, the network or the renderer's files make.

use std::time::Duration;

use hyper::StatusCode;

use crate::situation::{Broken, Expected, Fault, Situation};

const fn renderer(name: &'static str, glue: bool, how: Broken) -> Situation {
    Situation::under(name, Fault::Renderer { glue, how }).ends(Expected::Hosted)
}

/// The tag that makes the loader ask.
const fn config(name: &'static str, fault: Fault) -> Situation {
    Situation { by_attribute: true, ..Situation::under(name, fault) }.ends(Expected::Nothing)
}

/// All of them.
pub(crate) const FAULTS: &[Situation] = &[
    renderer("no WebAssembly file", false, Broken::Missing),
    renderer("no glue", true, Broken::Missing),
    renderer("WebAssembly of a wrong type", false, Broken::Typed("application/octet-stream")),
    renderer("glue of a wrong type", true, Broken::Typed("text/plain")),
    renderer("truncated WebAssembly", false, Broken::Truncated),
    renderer("truncated glue", true, Broken::Truncated),
    renderer("WebAssembly that traps at once", false, Broken::TrapsAtOnce),
    renderer("WebAssembly that traps when it draws", false, Broken::TrapsLater),
    renderer("WebAssembly slower than 4 s", false, Broken::Slow(Duration::from_secs(9))),
    Situation::on("no `WebAssembly` in the browser", "no-wasm.html").ends(Expected::Hosted),
    Situation::under("every reply takes 2 s", Fault::Slow(Duration::from_secs(2))),
    Situation::under("every request is redirected", Fault::Moved),
    Situation::under("offline from the first interest to the thanks", Fault::Offline),
    Situation::under("offline from before the first interest to after the score", Fault::OfflineAtOnce)
        .ends(Expected::ScoreOnly),
    Situation::under("500 for answers", Fault::Intake(StatusCode::INTERNAL_SERVER_ERROR)),
    Situation::under("429 for answers", Fault::Intake(StatusCode::TOO_MANY_REQUESTS)),
    Situation::under("HTML for answers", Fault::IntakeIsPage),
    Situation::under("nobody for answers", Fault::IntakeAway),
    Situation::under("server down", Fault::Down).ends(Expected::Nothing),
    config("500 for the config", Fault::Config(StatusCode::INTERNAL_SERVER_ERROR)),
    config("404 for the config", Fault::Config(StatusCode::NOT_FOUND)),
    config("HTML for the config", Fault::ConfigIsPage),
];
