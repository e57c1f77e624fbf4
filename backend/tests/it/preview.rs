//! The preview: the draft's card in every state, position and scheme, on a page that runs nothing and records nothing.

use bearing_shared::fault::Code;
use bearing_shared::look::{Position, Scheme};
use serde_json::json;

use crate::harness::{Server, Site, choices};

/// A draft with a required follow-up for detractors, an ending for promoters, and a site with a theme.
async fn draft(server: &Server) -> (Site, String) {
    let site = server.site_with(|settings| settings.theme.light.accent = Some("#603".into())).await;
    let made = server.post("/v1/surveys").key(&site.write).json(&json!({ "metric": "nps" })).await.ok();
    let id = made["id"].as_str().expect("an id").to_owned();
    let mut topics = serde_json::to_value(choices("topics", true, &["speed", "price"])).expect("serialises");
    topics["groups"] = json!(["detractors"]);
    let mut questions = made["questions"].clone();
    questions.as_array_mut().expect("questions").push(topics);
    let endings = json!([{ "groups": ["promoters"], "text": { "en": "Great!" } }]);
    let change = json!({ "questions": questions, "endings": endings, "look": { "position": "bar" } });
    server.patch(&format!("/v1/surveys/{id}")).key(&site.write).json(&change).await.ok();
    (site, id)
}

#[tokio::test]
async fn a_draft_is_shown_in_each_state() {
    let server = Server::start().await;
    let (site, id) = draft(&server).await;
    for (query, there, absent) in [
        ("", "<form class=\"first\">", "<textarea"),
        ("state=follow", "value=\"10\" required checked", "class=\"progress\""),
        ("state=follow&score=3", "aria-label=\"Question 2 of 3\"", "class=\"back\""),
        ("state=follow&score=3&step=1", "<span>3 / 3</span>", "<form class=\"first\">"),
        ("state=thanks&score=9", ">Great!</p>", "<form class=\"first\">"),
        ("state=thanks&score=0", "Thank you for your answer!", ">Great!</p>"),
        ("locale=ar", "dir=\"rtl\"", "How likely"),
        ("locale=fr", "Quelle est la probabilité", "dir=\"rtl\""),
        ("locale=eo", "How likely are you", "dir=\"rtl\""),
    ] {
        let reply = server.get(&format!("/v1/surveys/{id}/preview?{query}")).key(&site.read).await;
        let page = reply.text();
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=utf-8"), "{query}");
        assert!(page.contains(there) && !page.contains(absent), "{query}: {page}");
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!(funnel["shown"], 0, "{funnel}");
}

#[tokio::test]
async fn it_stands_where_and_looks_as_it_is_asked_to() {
    let server = Server::start().await;
    let (site, id) = draft(&server).await;
    let page =
        async |query: &str| server.get(&format!("/v1/surveys/{id}/preview?{query}")).key(&site.read).await.text();
    assert!(
        page("").await.contains("<section aria-label=\"Short survey\" lang=\"en\" class=\"bar\">"),
        "as the survey says"
    );
    for position in Position::ALL {
        for scheme in Scheme::ALL {
            let page = page(&format!("position={}&scheme={}", position.name(), scheme.name())).await;
            let class = match scheme {
                Scheme::Auto => position.name().to_owned(),
                _ => format!("{} {}", position.name(), scheme.name()),
            };
            assert!(page.contains(&format!("class=\"{class}\"")), "{class}: {page}");
            assert_eq!(page.contains("<dialog"), position == Position::Centre, "{class}");
            assert_eq!(page.contains(&format!("survey=\"{id}\"")), position == Position::Inline, "{class}");
            // The light accent is the site's; it shows wherever it may be light.
            assert_eq!(page.contains("--bearing-accent:#660033"), scheme != Scheme::Dark, "{class}");
        }
    }
}

#[tokio::test]
async fn it_runs_nothing_and_may_be_framed_by_its_own_origin_alone() {
    let server = Server::start().await;
    let (site, id) = draft(&server).await;
    let reply = server.get(&format!("/v1/surveys/{id}/preview")).key(&site.read).await;
    let (page, policy) = (reply.text(), reply.header("content-security-policy"));
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("unsafe") && !page.contains("<script"), "{policy}");
    let sheets: Vec<&str> = page.split("<style>").skip(1).filter_map(|rest| rest.split("</style>").next()).collect();
    assert_eq!(sheets.len(), 2);
    for css in sheets {
        let hash = data_encoding::BASE64.encode(&bearing::auth::hash_bytes(css.as_bytes()));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
    }
    assert_eq!(reply.header("cache-control"), "private, no-store");
    assert!(reply.header("access-control-allow-origin").is_empty());
}

#[tokio::test]
async fn what_cannot_be_shown_is_named() {
    let server = Server::start().await;
    let (site, id) = draft(&server).await;
    for (query, field) in [
        ("score=11", "score"),
        ("score=-1", "score"),
        ("state=last", "state"),
        ("scheme=pink", "scheme"),
        ("position=top", "position"),
        ("step=x", "step"),
    ] {
        let reply = server.get(&format!("/v1/surveys/{id}/preview?{query}")).key(&site.read).await;
        assert_eq!(reply.refused(Code::INVALID_PARAMETER), field);
    }
    server.get("/v1/surveys/sv_nowhere/preview").key(&site.read).await.refused(Code::NOT_FOUND);
    server.get(&format!("/v1/surveys/{id}/preview")).await.refused(Code::UNAUTHORIZED);
}
