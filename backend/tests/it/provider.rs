//! Signing in by a provider: who comes in, who does not, and what cannot be passed off as the provider's word.
//!
//! Two threads: a connection to PostgreSQL that is being opened when a case ends has to get on while its database is dropped,
//! which otherwise waits a minute for it.

use bearing_shared::id::SiteId;
use bearing_storage::{InvitationPurpose, Role};
use serde_json::{Value, json};

use crate::harness::{MINUTE, Server};
use crate::issuer::{Asked, Pair, Signed, ann, session};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_invited_comes_in_and_is_found_again_whatever_the_address_is_then() {
    let pair = Pair::start().await;
    let (site, other) = (pair.server.site().await, pair.server.site().await);
    pair.invite(&site, Role::Editor, "ann@shop.example").await;
    pair.invite(&other, Role::Viewer, "ann@shop.example").await;
    let reply = pair.come(&ann()).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/app/surveys"));
    let first = pair.who(&reply).await;
    assert_eq!(
        (&first["member"]["email"], &first["member"]["name"]),
        (&json!("ann@shop.example"), &json!("Ann Archer"))
    );
    let mut roles: Vec<_> = first["sites"].as_array().expect("sites").iter().map(|site| site["role"].clone()).collect();
    roles.sort_by_key(Value::to_string);
    assert_eq!(roles, ["editor", "viewer"], "every invitation for the address is used");
    let entries = pair.audit(&site).await;
    assert_eq!((entries[0].action.as_str(), entries[0].detail["provider"].as_str()), ("member.joined", "Shop <login>"));
    assert_eq!((entries[0].detail["role"].as_str(), entries[0].actor.name.as_str()), ("editor", "Ann Archer"));
    let sessions = pair.server.get("/v1/sessions").session(&session(&reply).expect("is in")).await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
    // Married, moved, and not even verified any more: the same person.
    let moved = json!({ "sub": "a-1", "email": "archer@else.example", "email_verified": false });
    let again = pair.who(&pair.come(&moved).await).await;
    assert_eq!(again["member"], first["member"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_known_by_the_address_the_first_time() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    let secret = pair.invite(&site, Role::Owner, "ann@shop.example").await;
    let fields = [("name", "Ann"), ("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    let joined = pair.server.post(&format!("/app/join/{secret}")).form(&fields).await;
    let before = pair.who(&joined).await;
    let reply = pair.come(&ann()).await;
    assert_eq!(pair.who(&reply).await["member"], before["member"]);
    let entries = pair.audit(&site).await;
    assert_eq!((entries[0].action.as_str(), entries[0].detail["provider"].as_str()), ("member.linked", "Shop <login>"));
    // The password goes on working, for when the provider does not.
    let form = [("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    assert_eq!(pair.server.post("/app/sign-in").form(&form).await.status, 303);
    // Somebody else who has come to have the address is not the member.
    let heir = json!({ "sub": "b-2", "email": "ann@shop.example", "email_verified": true });
    pair.kept_out(&pair.come(&heir).await, 403, "belongs to somebody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_took_an_address_has_nothing_of_it_once_its_owner_comes() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    let purpose = InvitationPurpose::Join { site: SiteId::from(site.id.as_str()), role: Role::Viewer };
    let secret = pair.server.invite(purpose, None).await;
    let fields = [("name", "Eve"), ("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    let eve = pair.server.post(&format!("/app/join/{secret}")).form(&fields).await;
    let eves = session(&eve).expect("she is in");
    pair.who(&pair.come(&ann()).await).await;
    assert_eq!(pair.server.get("/v1/session").session(&eves).await.status, 401);
    let form = [("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    assert_eq!(pair.server.post("/app/sign-in").form(&form).await.status, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_made_a_member_who_was_not_invited() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "bob@shop.example").await;
    let purpose = InvitationPurpose::Join { site: SiteId::from(site.id.as_str()), role: Role::Viewer };
    pair.server.invite(purpose, None).await;
    pair.kept_out(&pair.come(&ann()).await, 403, "Shop &lt;login&gt; knows you as ann@shop.example, and nobody here");
    assert!(!pair.server.app.store.has_members().await.expect("the store answers"));
    pair.server.pass(8 * 24 * 60 * MINUTE);
    let late = json!({ "sub": "b", "email": "bob@shop.example", "email_verified": true, "exp": 2_000_000_000 });
    pair.kept_out(&pair.come(&late).await, 403, "Ask an owner to invite it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_counts_only_where_the_provider_has_verified_it() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    for said in [
        json!({ "sub": "a", "email": "ann@shop.example", "email_verified": false }),
        json!({ "sub": "a", "email": "ann@shop.example" }),
        json!({ "sub": "a", "email": "ann@shop.example", "email_verified": "false" }),
        json!({ "sub": "a", "email": "no address", "email_verified": true }),
    ] {
        pair.kept_out(&pair.come(&said).await, 403, "has not verified your e-mail address");
    }
    let said = json!({ "sub": "a", "email": "ann@shop.example", "email_verified": "true" });
    pair.who(&pair.come(&said).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_token_does_not_say_is_asked_for() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    pair.issuer.plan().told = json!({ "sub": "b-9", "email": "ann@shop.example", "email_verified": true });
    pair.kept_out(&pair.come(&json!({ "sub": "a-1" })).await, 403, "cannot be trusted");
    pair.issuer.plan().told = ann();
    assert_eq!(pair.who(&pair.come(&json!({ "sub": "a-1" })).await).await["member"]["email"], "ann@shop.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_ends_in_the_browser_it_began_in_and_once() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    let (mine, theirs) = (pair.begin().await, pair.begin().await);
    let code = pair.issuer.grant(&theirs.asked, &ann());
    let stale = "did not begin in this browser";
    pair.kept_out(&pair.back(&theirs, &code).await, 400, stale);
    pair.kept_out(&pair.back(&theirs, &code).header("cookie", &mine.cookie).await, 400, stale);
    // Another's code in one's own sign-in: the provider has it for another verifier.
    pair.kept_out(&pair.back(&mine, &code).header("cookie", &mine.cookie).await, 400, stale);
    // That used it up; the next goes well, once.
    let begun = pair.begin().await;
    let code = pair.issuer.grant(&begun.asked, &ann());
    let reply = pair.back(&begun, &code).header("cookie", &begun.cookie).await;
    pair.who(&reply).await;
    pair.kept_out(&pair.back(&begun, &code).header("cookie", &begun.cookie).await, 400, stale);
    let code = pair.issuer.grant(&begun.asked, &ann());
    pair.kept_out(&pair.back(&begun, &code).header("cookie", &begun.cookie).await, 400, stale);
    // Ten minutes are enough.
    let begun = pair.begin().await;
    let code = pair.issuer.grant(&begun.asked, &ann());
    pair.server.pass(10 * MINUTE);
    pair.kept_out(&pair.back(&begun, &code).header("cookie", &begun.cookie).await, 400, stale);
    let garbled = pair.back(&begun, &code).header("cookie", "__Host-bearing-pending=bm9uc2Vuc2U").await;
    pair.kept_out(&garbled, 400, stale);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_passes_for_the_providers_word_but_its_word_for_this_sign_in() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    let refused = async |what: &str| {
        let reply = pair.come(&ann()).await;
        assert_eq!(reply.status, 403, "{what}: {}", reply.text());
        pair.kept_out(&reply, 403, "cannot be trusted");
    };
    for lies in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": ["bearing", "another"] }),
        json!({ "iss": "https://evil.example" }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(300) }),
    ] {
        pair.issuer.plan().lies = lies.clone();
        refused(&lies.to_string()).await;
    }
    pair.issuer.plan().lies = Value::Null;
    for signed in [Signed::ByAnother, Signed::WithTheSecret, Signed::Not] {
        pair.issuer.plan().signed = signed;
        refused(&format!("{signed:?}")).await;
    }
    pair.issuer.plan().signed = Signed::Well;
    let begun = pair.begin().await;
    let code = pair.issuer.grant(&begun.asked, &ann());
    let state = begun.asked.get("state");
    let mixed = format!("/app/sign-in/callback?code={code}&state={state}&iss=https%3A%2F%2Fevil.example");
    pair.kept_out(&pair.server.get(&mixed).header("cookie", &begun.cookie).await, 403, "cannot be trusted");
    pair.who(&pair.come(&ann()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_says_no_is_passed_on() {
    let pair = Pair::start().await;
    let begun = pair.begin().await;
    let path = format!("/app/sign-in/callback?error=access_denied&state={}", begun.asked.get("state"));
    pair.kept_out(&pair.server.get(&path).header("cookie", &begun.cookie).await, 403, "did not sign you in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_keys_are_asked_for_when_they_are_needed_and_not_without_end() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    pair.who(&pair.come(&ann()).await).await;
    assert_eq!(pair.issuer.plan().asked, 1, "the way there and the way back share it");
    pair.issuer.rotate();
    for _ in 0..3 {
        pair.kept_out(&pair.come(&ann()).await, 403, "cannot be trusted");
    }
    assert_eq!(pair.issuer.plan().asked, 1, "it was asked a moment ago");
    pair.server.pass(MINUTE);
    pair.who(&pair.come(&ann()).await).await;
    assert_eq!(pair.issuer.plan().asked, 2);
    pair.server.pass(61 * MINUTE);
    pair.begin().await;
    assert_eq!(pair.issuer.plan().asked, 3, "an hour is long enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_is_said_to_be_and_passwords_go_on() {
    let pair = Pair::start().await;
    let secret = pair.server.invite(InvitationPurpose::Operator, None).await;
    let fields = [("name", "Ann"), ("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    pair.server.post(&format!("/app/join/{secret}")).form(&fields).await;
    pair.issuer.plan().down = true;
    for _ in 0..3 {
        let reply = pair.server.get("/app/sign-in/provider?lang=nl").await;
        pair.kept_out(&reply, 503, "Shop &lt;login&gt; is nu niet bereikbaar");
    }
    assert_eq!(pair.issuer.plan().asked, 1, "it is left alone for a moment");
    let form = [("email", "ann@shop.example"), ("password", "lamp chair pencil")];
    assert_eq!(pair.server.post("/app/sign-in").form(&form).await.status, 303);
    pair.issuer.plan().down = false;
    pair.server.pass(5_000);
    pair.who(&pair.come(&ann()).await).await;
    // What is known of it is good enough while it does not answer.
    pair.issuer.plan().down = true;
    pair.server.pass(61 * MINUTE);
    pair.begin().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_goes_anywhere_in_the_clear_whatever_the_provider_says() {
    for described in [
        json!({ "authorization_endpoint": "http://login.example/auth" }),
        json!({ "jwks_uri": "http://10.0.0.1/keys" }),
        json!({ "issuer": "https://evil.example" }),
        json!({ "token_endpoint": null, "authorization_endpoint": null }),
    ] {
        let pair = Pair::start().await;
        pair.issuer.plan().described = described.clone();
        let reply = pair.server.get("/app/sign-in/provider").await;
        assert_eq!(reply.status, 503, "{described}");
        pair.kept_out(&reply, 503, "cannot be reached now");
    }
    let pair = Pair::start().await;
    pair.issuer.plan().described = json!({ "token_endpoint": "http://login.example/token" });
    pair.kept_out(&pair.come(&ann()).await, 503, "cannot be reached now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_the_provider_does_not_know_is_for_the_operator() {
    let pair = Pair::start().await;
    // It then takes the secret in the body alone, where this one does not look.
    pair.issuer.plan().described = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] });
    pair.kept_out(&pair.come(&ann()).await, 503, "cannot be reached now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_visit_comes_back_and_only_from_here_one_leaves() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    let begun = pair.begin().await;
    let code = pair.issuer.grant(&begun.asked, &ann());
    for (name, value) in [
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-mode", "cors"),
    ] {
        let reply = pair.back(&begun, &code).header("cookie", &begun.cookie).header(name, value).await;
        assert_eq!((reply.status, session(&reply)), (403, None), "{name} {value}");
    }
    let visit = pair.back(&begun, &code).header("cookie", &begun.cookie).header("sec-fetch-site", "cross-site");
    let reply = visit.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document").await;
    pair.who(&reply).await;
    let lured = pair.server.get("/app/sign-in/provider").header("sec-fetch-site", "cross-site").await;
    pair.kept_out(&lured, 403, "came from another website");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_signed_in_before_is_not_any_more() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    let before = pair.server.member(&[(&site, Role::Owner)]).await;
    let begun = pair.begin().await;
    let code = pair.issuer.grant(&begun.asked, &ann());
    let cookies = format!("{}; {before}", begun.cookie);
    let reply = pair.back(&begun, &code).header("cookie", &cookies).await;
    assert_eq!(pair.who(&reply).await["member"]["email"], "ann@shop.example");
    assert_eq!(pair.server.get("/v1/session").session(&before).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_has_as_many_tries_as_with_passwords() {
    let pair = Pair::start().await;
    for _ in 0..30 {
        pair.begin().await;
    }
    let reply = pair.server.get("/app/sign-in/provider").await;
    pair.kept_out(&reply, 429, "too many tries");
    assert!(!reply.header("retry-after").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_of_a_sign_in_is_this_hosts_and_ends_soon() {
    let pair = Pair::start().await;
    let reply = pair.server.get("/app/sign-in/provider?next=https%3A%2F%2Fevil.example").await;
    let set: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text")).collect();
    let [set] = set[..] else { panic!("one cookie: {set:?}") };
    assert!(set.starts_with("__Host-bearing-pending="), "{set}");
    assert!(set.ends_with("; Secure; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{set}");
    assert_eq!(reply.header("cache-control"), "no-store");
    let asked = Asked::read(reply.header("location"));
    assert_eq!(asked.get("redirect_uri"), "https://bearing.example/app/sign-in/callback");
    assert!(!set.contains(asked.get("code_challenge")) && !reply.header("location").contains("evil"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_button_is_there_with_a_provider_alone() {
    let pair = Pair::start().await;
    let site = pair.server.site().await;
    for (lang, label) in
        [("en", "Sign in with Shop &lt;login&gt;"), ("de", "Anmelden mit Shop"), ("ar", "تسجيل الدخول عبر")]
    {
        let page = pair.server.get(&format!("/app/surveys?lang={lang}")).await.text();
        let link = format!("href=\"/app/sign-in/provider?next=%2Fapp%2Fsurveys%3Flang%3D{lang}&amp;lang={lang}\"");
        assert!(page.contains(label) && page.contains(&link), "{page}");
    }
    let secret = pair.invite(&site, Role::Viewer, "ann@shop.example").await;
    assert!(pair.server.get(&format!("/app/join/{secret}")).await.text().contains("/app/sign-in/provider"));
    let purpose = InvitationPurpose::Join { site: SiteId::from(site.id.as_str()), role: Role::Viewer };
    let anybodys = pair.server.invite(purpose, None).await;
    assert!(!pair.server.get(&format!("/app/join/{anybodys}")).await.text().contains("/app/sign-in/provider"));

    let without = Server::start().await;
    assert!(!without.get("/app").await.text().contains("/app/sign-in/provider"));
    for path in ["/app/sign-in/provider", "/app/sign-in/callback?code=x&state=y"] {
        let reply = without.get(path).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/app"), "{path}");
    }
}
