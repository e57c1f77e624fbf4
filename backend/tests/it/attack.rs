//! An attack: ten thousand forged answers in ten minutes beside five hundred real ones.

use bearing::jobs::attacks;
use bearing::strangers::{Settings, Watched};
use bearing_shared::answer::cleaned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Server, Site, answer, with};

const PAGE: &str = "https://shop.example";
/// The bits of work that tokens ask for.
const WORK: u8 = 8;
/// How long forged answers come, ms.
const LASTS: i64 = 10 * 60_000;

/// Whether the forgers do the work that tokens ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forger {
    Lazy,
    Diligent,
}

async fn server() -> (Server, Site, String) {
    // Real tokens ask for more: here some visitors work on a slow machine.
    let settings = Settings { watched: Watched::Everybody, work: WORK, ..Settings::default() };
    let server = Server::start_among(settings).await;
    let (site, survey) = server.site_with_survey().await;
    (server, site, survey)
}

async fn shown(server: &Server, site: &Site, survey: &str, address: &str) -> Option<(String, u64)> {
    let event = json!([{ "type": "shown", "survey": survey, "version": 1 }]);
    let reply = server.post(&site.events()).from(address).origin(PAGE).json(&event).await;
    let reply = (reply.status == 200).then(|| reply.value())?;
    Some((reply["display"].as_str()?.to_owned(), reply["work"].as_u64().unwrap_or_default()))
}

/// The token with the work done that it asks for.
fn worked(token: &str, work: u64) -> String {
    if work == 0 {
        return token.to_owned();
    }
    assert_eq!(work, u64::from(WORK));
    let is_done = |text: &String| Sha256::digest(text)[0] == 0;
    (0_u64..).map(|number| format!("{token}~{number}")).find(is_done).expect("there is one")
}

/// What is sent: a score, with the token that it came by.
fn sent(survey: &str, score: u8, token: Option<&str>) -> Value {
    with(answer(survey, score), json!({ "display": token, "age_ms": { "shown": 5_000, "answered": 0 } }))
}

async fn send(server: &Server, site: &Site, address: &str, body: &Value) -> u16 {
    server.post(&site.responses()).from(address).origin(PAGE).json(body).await.status
}

/// The real visitors' scores: an NPS of 20.
fn score_of(visitor: usize) -> u8 {
    [10, 9, 9, 10, 8, 7, 8, 3, 6, 9, 4, 8, 9, 7, 7, 10, 8, 8, 2, 7][visitor % 20]
}

/// What became of an attack.
#[derive(Debug, Default)]
struct Told {
    /// Real answers that were refused.
    refused: usize,
    /// Real answers that counted as soon as they were stored.
    at_once: usize,
    /// The NPS before the forgeries and after.
    score: (f64, f64),
    /// Forged answers in the score, and in quarantine, at the end.
    forged: (usize, usize),
}

/// Plays the attack: half without token, a quarter with tokens that came before, a quarter with tokens of their own from
/// fifty networks; every score is 0.
async fn attacked(forger: Forger, forged: usize, real: usize) -> Told {
    let (server, site, survey) = server().await;
    let mut told = Told::default();
    let begun = server.app.clock.now();
    let (mut pool, mut truth) = (Vec::new(), [0_i64; 2]);
    let (mut seen, mut came) = (Vec::new(), 0);
    let all = forged + real;
    // The real ones come evenly among the forged; each looks at the card for five seconds.
    for place in 0..all {
        server.pass(begun + LASTS * place as i64 / all as i64 - server.app.clock.now());
        if place * real / all != (place + 1) * real / all {
            let visitor = came;
            came += 1;
            let address = format!("198.51.{}.{}", visitor / 250, visitor % 250 + 1);
            let (token, work) = shown(&server, &site, &survey, &address).await.expect("a visitor is shown it");
            server.pass(5_000);
            let body = sent(&survey, score_of(visitor), Some(&worked(&token, work)));
            if send(&server, &site, &address, &body).await != 200 {
                told.refused += 1;
                continue;
            }
            let id = body["id"].as_str().expect("an id");
            let state = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok()["state"].clone();
            told.at_once += usize::from(state == "counted");
            truth[0] += match score_of(visitor) {
                9.. => 1,
                7..=8 => 0,
                _ => -1,
            };
            truth[1] += 1;
            continue;
        }
        let address = format!("203.0.113.{}", place % 50 + 1);
        let token = match place % 4 {
            0 | 1 => None,
            // One that came before, of whoever's.
            2 => pool.get(place % 7).cloned(),
            _ => {
                let Some((token, work)) = shown(&server, &site, &survey, &address).await else { continue };
                server.pass(1_500);
                let token = if forger == Forger::Diligent { worked(&token, work) } else { token };
                pool.push(token.clone());
                Some(token)
            }
        };
        let body = sent(&survey, 0, token.as_deref());
        if send(&server, &site, &address, &body).await == 200 {
            seen.push(body["id"].as_str().map(cleaned).expect("an id"));
        }
    }
    for id in &seen {
        let found = server.get(&format!("/v1/responses/{id}")).key(&site.read).await.ok();
        match found["state"].as_str() {
            Some("counted") => told.forged.0 += 1,
            _ => {
                assert_ne!(found["suspicion"], json!([]), "quarantined for a reason");
                told.forged.1 += 1;
            }
        }
    }
    let after = server.score(&site, "metric=nps").await["score"].as_f64().expect("a score");
    told.score = (truth[0] as f64 * 100.0 / truth[1] as f64, after);
    let attack = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok()["attack"].clone();
    assert!(attack["since"].is_string() && attack["until"].is_string(), "the site says so: {attack}");
    told
}

fn check(told: &Told, real: usize) {
    assert_eq!(told.refused, 0, "{told:?}");
    assert!(told.at_once * 100 >= real * 99, "{told:?}");
    assert!((told.score.0 - told.score.1).abs() <= 1.0, "{told:?}");
}

#[tokio::test]
#[ignore = "takes minutes: cargo xtask bench attack"]
async fn ten_thousand_forgeries_beside_five_hundred_answers_move_the_score_by_a_point_at_most() {
    for forger in [Forger::Lazy, Forger::Diligent] {
        let told = attacked(forger, 10_000, 500).await;
        println!("{forger:?}: {told:?}");
        check(&told, 500);
    }
}

#[tokio::test]
async fn forgeries_move_the_score_by_a_point_at_most() {
    let told = attacked(Forger::Lazy, 1_000, 100).await;
    check(&told, 100);
}

#[tokio::test]
async fn forgers_who_do_the_work_are_told_by_their_networks() {
    let told = attacked(Forger::Diligent, 2_000, 100).await;
    check(&told, 100);
}

#[tokio::test]
async fn an_attack_ends_ten_minutes_after_its_last_sign() {
    let (server, site, survey) = server().await;
    for number in 0..80 {
        send(&server, &site, &format!("203.0.113.{number}"), &sent(&survey, 0, None)).await;
    }
    let attack = async || server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok()["attack"].clone();
    assert!(attack().await.is_object());
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0, "those before it was noticed are apart too");
    let reply = server.get("/metrics").await.text();
    assert!(reply.contains("bearing_attacks_total 1"), "{reply}");
    server.pass(10 * 60_000 + 1);
    assert_eq!(attack().await, Value::Null);
    send(&server, &site, "198.51.100.1", &sent(&survey, 9, None)).await;
    assert_eq!(server.score(&site, "metric=nps").await["n"], 1, "in peace it counts");
}

#[tokio::test]
async fn what_an_attack_left_apart_is_not_counted_by_sending_it_again_in_peace() {
    let (server, site, survey) = server().await;
    let forged: Vec<Value> = (0..80).map(|_| sent(&survey, 0, None)).collect();
    for (number, body) in forged.iter().enumerate() {
        send(&server, &site, &format!("203.0.113.{number}"), body).await;
    }
    server.pass(10 * 60_000 + 1);
    for (number, body) in forged.iter().enumerate() {
        let again = with(body.clone(), json!({ "seq": 1 }));
        assert_eq!(send(&server, &site, &format!("198.51.100.{number}"), &again).await, 200);
    }
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn a_flood_that_was_kept_apart_does_not_become_usual() {
    let (server, site, survey) = server().await;
    for number in 0..200 {
        let many: Vec<Value> = (0..50).map(|_| sent(&survey, 0, None)).collect();
        server.post(&site.responses()).from(&format!("203.0.113.{number}")).json(&json!(many)).await.ok();
        server.pass(1_000);
    }
    server.pass(2 * 60 * 60_000);
    for number in 0..80 {
        send(&server, &site, &format!("198.51.100.{number}"), &sent(&survey, 0, None)).await;
    }
    let attack = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok()["attack"].clone();
    assert!(attack.is_object(), "ten thousand that were kept apart say nothing of what is usual");
    assert_eq!(server.score(&site, "metric=nps").await["n"], 0);
}

#[tokio::test]
async fn an_attack_is_in_the_audit_log_when_it_began_and_when_it_is_over() {
    let (server, site, survey) = server().await;
    let log = async || server.get("/v1/audit").key(&site.admin).await.ok()["items"].clone();
    let entries = async || {
        let all = log().await;
        let attacks = |entry: &&Value| entry["action"].as_str().is_some_and(|action| action.starts_with("attack."));
        all.as_array().expect("a list").iter().filter(attacks).cloned().collect::<Vec<_>>()
    };
    for number in 0..80 {
        send(&server, &site, &format!("203.0.113.{number}"), &sent(&survey, 0, None)).await;
    }
    let began = entries().await;
    assert_eq!(began.len(), 1, "{began:?}");
    assert_eq!((&began[0]["action"], &began[0]["actor"]["kind"]), (&json!("attack.began"), &json!("server")));
    assert_eq!((&began[0]["object"], &began[0]["detail"]["signs"]), (&json!(site.id), &json!("no_token")));
    assert_eq!(began[0]["detail"]["apart"], "60", "those that had been counted before");
    attacks::note_ended(&server.app).await.expect("the store is there");
    assert_eq!(entries().await.len(), 1, "it is not over");
    server.pass(10 * 60_000 + 1);
    attacks::note_ended(&server.app).await.expect("the store is there");
    attacks::note_ended(&server.app).await.expect("the store is there");
    let both = entries().await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!((&both[0]["action"], &both[0]["detail"]["answers"]), (&json!("attack.ended"), &json!("80")));

    // Another begins before anybody has noted that the one before it is over.
    for number in 0..160 {
        send(&server, &site, &format!("203.0.113.{number}"), &sent(&survey, 0, None)).await;
        if number == 79 {
            server.pass(10 * 60_000 + 1);
        }
    }
    let actions: Vec<Value> = entries().await.iter().map(|entry| entry["action"].clone()).collect();
    let (begin, end) = (json!("attack.began"), json!("attack.ended"));
    assert_eq!(actions, [&begin, &end, &begin, &end, &begin].map(Clone::clone), "the latest first");
}

#[tokio::test]
async fn a_site_whose_answers_never_carried_tokens_is_not_taken_to_be_attacked() {
    let (server, site, survey) = server().await;
    // Days of an app that sends answers and no events: as many each ten minutes as now.
    let now = server.app.clock.now();
    for window in (1..600).rev() {
        server.pass(now - i64::from(window) * 10 * 60_000 - server.app.clock.now());
        let many: Vec<Value> = (0..14).map(|_| sent(&survey, 9, None)).collect();
        let address = format!("203.0.{}.{}", window / 200, window % 200);
        server.post(&site.responses()).from(&address).json(&json!(many)).await.ok();
    }
    server.pass(now - server.app.clock.now());
    for number in 0..80 {
        send(&server, &site, &format!("198.51.100.{number}"), &sent(&survey, 9, None)).await;
    }
    let attack = server.get(&format!("/v1/sites/{}", site.id)).key(&site.read).await.ok()["attack"].clone();
    assert_eq!(attack, Value::Null);
    assert_eq!(server.score(&site, "metric=nps").await["n"], 599 * 14 + 80);
}
