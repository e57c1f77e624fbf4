//! The collector of spans: an address that cannot be one is told so. What a span holds is a journey of the real server's
//! (`e2e/tests/journeys/traces.rs`): which spans a process makes is decided once for all of its threads, and another test
//! would decide it here.

use bearing::telemetry;

#[test]
fn what_is_no_collector_is_told_in_one_sentence() {
    let Err(error) = telemetry::traces::<tracing_subscriber::Registry>("collector", 1.0) else {
        panic!("it is no address");
    };
    assert!(error.to_string().ends_with('.'), "{error}");
}
