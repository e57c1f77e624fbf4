//! Signing in by a provider that none of us wrote, in a real browser.

use anyhow::{Context, Result};
use bearing_e2e::axe;
use bearing_e2e::browser::Browser;
use bearing_e2e::provider::{self, NAME};
use bearing_e2e::server;
use bearing_e2e::team;
use serde_json::{Value, json};

fn people() -> Value {
    json!({
        "vera": { "email": "Vera@shop.example", "email_verified": true, "name": "Vera Rubin" },
        "carl": { "email": "carl@else.example", "email_verified": true, "name": "Carl" },
        "finn": { "email": "finn@shop.example", "email_verified": false, "name": "Finn" },
    })
}

/// The owner invites an address to the site.
async fn invite(owner: &Browser, site: &str, email: &str) -> Result<()> {
    let path = format!("/v1/invitations?site={site}");
    let (status, reply) = team::ask(owner, "POST", &path, json!({ "role": "viewer", "email": email })).await?;
    assert_eq!(status, 201, "{reply}");
    Ok(())
}

#[tokio::test]
async fn whoever_was_invited_comes_in_by_the_provider_and_nobody_else() -> Result<()> {
    let (server, _provider) = provider::pair(&people()).await?;
    let owner = Browser::start().await?;
    team::own(&owner, &server).await?;
    let site = server.command(&["site", "create", "--name", "Lamp shop"]).await?;
    let site = site["id"].as_str().context("an id")?;
    for email in ["vera@shop.example", "finn@shop.example"] {
        invite(&owner, site, email).await?;
    }

    let mut ids = Vec::new();
    for _ in 0..2 {
        let browser = Browser::start().await?;
        provider::sign_in(&browser, &server, "vera").await?;
        team::arrived(&browser).await?;
        let (status, session) = team::ask(&browser, "GET", "/v1/session", Value::Null).await?;
        assert_eq!((status, &session["member"]["name"]), (200, &json!("Vera Rubin")), "{session}");
        assert_eq!(session["sites"][0]["role"], "viewer");
        ids.push(session["member"]["id"].clone());
        // What brought her in is used up.
        browser.open(&format!("{}/app/sign-in/callback?code=x&state=y", server.url())).await?;
        browser.reads("did not begin in this browser").await?;
        browser.close().await?;
    }
    assert_eq!(ids[0], ids[1], "the second time she is the same member");

    for (name, why) in [("carl", "nobody here has that address"), ("finn", "has not verified your e-mail address")] {
        let browser = Browser::start().await?;
        provider::sign_in(&browser, &server, name).await?;
        browser.reads(why).await?;
        assert_eq!(axe::inspect(&browser, None).await?.violations, Vec::<String>::new());
        browser.open(&format!("{}/app", server.url())).await?;
        browser.find("input[name=password]").await?;
        browser.close().await?;
    }
    let (_, log) = team::ask(&owner, "GET", &format!("/v1/audit?site={site}"), Value::Null).await?;
    let joined = &log["items"][0];
    assert_eq!((&joined["action"], &joined["detail"]["provider"]), (&json!("member.joined"), &json!(NAME)), "{log}");
    owner.close().await
}

#[tokio::test]
async fn where_the_provider_is_down_a_password_still_opens_the_door() -> Result<()> {
    let (server, mut provider) = provider::pair(&people()).await?;
    provider.stop().await?;
    let browser = Browser::start().await?;
    team::own(&browser, &server).await?;
    let other = Browser::start().await?;
    other.open(&format!("{}/app", server.url())).await?;
    team::press(&other, "a.button", NAME).await?;
    other.reads("cannot be reached now").await?;
    team::press(&other, "main a", "Back to signing in").await?;
    team::sign_in(&other, &server, "ada@shop.example").await?;
    other.close().await?;
    browser.close().await
}

#[tokio::test]
async fn a_provider_that_is_half_set_up_is_refused_at_the_start() -> Result<()> {
    for (options, why) in [
        (&["--oidc-issuer", "https://login.example"][..], "give --oidc-client-id as well"),
        (&["--oidc-issuer", "http://login.example", "--oidc-client-id", "x", "--oidc-client-secret", "y"], "https"),
        (&["--oidc-client-secret-file", "/nowhere"], "cannot be read"),
    ] {
        let folder = tempfile::tempdir()?;
        let data = folder.path().to_str().context("the folder's name is text")?;
        let ending = server::run(&[&["serve", "--listen", "127.0.0.1:0", "--data", data], options].concat()).await?;
        assert_eq!(ending.code, 1, "{ending:?}");
        assert!(ending.stderr.contains(why) && ending.stderr.lines().count() == 1, "{ending:?}");
    }
    Ok(())
}
