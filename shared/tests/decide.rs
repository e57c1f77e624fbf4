//! Deciding: every case of `decide.json`, and made-up ones on which Rust and the loader's JavaScript must agree.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use bearing_shared::rule::{Asking, Memory, Page, Reason, decide};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// Made-up cases that both languages decide.
const MADE_UP: usize = 5_000;

fn file() -> Value {
    serde_json::from_str(include_str!("decide.json")).expect("decide.json is JSON")
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// A case's inputs: the base, changed by what the case names.
fn filled(base: &Value, case: &Value) -> Value {
    let known = ["name", "survey", "rules", "config", "page", "visitor", "reasons"];
    let unread = object(case).into_iter().find(|(name, _)| !known.contains(&name.as_str()));
    assert_eq!(unread, None, "{}: the case has a property that nothing reads", case["name"]);
    let merged = |name: &str| {
        let mut whole = object(&base[name]);
        whole.extend(object(&case[name]));
        whole
    };
    let mut survey = merged("survey");
    if let Some(rules) = case.get("rules") {
        survey.insert("rules".into(), rules.clone());
    }
    let mut config = object(&json!({"surveys": [survey]}));
    config.extend(object(&case["config"]));
    json!({"config": config, "page": merged("page"), "visitor": merged("visitor"), "now": base["now"]})
}

fn decided(inputs: &Value) -> Vec<Vec<&'static str>> {
    let read = |name: &str| inputs[name].clone();
    let config: Asking = serde_json::from_value(read("config")).expect("is a config");
    let page: Page = serde_json::from_value(read("page")).expect("is a page");
    let visitor: Memory = serde_json::from_value(read("visitor")).expect("is a visitor");
    let reasons = decide(&config, &page, &visitor, inputs["now"].as_i64().expect("is a time"));
    reasons.into_iter().map(|reasons| reasons.into_iter().map(Reason::code).collect()).collect()
}

#[test]
fn every_case_is_decided_as_the_file_says() {
    let file = file();
    let cases = file["cases"].as_array().expect("has cases");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = json!(decided(&filled(&file["base"], case)));
            (found != case["reasons"]).then(|| format!("{}: {found} and not {}", case["name"], case["reasons"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_file_has_every_reason_with_its_sentence() {
    let file = file();
    let listed = ["reasons", "reasons_of_the_loader", "reasons_of_the_server"]
        .into_iter()
        .flat_map(|group| file[group].as_array().cloned().unwrap_or_default());
    let known = Reason::ALL.iter().map(|reason| json!([reason.code(), reason.text()]));
    assert_eq!(listed.collect::<Vec<_>>(), known.collect::<Vec<_>>());
}

/// The loader's JavaScript is run by Node, which `cargo xtask setup` asks for.
#[test]
fn rust_and_javascript_never_disagree() {
    let mut runner = TestRunner::deterministic();
    let strategy = inputs();
    let cases: Vec<Value> =
        (0..MADE_UP).map(|_| strategy.new_tree(&mut runner).expect("can be made up").current()).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("made-up-cases.json");
    std::fs::write(&path, serde_json::to_vec(&cases).expect("is JSON")).expect("can be written");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agree.mjs");
    let output = Command::new("node").arg(script).arg(&path).output().expect("node runs; see `cargo xtask setup`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Vec<Value> = serde_json::from_slice(&output.stdout).expect("prints the reasons as JSON");
    assert_eq!(theirs.len(), cases.len());

    let mut met: BTreeSet<&str> = BTreeSet::new();
    let mut due = 0;
    for (case, theirs) in cases.iter().zip(&theirs) {
        let ours = decided(case);
        assert_eq!(&json!(ours), theirs, "{case}");
        due += ours.iter().filter(|reasons| reasons.is_empty()).count();
        met.extend(ours.into_iter().flatten());
    }
    // Agreement on nothing but the first reason would prove little.
    assert!(due > MADE_UP / 100, "only {due} surveys were due");
    let every: BTreeSet<&str> =
        Reason::ALL.iter().take_while(|reason| **reason != Reason::Open).map(|reason| reason.code()).collect();
    assert_eq!(met, every);
}

/// One of some values.
fn one(values: Vec<Value>) -> BoxedStrategy<Value> {
    prop::sample::select(values).boxed()
}

/// An object with each property there or not; most are not, so that surveys are due at times.
fn some(properties: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let mut whole = Just(Map::new()).boxed();
    for (name, values) in properties {
        whole = (whole, prop::option::weighted(0.2, values))
            .prop_map(move |(mut whole, value)| {
                whole.extend(value.map(|value| (name.to_owned(), value)));
                whole
            })
            .boxed();
    }
    whole.prop_map(Value::Object).boxed()
}

fn list(values: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(values, 0..3).prop_map(Value::Array).boxed()
}

/// Any text; the loader's own reading ends a line where no address and no checked rule has one.
fn text(pattern: &str) -> BoxedStrategy<Value> {
    prop::string::string_regex(pattern).expect("is a pattern").prop_map(Value::String).boxed()
}

const NOW: i64 = 1_800_000_000_000;

/// Times around what some days ago was, to the millisecond, and ahead.
fn time() -> BoxedStrategy<Value> {
    (0..4_i64, -1..2_i64).prop_map(|(days, off)| json!(NOW - days * 86_400_000 + off)).boxed()
}

fn days() -> BoxedStrategy<Value> {
    (1..4).prop_map(|days| json!(days)).boxed()
}

fn happening(extra: &'static str, most: i32) -> BoxedStrategy<Value> {
    let with = move |kind: Value, extra_value: i32| {
        let mut kind = object(&kind);
        if extra_value > 0 || extra == "ago_s" {
            kind.insert(extra.into(), json!(extra_value));
        }
        Value::Object(kind)
    };
    let kinds = vec![
        json!({"on": "page_view"}),
        json!({"on": "exit_intent"}),
        json!({"on": "scroll", "percent": 50}),
        json!({"on": "scroll", "percent": 51}),
        json!({"on": "click", "selector": "a"}),
        json!({"on": "click", "selector": "b"}),
        json!({"on": "inactivity", "seconds": 9}),
        json!({"on": "inactivity", "seconds": 10}),
        json!({"on": "track", "name": "a"}),
        json!({"on": "track", "name": "b"}),
    ];
    (one(kinds), 0..most).prop_map(move |(kind, value)| with(kind, value)).boxed()
}

fn rules() -> BoxedStrategy<Value> {
    let url = (
        one(["exact", "prefix", "contains", "glob"].map(Value::from).into()),
        text("(https://a|/)?[/ab*?#é😀.]{1,5}"),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(how, value, not)| json!({"match": how, "value": value, "not": not}))
        .boxed();
    let numbers = || (-2..3).prop_map(|number| json!(number)).boxed();
    let texts = || prop::collection::vec(text("[-01.a]{0,2}"), 1..3).prop_map(Value::Array);
    let attribute = prop_oneof![
        texts().prop_map(|values| json!({"name": "n", "is": values})),
        texts().prop_map(|values| json!({"name": "n", "is_not": values})),
        numbers().prop_map(|number| json!({"name": "n", "at_least": number})),
        numbers().prop_map(|number| json!({"name": "n", "at_most": number})),
    ];
    let moments = ["2027-01-15T08:00:00.000Z", "2027-01-15T07:00:00.001-01:00", "2027-01-15T08:00:00.1Z"];
    let moment = || one(moments.map(Value::from).into());
    some(vec![
        ("triggers", prop::collection::vec(happening("delay_s", 3), 1..3).prop_map(Value::Array).boxed()),
        ("cancel", list(one(vec![json!("a"), json!("c")]))),
        ("urls", list(url)),
        ("devices", list(one(vec![json!("desktop"), json!("mobile")]))),
        ("locales", list(one(["pt", "pt-BR", "PT-br", "nl", "zh-hant"].map(Value::from).into()))),
        ("attributes", list(attribute.boxed())),
        ("from", moment()),
        ("until", moment()),
        ("sample_percent", (0..=10_000).prop_map(|share| json!(f64::from(share) / 100.0)).boxed()),
        ("again_after_days", days()),
        ("shows", (1..3).prop_map(|shows| json!(shows)).boxed()),
    ])
}

fn inputs() -> impl Strategy<Value = Value> {
    let touchpoints = || ["", "a", "b"].map(Value::from).into();
    let survey = some(vec![
        ("touchpoints", list(one(touchpoints()))),
        ("position", one(["corner", "inline", "bar"].map(Value::from).into())),
    ]);
    let survey = (survey, rules(), one(vec![json!("sv_a"), json!("sv_é")]), one(vec![json!("nps"), json!("ces")]))
        .prop_map(|(survey, rules, id, metric)| {
            let mut survey = object(&survey);
            survey.extend([("id".into(), id), ("metric".into(), metric), ("rules".into(), rules)]);
            Value::Object(survey)
        })
        .boxed();
    let rest = some(vec![("site_days", days()), ("nps_days", days()), ("ces_days", days()), ("csat_days", days())]);
    let config = (prop::collection::vec(survey, 1..3), some(vec![("rest", rest), ("signals", list(signals()))]))
        .prop_map(|(surveys, others)| {
            let mut config = object(&others);
            config.insert("surveys".into(), json!(surveys));
            Value::Object(config)
        });
    let wanted = ["", "pt", "pt-BR", "pT-br", "pt-PT", "ptx", "nl-", "zh-Hant-TW", "é"];
    let value = prop_oneof![
        text("[-01.a ]{0,4}"),
        (-2..3).prop_map(|number| json!(number)),
        any::<bool>().prop_map(Value::from)
    ];
    let page = (
        text("(https://a|https://a/|about:)[/ab?#é😀.]{0,7}"),
        one(touchpoints()),
        one(vec![json!("desktop"), json!("tablet")]),
        one(wanted.map(Value::from).into()),
        some(vec![("n", value.boxed())]),
        list(happening("ago_s", 4)),
        some(vec![("dnt", truth()), ("gpc", truth()), ("consent", truth())]),
    )
        .prop_map(|(url, touchpoint, device, locale, attributes, happened, others)| {
            let mut page = object(&others);
            let given = json!({"url": url, "touchpoint": touchpoint, "device": device, "locale": locale,
                "attributes": attributes, "happened": happened});
            page.extend(object(&given));
            Value::Object(page)
        });
    let seen = || {
        some(vec![
            ("shown", time()),
            ("answered", time()),
            ("dismissed", time()),
            ("shows", (0..4).prop_map(|shows| json!(shows)).boxed()),
        ])
    };
    let visitor = (
        text("[a|é😀👩‍]{0,4}"),
        some(vec![
            ("surveys", some(vec![("sv_a", seen()), ("sv_é", seen())])),
            ("metrics", some(vec![("nps", time()), ("ces", time())])),
            ("site", time()),
            ("declined", time()),
        ]),
    )
        .prop_map(|(id, others)| {
            let mut visitor = object(&others);
            visitor.insert("id".into(), id);
            Value::Object(visitor)
        });
    (config, page, visitor)
        .prop_map(|(config, page, visitor)| json!({"config": config, "page": page, "visitor": visitor, "now": NOW}))
}

fn signals() -> BoxedStrategy<Value> {
    one(vec![json!("dnt"), json!("gpc")])
}

fn truth() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}
