//! The one fuzz target: the parser that `BEARING_FUZZ` names, fed by libFuzzer.
#![no_main]

use std::sync::LazyLock;

use bearing::http::parsers::{PARSERS, Parser};
use libfuzzer_sys::fuzz_target;

/// The parser that is asked for.
static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let wanted = std::env::var("BEARING_FUZZ").unwrap_or_default();
    let found = PARSERS.iter().find(|(name, _)| *name == wanted);
    found.unwrap_or_else(|| panic!("BEARING_FUZZ names no parser: {wanted}")).1
});

fuzz_target!(|bytes: &[u8]| PARSER(bytes));
