//! The management API's refusals: keys and scopes, other sites' things, names that are not known.

use anyhow::Result;
use bearing_e2e::api::Api;
use bearing_e2e::http::{Reply, ask};
use bearing_e2e::stage::{Stage, response_id, text};
use hyper::Method;
use serde_json::json;

fn assert_refused(case: &str, reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{case}: {}", reply.text());
    assert!(reply.headers.contains_key("x-request-id"), "{case}: no request id");
}

#[tokio::test]
async fn keys_open_what_their_scope_says() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let key = stage.server.command(&["key", "create", "--site", &stage.site, "--scope", "read"]).await?;
    let reader = Api { address: stage.server.address, key: text(&key, "key")? };
    let nobody = Api { address: stage.server.address, key: String::new() };
    let stranger = Api { address: stage.server.address, key: "sk_unknown".to_owned() };
    for path in ["/v1/responses", "/v1/reports/score?metric=nps", "/v1/surveys"] {
        assert_refused(path, &nobody.get(path).await?, 401, "unauthorized");
        assert_refused(path, &stranger.get(path).await?, 401, "unauthorized");
        assert_eq!(reader.get(path).await?.status, 200, "{path}");
    }
    let reply = reader.json(Method::POST, "/v1/surveys", &json!({ "metric": "nps" })).await?;
    assert_refused("write with a reader's key", &reply, 403, "insufficient_scope");
    assert_eq!(reader.read("/v1/surveys").await?["items"].as_array().map(Vec::len), Some(1));
    // The public key in the tag opens nothing here.
    let tagged = Api { address: stage.server.address, key: stage.site_key.clone() };
    assert_refused("the site key", &tagged.get("/v1/responses").await?, 401, "unauthorized");
    Ok(())
}

#[tokio::test]
async fn another_sites_things_are_not_there() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let post = stage.api.json(Method::POST, &stage.intake(), &stage.response(1, 9)).await?;
    assert_eq!(post.status, 200);
    let site =
        stage.server.command(&["site", "create", "--name", "Other", "--origin", "https://other.example"]).await?;
    let key = stage.server.command(&["key", "create", "--site", &text(&site, "id")?, "--scope", "admin"]).await?;
    let other = Api { address: stage.server.address, key: text(&key, "key")? };
    let response = format!("/v1/responses/{}", response_id(1));
    let survey = format!("/v1/surveys/{}", stage.survey);
    for path in [
        response.clone(),
        survey.clone(),
        format!("{survey}/versions"),
        format!("/v1/sites/{}", stage.site),
        format!("/v1/responses?site={}", stage.site),
        format!("/v1/responses?survey={}", stage.survey),
        format!("/v1/reports/score?metric=nps&site={}", stage.site),
        format!("/v1/reports/score?metric=nps&survey={}", stage.survey),
        "/v1/responses/not-an-id".to_owned(),
        "/v1/nothing".to_owned(),
    ] {
        assert_refused(&path, &other.get(&path).await?, 404, "not_found");
    }
    for (method, path) in [
        (Method::DELETE, response.clone()),
        (Method::PATCH, survey.clone()),
        (Method::POST, format!("{survey}/publish")),
        (Method::POST, format!("{survey}/pause")),
        (Method::PATCH, format!("/v1/sites/{}", stage.site)),
    ] {
        assert_refused(&path, &other.json(method, &path, &json!({})).await?, 404, "not_found");
    }
    assert_eq!(other.responses("").await?.len(), 0);
    stage.responses(1).await?;
    // The same response id may be used by another site: ids are a site's own.
    let deleted = stage.api.send(ask(Method::DELETE, &response, "", "")?).await?;
    assert!(deleted.status.is_success(), "{}", deleted.text());
    assert_refused("after deletion", &stage.api.get(&response).await?, 404, "not_found");
    assert_eq!(stage.api.score("nps").await?["n"], 0);
    Ok(())
}

#[tokio::test]
async fn names_that_are_not_known_are_refused() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for (path, code, field) in [
        ("/v1/responses?colour=red", "unknown_parameter", "colour"),
        ("/v1/responses?limit=501", "invalid_parameter", "limit"),
        ("/v1/responses?limit=0", "invalid_parameter", "limit"),
        ("/v1/responses?limit=many", "invalid_parameter", "limit"),
        ("/v1/responses?cursor=nonsense", "invalid_parameter", "cursor"),
        ("/v1/responses?state=lost", "invalid_parameter", "state"),
        ("/v1/responses?from=tomorrow", "invalid_parameter", "from"),
        ("/v1/responses?score_min=low", "invalid_parameter", "score_min"),
        ("/v1/reports/score?metric=joy", "invalid_parameter", "metric"),
        ("/v1/reports/score?metric=nps&colour=red", "unknown_parameter", "colour"),
        ("/v1/reports/trend?metric=nps&bucket=decade", "invalid_parameter", "bucket"),
    ] {
        let reply = stage.api.get(path).await?;
        assert_refused(path, &reply, 422, code);
        assert_eq!(reply.json()?["error"]["field"], field, "{path}: {}", reply.text());
    }
    let reply = stage.api.json(Method::POST, "/v1/surveys", &json!({ "metric": "nps", "colour": "red" })).await?;
    assert_refused("an unknown member", &reply, 422, "unknown_field");
    let reply =
        stage.api.json(Method::PATCH, &format!("/v1/surveys/{}", stage.survey), &json!({ "metric": "ces" })).await?;
    assert_refused("the metric of a survey", &reply, 422, "unknown_field");
    let reply = stage.api.json(Method::POST, "/v1/surveys", &json!({})).await?;
    assert_refused("no metric", &reply, 422, "missing_field");
    // The embed API ignores what it does not know: old pages outlive new servers.
    let reply = stage.api.get(&format!("/v1/embed/{}?locale=en&colour=red", stage.site_key)).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    Ok(())
}

#[tokio::test]
async fn two_instruments_are_not_mixed() -> Result<()> {
    let stage = Stage::set("ces").await?;
    let made =
        stage.api.json(Method::POST, "/v1/surveys", &json!({ "metric": "ces", "instrument": "ces1" })).await?.json()?;
    let older = text(&made, "id")?;
    let published = stage.api.json(Method::POST, &format!("/v1/surveys/{older}/publish"), &json!({})).await?;
    assert!(published.status.is_success(), "{}", published.text());
    let mut second = stage.response(2, 1);
    second["survey"] = json!(older);
    for body in [stage.response(1, 7), second] {
        let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_refused("both", &stage.api.get("/v1/reports/score?metric=ces").await?, 422, "mixed_instruments");
    let report = stage.api.score(&format!("ces&survey={older}")).await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(100.0)), "{report}");
    assert_eq!(report["scale_direction"], "lower_is_better");
    Ok(())
}
