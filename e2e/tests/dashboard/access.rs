//! Who sees what: members of one site, their roles, and sessions that have ended.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// The owner invites somebody to the stage's site, who joins in a browser of their own.
async fn invited(owner: &Browser, stage: &Stage, role: &str, email: &str) -> Result<Browser> {
    let path = format!("/v1/invitations?site={}", stage.site);
    let (status, invitation) = team::ask(owner, "POST", &path, json!({ "role": role, "email": email })).await?;
    assert_eq!(status, 201, "{invitation}");
    let link = invitation["link"].as_str().context("a link")?;
    let browser = Browser::start().await?;
    team::join(&browser, link, "Vera", email).await?;
    Ok(browser)
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let owner = Browser::start().await?;
    team::own(&owner, &stage.server).await?;
    let viewer = invited(&owner, &stage, "viewer", "vera@shop.example").await?;
    viewer.reads("Overview").await?;
    let (site, survey) = (&stage.site, &stage.survey);
    for (method, path, body) in [
        ("PATCH", format!("/v1/sites/{site}"), json!({ "name": "Mine" })),
        ("POST", format!("/v1/surveys/{survey}/pause?site={site}"), Value::Null),
        ("POST", format!("/v1/invitations?site={site}"), json!({ "role": "owner" })),
        ("POST", format!("/v1/keys?site={site}"), json!({ "name": "mine", "scope": "admin" })),
    ] {
        let (status, reply) = team::ask(&viewer, method, &path, body).await?;
        assert_eq!(status, 403, "{method} {path}: {reply}");
    }
    let (status, _) = team::ask(&viewer, "GET", &format!("/v1/surveys/{survey}?site={site}"), Value::Null).await?;
    assert_eq!(status, 200);
    viewer.close().await?;
    owner.close().await
}

#[tokio::test]
async fn another_sites_address_leads_nowhere() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let owner = Browser::start().await?;
    team::own(&owner, &stage.server).await?;
    let other =
        stage.server.command(&["site", "create", "--name", "Other", "--origin", "https://other.example"]).await?;
    let other = other["id"].as_str().context("an id")?;
    let viewer = invited(&owner, &stage, "owner", "olga@shop.example").await?;
    viewer.open(&format!("{}/app/{other}", stage.server.url())).await?;
    viewer.reads("There is nothing here.").await?;
    for path in ["/v1/surveys", "/v1/responses", "/v1/members", "/v1/reports/score?metric=nps"] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let foreign = team::ask(&viewer, "GET", &format!("{path}{mark}site={other}"), Value::Null).await?;
        let random = team::ask(&viewer, "GET", &format!("{path}{mark}site=st_aaaaaaaaaaaaaaaa"), Value::Null).await?;
        assert_eq!(foreign.0, 404, "{path}");
        assert_eq!(foreign, random, "{path}: nobody can tell a foreign site from none");
    }
    viewer.close().await?;
    owner.close().await
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_is_out() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let first = Browser::start().await?;
    team::own(&first, &stage.server).await?;
    let second = Browser::start().await?;
    team::sign_in(&second, &stage.server, "ada@shop.example").await?;
    let (_, sessions) = team::ask(&first, "GET", "/v1/sessions", Value::Null).await?;
    let items = sessions["items"].as_array().context("sessions")?;
    assert_eq!(items.len(), 2, "{sessions}");
    let other = items.iter().find(|session| session["current"] == false).context("the other one")?;
    let id = other["id"].as_str().context("an id")?;
    let (status, _) = team::ask(&first, "DELETE", &format!("/v1/sessions/{id}"), Value::Null).await?;
    assert_eq!(status, 204);
    let (status, _) = team::ask(&second, "GET", "/v1/session", Value::Null).await?;
    assert_eq!(status, 401, "it is out at once");
    // The screen finds out at its next question, and shows the form.
    second.client.refresh().await?;
    until("the form", async || {
        Ok((second.look("return !!document.querySelector('input[name=password]')", Vec::new()).await? == true)
            .then_some(()))
    })
    .await?;
    let (status, _) = team::ask(&first, "GET", "/v1/session", Value::Null).await?;
    assert_eq!(status, 200, "the one that ended it is still there");
    second.close().await?;
    first.close().await
}
