//! The survey as a page of its own: a plain form that records only when it is posted, once, and loses nothing that was typed.

use axum::http::Method;
use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use bearing_shared::look::{Ending, Link, Scheme, Style};
use bearing_shared::metric::Group;
use bearing_shared::survey::Survey;
use bearing_shared::text::LocalText;
use serde_json::{Value, json};

use crate::harness::{DAY, Reply, Server, Site, answer, choices, new_id, nps, with};

/// What is written between `before` and the next `"` of a page.
fn attribute(page: &str, before: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The hidden fields of the form of a page, in order.
fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input ").skip(1).filter(|input| input.starts_with("type=\"hidden\""));
    inputs.map(|input| (attribute(input, "name=\""), attribute(input, "value=\""))).collect()
}

/// Fills in and posts the form of a page, as a browser does.
async fn fill(server: &Server, survey: &str, page: &str, answers: &[(&str, &str)]) -> Reply {
    let hidden = hidden(page);
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    server.post(&format!("/s/{survey}")).form(&[&hidden, answers].concat()).await
}

async fn stored(server: &Server, site: &Site) -> Vec<Value> {
    let list = server.get("/v1/responses").key(&site.read).await.ok();
    list["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn the_page_is_a_plain_form() {
    let server = Server::start().await;
    let (_, survey) = server.site_with_survey().await;
    let reply = server.get(&format!("/s/{survey}")).await;
    let page = reply.text();
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(
        (reply.header("cache-control"), reply.header("x-content-type-options")),
        ("private, no-cache", "nosniff")
    );
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!policy.contains("frame-ancestors") && reply.header("x-frame-options").is_empty(), "it may be framed");
    assert!(page.starts_with("<!doctype html><html lang=\"en\" dir=\"ltr\">"));
    assert_eq!(attribute(&page, "method=\""), "post");
    for score in 0..=10 {
        assert!(page.contains(&format!("name=\"q.score\" value=\"{score}\"")), "{score} in {page}");
    }
    assert!(page.contains("name=\"q.why\"") && page.contains("How likely are you to recommend us"));
    let hidden = hidden(&page);
    let field = |name: &str| hidden.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!((field("seq"), field("version"), field("lang")), (Some("0"), Some("1"), Some("en")));
    assert_eq!(field("id").map(str::len), Some(36));
    let again = server.get(&format!("/s/{survey}")).await.text();
    assert_ne!(
        attribute(&again, "name=\"id\" value=\""),
        attribute(&page, "name=\"id\" value=\""),
        "each page is one response"
    );
}

#[tokio::test]
async fn a_get_never_records_an_answer() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    for (method, query) in [
        (Method::GET, ""),
        (Method::GET, "?score=9"),
        (Method::HEAD, "?score=9"),
        (Method::GET, "?q.score=9&id=01932f6e-7a51-7bd2-9c4f-000000000000"),
        (Method::GET, "?thanks"),
    ] {
        let reply = server.ask(method, &format!("/s/{survey}{query}")).await;
        assert_eq!(reply.status, 200, "{query}");
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    assert!(stored(&server, &site).await.is_empty());
}

#[tokio::test]
async fn the_address_preselects_and_passes_on() {
    let server = Server::start().await;
    let (_, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}?score=9&lang=nl")).await.text();
    let chosen: Vec<&str> = page
        .split("<input ")
        .filter(|input| input.split('>').next().is_some_and(|tag| tag.contains("checked")))
        .collect();
    assert_eq!(chosen.len(), 1, "{chosen:?}");
    assert_eq!(attribute(chosen[0], "value=\""), "9");
    assert!(page.contains("lang=\"nl\"") && page.contains("aanbeveelt"));
    let asked = "touchpoint=delivery&customer=cust%2042&signature=ab&attr.plan=pro&attr.country=N%22L&unknown=x";
    let page = server.get(&format!("/s/{survey}?{asked}")).await.text();
    for field in [
        r#"name="touchpoint" value="delivery""#,
        r#"name="customer" value="cust 42""#,
        r#"name="signature" value="ab""#,
        r#"name="attr.plan" value="pro""#,
        r#"name="attr.country" value="N&quot;L""#,
    ] {
        assert!(page.contains(field), "{field} in {page}");
    }
    assert!(!page.contains("unknown"));
    for odd in
        ["?score=11", "?score=x", "?score=", "?score=%3Cscript%3E", "?lang=%3Cscript%3E", "?attr.%3Cb%3E=1", "?%ff=%ff"]
    {
        let reply = server.get(&format!("/s/{survey}{odd}")).await;
        assert_eq!(reply.status, 200, "{odd}");
        assert!(!reply.text().contains("<script>") && !reply.text().contains("<b>"), "{odd}");
    }
    let german = server.get(&format!("/s/{survey}")).header("accept-language", "de-AT,de;q=0.9,en;q=0.8").await.text();
    assert!(german.contains("<html lang=\"de\""));
    let arabic = server.get(&format!("/s/{survey}?lang=ar")).header("accept-language", "de").await.text();
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\""));
    // The second of a browser's languages goes before the survey's default.
    let french = server.get(&format!("/s/{survey}")).header("accept-language", "hr,fr;q=0.5").await.text();
    assert!(french.contains("<html lang=\"fr\"") && french.contains("Court questionnaire"));
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_the_readers_language() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.origins = vec!["https://shop.example".into()]).await;
    let survey = server.publish(&site, nps()).await;
    let path = format!("/s/{survey}");
    let fields = |score, why| [("id", new_id()), ("version", "1".into()), ("q.score", score), ("q.why", why)];
    let (score, nothing) = ("9".to_owned(), String::new);
    let post = |form: &[(&str, String)], lang: &str| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server.post(&path).form(&form).header("accept-language", lang)
    };
    for (lang, form, said) in [
        ("el", fields("99".into(), nothing()), "Παρακαλούμε επιλέξτε βαθμολογία."),
        ("ko", fields(score.clone(), "x".repeat(4_001)), "답변이 너무 깁니다."),
        (
            "cs",
            [("id", "none".into()), ("version", "1".into()), ("q.score", score.clone()), ("seq", nothing())],
            "nepodařilo uložit",
        ),
    ] {
        let reply = post(&form, lang).await;
        assert_eq!(reply.status, 422, "{lang}");
        assert!(reply.text().contains(said) && reply.text().contains(&format!("<html lang=\"{lang}\"")), "{lang}");
        assert!(!reply.text().contains("4000 characters"), "{lang}: {}", reply.text());
    }
    let odd = [("attr.<b>", "x".to_owned())].into_iter().chain(fields(score.clone(), nothing())).collect::<Vec<_>>();
    let reply = post(&odd, "hu").await;
    let said = (reply.status, reply.text().contains("A válaszát nem tudtuk elfogadni. (invalid_attribute)"));
    assert_eq!(said, (422, true), "{}", reply.text());
    let reply = post(&fields(score, nothing()), "he").origin("https://evil.example").await;
    assert_eq!(reply.status, 403);
    assert!(reply.text().contains("<html lang=\"he\" dir=\"rtl\""), "{}", reply.text());
    assert!(reply.text().contains("לא ניתן לקבל את התשובה שלך. (origin_not_allowed)"), "{}", reply.text());
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn a_post_stores_and_leads_to_the_thanks() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}?touchpoint=delivery&attr.plan=pro&customer=cust-42")).await.text();
    server.pass(30_000);
    let answers = [("q.score", "9"), ("q.why", "schnell 🚀 𠜎\r\nund <gut>")];
    let reply = fill(&server, &survey, &page, &answers).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let location = reply.header("location");
    assert!(
        location.starts_with(&format!("../s/{survey}?thanks")),
        "relative, so that a proxy prefix works: {location}"
    );
    let thanks = server.get(&location.replacen("../", "/", 1)).await;
    assert_eq!(thanks.status, 200);
    assert!(thanks.text().contains("Thank you for your answer!") && !thanks.text().contains("<form"));
    let responses = stored(&server, &site).await;
    let [kept] = responses.as_slice() else { panic!("one response: {responses:?}") };
    assert_eq!(
        kept["answers"],
        json!([{ "question": "score", "value": 9 }, { "question": "why", "text": "schnell 🚀 𠜎\nund <gut>" }])
    );
    assert_eq!(
        (&kept["source"], &kept["touchpoint"], &kept["attributes"], &kept["completed"], &kept["identity"]),
        (&json!("hosted"), &json!("delivery"), &json!({ "plan": "pro" }), &json!(true), &json!("unverified"))
    );
    assert_eq!(kept["respondent"]["customer"], "cust-42");
    assert_eq!(
        (&kept["shown_at"], &kept["answered_at"]),
        (&json!("2026-11-21T12:00:00.000Z"), &json!("2026-11-21T12:00:30.000Z"))
    );
    assert_eq!(kept["context"]["locale"], "en");
}

#[tokio::test]
async fn a_double_submit_and_a_reload_count_once() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}")).await.text();
    let first = fill(&server, &survey, &page, &[("q.score", "9")]).await;
    let second = fill(&server, &survey, &page, &[("q.score", "9")]).await;
    assert_eq!((first.status, second.status), (303, 303), "the sender sees thanks both times");
    for _ in 0..3 {
        server.get(&first.header("location").replacen("../", "/", 1)).await;
    }
    // Back and changed: what was counted stays.
    assert_eq!(fill(&server, &survey, &page, &[("q.score", "0")]).await.status, 303);
    let report = server.score(&site, "metric=nps").await;
    assert_eq!((&report["n"], &report["score"]), (&json!(1), &json!(100.0)));
}

#[tokio::test]
async fn the_form_goes_on_with_a_response_that_the_loader_began() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let begun = with(answer(&survey, 9), json!({ "completed": false }));
    let id = server.answered(&site, &begun).await;
    let form = [("id", &*id), ("seq", "1"), ("version", "1"), ("q.score", "9"), ("q.why", "because")];
    assert_eq!(server.post(&format!("/s/{survey}")).form(&form).await.status, 303);
    let kept = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
    assert_eq!(
        (&kept["seq"], &kept["completed"], &kept["answers"][1]["text"]),
        (&json!(1), &json!(true), &json!("because"))
    );
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn without_a_score_the_form_comes_back_with_what_was_typed() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}?attr.plan=pro&lang=nl")).await.text();
    let typed = "\n</textarea><script>alert(1)</script> & 𠜎";
    let reply = fill(&server, &survey, &page, &[("q.why", typed)]).await;
    let again = reply.text();
    assert_eq!((reply.status, reply.header("content-type")), (422, "text/html; charset=utf-8"));
    assert!(again.contains("Kies alstublieft een score."), "in the reader's language");
    assert!(again.contains("role=\"alert\"") && again.contains("href=\"#q.score\"") && again.contains("aria-invalid"));
    assert!(again.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp; 𠜎"), "{again}");
    assert!(!again.contains("<script>alert"));
    let fields = |page: &str| std::collections::BTreeMap::from_iter(hidden(page));
    assert_eq!(fields(&again), fields(&page), "the same response, to be sent again");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    let reply = fill(&server, &survey, &again, &[("q.score", "10"), ("q.why", typed)]).await;
    assert_eq!(reply.status, 303);
    assert_eq!(stored(&server, &site).await[0]["attributes"]["plan"], "pro");
}

#[tokio::test]
async fn a_wrong_field_brings_the_form_back_and_stores_nothing() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}")).await.text();
    for wrong in ["11", "-1", "nine", "9.5", ""] {
        let reply = fill(&server, &survey, &page, &[("q.score", wrong), ("q.why", "kept")]).await;
        assert_eq!(reply.status, 422, "{wrong}");
        assert!(reply.text().contains("Please choose a score.") && reply.text().contains("kept</textarea>"), "{wrong}");
    }
    let long = "x".repeat(4_001);
    let reply = fill(&server, &survey, &page, &[("q.score", "9"), ("q.why", &long)]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.text().contains(&long) && reply.text().contains("4000"));
    // An id that is none gets a new one, so that the next try can be taken.
    let reply = server
        .post(&format!("/s/{survey}"))
        .form(&[("id", "tampered"), ("seq", "0"), ("version", "1"), ("q.score", "9")])
        .await;
    assert_eq!(reply.status, 422);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    assert_eq!(fill(&server, &survey, &reply.text(), &[("q.score", "9")]).await.status, 303);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn required_follow_ups_must_be_answered_by_those_who_are_asked() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    survey.questions[1].required = true;
    survey.questions[1].groups = vec![Group::Detractors];
    survey.questions.push(choices("topics", true, &["speed", "price"]));
    let survey = server.publish(&site, survey).await;
    let page = server.get(&format!("/s/{survey}")).await.text();
    for nothing in [
        &[("q.score", "3"), ("q.topics", "speed")][..],
        &[("q.score", "3"), ("q.topics", "speed"), ("q.why", " \r\n ")],
    ] {
        let reply = fill(&server, &survey, &page, nothing).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert!(reply.text().contains("Please answer this question.") && reply.text().contains("href=\"#q.why\""));
        let kept: Vec<String> = reply
            .text()
            .split("<input ")
            .filter(|input| input.split('>').next().is_some_and(|tag| tag.contains("checked")))
            .map(|input| attribute(input, "value=\""))
            .collect();
        assert_eq!(kept, ["3", "speed"]);
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    // A promoter is not asked; what was typed before the score was changed is dropped.
    let changed = [("q.score", "9"), ("q.why", "typed as a detractor"), ("q.topics", "speed"), ("q.topics", "price")];
    assert_eq!(fill(&server, &survey, &page, &changed).await.status, 303);
    let kept = &stored(&server, &site).await[0]["answers"];
    assert_eq!(
        kept,
        &json!([{ "question": "score", "value": 9 }, { "question": "topics", "choices": ["speed", "price"] }])
    );
}

#[tokio::test]
async fn a_survey_that_is_not_shown_has_a_page_that_says_so() {
    let server = Server::start().await;
    let (site, paused) = server.site_with_survey().await;
    server.post(&format!("/v1/surveys/{paused}/pause")).key(&site.write).await.ok();
    let draft = server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps" })).await.ok();
    let draft = draft["id"].as_str().expect("an id");
    for id in [paused.as_str(), draft, "sv_nowhere", "%ff"] {
        let reply = server.get(&format!("/s/{id}?lang=nl")).await;
        assert_eq!(reply.status, 404, "{id}");
        if id != "%ff" {
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{id}");
            assert!(reply.text().contains("Deze vragenlijst is gesloten.") && !reply.text().contains("<form"), "{id}");
        }
    }
    for id in [draft, "sv_nowhere"] {
        let form = [("id", &*new_id()), ("version", "1"), ("q.score", "9")];
        let reply = server.post(&format!("/s/{id}")).form(&form).await;
        assert_eq!(reply.status, 404, "{id}");
        assert!(reply.text().contains("This survey is closed."), "{id}");
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn a_form_that_was_open_when_the_survey_paused_is_taken_for_8_days() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let [first, second] =
        [server.get(&format!("/s/{survey}")).await.text(), server.get(&format!("/s/{survey}")).await.text()];
    server.post(&format!("/v1/surveys/{survey}/pause")).key(&site.write).await.ok();
    server.pass(8 * DAY);
    let reply = fill(&server, &survey, &first, &[("q.score", "9")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let thanks = server.get(&reply.header("location").replacen("../", "/", 1)).await;
    assert!(thanks.status == 200 && thanks.text().contains("Thank you"), "{}", thanks.text());
    server.pass(1);
    let late = fill(&server, &survey, &second, &[("q.score", "9")]).await;
    assert!(late.status == 404 && late.text().contains("This survey is closed."), "{} {}", late.status, late.text());
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1);
}

#[tokio::test]
async fn a_form_is_judged_by_the_version_that_it_showed() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}")).await.text();
    let path = format!("/v1/surveys/{survey}");
    let content = server.get(&path).key(&site.read).await.ok();
    server.patch(&path).key(&site.write).json(&json!({ "questions": [content["questions"][0]] })).await.ok();
    server.post(&format!("{path}/publish")).key(&site.write).await.ok();
    let reply = fill(&server, &survey, &page, &[("q.score", "9"), ("q.why", "still asked")]).await;
    assert_eq!(reply.status, 303);
    let kept = &stored(&server, &site).await[0];
    assert_eq!((&kept["version"], &kept["answers"][1]["text"]), (&json!(1), &json!("still asked")));
}

#[tokio::test]
async fn a_signed_link_makes_a_verified_customer() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut mac =
        <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(site.identity_secret.as_bytes()).expect("any key");
    hmac::Mac::update(&mut mac, b"cust-42");
    let signature = data_encoding::HEXLOWER.encode(&hmac::Mac::finalize(mac).into_bytes());
    let page = server.get(&format!("/s/{survey}?customer=cust-42&signature={signature}&score=9")).await.text();
    fill(&server, &survey, &page, &[("q.score", "9")]).await;
    assert_eq!(stored(&server, &site).await[0]["identity"], "verified");
}

#[tokio::test]
async fn the_forms_own_origin_may_always_write_and_others_only_when_listed() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.origins = vec!["https://shop.example".into()]).await;
    let survey = server.publish(&site, nps()).await;
    for (origin, expected) in [
        ("http://bearing.example", 303),
        ("https://bearing.example", 303),
        ("https://shop.example", 303),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let form = [("id", &*new_id()), ("seq", "0"), ("version", "1"), ("q.score", "9")];
        let reply = server.post(&format!("/s/{survey}")).origin(origin).form(&form).await;
        assert_eq!(reply.status, expected, "{origin}: {}", reply.text());
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 3);
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let server = Server::start().await;
    let (_, survey) = server.site_with_survey().await;
    let path = format!("/s/{survey}");
    server.post(&path).json(&json!({})).await.refused(Code::UNSUPPORTED_MEDIA_TYPE);
    let long = server.post(&path).header("accept-language", "ja").form(&[("q.why", &"x".repeat(70_000))]).await;
    assert!(long.status == 413 && long.text().contains("ご回答が長すぎます。"), "{} {}", long.status, long.text());
    server.patch(&path).await.refused(Code::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_test_link_stays_outside_the_score() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let page = server.get(&format!("/s/{survey}?test=1")).await.text();
    assert_eq!(fill(&server, &survey, &page, &[("q.score", "9")]).await.status, 303);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    let tests = server.get("/v1/responses?state=test").key(&site.read).await.ok();
    assert_eq!(tests["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_survey_of_a_site_that_was_removed_is_closed() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    server.get(&format!("/s/{survey}")).await;
    assert_eq!(server.delete(&format!("/v1/sites/{}", site.id)).key(&site.admin).await.status, 204);
    assert_eq!(server.get(&format!("/s/{survey}")).await.status, 404);
}

#[tokio::test]
async fn each_group_has_its_own_thanks_by_name_and_never_by_score() {
    let server = Server::start().await;
    let site = server.site().await;
    let mut survey = nps();
    let link = Link { url: "https://reviews.example/?a=1&b=2".into(), text: LocalText::one("en", "Review us") };
    survey.endings =
        vec![Ending { groups: vec![Group::Promoters], text: LocalText::one("en", "Great!"), link: Some(link) }];
    let survey = server.publish(&site, survey).await;
    for (score, query, own) in [("9", "?thanks=promoters&", true), ("7", "?thanks&", false), ("0", "?thanks&", false)] {
        let page = server.get(&format!("/s/{survey}")).await.text();
        let reply = fill(&server, &survey, &page, &[("q.score", score)]).await;
        let location = reply.header("location");
        assert!(location.starts_with(&format!("../s/{survey}{query}")), "{location}");
        let thanks = server.get(&location.replacen("../", "/", 1)).await.text();
        assert_eq!(thanks.contains(">Great!</p>"), own, "{thanks}");
        assert_eq!(thanks.contains("href=\"https://reviews.example/?a=1&amp;b=2\""), own, "{thanks}");
        assert_eq!(thanks.contains("Thank you for your answer!"), !own, "{thanks}");
    }
    for odd in ["9", "easy", "%3Cscript%3E", "Promoters"] {
        let thanks = server.get(&format!("/s/{survey}?thanks={odd}")).await;
        assert!(thanks.status == 200 && thanks.text().contains("Thank you for your answer!"), "{odd}");
    }
}

#[tokio::test]
async fn the_page_says_who_reads_the_answer_and_looks_like_the_site() {
    let server = Server::start().await;
    let site = server
        .site_with(|settings| {
            settings.name = "Lamps & <Co>".into();
            settings.privacy_url = Some("https://shop.example/privacy".into());
            settings.theme.scheme = Scheme::Dark;
            settings.theme.dark.accent = Some("#fc9".into());
        })
        .await;
    let survey = server.publish(&site, nps()).await;
    let reply = server.get(&format!("/s/{survey}")).await;
    let page = reply.text();
    assert!(page.contains("<html lang=\"en\" dir=\"ltr\" class=\"dark\">"), "{page}");
    assert!(page.contains("Your answer is read by Lamps &amp; &lt;Co&gt;."), "{page}");
    assert!(
        page.contains("href=\"https://shop.example/privacy\"") && page.contains("rel=\"noopener noreferrer\""),
        "{page}"
    );
    assert!(page.contains("<span hidden class=\"identified\">"), "{page}");
    let known = server.get(&format!("/s/{survey}?customer=cust-42")).await.text();
    assert!(known.contains("<span hidden class=\"anonymous\">"), "{known}");
    // The site's own rules stand in the page, and the policy names them by their hash alone.
    let (_, rest) = page.split_once("<style>").expect("the site's own rules");
    let (css, _) = rest.split_once("</style>").expect("they end");
    assert_eq!(css, ":root{--bearing-accent:#ffcc99;--bearing-on-accent:#000000}");
    let hash = data_encoding::BASE64.encode(&bearing::auth::hash_bytes(css.as_bytes()));
    let policy = reply.header("content-security-policy");
    assert!(policy.contains(&format!("style-src 'self' 'sha256-{hash}';")) && !policy.contains("unsafe"), "{policy}");
    let plain = server.site_with_survey().await.1;
    assert!(!server.get(&format!("/s/{plain}")).await.text().contains("<style"), "no theme, no rules");
}

#[tokio::test]
async fn stars_and_faces_are_plain_radio_buttons_too() {
    let server = Server::start().await;
    let site = server.site().await;
    for style in [Style::Stars, Style::Faces] {
        let mut survey = Survey::standard("Moments", Instrument::Csat);
        survey.questions[0].style = style;
        let survey = server.publish(&site, survey).await;
        let page = server.get(&format!("/s/{survey}")).await.text();
        assert!(page.contains(&format!("class=\"scale {}\"", style.name())), "{page}");
        assert_eq!(fill(&server, &survey, &page, &[("q.score", "4")]).await.status, 303);
    }
    assert_eq!(server.score(&site, "metric=csat").await["n"], 2);
}
