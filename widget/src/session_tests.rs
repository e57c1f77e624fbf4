//! The session: what follows which score, what is required, and that what was typed survives.

use super::*;

fn ask(id: &str, control: Control) -> Ask {
    Ask {
        id: id.to_owned(),
        control,
        text: id.to_owned(),
        scale: None,
        choices: Vec::new(),
        multiple: true,
        required: false,
        after: Vec::new(),
        given: Vec::new(),
        fault: String::new(),
    }
}

fn words() -> Words {
    Words { required: "!".to_owned(), ..Words::default() }
}

/// A form that holds one value in every field.
fn full(_: &str) -> Vec<String> {
    vec!["x".to_owned()]
}

fn empty(_: &str) -> Vec<String> {
    vec![" ".to_owned()]
}

#[test]
fn only_questions_of_the_score_are_answered() {
    let low = Ask { after: vec![[0, 6]], ..ask("low", Control::Text) };
    let both = Ask { after: vec![[0, 2], [9, 10]], ..ask("both", Control::Choice) };
    for (score, expected) in [(0, vec!["low", "both"]), (6, vec!["low"]), (9, vec!["both"]), (7, vec![])] {
        let mut session = Session::new(vec![low.clone(), both.clone()], score);
        assert_eq!(session.is_done(), expected.is_empty());
        let answers = session.send(&words(), full).unwrap();
        assert_eq!(answers.iter().map(|answer| answer.question.as_str()).collect::<Vec<_>>(), expected);
        assert!(session.is_done());
    }
}

#[test]
fn a_required_question_holds_the_answers_back_until_it_is_answered() {
    let must = Ask { required: true, ..ask("must", Control::Text) };
    let mut session = Session::new(vec![must, ask("may", Control::Text)], 5);
    assert_eq!(session.send(&words(), empty), None);
    assert!(!session.is_done());
    assert_eq!(session.asks()[0].fault, "!");
    assert_eq!(session.asks()[1].fault, "");
    assert!(!session.mend(empty));
    assert!(session.mend(full));
    assert_eq!(session.asks()[0].fault, "");
    assert_eq!(session.send(&words(), full).unwrap().len(), 2);
}

#[test]
fn a_required_question_of_other_scores_holds_nothing_back() {
    let must = Ask { required: true, after: vec![[0, 6]], ..ask("must", Control::Text) };
    let mut session = Session::new(vec![must, ask("may", Control::Text)], 3);
    assert_eq!(session.send(&words(), empty), None);
    session.set_score(9);
    assert_eq!(session.send(&words(), empty), Some(Vec::new()));
    session.set_score(3);
    assert_eq!(session.score(), 9, "the answers are sent: the score stands");
}

#[test]
fn empty_fields_are_no_answers() {
    let asks = vec![ask("text", Control::Text), ask("choice", Control::Choice), ask("scale", Control::Scale)];
    let mut session = Session::new(asks, 1);
    let read = |field: &str| if field == "q.text" { vec![" \n".to_owned()] } else { Vec::new() };
    assert_eq!(session.clone().send(&words(), read), Some(Vec::new()));
    let answers = session.send(&words(), |_| vec!["4".to_owned()]).unwrap();
    assert_eq!(answers[0].text.as_deref(), Some("4"));
    assert_eq!(answers[1].choices.as_deref(), Some(&["4".to_owned()][..]));
    assert_eq!(answers[2].value, Some(4));
}
