//! The trend: buckets where people expect them, empty ones too, on days of 23, 24 and 25 hours.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, nps};

async fn trend(server: &Server, site: &Site, query: &str) -> Value {
    server.get(&format!("/v1/reports/trend?metric=nps{query}")).key(&site.read).await.ok()
}

fn starts(trend: &Value) -> Vec<&str> {
    trend["points"].as_array().expect("points").iter().map(|point| point["start"].as_str().expect("a start")).collect()
}

/// The starts and sizes of the buckets that are not empty.
fn filled(trend: &Value) -> Vec<(&str, u64)> {
    let points = trend["points"].as_array().expect("points").iter();
    points
        .filter(|point| point["n"] != 0)
        .map(|point| (point["start"].as_str().expect("a start"), point["n"].as_u64().expect("a number")))
        .collect()
}

/// A site in Amsterdam with an answer at each moment.
async fn answered_at(server: &Server, moments: &[&str]) -> Site {
    let site = server.site_with(|settings| settings.time_zone = "Europe/Amsterdam".into()).await;
    let survey = server.publish(&site, nps()).await;
    for moment in moments {
        server.set_time(moment);
        server.answered(&site, &answer(&survey, 9)).await;
    }
    site
}

#[tokio::test]
async fn a_trend_has_every_key_and_empty_buckets_are_null() {
    let server = Server::start().await;
    let site = answered_at(&server, &["2026-11-15T12:00:00Z", "2026-11-21T12:00:00Z"]).await;
    let report = trend(&server, &site, "&bucket=week&from=2026-11-02&to=2026-11-21").await;
    // golden.json, nps_ci95_1_0_0.
    let interval = &report["points"][1]["interval"];
    assert!(interval["low"].as_f64().is_some_and(|low| (low + 58.690_137_124).abs() < 1e-6), "{interval}");
    assert_eq!(
        report,
        json!({
            "metric": "nps", "base": "responses", "bucket": "week", "time_zone": "Europe/Amsterdam", "n": 2,
            "changes": [], "unit": "points", "direction": "higher_is_better", "source": "cells",
            "method": "tango_score", "rule": report["rule"], "explain": "/docs/scoring#trend",
            "points": [
                { "start": "2026-11-02", "n": 0, "score": null, "interval": null, "state": "hidden", "partial": false },
                { "start": "2026-11-09", "n": 1, "score": 100.0, "interval": interval, "state": "hidden", "partial": false },
                { "start": "2026-11-16", "n": 1, "score": 100.0, "interval": interval, "state": "hidden", "partial": true },
            ],
        })
    );
}

#[tokio::test]
async fn without_dates_the_last_12_buckets_are_shown() {
    let server = Server::start().await;
    let site = answered_at(&server, &["2026-11-21T12:34:56Z"]).await;
    for (bucket, first, last) in [
        ("", "2026-08-31", "2026-11-16"),
        ("&bucket=week", "2026-08-31", "2026-11-16"),
        ("&bucket=day", "2026-11-10", "2026-11-21"),
        ("&bucket=month", "2025-12-01", "2026-11-01"),
        ("&bucket=hour", "2026-11-21T01:00:00.000Z", "2026-11-21T12:00:00.000Z"),
    ] {
        let report = trend(&server, &site, bucket).await;
        let starts = starts(&report);
        assert_eq!((starts.len(), starts[0], starts[11]), (12, first, last), "{bucket}");
        assert_eq!(filled(&report), [(last, 1)], "{bucket}");
    }
    assert_eq!(trend(&server, &site, "").await["bucket"], "week");
    // A last day alone moves the window.
    let before = trend(&server, &site, "&bucket=day&to=2026-11-12").await;
    assert_eq!((starts(&before)[0], starts(&before)[11]), ("2026-11-01", "2026-11-12"));
    let hours = trend(&server, &site, "&bucket=hour&to=2026-11-12").await;
    assert_eq!(
        (starts(&hours).len(), starts(&hours)[0], starts(&hours)[11]),
        (12, "2026-11-12T11:00:00.000Z", "2026-11-12T22:00:00.000Z")
    );
}

#[tokio::test]
async fn weeks_are_iso_weeks_across_the_year() {
    let server = Server::start().await;
    let moments = ["2026-12-27T12:00:00Z", "2026-12-28T12:00:00Z", "2027-01-03T22:59:59Z", "2027-01-03T23:00:00Z"];
    let site = answered_at(&server, &moments).await;
    let report = trend(&server, &site, "&bucket=week&from=2026-12-21&to=2027-01-10").await;
    assert_eq!(filled(&report), [("2026-12-21", 1), ("2026-12-28", 2), ("2027-01-04", 1)]);
}

#[tokio::test]
async fn months_and_days_are_those_of_the_site() {
    let server = Server::start().await;
    let moments = ["2026-01-31T22:59:59Z", "2026-01-31T23:00:00Z", "2026-02-28T22:59:59Z", "2026-03-01T12:00:00Z"];
    let site = answered_at(&server, &moments).await;
    let months = trend(&server, &site, "&bucket=month&from=2026-01-01&to=2026-03-31").await;
    assert_eq!(filled(&months), [("2026-01-01", 1), ("2026-02-01", 2), ("2026-03-01", 1)]);
    let days = trend(&server, &site, "&bucket=day&from=2026-01-31&to=2026-02-01").await;
    assert_eq!(filled(&days), [("2026-01-31", 1), ("2026-02-01", 1)]);
    // A window that begins within a bucket counts only its own days.
    let cut = trend(&server, &site, "&bucket=month&from=2026-02-02&to=2026-03-31").await;
    assert_eq!(
        (starts(&cut), filled(&cut)),
        (vec!["2026-02-01", "2026-03-01"], vec![("2026-02-01", 1), ("2026-03-01", 1)])
    );
}

#[tokio::test]
async fn hours_go_on_through_days_of_23_and_25_of_them() {
    let server = Server::start().await;
    // 01:30 UTC is 03:30 in Amsterdam after the clocks went forward; in autumn 00:30 and 01:30 are both half past two.
    let site = answered_at(&server, &["2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]).await;
    for (day, hours, first, last, at) in [
        ("2026-03-28", 24, "2026-03-27T23:00:00.000Z", "2026-03-28T22:00:00.000Z", vec![]),
        (
            "2026-03-29",
            23,
            "2026-03-28T23:00:00.000Z",
            "2026-03-29T21:00:00.000Z",
            vec![("2026-03-29T01:00:00.000Z", 1)],
        ),
        (
            "2026-10-25",
            25,
            "2026-10-24T22:00:00.000Z",
            "2026-10-25T22:00:00.000Z",
            vec![("2026-10-25T00:00:00.000Z", 1), ("2026-10-25T01:00:00.000Z", 1)],
        ),
    ] {
        let report = trend(&server, &site, &format!("&bucket=hour&from={day}&to={day}")).await;
        let starts = starts(&report);
        assert_eq!((starts.len(), starts[0], starts[starts.len() - 1]), (hours, first, last), "{day}");
        assert_eq!((filled(&report), &report["source"]), (at, &json!("scan")), "{day}");
    }
}

#[tokio::test]
async fn hours_of_a_zone_with_half_hours_begin_on_the_half_hour_or_before() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.time_zone = "Asia/Kolkata".into()).await;
    let survey = server.publish(&site, nps()).await;
    // Midnight in India is 18:30 UTC.
    for moment in ["2026-11-20T18:29:59Z", "2026-11-20T18:30:00Z", "2026-11-21T18:29:59Z", "2026-11-21T18:30:00Z"] {
        server.set_time(moment);
        server.answered(&site, &answer(&survey, 9)).await;
    }
    let report = trend(&server, &site, "&bucket=hour&from=2026-11-21&to=2026-11-21").await;
    assert_eq!(filled(&report), [("2026-11-20T18:00:00.000Z", 1), ("2026-11-21T18:00:00.000Z", 1)]);
    assert_eq!(starts(&report).len(), 25, "24 hours touch 25 hours of UTC");
}

#[tokio::test]
async fn hours_are_for_two_weeks_at_most() {
    let server = Server::start().await;
    let site = server.site().await;
    let two_weeks = trend(&server, &site, "&bucket=hour&from=2026-11-01&to=2026-11-14").await;
    assert_eq!(starts(&two_weeks).len(), 14 * 24);
    for (query, field) in [
        ("&bucket=hour&from=2026-11-01&to=2026-11-15", "from"),
        ("&bucket=hour&from=2026-01-01", "from"),
        ("&bucket=day&from=0001-01-01", "from"),
        ("&bucket=fortnight", "bucket"),
    ] {
        let reply = server.get(&format!("/v1/reports/trend?metric=nps{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field, "{query}");
    }
    // Ten years of days are no trouble, and neither is the end of the calendar.
    assert_eq!(starts(&trend(&server, &site, "&bucket=day&from=2016-11-22&to=2026-11-21").await).len(), 3_652);
    trend(&server, &site, "&bucket=month&from=9999-01-01&to=9999-12-31").await;
    trend(&server, &site, "&bucket=hour&from=9999-12-31&to=9999-12-31").await;
}
