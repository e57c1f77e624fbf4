//! What the log and the metrics never hold: secrets, what people said, who they are; and what a stranger sends cannot make a
//! line of the log.

use std::io;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use bearing_storage::{InvitationPurpose, Role};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::harness::{Server, answer, with};

/// What is logged, as the server's own text would stand on standard error.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nothing panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nothing panics")).into_owned()
    }
}

/// What stands for a person's words, names and ids in what is sent.
const MARKS: [&str; 8] = [
    "M4RK-comment",
    "M4RK-customer",
    "M4RK-attribute",
    "M4RK-query",
    "M4RK-agent",
    "M4RK-path",
    "m4rk-mail",
    "M4RK-password",
];

#[tokio::test]
async fn no_secret_and_no_word_of_anybody_is_in_the_log_or_the_metrics() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(lines.clone())
        .finish();
    let dispatch = tracing::Dispatch::new(subscriber);
    // Of one alone the first thread to come by a line decides for all whether anybody wants it, and that may be another
    // test's; of two each is asked.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry().with(LevelFilter::TRACE));
    let _guard = tracing::dispatcher::set_default(&dispatch);
    let server = Server::start().await;
    let (site, survey) = server.site_with_survey().await;
    let owner = server.member(&[(&site, Role::Owner)]).await;
    let mut hidden: Vec<String> = MARKS.map(str::to_owned).to_vec();
    hidden.extend([&site.read, &site.write, &site.admin, &site.identity_secret].map(String::clone));
    hidden.push(owner.split_once('=').expect("a cookie").1.to_owned());

    let said = json!({
        "answers": [{ "question": "score", "value": 2 }, { "question": "why", "text": "M4RK-comment\nWARN forged" }],
        "respondent": { "customer": "M4RK-customer", "signature": "00" },
        "attributes": { "plan": "M4RK-attribute" },
        "context": { "url": "https://shop.example/?M4RK-query=1" }
    });
    let hook = json!({ "url": "https://receiver.invalid/M4RK-path", "events": ["response.stored"] });
    let made = server.post("/v1/webhooks").key(&site.admin).json(&hook).await.ok();
    hidden.push(made["secret"].as_str().expect("shown once").to_owned());
    let rotated = server.post(&format!("/v1/webhooks/{}/rotate", made["id"].as_str().expect("an id")));
    hidden.push(rotated.key(&site.admin).await.ok()["secret"].as_str().expect("shown once").to_owned());
    let path = format!("/v1/sites/{}", site.id);
    let rotated = server.patch(&path).key(&site.admin).json(&json!({ "rotate_identity_secret": true })).await.ok();
    hidden.push(rotated["identity_secret"].as_str().expect("shown once").to_owned());
    let share = server.post("/v1/shares").session(&owner).json(&json!({ "name": "Wall" })).await.ok();
    hidden.push(share["link"].as_str().and_then(|link| link.split_once('#')).expect("a link").1.to_owned());
    let key = json!({ "name": "CRM", "scope": "read" });
    let made = server.post("/v1/keys").session(&owner).json(&key).await.ok();
    hidden.push(made["key"].as_str().expect("shown once").to_owned());
    let invitation = server.invite(InvitationPurpose::Operator, None).await;
    hidden.push(invitation.clone());
    server.get(&format!("/app/join/{invitation}")).await;
    // Answers that are taken, that are not, and what goes on about them.
    let post = async |body: serde_json::Value| {
        let ask = server.post(&site.responses()).json(&body);
        ask.header("user-agent", "M4RK-agent").header("origin", "https://shop.example").await
    };
    assert_eq!(post(with(answer(&survey, 2), said.clone())).await.ok()["results"][0]["status"], "stored");
    post(with(answer("sv_M4RK-path", 2), said.clone())).await;
    post(json!({ "M4RK-attribute": ["M4RK-comment"] })).await;
    server.post("/v1/responses").key(&site.write).json(&json!([with(answer(&survey, 9), said)])).await;
    for path in [
        "/v1/responses?q=M4RK-comment",
        "/v1/responses?customer=M4RK-customer",
        "/v1/responses/M4RK-path",
        "/v1/M4RK-path?x=M4RK-query",
        "/s/M4RK-path?customer=M4RK-customer",
        "/v1/exports/responses.csv?attr.plan=M4RK-attribute",
    ] {
        server.get(path).key(&site.read).await;
    }
    for wrong in ["sk_M4RK-path", "shr_M4RK-path"] {
        server.ask(Method::GET, "/v1/surveys").key(wrong).await;
    }
    server.post("/v1/respondents/erase").key(&site.write).json(&json!({ "customer": "M4RK-customer" })).await.ok();
    let form = [("email", "m4rk-mail@shop.example"), ("password", "M4RK-password\nWARN forged")];
    server.post("/app/sign-in").form(&form).await;
    server.get("/v1/session").session("__Host-bearing=M4RK-path").await;
    // What is beside the request: the server at fault, too.
    tracing::error!("the log is read");

    let (log, metrics) = (lines.text(), server.get("/metrics").await.text());
    assert!(log.contains("the log is read") && log.contains("replied"), "the test sees the log: {log}");
    for hidden in &hidden {
        assert!(!log.contains(hidden.as_str()), "{hidden} is in the log");
        assert!(!metrics.contains(hidden.as_str()), "{hidden} is in the metrics");
    }
    assert!(!log.lines().any(|line| line.trim_start().starts_with("WARN forged")), "nobody writes a line of it");
}
