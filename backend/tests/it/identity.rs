//! Whose answer is it? Verified, unverified or anonymous; never lost, and linked only as the site demands.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::{Server, Site, answer, with};

/// The signature as a site computes it.
fn signature(secret: &str, customer: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(customer.as_bytes());
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// The identity and customer with which a response of this respondent is kept.
async fn kept(server: &Server, site: &Site, survey: &str, respondent: Value) -> (String, Value) {
    let id = server.answered(site, &with(answer(survey, 9), json!({ "respondent": respondent }))).await;
    let read = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert!(read["respondent"].get("signature").is_none(), "a signature is not shown again");
    (read["identity"].as_str().expect("an identity").to_owned(), read["respondent"]["customer"].clone())
}

#[tokio::test]
async fn a_signature_makes_a_customer_verified() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let right = signature(&site.identity_secret, "cust-42");
    for (respondent, identity, customer) in [
        (json!({ "customer": "cust-42", "signature": right }), "verified", json!("cust-42")),
        (json!({ "customer": "cust-43", "signature": right }), "unverified", json!("cust-43")),
        // White space around an id is not stored; the site's own record may have it, and signs it.
        (json!({ "customer": " cust-42\n", "signature": right }), "verified", json!("cust-42")),
        (
            json!({ "customer": " cust-42\n", "signature": signature(&site.identity_secret, " cust-42\n") }),
            "verified",
            json!("cust-42"),
        ),
        (
            json!({ "customer": "cust\u{7}-42", "signature": signature(&site.identity_secret, "cust\u{7}-42") }),
            "unverified",
            json!("cust-42"),
        ),
        (json!({ "customer": "cust-42", "signature": right.to_uppercase() }), "unverified", json!("cust-42")),
        (json!({ "customer": "cust-42", "signature": "" }), "unverified", json!("cust-42")),
        (json!({ "customer": "cust-42", "signature": "not hex" }), "unverified", json!("cust-42")),
        (json!({ "customer": "cust-42" }), "unverified", json!("cust-42")),
        (json!({ "signature": right }), "anonymous", Value::Null),
        (json!({ "customer": "" }), "anonymous", Value::Null),
        (json!({ "visitor": "v_1" }), "anonymous", Value::Null),
        (json!({}), "anonymous", Value::Null),
        (
            json!({ "customer": "klant é𠜎", "signature": signature(&site.identity_secret, "klant é𠜎") }),
            "verified",
            json!("klant é𠜎"),
        ),
    ] {
        assert_eq!(
            kept(&server, &site, &survey, respondent.clone()).await,
            (identity.into(), customer),
            "{respondent}"
        );
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 14, "no answer is lost");
}

#[tokio::test]
async fn where_signing_is_demanded_an_unverified_customer_is_not_linked() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let demand = json!({ "require_signature": true });
    server.patch(&format!("/v1/sites/{}", site.id)).key(&site.admin).json(&demand).await.ok();
    let right = signature(&site.identity_secret, "cust-42");
    let verified = kept(&server, &site, &survey, json!({ "customer": "cust-42", "signature": right })).await;
    assert_eq!(verified, ("verified".into(), json!("cust-42")));
    for respondent in [json!({ "customer": "cust-42" }), json!({ "customer": "cust-42", "signature": "00" })] {
        assert_eq!(kept(&server, &site, &survey, respondent).await, ("unverified".into(), Value::Null));
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 3, "no answer is lost");
}

#[tokio::test]
async fn a_rotated_secret_verifies_and_the_one_before_does_for_a_day_or_until_it_is_ended() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let path = format!("/v1/sites/{}", site.id);
    let change = async |body: Value| server.patch(&path).key(&site.admin).json(&body).await.ok();
    let verified = async |secret: &str| {
        let respondent = json!({ "customer": "cust-42", "signature": signature(secret, "cust-42") });
        kept(&server, &site, &survey, respondent).await.0 == "verified"
    };
    let first = &site.identity_secret;
    let reply = change(json!({ "rotate_identity_secret": true })).await;
    let second = reply["identity_secret"].as_str().expect("shown once").to_owned();
    assert_ne!(second, *first);
    assert!(reply["previous_secret_until"].is_string(), "{reply}");
    assert!(verified(&second).await && verified(first).await, "both hold");
    assert!(!verified("another").await);
    server.pass(24 * 3_600_000);
    assert!(verified(&second).await && !verified(first).await, "a day later the new one alone");
    assert_eq!(server.get(&path).key(&site.admin).await.ok().get("previous_secret_until"), None);

    let third = change(json!({ "rotate_identity_secret": true })).await["identity_secret"].clone();
    let third = third.as_str().expect("shown once").to_owned();
    assert!(verified(&second).await && verified(&third).await && !verified(first).await, "two live, never three");
    let reply = change(json!({ "end_previous_secret": true })).await;
    assert!(reply.get("previous_secret_until").is_none() && reply.get("identity_secret").is_none(), "{reply}");
    assert!(!verified(&second).await && verified(&third).await, "it is ended at once");
    // Whoever has to, ends it as it is made.
    let fourth = change(json!({ "rotate_identity_secret": true, "end_previous_secret": true })).await;
    assert!(fourth.get("previous_secret_until").is_none());
    assert!(!verified(&third).await && verified(fourth["identity_secret"].as_str().expect("shown once")).await);
}
