//! Every view state rendered natively: each metric and control, left to right and right to left, with and without faults.

use std::collections::BTreeMap;

use bearing_shared::instrument::Instrument;
use bearing_shared::look::Style;
use bearing_shared::metric::Group;
use bearing_shared::question::{Choice, Kind, Question};
use bearing_shared::text::LocalText;

use super::*;
use crate::session::Session;
use crate::tree::{Node, Refused, parse};

const SHOP: SiteFacts<'static> =
    SiteFacts { name: "Shop <&>", privacy_url: Some("https://shop.example/privacy?a=1&b=2") };

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
        style: Style::default(),
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
    hosted_form(&HostedForm { view, action: "", hidden: &hidden, work: 0, given: &given, faults: &faults })
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
            let tree = first_question_tree(&SurveyView { survey: &survey, locale, site: SHOP }).unwrap();
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
            assert_eq!(tags[..4], ["div", "form", "fieldset", "legend"]);
            assert_eq!(elements[2].1["role"], "radiogroup");
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
        ("<div><a href=\"javascript:1\">x</a></div>", Refused::Attribute("href".into())),
        ("<div><a href=\"http://shop.example\">x</a></div>", Refused::Attribute("href".into())),
        ("<div><a href=\"\">x</a></div>", Refused::Attribute("href".into())),
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
            let html = form(SurveyView { survey: &survey, locale, site: SHOP }, &[], &[]);
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
    let html = form(SurveyView { survey: &survey, locale: "en", site: SHOP }, &[], &[]);
    assert!(html.contains("<div class=\"after n4 n5\"><fieldset id=\"q.topics\""), "{html}");
}

#[test]
fn a_form_that_comes_back_keeps_what_was_entered_and_says_what_is_wrong_beside_it() {
    let survey = full(Instrument::Nps);
    let given: [(&str, &[&str]); 3] =
        [("q.score", &["10"]), ("q.why", &["\n</textarea><script>alert(1)</script>&amp;"]), ("q.topics", &["price"])];
    let html =
        form(SurveyView { survey: &survey, locale: "en", site: SHOP }, &given, &[("one", "Please <b>answer</b>.")]);
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
    survey.endings = vec![ending(&[Group::Promoters], evil)];
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let tree = serde_json::to_value(first_question_tree(&view).unwrap()).unwrap();
    let fieldset = &tree[2][0][2][0];
    assert_eq!(fieldset[2][0][2][0], evil);
    assert_eq!(fieldset[2][1][2][0][2][0][1]["aria-label"], format!("0: {evil}"));
    let shown = |state| preview(&view, &Preview { position: Position::Corner, scheme: Scheme::Auto, state });
    for html in [
        form(view, &[], &[]),
        hosted_thanks(&view, Some(Group::Promoters)),
        shown(State::First),
        shown(State::Follow { score: 3, step: 1 }),
        shown(State::Thanks { score: 9 }),
    ] {
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}

#[test]
fn thanks_are_the_surveys_own_or_the_languages() {
    let mut survey = full(Instrument::Csat);
    let thanks = |survey: &Survey| hosted_thanks(&SurveyView { survey, locale: "de", site: SHOP }, None);
    assert!(thanks(&survey).contains(Language::of("de").ui.thanks));
    survey.thanks = LocalText::one("de", "Bis bald!");
    assert!(thanks(&survey).contains("<p tabindex=\"-1\" class=\"thanks\">Bis bald!</p>"), "{}", thanks(&survey));
}

/// An ending that says `words` and links to a review site.
fn ending(groups: &[Group], words: &str) -> look::Ending {
    let link = look::Link { url: "https://reviews.example/?a=1&b=2".into(), text: LocalText::one("en", words) };
    look::Ending { groups: groups.to_vec(), text: LocalText::one("en", words), link: Some(link) }
}

#[test]
fn stars_and_faces_are_heard_as_the_numbers_they_are() {
    for (style, class) in [(Style::Numbers, "scale"), (Style::Stars, "scale stars"), (Style::Faces, "scale faces")] {
        let mut survey = Survey::standard("x", Instrument::Csat);
        survey.questions[0].style = style;
        let html = first_question(&SurveyView { survey: &survey, locale: "en", site: SHOP });
        assert!(html.contains(&format!("<div class=\"{class}\">")), "{html}");
        assert!(
            html.contains("aria-label=\"1: Very dissatisfied\"") && html.contains("aria-label=\"5: Very satisfied\"")
        );
        assert!(html.contains("value=\"3\" required><span>3</span>"), "the label says the number: {html}");
    }
}

#[test]
fn the_foot_says_who_reads_the_answer_and_how_to_be_left_alone() {
    let survey = full(Instrument::Nps);
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let html = first_question(&view);
    for part in [
        "<details class=\"foot\"><summary>About this survey</summary>",
        "Your answer is read by Shop &lt;&amp;&gt;. ",
        "<span class=\"anonymous\">It is anonymous.</span>",
        "<span class=\"identified\">It is linked to your customer account.</span>",
        "href=\"https://shop.example/privacy?a=1&amp;b=2\"",
        "<button type=\"button\" class=\"never\">",
        "<button type=\"button\" class=\"withdraw\">",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    let tree = first_question_tree(&view).expect("the foot belongs in a tree");
    let link = elements(&tree).into_iter().find(|(tag, _)| *tag == "a").expect("a link");
    assert_eq!(
        (link.1["href"], link.1["target"], link.1["rel"]),
        ("https://shop.example/privacy?a=1&b=2", "_blank", "noopener noreferrer")
    );
    let plain = SurveyView { site: SiteFacts { name: "Shop", privacy_url: None }, ..view };
    assert!(!first_question(&plain).contains("<a "), "no page, no link");
}

#[test]
fn the_hosted_form_says_the_same_and_knows_who_answers() {
    let survey = full(Instrument::Nps);
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let page = |hidden: &[(String, String)]| {
        hosted_form(&HostedForm {
            view,
            action: "",
            hidden,
            work: 0,
            given: &BTreeMap::new(),
            faults: &BTreeMap::new(),
        })
    };
    let nobody = page(&[]);
    assert!(nobody.contains("<span class=\"anonymous\">It is anonymous. </span>"), "{nobody}");
    assert!(
        nobody.contains("<span hidden class=\"identified\">") && nobody.contains("shop.example/privacy"),
        "{nobody}"
    );
    let customer = page(&[("customer".to_owned(), "cust-42".to_owned())]);
    assert!(customer.contains("<span hidden class=\"anonymous\">"), "{customer}");
    assert!(customer.contains("<span class=\"identified\">It is linked to"), "{customer}");
}

#[test]
fn the_hosted_form_says_what_work_goes_with_its_display_token_and_only_there() {
    let survey = full(Instrument::Nps);
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let none = BTreeMap::new();
    let hidden = [("id".to_owned(), "r".to_owned()), ("display".to_owned(), "tok\"en".to_owned())];
    let page = |work| {
        hosted_form(&HostedForm { view, action: "", hidden: &hidden, work, given: &none, faults: &BTreeMap::new() })
    };
    assert!(!page(0).contains("data-work"), "{}", page(0));
    let attacked = page(18);
    assert_eq!(attacked.matches("data-work=\"18\"").count(), 1, "{attacked}");
    let field = attacked.split('<').find(|part| part.contains("data-work")).expect("the field");
    assert!(field.contains("name=\"display\"") && field.contains("value=\"tok&quot;en\""), "{field}");
}

#[test]
fn a_trap_stands_in_every_hosted_form_once_and_empty_out_of_peoples_way() {
    let survey = full(Instrument::Nps);
    let (none, no_faults) = (BTreeMap::new(), BTreeMap::new());
    for language in Language::ALL {
        let view = SurveyView { survey: &survey, locale: language.locale, site: SHOP };
        // A form that comes back: what a program wrote into the trap is not passed on as a hidden field.
        let hidden = [(TRAP_FIELD.to_owned(), "https://spam.example".to_owned())];
        let html =
            hosted_form(&HostedForm { view, action: "", hidden: &hidden, work: 0, given: &none, faults: &no_faults });
        assert_eq!(html.matches(TRAP_FIELD).count(), 1, "{html}");
        assert!(!html.contains("spam.example"), "{html}");
        let trap = html.split("<p ").find(|part| part.contains("class=\"trap\"")).expect("the trap");
        assert!(trap.split('>').next().is_some_and(|tag| tag.contains("aria-hidden=\"true\"")), "{trap}");
        let trap = trap.split("</p>").next().expect("its end");
        for part in [language.ui.empty, "type=\"text\"", "tabindex=\"-1\"", "autocomplete=\"off\""] {
            assert!(trap.contains(part), "{part} is missing in {trap}");
        }
        assert!(!html.contains("style="), "the style sheet alone hides it: {html}");
    }
}

#[test]
fn each_group_has_its_own_thanks_and_a_link_that_leads_out() {
    let mut survey = full(Instrument::Nps);
    survey.endings = vec![ending(&[Group::Promoters], "Review us"), ending(&[Group::Detractors], "Help")];
    survey.endings[1].text = LocalText::default();
    survey.endings[1].link = None;
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let promoters = hosted_thanks(&view, Some(Group::Promoters));
    for part in [
        ">Review us</p>",
        "href=\"https://reviews.example/?a=1&amp;b=2\"",
        "class=\"send link\"",
        "rel=\"noopener noreferrer\"",
    ] {
        assert!(promoters.contains(part), "{part} is missing in {promoters}");
    }
    for group in [Some(Group::Detractors), Some(Group::Passives), None] {
        let html = hosted_thanks(&view, group);
        assert!(html.contains(Language::of("en").ui.thanks) && !html.contains("<a "), "{group:?}: {html}");
    }
}

#[test]
fn the_card_asks_one_question_a_step_and_ends_with_thanks() {
    let mut survey = full(Instrument::Nps);
    survey.endings = vec![ending(&[Group::Detractors], "Help")];
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let (words, endings) = (view.words(), [view.ending(&survey.endings[0])]);
    let asks = survey.questions.iter().skip(1).map(|question| view.ask(question)).collect();
    let mut session = Session::new(asks, 9);
    let show = |session: &Session| printed(|| view::rest::draw(session, &words, &endings));
    // A promoter is asked why, then one; the topics are the detractors'.
    let html = show(&session);
    assert!(
        html.contains("<div role=\"group\" aria-label=\"Question 2 of 3\"><div class=\"q\"><label for=\"q.why\">"),
        "{html}"
    );
    assert!(html.contains("<div hidden role=\"group\"><fieldset id=\"q.topics\""), "{html}");
    assert!(
        html.contains(">Next</button>") && !html.contains("class=\"back\"") && !html.contains("progress"),
        "{html}"
    );
    assert!(html.ends_with("<div role=\"status\"></div>"), "{html}");
    assert!(session.send(&words, |_| Vec::new()));
    let html = show(&session);
    assert!(html.contains("aria-label=\"Question 3 of 3\"") && html.contains("<span>3 / 3</span>"), "{html}");
    assert_eq!(html.matches("<i class=\"on\"></i>").count(), 3, "{html}");
    assert!(
        html.contains("<button type=\"button\" class=\"back\">Back</button>") && html.contains(">Send</button>"),
        "{html}"
    );
    assert!(!session.send(&words, |_| Vec::new()));
    assert!(show(&session).contains("id=\"q.one-fault\""), "{}", show(&session));
    session.back();
    session.set_score(3);
    let html = show(&session);
    assert!(html.contains("aria-label=\"Question 2 of 4\""), "{html}");
    while session.send(&words, |_| vec!["speed".into()]) && !session.is_done() {}
    let html = show(&session);
    assert!(html.starts_with("<form novalidate=\"\" hidden class=\"rest\">"), "{html}");
    assert!(html.contains("<div role=\"status\"><p tabindex=\"-1\" class=\"thanks\">Help</p><p><a "), "{html}");
}

#[test]
fn a_single_follow_up_has_no_steps() {
    let survey = Survey::standard("x", Instrument::Nps);
    let view = SurveyView { survey: &survey, locale: "en", site: SHOP };
    let asks = survey.questions.iter().skip(1).map(|question| view.ask(question)).collect();
    let session = Session::new(asks, 9);
    let html = printed(|| view::rest::draw(&session, &view.words(), &[]));
    assert!(
        html.contains(">Send</button>") && !html.contains("role=\"group\"") && !html.contains("Question"),
        "{html}"
    );
}

#[test]
fn a_preview_shows_each_state_where_and_as_it_is_asked_to() {
    let mut survey = full(Instrument::Nps);
    survey.endings = vec![ending(&[Group::Promoters], "Review us")];
    let view = SurveyView { survey: &survey, locale: "ar", site: SHOP };
    let show = |position, scheme, state| preview(&view, &Preview { position, scheme, state });
    let first = show(Position::Corner, Scheme::Auto, State::First);
    assert!(first.starts_with("<section aria-label=\"استبيان قصير\" lang=\"ar\" class=\"corner\">"), "{first}");
    assert!(
        first.contains("<form class=\"first\">")
            && first.contains("<div class=\"more\"></div>")
            && !first.contains(" checked"),
        "{first}"
    );
    assert!(first.contains("class=\"close\"") && first.contains("class=\"foot\""), "{first}");
    let follow = show(Position::Centre, Scheme::Dark, State::Follow { score: 3, step: 0 });
    assert!(follow.starts_with("<dialog") && follow.contains("class=\"centre dark\""), "{follow}");
    assert!(follow.contains("value=\"3\" required checked") && follow.contains("q.why"), "{follow}");
    let second = show(Position::Bar, Scheme::Light, State::Follow { score: 3, step: 99 });
    assert!(second.contains("class=\"bar light\"") && !second.contains("<form class=\"first\">"), "{second}");
    assert!(second.contains("<span>4 / 4</span>"), "the last step: {second}");
    let thanks = show(Position::Inline, Scheme::Auto, State::Thanks { score: 10 });
    assert!(thanks.contains("https://reviews.example/") && !thanks.contains("<form class=\"first\">"), "{thanks}");
}

#[test]
fn the_style_sheet_says_the_colours_that_are_checked() {
    let sheet = include_str!("view/card.css");
    let blocks: Vec<&str> = sheet.split("  color-scheme: ").take(3).collect();
    for (block, colours) in blocks.iter().zip([look::Colours::LIGHT, look::Colours::DARK, look::Colours::DARK]) {
        for (name, colour) in colours.named().into_iter().filter(|(name, _)| *name != "edge") {
            let (_, rest) =
                block.split_once(&format!("var(--bearing-{name}, ")).unwrap_or_else(|| panic!("{name} in {block}"));
            let written = rest.split(')').next().and_then(look::Colour::parse);
            assert_eq!(written, Some(colour), "{name}");
        }
    }
}

#[test]
fn style_sheets_load_nothing_and_size_in_px() {
    for (name, sheet) in [
        ("card", include_str!("view/card.css")),
        ("rest", include_str!("view/rest.css")),
        ("stars", include_str!("view/stars.css")),
        ("faces", include_str!("view/faces.css")),
        ("bar", include_str!("view/bar.css")),
        ("centre", include_str!("view/centre.css")),
    ] {
        for word in ["url(", "@import", "rem;", "rem ", "expression"] {
            assert!(!sheet.contains(word), "{word} in {name}.css");
        }
    }
}
