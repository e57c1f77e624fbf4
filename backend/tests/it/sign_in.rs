//! Signing in and out: forms, cookies, limits, and what another site's page can make a browser do.

use bearing_shared::fault::Code;
use bearing_storage::{InvitationPurpose, Role};
use serde_json::{Value, json};

use crate::access::{Things, asked_with, routes};
use crate::faulty::{Mode, Switch};
use crate::harness::{Ask, DAY, MINUTE, Reply, Server};

const PASSWORD: &str = "lamp chair pencil";

/// The first member, made by the one-time link.
async fn with_ann(server: &Server) {
    let secret = server.invite(InvitationPurpose::Operator, None).await;
    let reply = join(server, &secret, "Ann", "ann@shop.example", PASSWORD).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/app"), "{}", reply.text());
}

fn join(server: &Server, secret: &str, name: &str, email: &str, password: &str) -> Ask {
    let fields = [("name", name), ("email", email), ("password", password)];
    server.post(&format!("/app/join/{secret}")).form(&fields)
}

fn sign_in(server: &Server, email: &str, password: &str) -> Ask {
    server.post("/app/sign-in").form(&[("email", email), ("password", password), ("next", "/app/surveys?x=1")])
}

/// What a reply's session cookie of this name holds.
fn cookie(reply: &Reply, name: &str) -> Option<String> {
    let cookies = reply.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("is text"));
    let found = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('=')).find(|(key, _)| *key == name);
    found.map(|(_, value)| value.to_owned())
}

/// The cookie header of a browser that got this reply.
fn kept(reply: &Reply) -> String {
    format!("__Host-bearing={}", cookie(reply, "__Host-bearing").expect("a session has begun"))
}

async fn who(server: &Server, cookie: &str) -> Value {
    server.get("/v1/session").session(cookie).await.ok()
}

#[tokio::test]
async fn a_member_signs_in_and_goes_on_where_they_wanted_to_go() {
    let server = Server::start().await;
    with_ann(&server).await;
    let form = server.get("/app/surveys?x=1").await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains("name=\"next\" value=\"/app/surveys?x=1\""), "{}", form.text());
    assert!(!form.text().contains("one-time link"), "somebody is a member");
    let reply = sign_in(&server, " Ann@Shop.example ", PASSWORD).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/app/surveys?x=1"));
    let session = who(&server, &kept(&reply)).await;
    assert_eq!(session["member"]["email"], "ann@shop.example");
    assert_eq!(session["member"]["operator"], true);
    let page = server.get("/app/surveys").session(&kept(&reply)).await;
    assert!(page.status == 200 && !page.text().contains("/app/sign-in"), "{}", page.text());
}

#[tokio::test]
async fn the_cookie_is_this_hosts_and_out_of_reach_of_scripts() {
    for (public_url, names) in [
        (Some("https://bearing.example"), &["__Host-bearing"][..]),
        (None, &["__Host-bearing", "bearing"][..]),
        (Some("http://bearing.example"), &["__Host-bearing", "bearing"][..]),
    ] {
        let server = Server::start_with(public_url, |store| store).await;
        with_ann(&server).await;
        let reply = sign_in(&server, "ann@shop.example", PASSWORD).await;
        let set: Vec<&str> =
            reply.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("is text")).collect();
        let secret = cookie(&reply, "__Host-bearing").expect("it is set");
        let rest = "Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax";
        let mut expected = vec![format!("__Host-bearing={secret}; Secure; {rest}")];
        if names.len() == 2 {
            expected.push(format!("bearing={secret}; {rest}"));
        }
        assert_eq!(set, expected);
        for name in ["__Host-bearing", "bearing"] {
            let reply = server.get("/v1/session").session(&format!("a=b; {name}={secret}")).await;
            assert_eq!(reply.status, if names.contains(&name) { 200 } else { 401 }, "{public_url:?} {name}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_read_the_same() {
    let server = Server::start().await;
    with_ann(&server).await;
    let mut pages = Vec::new();
    for (email, password) in [("ann@shop.example", "lamp chair"), ("bob@shop.example", PASSWORD)] {
        let reply = sign_in(&server, email, password).await;
        assert_eq!((reply.status, cookie(&reply, "__Host-bearing")), (422, None));
        assert!(reply.text().contains("role=\"alert\"") && !reply.text().contains(password), "{}", reply.text());
        pages.push(reply.text().replace(email, ""));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_come_again() {
    let server = Server::start().await;
    with_ann(&server).await;
    for _ in 0..10 {
        assert_eq!(sign_in(&server, "ann@shop.example", "wrong").await.status, 422);
    }
    let reply = sign_in(&server, "ann@shop.example", PASSWORD).await;
    assert_eq!((reply.status, cookie(&reply, "__Host-bearing")), (429, None));
    assert_eq!(reply.header("retry-after"), "61");
    server.pass(MINUTE);
    assert_eq!(sign_in(&server, "ann@shop.example", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn signing_in_begins_another_session_and_ends_the_one_that_was_there() {
    let server = Server::start().await;
    with_ann(&server).await;
    let first = kept(&sign_in(&server, "ann@shop.example", PASSWORD).await);
    let again = sign_in(&server, "ann@shop.example", PASSWORD).header("cookie", &first).await;
    assert_ne!(kept(&again), first);
    server.get("/v1/session").session(&first).await.refused(Code::UNAUTHORIZED);
    who(&server, &kept(&again)).await;
    // A session that somebody else has put into the browser stays nobody's.
    let planted = sign_in(&server, "ann@shop.example", PASSWORD).header("cookie", "__Host-bearing=planted").await;
    assert_ne!(kept(&planted), "__Host-bearing=planted");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_the_cookie() {
    let server = Server::start().await;
    with_ann(&server).await;
    let session = kept(&sign_in(&server, "ann@shop.example", PASSWORD).await);
    for elsewhere in ["cross-site", "same-site", "none"] {
        let reply = server.post("/app/sign-out").header("cookie", &session).header("sec-fetch-site", elsewhere).await;
        assert_eq!(reply.status, 403, "{elsewhere}");
    }
    assert_eq!(server.get("/app/sign-out").await.status, 405);
    let reply = server.post("/app/sign-out").session(&session).await;
    assert_eq!((reply.status, cookie(&reply, "__Host-bearing").as_deref()), (303, Some("")));
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    server.get("/v1/session").session(&session).await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_without_use_and_after_ninety_days_with_it() {
    let server = Server::start().await;
    let session = server.operator().await;
    for _ in 0..8 {
        server.pass(11 * DAY);
        who(&server, &session).await;
    }
    server.pass(3 * DAY);
    server.get("/v1/session").session(&session).await.refused(Code::UNAUTHORIZED);
    let idle = server.operator().await;
    server.pass(14 * DAY);
    server.get("/v1/session").session(&idle).await.refused(Code::UNAUTHORIZED);
}

#[tokio::test]
async fn what_another_sites_page_sends_in_a_members_name_is_refused() {
    let server = Server::start_with(Some("https://bearing.example"), |store| store).await;
    let (site, _) = server.site_with_survey().await;
    let cookie = server.member(&[(&site, Role::Owner)]).await;
    let body = json!({ "metric": "nps" });
    let create = || server.post("/v1/surveys").header("cookie", &cookie).json(&body);
    for (headers, allowed) in [
        (&[("sec-fetch-site", "same-origin")][..], true),
        (&[("sec-fetch-site", "same-origin"), ("origin", "https://bearing.example")][..], true),
        (&[("origin", "https://bearing.example")][..], true),
        (&[("sec-fetch-site", "cross-site")][..], false),
        (&[("sec-fetch-site", "same-site")][..], false),
        (&[("sec-fetch-site", "none")][..], false),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://bearing.example")][..], false),
        (&[("origin", "https://shop.example")][..], false),
        (&[("origin", "https://bearing.example.evil.example")][..], false),
        (&[("origin", "null")][..], false),
        (&[][..], false),
    ] {
        let mut ask = create();
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let reply = ask.await;
        if allowed {
            assert_eq!(reply.status, 201, "{headers:?}: {}", reply.text());
        } else {
            reply.refused(Code::CROSS_SITE);
        }
    }
    let read = |site: &str| server.get("/v1/surveys").header("cookie", &cookie).header("sec-fetch-site", site);
    read("cross-site").await.refused(Code::CROSS_SITE);
    for own in ["same-origin", "none"] {
        assert_eq!(read(own).await.status, 200, "{own}");
    }
    // A key is no cookie: no page can make a browser send it.
    let keyed = server.post("/v1/surveys").key(&site.admin).header("sec-fetch-site", "cross-site").json(&body);
    assert_eq!(keyed.await.status, 201);
    // The form that begins a session asks no more than that no other site's page sent it.
    with_ann(&server).await;
    let form = sign_in(&server, "ann@shop.example", PASSWORD).header("sec-fetch-site", "cross-site").await;
    assert_eq!((form.status, form.headers.get("set-cookie")), (403, None));
}

#[tokio::test]
async fn the_server_without_a_public_address_knows_its_own_pages_by_the_host() {
    let server = Server::start().await;
    let site = server.site().await;
    let cookie = server.member(&[(&site, Role::Owner)]).await;
    for (origin, status) in
        [("http://bearing.example", 201), ("https://bearing.example", 201), ("http://evil.example", 403)]
    {
        let ask = server.post("/v1/surveys").header("cookie", &cookie).origin(origin);
        assert_eq!(ask.json(&json!({ "metric": "nps" })).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn the_pages_run_nothing_and_load_nothing_from_elsewhere() {
    let server = Server::start().await;
    let secret = server.invite(InvitationPurpose::Operator, None).await;
    for path in ["/app", "/app/sign-in", "/app/surveys/sv_1", &format!("/app/join/{secret}"), "/app/join/none"] {
        let reply = server.get(path).await;
        let policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                      base-uri 'none'; require-trusted-types-for 'script'";
        assert_eq!(reply.header("content-security-policy"), policy, "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert!(!reply.text().contains("<script") && !reply.text().contains(" style="), "{path}");
    }
    assert_eq!(server.get("/app/style.css").await.status, 200);
    assert!(server.get("/app").await.text().contains("one-time link"), "nobody is a member yet");
}

#[tokio::test]
async fn the_pages_speak_six_languages_and_arabic_from_right_to_left() {
    let server = Server::start().await;
    for (asked, sent, locale, dir) in [
        ("", "de-AT, en;q=0.5", "de", "ltr"),
        ("?lang=ar", "de", "ar", "rtl"),
        ("?lang=nl", "", "nl", "ltr"),
        ("", "fr-CA", "fr", "ltr"),
        ("", "es", "es", "ltr"),
        ("?lang=xx", "ja", "en", "ltr"),
    ] {
        let page = server.get(&format!("/app{asked}")).header("accept-language", sent).await.text();
        assert!(page.contains(&format!("<html lang=\"{locale}\" dir=\"{dir}\">")), "{asked} {sent}: {page}");
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_answered_with_a_page() {
    let server = Server::start().await;
    let reply = server.post("/app/sign-in").json(&json!({})).await;
    assert_eq!(reply.status, 415);
    assert!(reply.text().contains("unsupported_media_type"), "{}", reply.text());
    let reply = server.post("/app/sign-in").form(&[("email", &"x".repeat(20_000))]).await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn a_store_that_cannot_be_written_to_lets_nobody_in_and_keeps_who_is_in() {
    let switch = Switch::new();
    let server = Server::start_with(None, |store| switch.around(store)).await;
    with_ann(&server).await;
    let session = kept(&sign_in(&server, "ann@shop.example", PASSWORD).await);
    switch.set(Mode::DiskFull);
    let reply = sign_in(&server, "ann@shop.example", PASSWORD).await;
    assert_eq!((reply.status, cookie(&reply, "__Host-bearing")), (503, None));
    assert!(!reply.header("retry-after").is_empty() && reply.text().contains("ann@shop.example"), "{}", reply.text());
    // Its use cannot be noted, and it goes on.
    server.pass(10 * MINUTE);
    who(&server, &session).await;
}

#[tokio::test]
async fn no_other_site_frames_opens_or_loads_what_members_see() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let operator = server.operator().await;
    for (path, cookie) in [("/app", Some(&operator)), ("/app/shared", None), ("/app/sign-in", None)] {
        let ask = server.get(path);
        let reply = match cookie {
            Some(cookie) => ask.session(cookie).await,
            None => ask.await,
        };
        let policy = reply.header("content-security-policy");
        for part in ["default-src '", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(part), "{path}: {part} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert!(matches!(reply.header("referrer-policy"), "same-origin" | "no-referrer"), "{path}");
    }
    for path in ["/v1/session", "/v1/surveys", "/openapi.json", "/docs/", "/app/style.css", "/nothing"] {
        let reply = server.get(path).session(&operator).await;
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
    // What belongs to the pages of strangers is theirs to load and to frame.
    for path in [format!("/s/{survey}"), site.config(), "/bearing.js".into()] {
        assert_eq!(server.get(&path).await.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
}

#[tokio::test]
async fn what_members_and_keys_are_told_is_kept_nowhere() {
    let server = Server::start().await;
    let things = Things::of(&server).await;
    for (method, path, ..) in routes().into_iter().filter(|(method, path, ..)| {
        *method == axum::http::Method::GET && *path != "/v1/stream" && *path != "/v1/surveys/{id}/preview"
    }) {
        let query = asked_with(path).unwrap_or_default();
        let reply = server.ask(method, &format!("{}?{query}", things.path(path))).session(&things.owner).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{path}");
    }
    for path in ["/v1/session", "/v1/sessions", "/v1/sites"] {
        let reply = server.get(path).session(&things.owner).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{path}");
    }
    let made = server.post("/v1/keys").session(&things.owner).json(&json!({ "name": "A", "scope": "read" })).await;
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "a key is shown once");
    let shared = server.get("/v1/shared").key(&things.link).await;
    assert_eq!((shared.status, shared.header("cache-control")), (200, "no-store"));
    // What is everybody's says itself how long it may be kept.
    assert_eq!(server.get("/app/style.css").await.header("cache-control"), "public, max-age=300");
}

#[tokio::test]
async fn a_server_that_is_reached_by_tls_is_reached_by_nothing_else_from_then_on() {
    for (public_url, expected) in [
        (Some("https://bearing.example"), Some("max-age=31536000")),
        (Some("http://bearing.example"), None),
        (None, None),
    ] {
        let server = Server::start_with(public_url, |store| store).await;
        for path in ["/app/sign-in", "/v1/session", "/bearing.js", "/healthz"] {
            let reply = server.get(path).await;
            let said = reply.headers.get("strict-transport-security").map(|value| value.to_str().expect("is text"));
            assert_eq!(said, expected, "{public_url:?} {path}");
        }
    }
}

#[tokio::test]
async fn another_password_ends_every_other_session_at_once() {
    let server = Server::start().await;
    with_ann(&server).await;
    let first = kept(&sign_in(&server, "ann@shop.example", PASSWORD).await);
    let second = kept(&sign_in(&server, "ann@shop.example", PASSWORD).await);
    let change = serde_json::json!({ "password": { "current": PASSWORD, "new": "kettle moss window" } });
    server.patch("/v1/session").session(&second).json(&change).await.ok();
    server.get("/v1/session").session(&first).await.refused(Code::UNAUTHORIZED);
    who(&server, &second).await;
    assert_eq!(sign_in(&server, "ann@shop.example", PASSWORD).await.status, 422);
    assert_eq!(sign_in(&server, "ann@shop.example", "kettle moss window").await.status, 303);
}

#[tokio::test]
async fn two_who_try_one_account_by_turns_wait_alike_and_a_stranger_learns_nothing_by_it() {
    let server = Server::start().await;
    with_ann(&server).await;
    for email in ["ann@shop.example", "nobody@shop.example"] {
        let mut told = Vec::new();
        for _ in 0..12 {
            let reply = sign_in(&server, email, "wrong words here").await;
            told.push((reply.status, reply.headers.get("retry-after").cloned()));
        }
        assert!(told[..10].iter().all(|(status, _)| *status == 422), "{email}: {told:?}");
        assert!(told[10..].iter().all(|(status, wait)| *status == 429 && wait.is_some()), "{email}: {told:?}");
    }
}
