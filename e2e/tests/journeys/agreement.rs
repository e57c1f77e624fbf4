//! The comparison that the tests over public data rest on tells what differs, and where.

use bearing_e2e::agree::agree;
use serde_json::{Value, json};

fn complaint(actual: &Value, expected: &Value) -> String {
    agree(actual, expected).expect_err("they differ").to_string()
}

#[test]
fn what_is_expected_must_be_there_and_agree() {
    let reply =
        json!({ "n": 3, "score": 33.333_333_3, "points": [{ "start": "2000-01-03", "interval": null }], "more": 1 });
    let expected = json!({ "n": 3, "score": 33.333_333_4, "points": [{ "start": "2000-01-03", "interval": null }] });
    assert_eq!(agree(&reply, &expected).expect("they agree"), 2);
    for (expected, told) in [
        (json!({ "score": 33.34 }), ".score: 33.3333333 and expected 33.34"),
        (json!({ "points": [{ "start": "2000-01-10" }] }), ".points[0].start"),
        (json!({ "points": [{ "interval": { "low": 1.0 } }] }), ".points[0].interval.low is not there"),
        (json!({ "points": [] }), ".points: 1 items and expected 0"),
        (json!({ "mean": 1.0 }), ".mean is not there"),
        (json!({ "n": "3" }), ".n: 3 and expected \"3\""),
        (json!({ "points": [{ "interval": null }] }), "nothing was compared"),
    ] {
        let complaint = complaint(&reply, &expected);
        assert!(complaint.contains(told), "{expected}: {complaint}");
    }
}

#[test]
fn tiny_p_values_are_held_to_their_own_size() {
    assert!(agree(&json!({ "p_value": 1e-20 }), &json!({ "p_value": 2e-20 })).is_err());
    assert!(agree(&json!({ "q_value": 3e-60 }), &json!({ "q_value": 3e-60 })).is_ok());
    assert!(agree(&json!({ "delta": 1e-20 }), &json!({ "delta": 2e-20 })).is_ok());
}
