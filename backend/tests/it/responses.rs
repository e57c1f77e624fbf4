//! Responses read back: every filter, page by page, and removed for good.

use bearing_shared::fault::Code;
use bearing_shared::instrument::Instrument;
use serde_json::{Value, json};

use crate::harness::{DAY, Server, Site, answer, nps, shown_at, with};

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

async fn list(server: &Server, site: &Site, query: &str) -> Value {
    server.get(&format!("/v1/responses?{query}")).key(&site.read).await.ok()
}

#[tokio::test]
async fn every_filter_finds_what_it_names() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.time_zone = "Europe/Amsterdam".into()).await;
    let loyalty = server.publish(&site, shown_at(Instrument::Nps, &["checkout"])).await;
    let ease = server.publish(&site, shown_at(Instrument::Ces2, &[])).await;
    let why = |score: u8, text: &str| json!({ "answers": [{ "question": "score", "value": score }, { "question": "why", "text": text }] });
    let old = server
        .answered(
            &site,
            &with(with(answer(&loyalty, 9), why(9, "Très RAPIDE 100%")), json!({ "touchpoint": "checkout" })),
        )
        .await;
    server.set_time("2026-11-21T22:59:59.000Z");
    let late = server
        .answered(
            &site,
            &with(with(answer(&loyalty, 0), why(0, "slow_boat")), json!({ "attributes": { "plan": "pro" } })),
        )
        .await;
    server.set_time("2026-11-21T23:00:00.000Z");
    let next_day = server
        .answered(&site, &with(answer(&ease, 7), json!({ "attributes": { "plan": "free", "country": "N L" } })))
        .await;
    let test = server.answered(&site, &with(answer(&ease, 1), json!({ "test": true }))).await;
    let (old, late, next_day, test) = (&*old, &*late, &*next_day, &*test);
    let by_survey = format!("survey={ease}");
    let cases: [(&str, &[&str]); 28] = [
        ("", &[next_day, late, old]),
        (&format!("site={}", site.id), &[next_day, late, old]),
        (&by_survey, &[next_day]),
        ("touchpoint=checkout", &[old]),
        ("touchpoint=nowhere", &[]),
        ("from=2026-11-22", &[next_day]),
        ("to=2026-11-21", &[late, old]),
        ("from=2026-11-21&to=2026-11-21", &[late, old]),
        ("from=2027-01-01", &[]),
        ("score_min=7", &[next_day, old]),
        ("score_max=7", &[next_day, late]),
        ("score_min=0&score_max=0", &[late]),
        ("score_min=9&score_max=3", &[]),
        ("has_comment=true", &[late, old]),
        ("has_comment=false", &[next_day]),
        ("q=rapide", &[old]),
        ("q=TR%C3%88S", &[old]),
        ("q=0%25", &[old]),
        ("q=w_b", &[late]),
        ("q=_", &[late]),
        ("q=%25", &[old]),
        ("attr.plan=pro", &[late]),
        ("attr.plan=free&attr.country=N+L", &[next_day]),
        ("attr.plan=pro&attr.country=N+L", &[]),
        ("attr.unheard=x", &[]),
        ("state=counted", &[next_day, late, old]),
        ("state=test", &[test]),
        ("state=quarantined", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&list(&server, &site, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_newest_first_and_misses_none() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let mut sent = Vec::new();
    for number in 0..7 {
        // Several in one millisecond: the id decides.
        server.pass(i64::from(number % 3 == 0));
        sent.push(server.answered(&site, &answer(&survey, number)).await);
    }
    sent.reverse();
    for limit in [1, 2, 3, 7, 8] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = list(&server, &site, &format!("limit={limit}&score_min=0{cursor}")).await;
            seen.extend(ids(&page).into_iter().map(str::to_owned));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            if seen.len() == 3 {
                // What comes meanwhile is newer: it disturbs no page that follows.
                server.pass(1);
                let newer = server.answered(&site, &answer(&survey, 10)).await;
                server.delete(&format!("/v1/responses/{newer}")).key(&site.write).await;
            }
        }
        assert_eq!(seen, sent, "{limit}");
    }
}

#[tokio::test]
async fn fifty_are_on_a_page_unless_it_is_said() {
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let batch: Vec<Value> = (0..50).map(|_| answer(&survey, 9)).collect();
    server.post(&site.responses()).json(&json!(batch)).await.ok();
    let all = list(&server, &site, "").await;
    assert_eq!((ids(&all).len(), &all["next_cursor"]), (50, &Value::Null), "exactly one page");
    server.answered(&site, &answer(&survey, 9)).await;
    let first = list(&server, &site, "").await;
    assert_eq!(ids(&first).len(), 50);
    let rest = list(&server, &site, &format!("cursor={}", first["next_cursor"].as_str().expect("a cursor"))).await;
    assert_eq!((ids(&rest).len(), &rest["next_cursor"]), (1, &Value::Null));
    assert_eq!(ids(&list(&server, &site, "limit=500").await).len(), 51);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let server = Server::start().await;
    let site = server.site().await;
    for (query, code, field) in [
        ("limit=0", Code::INVALID_PARAMETER, "limit"),
        ("limit=501", Code::INVALID_PARAMETER, "limit"),
        ("cursor=nonsense", Code::INVALID_PARAMETER, "cursor"),
        ("cursor=AAAA", Code::INVALID_PARAMETER, "cursor"),
        ("from=21-11-2026", Code::INVALID_PARAMETER, "from"),
        ("to=2026-02-30", Code::INVALID_PARAMETER, "to"),
        ("from=2026-11-22&to=2026-11-21", Code::INVALID_PARAMETER, "from"),
        ("score_min=11", Code::INVALID_PARAMETER, "score_min"),
        ("score_max=-1", Code::INVALID_PARAMETER, "score_max"),
        ("score_max=nine", Code::INVALID_PARAMETER, "score_max"),
        ("has_comment=1", Code::INVALID_PARAMETER, "has_comment"),
        ("state=lost", Code::INVALID_PARAMETER, "state"),
        ("attr.Plan=x", Code::INVALID_PARAMETER, "attr"),
        ("attr.=x", Code::INVALID_PARAMETER, "attr"),
        ("attr=x", Code::UNKNOWN_PARAMETER, "attr"),
        ("scores_min=3", Code::UNKNOWN_PARAMETER, "scores_min"),
        ("score_min=3&Score_max=4", Code::UNKNOWN_PARAMETER, "Score_max"),
    ] {
        let reply = server.get(&format!("/v1/responses?{query}")).key(&site.read).await;
        assert_eq!(reply.refused(code), field, "{query}");
    }
}

#[tokio::test]
async fn a_removed_response_is_in_no_list_and_no_score() {
    let server = Server::start().await;
    let site = server.site().await;
    let survey = server.publish(&site, nps()).await;
    let kept = server.answered(&site, &answer(&survey, 10)).await;
    let gone = server.answered(&site, &answer(&survey, 0)).await;
    server.pass(DAY);
    let path = format!("/v1/responses/{gone}");
    let reply = server.delete(&path).key(&site.write).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    server.delete(&path).key(&site.write).await.refused(Code::NOT_FOUND);
    server.get(&path).key(&site.read).await.refused(Code::NOT_FOUND);
    assert_eq!(ids(&list(&server, &site, "").await), [&*kept]);
    let report = server.score(&site, "metric=nps").await;
    assert_eq!((&report["n"], &report["score"]), (&json!(1), &json!(100.0)));
    let funnel = server.get("/v1/reports/funnel?metric=nps").key(&site.read).await.ok();
    assert_eq!((&funnel["answered"], &funnel["completed"]), (&json!(1), &json!(1)));
    let found = server.app.store.check().await.expect("the store answers");
    assert_eq!(found.problems, Vec::<String>::new(), "cells agree with the answers");
}
