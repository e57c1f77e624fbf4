//! Every text field of the API, read from its description: filled with strings of script, or refused, or never shown.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use serde_json::{Value, json};

/// What becomes of a string of script in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// It is taken, and shown to somebody or stored beside what is: the tests of this folder fill it.
    Filled,
    /// It is refused: what the field takes holds no script.
    Refused,
    /// It is taken and shown to nobody, for this reason.
    Unshown(&'static str),
}

use Field::{Filled, Refused, Unshown};

const COUNTED: &str = "events are counted in cells of what the site names itself; nothing of them is kept";
const NAMES_ONE: &str = "it names what is there already: whatever else it says is not found";

/// Each text field as the description has it: its schema, its member, and `[]`, `.*` or `.<name>` for what a list or map
/// holds.
pub(crate) const FIELDS: [(&str, Field); 100] = [
    ("(whole)", Filled),
    ("AttributeRule.is[]", Filled),
    ("AttributeRule.is_not[]", Filled),
    ("AttributeRule.name", Refused),
    ("Choice.id", Refused),
    ("Choice.text.*", Filled),
    ("Choice.text.<name>", Refused),
    ("Context.device", Filled),
    ("Context.locale", Filled),
    ("Context.referrer", Filled),
    ("Context.title", Filled),
    ("Context.url", Filled),
    ("Dimension.name", Refused),
    ("Dimension.values[]", Filled),
    ("Ending.text.*", Filled),
    ("Ending.text.<name>", Refused),
    ("EraseRequest.customer", Unshown("whoever is named is erased, and kept as a keyed hash")),
    ("EraseRequest.site", Refused),
    ("EventIn.attributes.*", Unshown(COUNTED)),
    ("EventIn.attributes.<name>", Unshown(COUNTED)),
    ("EventIn.device", Unshown(COUNTED)),
    ("EventIn.locale", Unshown(COUNTED)),
    ("EventIn.survey", Unshown(COUNTED)),
    ("EventIn.touchpoint", Unshown(COUNTED)),
    ("Given.choices[]", Refused),
    ("Given.question", Refused),
    ("Given.text", Filled),
    ("HeldRequest.customer", Unshown("it asks for a file of what is held, as JSON")),
    ("HeldRequest.site", Refused),
    ("InvitationCreate.email", Filled),
    ("KeyCreate.name", Filled),
    ("Link.text.*", Filled),
    ("Link.text.<name>", Refused),
    ("Link.url", Filled),
    ("On.name", Filled),
    ("On.selector", Filled),
    ("Palette.accent", Refused),
    ("Palette.line", Refused),
    ("Palette.muted", Refused),
    ("Palette.on_accent", Refused),
    ("Palette.surface", Refused),
    ("Palette.text", Refused),
    ("Palette.tint", Refused),
    ("Palette.wrong", Refused),
    ("PasswordChange.current", Unshown("a password: compared with its hash")),
    ("PasswordChange.new", Unshown("a password: kept as a hash")),
    ("Question.high.*", Filled),
    ("Question.high.<name>", Refused),
    ("Question.id", Refused),
    ("Question.low.*", Filled),
    ("Question.low.<name>", Refused),
    ("Question.text.*", Filled),
    ("Question.text.<name>", Refused),
    ("Respondent.customer", Filled),
    ("Respondent.visitor", Filled),
    ("ResponseChange.tags[]", Filled),
    ("ResponsesChange.add_tags[]", Filled),
    ("ResponsesChange.ids[]", Unshown(NAMES_ONE)),
    ("ResponsesChange.remove_tags[]", Unshown(NAMES_ONE)),
    ("Rules.cancel[]", Filled),
    ("Rules.from", Refused),
    ("Rules.locales[]", Refused),
    ("Rules.until", Refused),
    ("SessionPatch.locale", Refused),
    ("SessionPatch.name", Filled),
    ("ShareCreate.filter.*", Filled),
    ("ShareCreate.filter.<name>", Refused),
    ("ShareCreate.name", Filled),
    ("SiteCreate.name", Filled),
    ("SiteCreate.origins[]", Refused),
    ("SiteCreate.time_zone", Refused),
    ("SitePatch.name", Filled),
    ("SitePatch.origins[]", Refused),
    ("SitePatch.privacy_url", Filled),
    ("SitePatch.time_zone", Refused),
    ("SitePatch.url_parameters[]", Filled),
    ("Submission.answered_at", Unshown("a time: what is none is left out")),
    ("Submission.attributes.*", Filled),
    ("Submission.attributes.<name>", Refused),
    ("Submission.display", Unshown("a token: looked at and not kept")),
    ("Submission.id", Refused),
    ("Submission.shown_at", Unshown("a time: what is none is left out")),
    ("Submission.survey", Refused),
    ("Submission.touchpoint", Filled),
    ("SurveyContent.default_locale", Refused),
    ("SurveyContent.name", Filled),
    ("SurveyContent.thanks.*", Filled),
    ("SurveyContent.thanks.<name>", Refused),
    ("SurveyContent.touchpoints[]", Refused),
    ("SurveyCreate.default_locale", Refused),
    ("SurveyCreate.name", Filled),
    ("SurveyCreate.site", Refused),
    ("SurveyCreate.thanks.*", Filled),
    ("SurveyCreate.thanks.<name>", Refused),
    ("SurveyCreate.touchpoints[]", Refused),
    ("Theme.font", Refused),
    ("UrlRule.value", Filled),
    ("WebhookCreate.site", Refused),
    ("WebhookCreate.url", Filled),
    ("WebhookPatch.url", Filled),
];

/// The fields that a test of this folder fills.
pub(crate) fn filled() -> BTreeSet<&'static str> {
    FIELDS.iter().filter(|(_, field)| *field == Filled).map(|(name, _)| *name).collect()
}

/// The text fields of every request's body.
fn described(description: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let schemas = &description["components"]["schemas"];
    for operation in description["paths"].as_object().into_iter().flat_map(serde_json::Map::values) {
        for verb in operation.as_object().into_iter().flat_map(serde_json::Map::values) {
            for content in verb["requestBody"]["content"].as_object().into_iter().flat_map(serde_json::Map::values) {
                walk(schemas, &content["schema"], "", &mut found);
            }
        }
    }
    found
}

/// Adds the text fields of a schema that stands at `path`. A text with a fixed choice, a format or a pattern is none.
fn walk(schemas: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        let named = &schemas[name];
        // What only gives a text or a map another name stands where it is used.
        let has_members = ["properties", "oneOf", "allOf"].iter().any(|part| !named[part].is_null());
        return walk(schemas, named, if has_members { name } else { path }, found);
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|inner| walk(schemas, inner, path, found));
    }
    let is_text =
        schema["type"] == "string" || schema["type"].as_array().is_some_and(|all| all.contains(&json!("string")));
    if is_text && ["enum", "const", "format", "pattern"].iter().all(|part| schema[part].is_null()) {
        found.insert(if path.is_empty() { "(whole)".to_owned() } else { path.to_owned() });
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        walk(schemas, member, &format!("{path}.{name}"), found);
    }
    for (part, mark) in [("items", "[]"), ("additionalProperties", ".*"), ("propertyNames", ".<name>")] {
        if schema[part].is_object() {
            walk(schemas, &schema[part], &format!("{path}{mark}"), found);
        }
    }
}

#[tokio::test]
async fn every_text_field_of_the_description_is_filled_with_script_or_has_a_reason_not_to_be() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let described = described(&stage.api.read("/openapi.json").await?);
    let listed: BTreeSet<String> = FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let forgotten: Vec<_> = described.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&described).collect();
    assert!(forgotten.is_empty() && gone.is_empty(), "not listed: {forgotten:#?}; not described: {gone:#?}");
    Ok(())
}

/// The string that refused fields are tried with: short, in one line, and sharp in most places.
const SCRIPT: &str = "\"><svg/onload=__ran()>";

/// How each refused field is asked: the method, the address, the body with the string in it. `{site}`, `{survey}` and
/// `{response}` stand for ids.
fn asked(field: &str, survey: &Value) -> Option<(&'static str, &'static str, Value)> {
    let site = |member: &str, value: Value| Some(("PATCH", "/v1/sites/{site}", json!({ member: value })));
    let content = |content: Value| Some(("PATCH", "/v1/surveys/{survey}?site={site}", content));
    let made = |member: &str, value: Value| {
        Some(("POST", "/v1/surveys?site={site}", json!({ "metric": "nps", member: value })))
    };
    // The survey's own questions with one thing changed.
    let question = |place: usize, member: &str, value: Value| {
        let mut questions = survey["questions"].clone();
        questions[place][member] = value;
        content(json!({ "questions": questions }))
    };
    let choices = |first: Value| {
        let second = json!({ "id": "b", "text": { "en": "b" } });
        let mut questions = survey["questions"].clone();
        questions[1] = json!({ "id": "c", "kind": "choice", "text": { "en": "c" }, "choices": [first, second] });
        content(json!({ "questions": questions }))
    };
    let ending = |text: Value, link: Value| {
        content(json!({ "endings": [{ "groups": ["detractors"], "text": text, "link": link }] }))
    };
    let palette = |name: &str| site("theme", json!({ "light": { name: SCRIPT } }));
    let sent = |member: &str, value: Value| {
        let mut response = json!({
            "id": "01932f6e-7a51-7bd2-9c4f-00000000000a", "seq": 0, "survey": survey["id"], "version": 1,
            "answers": [{ "question": "score", "value": 1 }],
        });
        response[member] = value;
        Some(("POST", "/v1/responses?site={site}", response))
    };
    let rules = |member: &str, value: Value| content(json!({ "rules": { member: value } }));
    match field {
        "AttributeRule.name" => rules("attributes", json!([{ "name": SCRIPT, "is": ["x"] }])),
        "Choice.id" => choices(json!({ "id": SCRIPT, "text": { "en": "a" } })),
        "Choice.text.<name>" => choices(json!({ "id": "a", "text": { SCRIPT: "a" } })),
        "Dimension.name" => site("dimensions", json!([{ "name": SCRIPT }])),
        "Ending.text.<name>" => ending(json!({ SCRIPT: "x" }), Value::Null),
        "EraseRequest.site" => Some(("POST", "/v1/respondents/erase", json!({ "customer": "x", "site": SCRIPT }))),
        "Given.choices[]" => {
            sent("answers", json!([{ "question": "score", "value": 1 }, { "question": "why", "choices": [SCRIPT] }]))
        }
        "Given.question" => sent("answers", json!([{ "question": SCRIPT, "value": 1 }])),
        "HeldRequest.site" => Some(("POST", "/v1/respondents/export", json!({ "customer": "x", "site": SCRIPT }))),
        "Link.text.<name>" => ending(
            Value::Object(serde_json::Map::new()),
            json!({ "url": "https://x.example", "text": { SCRIPT: "x" } }),
        ),
        "Question.high.<name>" => question(0, "high", json!({ SCRIPT: "x" })),
        "Question.id" => question(1, "id", json!(SCRIPT)),
        "Question.low.<name>" => question(0, "low", json!({ SCRIPT: "x" })),
        "Question.text.<name>" => question(1, "text", json!({ SCRIPT: "x" })),
        "Rules.from" => rules("from", json!(SCRIPT)),
        "Rules.locales[]" => rules("locales", json!([SCRIPT])),
        "Rules.until" => rules("until", json!(SCRIPT)),
        "SessionPatch.locale" => Some(("PATCH", "/v1/session", json!({ "locale": SCRIPT }))),
        "ShareCreate.filter.<name>" => {
            Some(("POST", "/v1/shares?site={site}", json!({ "name": "x", "filter": { SCRIPT: "x" } })))
        }
        "SiteCreate.origins[]" => Some(("POST", "/v1/sites", json!({ "name": "x", "origins": [SCRIPT] }))),
        "SiteCreate.time_zone" => Some(("POST", "/v1/sites", json!({ "name": "x", "time_zone": SCRIPT }))),
        "SitePatch.origins[]" => site("origins", json!([SCRIPT])),
        "SitePatch.time_zone" => site("time_zone", json!(SCRIPT)),
        "Submission.attributes.<name>" => sent("attributes", json!({ SCRIPT: "x" })),
        "Submission.id" => sent("id", json!(SCRIPT)),
        "Submission.survey" => sent("survey", json!(SCRIPT)),
        "SurveyContent.default_locale" => content(json!({ "default_locale": SCRIPT })),
        "SurveyContent.thanks.<name>" => content(json!({ "thanks": { SCRIPT: "x" } })),
        "SurveyContent.touchpoints[]" => content(json!({ "touchpoints": [SCRIPT] })),
        "SurveyCreate.default_locale" => made("default_locale", json!(SCRIPT)),
        "SurveyCreate.site" => Some(("POST", "/v1/surveys?site={site}", json!({ "metric": "nps", "site": SCRIPT }))),
        "SurveyCreate.thanks.<name>" => made("thanks", json!({ SCRIPT: "x" })),
        "SurveyCreate.touchpoints[]" => made("touchpoints", json!([SCRIPT])),
        "Theme.font" => site("theme", json!({ "font": SCRIPT })),
        "WebhookCreate.site" => Some((
            "POST",
            "/v1/webhooks",
            json!({ "site": SCRIPT, "url": "https://x.example/", "events": ["response.stored"] }),
        )),
        _ => palette(field.strip_prefix("Palette.")?),
    }
}

#[tokio::test]
async fn fields_that_hold_no_script_refuse_it() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let survey = stage.api.read(&format!("/v1/surveys/{}", stage.survey)).await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    let mut taken = Vec::new();
    for (field, _) in FIELDS.iter().filter(|(_, field)| *field == Refused) {
        let (method, path, body) = asked(field, &survey).with_context(|| format!("nobody asks {field}"))?;
        let path = path.replace("{site}", &stage.site).replace("{survey}", &stage.survey);
        // Without the string the same is taken or refused for its own reasons: that is what other tests are about.
        let (status, reply) = team::ask(&browser, method, &path, body).await?;
        let is_rejected = reply["results"][0]["status"] == "rejected";
        if !(400..500).contains(&status) && !is_rejected {
            taken.push(format!("{field}: {status} {reply}"));
        }
    }
    assert_eq!(taken, Vec::<String>::new());
    browser.close().await
}
