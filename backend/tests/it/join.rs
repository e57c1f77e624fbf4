//! Invitations: links that work once, for whom they are meant, and that reading never uses up.

use bearing_shared::id::SiteId;
use bearing_storage::{InvitationPurpose as Purpose, Role};
use serde_json::json;

use crate::harness::{Ask, DAY, Server, Site};

const PASSWORD: &str = "lamp chair pencil";

fn to(site: &Site, role: Role) -> Purpose {
    Purpose::Join { site: SiteId::from(site.id.as_str()), role }
}

fn accept(server: &Server, secret: &str, name: &str, email: &str, password: &str) -> Ask {
    let fields = [("name", name), ("email", email), ("password", password)];
    server.post(&format!("/app/join/{secret}")).form(&fields)
}

fn cookie(reply: &crate::harness::Reply) -> String {
    reply.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

#[tokio::test]
async fn an_owner_invites_and_whoever_has_the_link_joins_once() {
    let server = Server::start_with(Some("https://bearing.example"), |store| store).await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let invited = json!({ "role": "editor", "email": " Bob@Team.example " });
    let made = server.post("/v1/invitations").session(&owner).json(&invited).await;
    assert_eq!(made.status, 201);
    let made = made.ok();
    assert_eq!((&made["role"], &made["email"]), (&json!("editor"), &json!("bob@team.example")));
    let link = made["link"].as_str().expect("a link").to_owned();
    let secret = link.strip_prefix("https://bearing.example/app/join/").expect("it is ours");
    let listed = server.get("/v1/invitations").session(&owner).await.ok();
    assert_eq!((&listed["items"][0]["id"], listed["items"][0].get("link")), (&made["id"], None));
    // Reading it, as mail scanners do, uses nothing up.
    for _ in 0..3 {
        let page = server.get(&format!("/app/join/{secret}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Join Shop") && page.text().contains("bob@team.example\" required readonly"));
    }
    // The address is the invitation's, whatever the form says.
    let reply = accept(&server, secret, "Bob", "eve@evil.example", PASSWORD).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/app"), "{}", reply.text());
    let session = server.get("/v1/session").session(&cookie(&reply)).await.ok();
    assert_eq!(session["member"]["email"], "bob@team.example");
    assert_eq!(session["sites"], json!([{ "id": site.id, "name": "Shop", "site_key": site.key, "role": "editor" }]));
    for again in [server.get(&format!("/app/join/{secret}")), accept(&server, secret, "Eve", "e@e.example", PASSWORD)] {
        assert_eq!(again.await.status, 404);
    }
    assert_eq!(server.get("/v1/invitations").session(&owner).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn of_two_who_send_the_form_at_once_one_joins() {
    let server = Server::start().await;
    let site = server.site().await;
    let secret = server.invite(to(&site, Role::Owner), None).await;
    let (one, other) = tokio::join!(
        accept(&server, &secret, "Ann", "ann@team.example", PASSWORD).into_future(),
        accept(&server, &secret, "Bob", "bob@team.example", PASSWORD).into_future(),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
}

#[tokio::test]
async fn a_link_ends_after_seven_days_or_when_it_is_taken_back() {
    let server = Server::start().await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let make = async || {
        let made = server.post("/v1/invitations").session(&owner).json(&json!({ "role": "viewer" })).await.ok();
        let link = made["link"].as_str().expect("a link");
        let path = link.strip_prefix("http://bearing.example").expect("it is ours").to_owned();
        (path, made["id"].as_str().expect("an id").to_owned())
    };
    let (path, id) = make().await;
    assert_eq!(server.get(&path).await.status, 200);
    assert_eq!(server.delete(&format!("/v1/invitations/{id}")).session(&owner).await.status, 204);
    assert_eq!(server.get(&path).await.status, 404);
    let (path, _) = make().await;
    server.pass(7 * DAY);
    assert_eq!(server.get(&path).await.status, 404);
    let late = server.post(&path).form(&[("name", "Eve"), ("email", "e@e.example"), ("password", PASSWORD)]).await;
    assert_eq!((late.status, late.headers.get("set-cookie")), (404, None));
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_used_up() {
    let server = Server::start().await;
    let site = server.site().await;
    let secret = server.invite(to(&site, Role::Viewer), None).await;
    for (name, email, password, field) in [
        ("", "ann@team.example", PASSWORD, "name"),
        ("Ann", "ann", PASSWORD, "email"),
        ("Ann", "ann@team.example", "too short", "password"),
        ("Ann", "ann@team.example", &"x".repeat(201), "password"),
        ("Ann", "ann@team.example", "Qwertyuiop", "password"),
        ("Ann", "ann@team.example", "ann@team.example", "password"),
    ] {
        let reply = accept(&server, &secret, name, email, password).await;
        assert_eq!((reply.status, reply.headers.get("set-cookie")), (422, None));
        let page = reply.text();
        assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{page}");
        assert!(password == email || !page.contains(&password[..8]), "no password comes back: {page}");
    }
    assert_eq!(accept(&server, &secret, "<b>Ann", "ann@team.example", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn who_has_an_account_joins_with_its_password_and_nobody_else_does() {
    let server = Server::start().await;
    let (first, second) = (server.site().await, server.site().await);
    let secret = server.invite(to(&first, Role::Viewer), None).await;
    assert_eq!(accept(&server, &secret, "Ann", "ann@team.example", PASSWORD).await.status, 303);
    let secret = server.invite(to(&second, Role::Owner), None).await;
    let stranger = accept(&server, &secret, "Eve", "ann@team.example", "another password").await;
    assert_eq!((stranger.status, stranger.headers.get("set-cookie")), (422, None));
    let reply = accept(&server, &secret, "", "ann@team.example", PASSWORD).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let session = server.get("/v1/session").session(&cookie(&reply)).await.ok();
    assert_eq!(session["member"]["name"], "Ann", "the account stays as it was");
    assert_eq!(session["sites"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_first_member_is_an_operator_who_owns_every_site() {
    let server = Server::start().await;
    let site = server.site().await;
    let secret = server.invite(Purpose::Operator, None).await;
    let reply = accept(&server, &secret, "Ann", "ann@team.example", PASSWORD).await;
    let session = server.get("/v1/session").session(&cookie(&reply)).await.ok();
    assert_eq!(session["member"]["operator"], true);
    assert_eq!(session["sites"][0]["role"], "owner");
    assert_eq!(server.delete(&format!("/v1/sites/{}", site.id)).session(&cookie(&reply)).await.status, 204);
}

#[tokio::test]
async fn a_link_for_a_password_lets_its_member_in_and_everybody_else_out() {
    let server = Server::start().await;
    let site = server.site().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let secret = server.invite(to(&site, Role::Viewer), None).await;
    let bob = cookie(&accept(&server, &secret, "Bob", "bob@team.example", PASSWORD).await);
    let id = server.get("/v1/session").session(&bob).await.ok()["member"]["id"].clone();
    let path = format!("/v1/members/{}/password", id.as_str().expect("an id"));
    let made = server.post(&path).session(&owner).await.ok();
    let link = made["link"].as_str().expect("a link").replace("http://bearing.example", "");
    let page = server.get(&link).await.text();
    assert!(page.contains("Set a new password") && page.contains("bob@team.example"), "{page}");
    let reply = server.post(&link).form(&[("password", "another long password")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(server.get("/v1/session").session(&bob).await.status, 401, "the old sessions are over");
    assert_eq!(server.get("/v1/session").session(&cookie(&reply)).await.ok()["member"]["name"], "Bob");
    let sign_in =
        |password: &str| server.post("/app/sign-in").form(&[("email", "bob@team.example"), ("password", password)]);
    assert_eq!(sign_in(PASSWORD).await.status, 422);
    assert_eq!(sign_in("another long password").await.status, 303);
    // Whoever may do more than the owner owns is out of the owner's reach.
    let elsewhere = server.site().await;
    let both = server.member(&[(&site, Role::Viewer), (&elsewhere, Role::Viewer)]).await;
    let id = server.get("/v1/session").session(&both).await.ok()["member"]["id"].clone();
    let path = format!("/v1/members/{}/password", id.as_str().expect("an id"));
    assert_eq!(server.post(&path).session(&owner).await.status, 403);
    let operator = server.operator().await;
    assert_eq!(server.post(&format!("{path}?site={}", site.id)).session(&operator).await.status, 201);
}
