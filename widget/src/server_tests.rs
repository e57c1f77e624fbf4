//! Every view state rendered natively: each metric and control, left to right and right to left, with and without faults.

use std::collections::BTreeMap;

use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Group;
use bearing_shared::question::{Choice, Kind, Question};
use bearing_shared::text::LocalText;

use super::*;
use crate::session::Session;
use crate::tree::{Node, Refused, parse};

/// A survey with every control: the standard questions, then several choices for detractors and a single required one.
fn full(instrument: Instrument) -> Survey {
    let mut survey = Survey::standard("x", instrument);
    let worst = survey.instrument.definition().bands[2].group;
    let choice = |id: &str, multiple, required, groups: Vec<Group>| Question {
        id: id.to_owned(),
        kind: Kind::Choice,
        text: LocalText::one("en", "What was it about?"),
        low: LocalText::default(),
        high: LocalText::default(),
        required,
        groups,
        choices: ["speed", "price"]
            .map(|id| Choice { id: id.to_owned(), text: LocalText::one("en", &id.to_uppercase()) })
            .to_vec(),
        multiple,
        style: bearing_shared::look::Style::default(),
    };
    survey.questions.push(choice("topics", true, false, vec![worst]));
    survey.questions.push(choice("one", false, true, Vec::new()));
    survey.check().expect("the survey can be asked");
    survey
}

fn form(view: SurveyView<'_>, given: &[(&str, &[&str])], faults: &[(&str, &str)]) -> String {
    let given = given
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        .collect();
    let faults = faults.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    let hidden = [("id".to_owned(), "\"><script>".to_owned()), ("seq".to_owned(), "0".to_owned())];
    hosted_form(&HostedForm { view, action: "", hidden: &hidden, given: &given, faults: &faults })
}

/// All elements below a node.
fn elements(node: &Node) -> Vec<(&str, BTreeMap<&str, &str>)> {
    let Node::Element { tag, attributes, children } = node else { return Vec::new() };
    let attributes = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    std::iter::once((tag.as_str(), attributes)).chain(children.iter().flat_map(elements)).collect()
}

#[test]
fn the_first_question_is_a_radio_group_of_the_whole_scale() {
    for instrument in Instrument::ALL {
        for locale in ["en", "ar"] {
            let survey = full(instrument);
            let tree = first_question_tree(&SurveyView { survey: &survey, locale }).unwrap();
            let elements = elements(&tree);
            let definition = instrument.definition();
            let radios: Vec<_> = elements.iter().filter(|(tag, _)| *tag == "input").collect();
            assert_eq!(radios.len(), usize::from(definition.max - definition.min) + 1);
            for ((_, radio), score) in radios.iter().zip(definition.min..) {
                assert_eq!((radio["type"], radio["name"], radio["value"]), ("radio", "q.score", &*score.to_string()));
                assert!(radio.contains_key("required"));
            }
            assert!(radios[0].1["aria-label"].starts_with(&definition.min.to_string()));
            let tags: Vec<_> = elements.iter().map(|(tag, _)| *tag).collect();
            assert_eq!(tags[..3], ["form", "fieldset", "legend"]);
            assert_eq!(elements[1].1["role"], "radiogroup");
        }
    }
}

#[test]
fn trees_are_written_as_tag_attributes_children() {
    let tree = parse("<p class=\"a\">x &lt; <!--c-->y<span></span></p>").unwrap();
    assert_eq!(serde_json::to_string(&tree).unwrap(), r#"["p",{"class":"a"},["x < y",["span",{},[]]]]"#);
}

#[test]
fn what_does_not_belong_in_a_tree_is_refused() {
    for (html, refused) in [
        ("<div><script>1</script></div>", Refused::Tag("script".into())),
        ("<div><style>a{}</style></div>", Refused::Tag("style".into())),
        ("<div><iframe></iframe></div>", Refused::Tag("iframe".into())),
        ("<div><a href=\"javascript:1\">x</a></div>", Refused::Tag("a".into())),
        ("<div onclick=\"1\"></div>", Refused::Attribute("onclick".into())),
        ("<div style=\"color:red\"></div>", Refused::Attribute("style".into())),
        ("<form action=\"https://evil.example\"></form>", Refused::Attribute("action".into())),
        ("<div><p></div>", Refused::Shape),
        ("<div></div><div></div>", Refused::Shape),
        ("<div>", Refused::Shape),
        ("text", Refused::Shape),
        ("", Refused::Shape),
    ] {
        assert_eq!(parse(html), Err(refused), "{html}");
    }
}

#[test]
fn the_hosted_form_asks_everything_without_script() {
    for instrument in Instrument::ALL {
        for (locale, send) in [("en", "Send"), ("ar", "إرسال"), ("nl-BE", "Versturen")] {
            let survey = full(instrument);
            let html = form(SurveyView { survey: &survey, locale }, &[], &[]);
            for part in [
                "<form method=\"post\" action=\"\"",
                "name=\"q.score\" value=\"1\" required",
                "<textarea id=\"q.why\" name=\"q.why\"",
                "type=\"checkbox\" name=\"q.topics\" value=\"speed\"",
                "type=\"radio\" name=\"q.one\" value=\"price\"",
                "type=\"hidden\" name=\"seq\" value=\"0\"",
                &format!("<button class=\"send\">{send}</button>"),
            ] {
                assert!(html.contains(part), "{part} is missing in {html}");
            }
            for word in ["<script", "<style", "style=", "onclick", "<!", " checked", "aria-invalid", "summary"] {
                assert!(!html.contains(word), "{word} in {html}");
            }
        }
    }
}

#[test]
fn follow_ups_of_some_scores_say_which() {
    let survey = full(Instrument::Ces1);
    let html = form(SurveyView { survey: &survey, locale: "en" }, &[], &[]);
    assert!(html.contains("<div class=\"after n4 n5\"><fieldset id=\"q.topics\""), "{html}");
}

#[test]
fn a_form_that_comes_back_keeps_what_was_entered_and_says_what_is_wrong_beside_it() {
    let survey = full(Instrument::Nps);
    let given: [(&str, &[&str]); 3] =
        [("q.score", &["10"]), ("q.why", &["\n</textarea><script>alert(1)</script>&amp;"]), ("q.topics", &["price"])];
    let html = form(SurveyView { survey: &survey, locale: "en" }, &given, &[("one", "Please <b>answer</b>.")]);
    assert!(html.contains("value=\"10\" required checked"), "{html}");
    assert!(html.contains("value=\"price\" checked"), "{html}");
    assert!(html.contains(">\n\n&lt;/textarea>&lt;script>alert(1)&lt;/script>&amp;amp;</textarea>"), "{html}");
    assert!(html.contains("<div role=\"alert\" class=\"summary\"><ul><li><a href=\"#q.one\">"), "{html}");
    assert!(html.contains("<p id=\"q.one-fault\" class=\"fault\">Please &lt;b&gt;answer&lt;/b&gt;.</p>"), "{html}");
    assert!(html.contains("aria-describedby=\"q.one-fault\""), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn texts_of_owners_are_texts_and_not_markup() {
    let mut survey = full(Instrument::Nps);
    let evil = "<!--</legend><script>\"'&--><img src=x onerror=1>";
    for question in &mut survey.questions {
        question.text = LocalText::one("en", evil);
        question.low = LocalText::one("en", evil);
        question.choices.iter_mut().for_each(|choice| choice.text = LocalText::one("en", evil));
    }
    survey.thanks = LocalText::one("en", evil);
    let view = SurveyView { survey: &survey, locale: "en" };
    let tree = serde_json::to_value(first_question_tree(&view).unwrap()).unwrap();
    assert_eq!(tree[2][0][2][0][2][0], evil);
    assert_eq!(tree[2][0][2][1][2][0][2][0][1]["aria-label"], format!("0: {evil}"));
    for html in [form(view, &[], &[]), hosted_thanks(&view)] {
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}

#[test]
fn thanks_are_the_surveys_own_or_the_languages() {
    let mut survey = full(Instrument::Csat);
    let thanks = |survey: &Survey| hosted_thanks(&SurveyView { survey, locale: "de" });
    assert!(thanks(&survey).contains(Language::of("de").ui.thanks));
    survey.thanks = LocalText::one("de", "Bis bald!");
    assert!(thanks(&survey).contains("<p tabindex=\"-1\" class=\"thanks\">Bis bald!</p>"), "{}", thanks(&survey));
}

#[test]
fn the_card_hides_the_follow_ups_of_other_scores_and_ends_with_thanks() {
    let survey = full(Instrument::Nps);
    let view = SurveyView { survey: &survey, locale: "en" };
    let words = view.words();
    let asks = survey.questions.iter().skip(1).map(|question| view.ask(question)).collect();
    let mut session = Session::new(asks, 9);
    let show = |session: &Session| printed(|| view::rest::draw(session, &words));
    assert!(show(&session).contains("<div hidden><fieldset id=\"q.topics\""), "{}", show(&session));
    assert!(show(&session).ends_with("<div role=\"status\"></div>"), "{}", show(&session));
    session.set_score(3);
    assert!(show(&session).contains("<div><fieldset id=\"q.topics\""), "{}", show(&session));
    assert_eq!(session.send(&words, |_| Vec::new()), None);
    assert!(show(&session).contains("id=\"q.one-fault\""), "{}", show(&session));
    assert!(session.send(&words, |field| if field == "q.one" { vec!["speed".into()] } else { vec![] }).is_some());
    assert!(show(&session).starts_with("<form novalidate=\"\" hidden class=\"rest\">"), "{}", show(&session));
    assert!(show(&session).contains(&words.thanks));
}
