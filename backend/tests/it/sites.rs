//! A site's settings: read, changed field by field, each checked, and removed with all that is in it.

use bearing_shared::fault::Code;
use serde_json::{Value, json};

use crate::harness::{Server, answer, dimension, nps, with};

#[tokio::test]
async fn a_site_reads_with_its_settings_and_without_its_secret() {
    let server = Server::start().await;
    let site = server
        .site_with(|settings| {
            settings.origins = vec!["https://shop.example".into()];
            settings.time_zone = "Europe/Amsterdam".into();
            settings.dimensions = vec![dimension("plan", &["free", "pro"])];
        })
        .await;
    let read = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok();
    assert_eq!(
        read,
        json!({
            "id": site.id, "site_key": site.key, "created_at": "2026-11-21T12:00:00.000Z", "name": "Shop",
            "origins": ["https://shop.example"], "allow_null_origin": false, "require_signature": false,
            "time_zone": "Europe/Amsterdam", "dimensions": [{ "name": "plan", "values": ["free", "pro"] }],
            "thresholds": { "hidden": 5, "wide": 30, "indicative": 100 }, "protect": "standard", "attack": null,
            "retention": { "answers_days": null, "comments_days": null, "identity_days": null },
            "counting": { "generation": 1, "time_zone": "Europe/Amsterdam", "building": null,
                "dimensions": [{ "name": "plan", "values": ["free", "pro"] }] },
        })
    );
}

#[tokio::test]
async fn only_what_is_named_changes() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.origins = vec!["https://shop.example".into()]).await;
    let path = format!("/v1/sites/{}", site.id);
    let before = server.get(&path).key(&site.read).await.ok();
    assert_eq!(server.patch(&path).key(&site.admin).json(&json!({})).await.ok(), before);
    for (change, expected) in [
        (json!({ "name": "  New name " }), json!({ "name": "New name" })),
        (json!({ "origins": [] }), json!({ "origins": [] })),
        (json!({ "allow_null_origin": true }), json!({ "allow_null_origin": true })),
        (json!({ "require_signature": true }), json!({ "require_signature": true })),
        (json!({ "time_zone": "Asia/Kolkata" }), json!({ "time_zone": "Asia/Kolkata" })),
        (json!({ "dimensions": [{ "name": "plan" }] }), json!({ "dimensions": [{ "name": "plan", "values": [] }] })),
    ] {
        let before = server.get(&path).key(&site.read).await.ok();
        let after = server.patch(&path).key(&site.admin).json(&change).await.ok();
        // How it is counted follows the settings, at once where there is nothing to count.
        let counting = json!({ "counting": { "generation": 1, "building": null,
            "time_zone": after["time_zone"], "dimensions": after["dimensions"] } });
        assert_eq!(after, with(with(before, expected), counting), "{change}");
        assert_eq!(server.get(&path).key(&site.read).await.ok(), after);
    }
    let rotated = server.patch(&path).key(&site.admin).json(&json!({ "rotate_identity_secret": true })).await.ok();
    assert!(rotated["identity_secret"].as_str().is_some_and(|secret| secret.len() == 43));
    assert!(server.get(&path).key(&site.admin).await.ok().get("identity_secret").is_none(), "shown once");
}

#[tokio::test]
async fn what_several_change_at_once_holds_together() {
    let server = Server::start().await;
    let site = server.site().await;
    let path = format!("/v1/sites/{}", site.id);
    let change = async |change: Value| server.patch(&path).key(&site.admin).json(&change).await.ok();
    let (_, rotated, _, _, _, _) = tokio::join!(
        change(json!({ "name": "Weekend shop" })),
        change(json!({ "rotate_identity_secret": true })),
        change(json!({ "silenced": true })),
        change(json!({ "require_signature": true })),
        change(json!({ "origins": ["https://shop.example"] })),
        change(json!({ "time_zone": "Asia/Kolkata" })),
    );
    let all = json!({ "name": "Weekend shop", "silenced": true, "require_signature": true,
        "origins": ["https://shop.example"], "time_zone": "Asia/Kolkata" });
    let now = server.get(&path).key(&site.read).await.ok();
    assert_eq!(now, with(now.clone(), all));
    let kept = server.app.store.site(&site.id.as_str().into()).await.unwrap().unwrap().identity_secret;
    assert_eq!(rotated["identity_secret"], kept.as_str());
}

#[tokio::test]
async fn each_wrong_setting_is_named_and_changes_nothing() {
    let server = Server::start().await;
    let site = server.site().await;
    let path = format!("/v1/sites/{}", site.id);
    let before = server.get(&path).key(&site.read).await.ok();
    let values: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let dimensions: Vec<Value> = (0..51).map(|number| json!({ "name": format!("d{number}") })).collect();
    for (change, code, field) in [
        (json!({ "name": " " }), Code::INVALID_FIELD, "name"),
        (json!({ "name": "x".repeat(201) }), Code::INVALID_FIELD, "name"),
        (json!({ "name": 5 }), Code::INVALID_FIELD, "name"),
        (json!({ "origins": "https://shop.example" }), Code::INVALID_FIELD, "origins"),
        (json!({ "origins": ["https://shop.example", "shop.example"] }), Code::INVALID_FIELD, "origins[1]"),
        (json!({ "origins": ["*"] }), Code::INVALID_FIELD, "origins[0]"),
        (json!({ "origins": ["https://shop.example/"] }), Code::INVALID_FIELD, "origins[0]"),
        (json!({ "origins": ["https://*"] }), Code::INVALID_FIELD, "origins[0]"),
        (json!({ "origins": ["https://a.*.example"] }), Code::INVALID_FIELD, "origins[0]"),
        (json!({ "origins": vec!["https://shop.example"; 51] }), Code::INVALID_FIELD, "origins"),
        (json!({ "time_zone": "Mars/Olympus" }), Code::INVALID_FIELD, "time_zone"),
        (json!({ "time_zone": "" }), Code::INVALID_FIELD, "time_zone"),
        (json!({ "dimensions": [{ "name": "Plan" }] }), Code::INVALID_FIELD, "dimensions[0].name"),
        (json!({ "dimensions": [{ "name": "plan" }, { "name": "plan" }] }), Code::INVALID_FIELD, "dimensions[1].name"),
        (json!({ "dimensions": [{ "name": "plan", "values": values }] }), Code::INVALID_FIELD, "dimensions[0].values"),
        (json!({ "dimensions": [{ "name": "plan", "values": [""] }] }), Code::INVALID_FIELD, "dimensions[0].values"),
        (
            json!({ "dimensions": [{ "name": "plan", "values": [" pro"] }] }),
            Code::INVALID_FIELD,
            "dimensions[0].values",
        ),
        (
            json!({ "dimensions": [{ "name": "plan", "values": ["\u{0}x"] }] }),
            Code::INVALID_FIELD,
            "dimensions[0].values",
        ),
        (
            json!({ "dimensions": [{ "name": "plan", "values": ["(other)"] }] }),
            Code::INVALID_FIELD,
            "dimensions[0].values",
        ),
        (json!({ "dimensions": [{ "values": [] }] }), Code::MISSING_FIELD, "dimensions[0].name"),
        (json!({ "dimensions": [{ "name": "plan", "size": 3 }] }), Code::UNKNOWN_FIELD, "dimensions[0].size"),
        (json!({ "dimensions": dimensions }), Code::INVALID_FIELD, "dimensions"),
        (json!({ "allow_null_origin": "yes" }), Code::INVALID_FIELD, "allow_null_origin"),
        (json!({ "name": "Good", "site_key": "pk_mine" }), Code::UNKNOWN_FIELD, "site_key"),
        (json!({ "privacy_url": "http://shop.example/privacy" }), Code::INVALID_FIELD, "privacy_url"),
        (json!({ "privacy_url": "javascript:alert(1)" }), Code::INVALID_FIELD, "privacy_url"),
        (json!({ "theme": { "radius": 33 } }), Code::INVALID_FIELD, "theme.radius"),
        (json!({ "theme": { "font": "x}*{display:none" } }), Code::INVALID_FIELD, "theme.font"),
        (json!({ "theme": { "light": { "accent": "red" } } }), Code::INVALID_FIELD, "theme.light.accent"),
        (json!({ "theme": { "light": { "text": "#888" } } }), Code::INVALID_FIELD, "theme.light.text"),
        (
            json!({ "theme": { "dark": { "accent": "#777", "on_accent": "#888" } } }),
            Code::INVALID_FIELD,
            "theme.dark.on_accent",
        ),
        (json!({ "theme": { "dark": { "glow": "#888" } } }), Code::UNKNOWN_FIELD, "theme.dark.glow"),
        (json!({ "theme": { "scheme": "pink" } }), Code::INVALID_FIELD, "theme.scheme"),
    ] {
        let reply = server.patch(&path).key(&site.admin).json(&change).await;
        assert_eq!(reply.refused(code), field, "{change}");
    }
    assert_eq!(server.get(&path).key(&site.read).await.ok(), before);
}

#[tokio::test]
async fn a_theme_that_cannot_be_read_is_told_its_ratio() {
    let server = Server::start().await;
    let site = server.site().await;
    let path = format!("/v1/sites/{}", site.id);
    let theme = |text: &str| json!({ "theme": { "light": { "surface": "#fff", "text": text } } });
    let refused = server.patch(&path).key(&site.admin).json(&theme("#888")).await;
    assert!(refused.text().contains("3.54:1") && refused.text().contains("4.5:1"), "{}", refused.text());
    let taken = server.patch(&path).key(&site.admin).json(&theme("#767676")).await.ok();
    assert_eq!(taken["theme"], theme("#767676")["theme"]);
}

#[tokio::test]
async fn a_changed_time_zone_moves_the_answers_to_their_new_days() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    // In Tokyo it is nine hours later: half past six of the next day.
    server.set_time("2026-11-21T21:30:00Z");
    server.answered(&site, &answer(&survey, 9)).await;
    let path = format!("/v1/sites/{}", site.id);
    let changed = json!({ "time_zone": "Asia/Tokyo" });
    let reply = server.patch(&path).key(&site.admin).json(&changed).await.ok();
    assert_eq!((&reply["time_zone"], &reply["counting"]["time_zone"]), (&json!("Asia/Tokyo"), &json!("Asia/Tokyo")));
    assert_eq!(reply["counting"]["building"], Value::Null, "a small site is counted anew at once");
    for (day, n) in [("2026-11-21", 0), ("2026-11-22", 1)] {
        let report = server.score(&site, &format!("metric=nps&from={day}&to={day}")).await;
        assert_eq!((&report["n"], &report["source"]), (&json!(n), &json!("cells")), "{day}");
    }
}

#[tokio::test]
async fn thresholds_are_the_sites_own() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let path = format!("/v1/sites/{}", site.id);
    for wrong in [
        json!({ "hidden": 30, "wide": 5, "indicative": 100 }),
        json!({ "hidden": 5, "wide": 200, "indicative": 100 }),
        json!({ "hidden": 0, "wide": 30, "indicative": 100 }),
        json!({ "hidden": 5, "wide": 30, "indicative": u64::MAX }),
    ] {
        let reply = server.patch(&path).key(&site.admin).json(&json!({ "thresholds": wrong })).await;
        assert_eq!(reply.refused(Code::INVALID_FIELD), "thresholds");
    }
    let strict = json!({ "thresholds": { "hidden": 2, "wide": 2, "indicative": 3 } });
    server.patch(&path).key(&site.admin).json(&strict).await.ok();
    for state in ["hidden", "indicative", "plain"] {
        server.answered(&site, &answer(&survey, 9)).await;
        let report = server.score(&site, "metric=nps").await;
        assert_eq!(report["state"], state);
        assert!(report["rule"].as_str().is_some_and(|rule| rule.ends_with('.')));
    }
}

#[tokio::test]
async fn a_dimension_declared_later_counts_what_is_there() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for (score, plan) in [(9, "pro"), (0, "free")] {
        server.answered(&site, &with(answer(&survey, score), json!({ "attributes": { "plan": plan } }))).await;
    }
    let before = server.score(&site, "metric=nps&attr.plan=pro").await;
    assert_eq!((&before["source"], &before["n"], &before["score"]), (&json!("scan"), &json!(1), &json!(100.0)));
    let declared = json!({ "dimensions": [dimension("plan", &["free", "pro"])] });
    server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&declared).await.ok();
    let after = server.score(&site, "metric=nps&attr.plan=pro").await;
    assert_eq!((&after["source"], &after["n"], &after["score"]), (&json!("cells"), &json!(1), &json!(100.0)));
}

#[tokio::test]
async fn a_removed_site_takes_its_things_along_and_leaves_the_others() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let (other, other_survey) = server.site_with_survey().await;
    server.answered(&site, &answer(&survey, 9)).await;
    server.answered(&other, &answer(&other_survey, 9)).await;
    let reply = server.delete(&format!("/v1/sites/{}", site.id)).key(&site.admin).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    server.get("/v1/responses").key(&site.read).await.refused(Code::UNAUTHORIZED);
    server.get(&site.config()).await.refused(Code::UNKNOWN_SITE);
    server.post(&site.responses()).json(&answer(&survey, 9)).await.refused(Code::UNKNOWN_SITE);
    assert_eq!(server.score(&other, "metric=nps").await["n"], 1);
    server.publish(&other, nps()).await;
}

#[tokio::test]
async fn a_large_site_is_counted_anew_while_it_serves() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for _ in 0..3 {
        let batch: Vec<Value> = (0..1_000)
            .map(|number| with(answer(&survey, number % 11), json!({ "attributes": { "plan": "pro" } })))
            .collect();
        server.post("/v1/responses").key(&site.write).json(&json!(batch)).await.ok();
    }
    let path = format!("/v1/sites/{}", site.id);
    let declared = json!({ "dimensions": [dimension("plan", &["pro"])], "time_zone": "Asia/Tokyo" });
    let reply = server.patch(&path).key(&site.admin).json(&declared).await.ok();
    let building = &reply["counting"]["building"];
    assert_eq!(building["total"], 3_000, "one step does not do it: {reply}");
    assert_eq!(reply["counting"]["time_zone"], "UTC", "reports read the old counts until the new ones are complete");
    let query = "metric=nps&attr.plan=pro";
    assert_eq!(server.score(&site, query).await["n"], 3_000, "and find what these do not have in the answers");
    // The background takes its steps; answers go on coming.
    let more = with(answer(&survey, 9), json!({ "attributes": { "plan": "pro" } }));
    server.answered(&site, &more).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let counting = server.get(&path).key(&site.read).await.ok()["counting"].clone();
        if counting["building"].is_null() {
            assert_eq!((&counting["generation"], &counting["time_zone"]), (&json!(2), &json!("Asia/Tokyo")));
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "it ends: {counting}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let after = server.score(&site, query).await;
    assert_eq!((&after["n"], &after["source"]), (&json!(3_001), &json!("cells")));
}
