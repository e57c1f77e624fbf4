//! What the rules for a submission let in, what they refuse, and with which code.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::instrument::Instrument;
use crate::question::{Choice, Kind, Question};
use crate::text::LocalText;

fn survey() -> Survey {
    let mut survey = Survey::standard("x", Instrument::Nps);
    let choice = |id: &str| Choice { id: id.into(), text: LocalText::one("en", id) };
    let template = survey.questions[1].clone();
    survey.questions.push(Question {
        id: "topics".into(),
        kind: Kind::Choice,
        choices: vec![choice("speed"), choice("price")],
        ..template
    });
    survey
}

fn submitted(answers: Value) -> Submission {
    serde_json::from_value(json!({
        "id": "01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11", "survey": "sv_1", "version": 1, "answers": answers
    }))
    .expect("has the wire format")
}

#[track_caller]
fn refused(answers: Value, code: Code, field: &str) {
    let fault = check(&submitted(answers), &survey()).expect_err("is refused");
    assert_eq!((fault.code, fault.field.as_deref()), (code, Some(field)), "{}", fault.message);
}

#[test]
fn zero_is_an_answer() {
    let checked = check(&submitted(json!([{"question": "score", "value": 0}])), &survey()).expect("0 is on the scale");
    assert_eq!(checked.score, 0);
}

#[test]
fn scores_off_the_scale_are_refused() {
    for value in [json!(-1), json!(11), json!(9.5), json!("9"), json!(true), json!(1e300)] {
        refused(json!([{"question": "score", "value": value}]), Code::OUT_OF_SCALE, "answers[0].value");
    }
    refused(json!([{"question": "score", "value": null}]), Code::MISSING_FIELD, "answers[0].value");
}

#[test]
fn each_wrong_answer_names_its_field() {
    let score = json!({"question": "score", "value": 9});
    refused(json!([]), Code::MISSING_SCORE, "answers");
    refused(json!([score, {"question": "nope", "text": "x"}]), Code::UNKNOWN_QUESTION, "answers[1].question");
    refused(json!([score, score]), Code::REPEATED_QUESTION, "answers[1].question");
    refused(json!([score, {"question": "why"}]), Code::MISSING_FIELD, "answers[1].text");
    refused(json!([score, {"question": "why", "text": "x".repeat(4001)}]), Code::TEXT_TOO_LONG, "answers[1].text");
    refused(json!([score, {"question": "topics", "choices": ["nope"]}]), Code::UNKNOWN_CHOICE, "answers[1].choices[0]");
    refused(
        json!([score, {"question": "topics", "choices": ["speed", "price"]}]),
        Code::UNKNOWN_CHOICE,
        "answers[1].choices",
    );
    refused(json!(vec![score.clone(); 20]), Code::REPEATED_QUESTION, "answers[1].question");
    refused(json!(vec![score; 21]), Code::TOO_MANY_ANSWERS, "answers");
}

#[test]
fn whatever_is_answered_is_kept_with_what_was_said() {
    let given = json!([
        {"question": "topics", "choices": ["price"]}, {"question": "score", "value": 9.0}, {"question": "why", "text": "x"}
    ]);
    let kept = |value, text: Option<&str>, choices: Option<Vec<String>>| (value, text.map(str::to_owned), choices);
    let checked = check(&submitted(given), &survey()).expect("is accepted");
    let answers: Vec<_> =
        checked.answers.into_iter().map(|answer| (answer.value, answer.text, answer.choices)).collect();
    let expected =
        [kept(Some(9), None, None), kept(None, Some("x"), None), kept(None, None, Some(vec!["price".into()]))];
    assert_eq!(answers, expected);
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    let whole = |value: Value| serde_json::from_value::<Plain>(value).expect("is a scalar").whole();
    for value in [json!(9), json!(9.0), json!(9e0)] {
        assert_eq!(whole(value), Some(9));
    }
    assert_eq!(whole(json!(-999_999_999_999_999.0)), Some(-999_999_999_999_999));
    for value in [json!(9.5), json!(1e15), json!(-1e15), json!(1e300), json!("9"), json!(true)] {
        assert_eq!(whole(value.clone()), None, "{value}");
    }
}

#[test]
fn a_customers_id_is_cleaned_as_an_answers_is() {
    assert_eq!(customer_id(" c_1\n").as_deref(), Some("c_1"));
    assert_eq!(customer_id(" \n"), None);
    assert_eq!(customer_id(&"x".repeat(NAME_LIMIT + 1)).map(|id| id.len()), Some(NAME_LIMIT));
}

#[test]
fn a_customers_id_as_it_is_stored_finds_itself() {
    // Cut right behind a blank, and with a blank before a line's end.
    for sent in [format!("{} b", "a".repeat(NAME_LIMIT - 1)), format!("{}\u{a0}\nb", "a".repeat(NAME_LIMIT - 1))] {
        let stored = customer_id(&sent).expect("is an id");
        assert_eq!(customer_id(&stored), Some(stored.clone()), "{sent:?}");
    }
}

#[test]
fn emoji_count_as_characters_and_control_characters_go() {
    let text = "😀".repeat(4000);
    let checked = check(
        &submitted(
            json!([{"question": "why", "text": format!("\u{0}{text}\u{7}")}, {"question": "score", "value": 9}]),
        ),
        &survey(),
    )
    .expect("4,000 four-byte characters fit");
    assert_eq!(checked.answers[1].text.as_deref(), Some(text.as_str()));
    assert_eq!(checked.answers[0].question, "score", "answers are kept in the survey's order");
}

#[test]
fn an_empty_comment_is_no_answer() {
    let checked =
        check(&submitted(json!([{"question": "score", "value": 9}, {"question": "why", "text": " \n"}])), &survey());
    assert_eq!(checked.expect("is accepted").answers.len(), 1);
}

#[test]
fn attributes_have_names_and_short_values() {
    for attributes in [json!({"Plan": "x"}), json!({"": "x"}), json!({"plan": "x".repeat(201)})] {
        let given = serde_json::from_value(attributes).expect("is an object of scalars");
        assert_eq!(check_attributes(&given).expect_err("is refused").code, Code::INVALID_ATTRIBUTE);
    }
    let many = |count: usize| (0..count).map(|number| (format!("a{number}"), Plain::Int(1))).collect();
    assert_eq!(check_attributes(&many(ATTRIBUTES_LIMIT)).map(|kept| kept.len()), Ok(ATTRIBUTES_LIMIT));
    let fault = check_attributes(&many(ATTRIBUTES_LIMIT + 1)).expect_err("is refused");
    assert_eq!(fault.code, Code::TOO_MANY_ATTRIBUTES);
    let longest = serde_json::from_value(json!({"plan": "x".repeat(200)})).expect("scalars");
    assert!(check_attributes(&longest).is_ok());
    let given = serde_json::from_value(json!({"plan": "pro", "seats": 5, "beta": true})).expect("scalars");
    assert_eq!(check_attributes(&given).expect("scalars become texts")["seats"], "5");
}

proptest! {
    #[test]
    fn no_text_makes_the_rules_panic(id: String, question: String, text: String, value: f64) {
        let submission: Submission = serde_json::from_value(json!({
            "id": id, "survey": question, "version": 1,
            "answers": [{"question": question, "text": text, "value": value}, {"question": "why", "text": text}],
            "context": {"url": text, "title": id}, "respondent": {"customer": text}
        })).expect("has the wire format");
        let _ = check(&submission, &survey());
    }

    #[test]
    fn cleaning_twice_changes_nothing(text: String) {
        let once = cleaned(&text);
        let holds_nul = once.contains('\0');
        prop_assert!(!holds_nul);
        prop_assert_eq!(cleaned(&once), once.clone());
        let stored = customer_id(&text);
        prop_assert_eq!(stored.as_deref().and_then(customer_id), stored.clone());
    }
}
