//! What a team sees: every screen of the dashboard, a shared link and the member pages, with strings for every word.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

use crate::fields::filled;
use crate::fill::{self, address, is_seen};
use crate::strings::{Dealer, all, bare};
use crate::watch::{look, watch};

/// Responses in which every field is a string; all others have one as their comment.
const WHOLE: u32 = 6;
/// The number of the first response that has nothing but a comment and a touchpoint.
const PLAIN: u32 = 100;

/// Where the strings of a field must be read on the dashboard, by the names that the screens have here. What is not here is
/// kept and shown elsewhere: an address of a webhook in the API alone, a visitor's texts on their own pages.
const SHOWN: [(&str, &str); 30] = [
    ("AttributeRule.is[]", "editor"),
    ("AttributeRule.is_not[]", "editor"),
    ("Choice.text.*", "editor"),
    ("Context.device", "response"),
    ("Context.locale", "response"),
    ("Context.referrer", "response"),
    ("Context.title", "response"),
    ("Context.url", "response"),
    ("Dimension.values[]", "/settings/segments"),
    ("Ending.text.*", "editor"),
    ("Given.text", "response"),
    ("InvitationCreate.email", "/settings/members"),
    ("KeyCreate.name", "/settings/keys"),
    ("Link.text.*", "editor"),
    ("Link.url", "editor"),
    ("On.name", "editor"),
    ("On.selector", "editor"),
    ("Question.high.*", "editor"),
    ("Question.low.*", "editor"),
    ("Question.text.*", "editor"),
    ("Respondent.customer", "response"),
    ("Respondent.visitor", "response"),
    ("ResponseChange.tags[]", "response"),
    ("Rules.cancel[]", "editor"),
    ("ShareCreate.filter.*", "/settings/shares"),
    ("ShareCreate.name", "/settings/shares"),
    ("SitePatch.url_parameters[]", "/settings/privacy"),
    ("Submission.attributes.*", "response"),
    ("Submission.touchpoint", "response"),
    ("UrlRule.value", "editor"),
];

/// The screens of a site that need nothing but its id.
const SCREENS: [&str; 17] = [
    "",
    "/explore?metric=nps&by=attr.plan",
    "/explore?metric=nps&by=locale",
    "/surveys",
    "/settings",
    "/settings/tag",
    "/settings/segments",
    "/settings/rest",
    "/settings/numbers",
    "/settings/look",
    "/settings/privacy",
    "/settings/keys",
    "/settings/members",
    "/settings/shares",
    "/settings/audit",
    "/tv",
    "/responses?q=%3Cscript%3E__ran()%3C%2Fscript%3E&touchpoint=%22%3E%3Csvg%2Fonload%3D__ran()%3E&attr.plan='-__ran()-'",
];

/// A team in its browser, and what it has seen by screen.
struct Team<'a> {
    browser: Browser,
    stage: &'a Stage,
    seen: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Team<'_> {
    /// Asks as the owner does, and gets what was made.
    async fn ask(&self, method: &str, path: &str, body: Value) -> Result<Value> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let path = match path {
            "/v1/session" | "/v1/sites" => path.to_owned(),
            _ => format!("{path}{mark}site={}", self.stage.site),
        };
        let (status, reply) = team::ask(&self.browser, method, &path, body.clone()).await?;
        ensure!((200..300).contains(&status), "{method} {path} {body}: {status} {reply}");
        Ok(reply)
    }

    /// Looks at a screen, and notes what it reads under a name.
    async fn look(&mut self, name: &str, path: &str) -> Result<()> {
        self.browser.open(&format!("{}{path}", self.stage.server.url())).await?;
        team::arrived(&self.browser).await.with_context(|| path.to_owned())?;
        self.note(name).await
    }

    async fn note(&mut self, name: &str) -> Result<()> {
        let seen = look(&self.browser).await?;
        self.seen.entry(name.to_owned()).or_default().push_str(&seen.words);
        self.faults.extend(seen.faults);
        Ok(())
    }
}

/// Fills everything that owners can write; the surveys' ids.
async fn write_as_owners(team: &Team<'_>, dealer: &mut Dealer) -> Result<Vec<String>> {
    let stage = team.stage;
    let values: Vec<String> = (0..50)
        .map(|_| dealer.pick("Dimension.values[]", |string| is_seen(string, 200) && string.trim() == string))
        .collect();
    let parameters: Vec<String> = (0..20)
        .map(|_| dealer.pick("SitePatch.url_parameters[]", |string| is_seen(string, 80) && string.trim() == string))
        .collect();
    stage
        .patch_site(&json!({
            "dimensions": [{ "name": "plan", "values": values }, { "name": "kind", "values": [] }],
            "url_parameters": parameters,
        }))
        .await?;
    let mut surveys = Vec::new();
    for (touchpoint, position) in [("one", "corner"), ("two", "bar"), ("three", "centre")] {
        let thanks = dealer.deal("SurveyCreate.thanks.*");
        let made = json!({
            "metric": "nps", "name": dealer.fit("SurveyCreate.name", 200), "thanks": { "en": thanks },
        });
        let id = team.ask("POST", "/v1/surveys", made).await?["id"].as_str().context("an id")?.to_owned();
        let mut content = fill::survey(dealer, touchpoint, position);
        content["rules"] = fill::rules(dealer);
        team.ask("PATCH", &format!("/v1/surveys/{id}"), content).await?;
        team.ask("POST", &format!("/v1/surveys/{id}/publish"), Value::Null).await?;
        // A draft that differs shows what it was and what it will be.
        team.ask("PATCH", &format!("/v1/surveys/{id}"), json!({ "name": dealer.fit("SurveyContent.name", 200) }))
            .await?;
        surveys.push(id);
    }
    for _ in 0..5 {
        let privacy = address(dealer, "SitePatch.privacy_url");
        stage.patch_site(&json!({ "name": dealer.fit("SitePatch.name", 200), "privacy_url": privacy })).await?;
        team.ask("POST", "/v1/keys", json!({ "name": dealer.fit("KeyCreate.name", 100), "scope": "read" })).await?;
        let email = format!(
            "{}@x.example",
            dealer.pick("InvitationCreate.email", |string| {
                is_seen(string, 100) && !string.contains(|letter: char| letter.is_whitespace() || letter == '@')
            })
        );
        team.ask("POST", "/v1/invitations", json!({ "role": "viewer", "email": email })).await?;
        let url = address(dealer, "WebhookCreate.url");
        let made = team.ask("POST", "/v1/webhooks", json!({ "url": url, "events": ["response.stored"] })).await?;
        let path = format!("/v1/webhooks/{}", made["id"].as_str().context("an id")?);
        team.ask("PATCH", &path, json!({ "url": address(dealer, "WebhookPatch.url"), "enabled": false })).await?;
        team.ask("POST", "/v1/sites", json!({ "name": dealer.fit("SiteCreate.name", 200) })).await?;
        team.ask("PATCH", "/v1/session", json!({ "name": dealer.fit("SessionPatch.name", 100) })).await?;
    }
    Ok(surveys)
}

/// Sends a response for each string, and marks some; their ids.
async fn write_as_strangers(team: &Team<'_>, dealer: &mut Dealer) -> Result<Vec<String>> {
    let stage = team.stage;
    let whole: Vec<Value> = (0..WHOLE).map(|number| fill::response(dealer, stage.response(number, 7))).collect();
    for response in &whole {
        let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), response).await?;
        ensure!(reply.status == 200, "{response}: {}", reply.text());
    }
    let plain: Vec<Value> = (PLAIN..)
        .zip(all()?)
        .map(|(number, string)| {
            let mut response = stage.response(number, u8::try_from(number % 11).unwrap_or_default());
            response["touchpoint"] = json!(dealer.fit("Submission.touchpoint", 200));
            response["context"] = json!({
                "url": fill::program(dealer, "Context.url"), "referrer": fill::program(dealer, "Context.referrer"),
            });
            response["attributes"] = json!({ "plan": dealer.fit("Submission.attributes.*", 200) });
            let score = response["answers"][0].take();
            response["answers"] = json!([score, { "question": "why", "text": string }]);
            response
        })
        .collect();
    stage.api.bring(&plain).await?;
    let stored = stage.api.responses("&has_comment=true").await?;
    let programs = stored.iter().filter(|one| one["attributes"].as_object().is_some_and(|all| all.len() == 1));
    let kept: Vec<&Value> = programs.filter(|one| !one["context"]["url"].is_null()).collect();
    ensure!(stored.len() >= plain.len() && kept.is_empty(), "an address of a program was kept: {kept:?}");
    let ids: Vec<String> = whole.iter().filter_map(|response| response["id"].as_str().map(str::to_owned)).collect();
    for id in &ids {
        let mut tags = || (0..9).map(|_| dealer.fit("ResponseChange.tags[]", 40)).collect::<Vec<_>>();
        team.ask("PATCH", &format!("/v1/responses/{id}"), json!({ "tags": tags() })).await?;
    }
    let added: Vec<String> = (0..9).map(|_| dealer.fit("ResponsesChange.add_tags[]", 40)).collect();
    team.ask("PATCH", "/v1/responses", json!({ "ids": ids, "add_tags": added })).await?;
    Ok(ids)
}

/// Makes links that are held to strings; the newest.
async fn share(team: &Team<'_>, dealer: &mut Dealer) -> Result<String> {
    let mut link = String::new();
    for _ in 0..5 {
        let filter = json!({ "attr.plan": dealer.pick("ShareCreate.filter.*", |string| is_seen(string, 200)) });
        let asked = json!({ "name": dealer.fit("ShareCreate.name", 100), "filter": filter, "comments": true });
        team.ask("POST", "/v1/shares", asked).await?["link"].as_str().context("a link")?.clone_into(&mut link);
    }
    let all = team.ask("POST", "/v1/shares", json!({ "name": "all", "comments": true })).await?;
    ensure!(all["link"].is_string(), "{all}");
    Ok(link)
}

#[tokio::test]
async fn no_string_of_script_runs_on_any_screen_of_the_dashboard() -> Result<()> {
    let (stage, mut dealer) = (Stage::set("nps").await?, Dealer::new()?);
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    watch(&browser).await?;
    let mut team = Team { browser, stage: &stage, seen: BTreeMap::new(), faults: Vec::new() };
    let surveys = write_as_owners(&team, &mut dealer).await?;
    let responses = write_as_strangers(&team, &mut dealer).await?;
    let link = share(&team, &mut dealer).await?;

    let app = format!("/app/{}", stage.site);
    for screen in SCREENS {
        team.look(screen, &format!("{app}{screen}")).await?;
    }
    // The list to its end.
    team.look("responses", &format!("{app}/responses?period=all")).await?;
    for pages in 2..=all()?.len().div_ceil(50) {
        team::press(&team.browser, ".more button", "").await?;
        let rows = "return document.querySelectorAll('li.response').length";
        until("more rows", async || {
            Ok((team.browser.look(rows, Vec::new()).await?.as_u64() > Some((pages as u64 - 1) * 50)).then_some(()))
        })
        .await?;
    }
    team.note("responses").await?;
    for id in &responses {
        team.look("response", &format!("{app}/responses/{id}")).await?;
    }
    for id in &surveys {
        team.look("editor", &format!("{app}/surveys/{id}")).await?;
        let preview =
            "return !!document.querySelector('.preview iframe')?.contentDocument?.querySelector('bearing-survey')";
        until("the preview", async || Ok((team.browser.look(preview, Vec::new()).await? == true).then_some(())))
            .await?;
        team.note("editor").await?;
    }
    team.look("account", "/app/account").await?;
    team.look("nowhere", &format!("{app}/responses/%3Cscript%3E__ran()%3C%2Fscript%3E")).await?;
    let path = link.strip_prefix(&stage.server.url()).context("this server's link")?.to_owned();
    team.look("shared", &path).await?;

    assert_eq!(team.faults, Vec::<String>::new());
    let given: BTreeSet<&str> = dealer.given.keys().copied().chain(["(whole)"]).collect();
    assert_eq!(given, filled(), "the fields that are filled are those that are listed as filled");
    let few: Vec<_> = dealer.given.iter().filter(|(_, strings)| strings.len() < 3).collect();
    assert!(few.is_empty(), "filled with less than three strings: {few:?}");
    let read = |screen: &str, string: &str| team.seen[screen].contains(&bare(string));
    let unread: Vec<String> = all()?.into_iter().filter(|string| !read("responses", string)).collect();
    assert_eq!(unread, Vec::<String>::new(), "comments that the list does not show");
    let mut missing = Vec::new();
    for (field, screen) in SHOWN {
        // Of those that every response has, the ones of the responses that were opened.
        let most = if screen == "response" { opened(field) } else { usize::MAX };
        let strings = dealer.given.get(field).context(field)?.iter().take(most);
        missing.extend(strings.filter(|string| !read(screen, string)).map(|string| format!("{field}: {string}")));
    }
    assert_eq!(missing, Vec::<String>::new(), "strings that cannot be read where they belong");
    team.browser.close().await
}

/// How many strings of a field the opened responses show: they are written first.
fn opened(field: &str) -> usize {
    let whole = WHOLE as usize;
    match field {
        "Submission.attributes.*" => whole * 12,
        "ResponseChange.tags[]" => whole * 9,
        _ => whole,
    }
}
