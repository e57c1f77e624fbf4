//! Surveys, responses and sites whose every text is a string of script.

use serde_json::{Value, json};

use crate::strings::Dealer;

/// Choice questions of a survey, and choices of each: five times as many strings as a card shows at once.
const QUESTIONS: usize = 5;
const CHOICES: usize = 20;

/// How many characters a survey's name, an attribute's value or a part of a rule may have.
const LONG: usize = 200;

/// What a survey says, in the members that can be changed.
pub(crate) fn survey(dealer: &mut Dealer, touchpoint: &str, position: &str) -> Value {
    let mut questions = vec![json!({
        "id": "score", "kind": "nps", "required": true, "text": { "en": dealer.deal("Question.text.*") },
        "low": { "en": dealer.deal("Question.low.*") }, "high": { "en": dealer.deal("Question.high.*") },
    })];
    for number in 0..QUESTIONS {
        let choices: Vec<Value> = (0..CHOICES)
            .map(|choice| json!({ "id": format!("o{choice}"), "text": { "en": dealer.deal("Choice.text.*") } }))
            .collect();
        questions.push(json!({
            "id": format!("c{number}"), "kind": "choice", "multiple": true, "choices": choices,
            "text": { "en": dealer.deal("Question.text.*") },
        }));
    }
    questions.push(json!({ "id": "why", "kind": "text", "text": { "en": dealer.deal("Question.text.*") } }));
    json!({
        "name": dealer.fit("SurveyContent.name", LONG), "touchpoints": [touchpoint], "look": { "position": position },
        "questions": questions, "thanks": { "en": dealer.fit("SurveyContent.thanks.*", LONG) },
        "endings": [{
            "groups": ["detractors"], "text": { "en": dealer.fit("Ending.text.*", LONG) },
            "link": {
                "text": { "en": dealer.fit("Link.text.*", LONG) }, "url": address(dealer, "Link.url"),
            },
        }],
    })
}

/// Rules that say strings wherever they say anything.
pub(crate) fn rules(dealer: &mut Dealer) -> Value {
    let mut of = |field: &'static str, most: usize| dealer.pick(field, |string| is_seen(string, most));
    json!({
        "triggers": [
            { "on": "click", "selector": of("On.selector", LONG) }, { "on": "track", "name": of("On.name", 64) },
            { "on": "click", "selector": of("On.selector", LONG) }, { "on": "track", "name": of("On.name", 64) },
        ],
        "cancel": [of("Rules.cancel[]", 64), of("Rules.cancel[]", 64)],
        "urls": [
            { "match": "contains", "value": of("UrlRule.value", LONG) },
            { "match": "contains", "value": of("UrlRule.value", LONG), "not": true },
        ],
        "attributes": [
            { "name": "plan", "is": [of("AttributeRule.is[]", LONG), of("AttributeRule.is[]", LONG)] },
            { "name": "kind", "is_not": [of("AttributeRule.is_not[]", LONG), of("AttributeRule.is_not[]", LONG)] },
        ],
    })
}

/// A response that says strings wherever a stranger can say anything.
pub(crate) fn response(dealer: &mut Dealer, plain: Value) -> Value {
    let mut response = plain;
    response["touchpoint"] = json!(dealer.fit("Submission.touchpoint", LONG));
    response["respondent"] = json!({
        "visitor": dealer.fit("Respondent.visitor", LONG), "customer": dealer.fit("Respondent.customer", LONG),
    });
    // Names that a program's own objects have.
    let names = ["__proto__", "constructor", "plan", "kind", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];
    let attributes = names.map(|name| (name.to_owned(), json!(dealer.fit("Submission.attributes.*", LONG))));
    response["attributes"] = Value::Object(attributes.into_iter().collect());
    response["context"] = json!({
        "title": dealer.fit("Context.title", LONG), "locale": dealer.fit("Context.locale", 35),
        "device": dealer.fit("Context.device", 20),
        "url": address(dealer, "Context.url"),
        "referrer": address(dealer, "Context.referrer"),
    });
    response["answers"] = json!([
        { "question": "score", "value": 7 }, { "question": "why", "text": dealer.deal("Given.text") },
    ]);
    response
}

/// An https address that ends in a string, of those that an address can hold.
pub(crate) fn address(dealer: &mut Dealer, field: &'static str) -> String {
    // The last two are written otherwise in an address.
    let unfit = ['"', '<', '>', '\\', '`', '{', '}'];
    let string = dealer.pick(field, |string| {
        string.contains("ran")
            && string.is_ascii()
            && !string.contains(unfit)
            && is_seen(string, 100)
            && is_one_address(string)
    });
    format!("https://x.example/{string}")
}

/// Whether a string has no part that is cut off an address: blanks, a query, a fragment, a name before an `@`.
fn is_one_address(string: &str) -> bool {
    !string.contains(|letter: char| letter.is_whitespace() || matches!(letter, '?' | '#' | '@'))
}

/// An address that leads to a program and not to a page.
pub(crate) fn program(dealer: &mut Dealer, field: &'static str) -> String {
    let schemes = ["javascript:", "vbscript:", "data:", "livescript:", "feed:", "jar:", "view-source:"];
    dealer.pick(field, |string| schemes.iter().any(|scheme| string.to_lowercase().starts_with(scheme)))
}

/// Whether a string can be seen whole where lines, tabs and many characters are refused.
pub(crate) fn is_seen(string: &str, most: usize) -> bool {
    string.chars().count() <= most && !string.contains(char::is_control)
}
