//! The session: what follows which score, what is required, every way through the steps, and that what was typed survives.

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

fn must(id: &str) -> Ask {
    Ask { required: true, ..ask(id, Control::Text) }
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

/// The ids of the questions that are shown.
fn shown(session: &Session) -> Vec<&str> {
    let asks = session.asks().iter().enumerate();
    asks.filter(|(place, _)| session.shows(*place)).map(|(_, ask)| ask.id.as_str()).collect()
}

fn answered(answers: &[Answer]) -> Vec<&str> {
    answers.iter().map(|answer| answer.question.as_str()).collect()
}

#[test]
fn only_questions_of_the_score_are_asked_and_answered() {
    let low = Ask { after: vec![[0, 6]], ..ask("low", Control::Text) };
    let both = Ask { after: vec![[0, 2], [9, 10]], ..ask("both", Control::Choice) };
    for (score, expected) in [(0, vec!["low", "both"]), (6, vec!["low"]), (9, vec!["both"]), (7, vec![])] {
        let mut session = Session::new(vec![low.clone(), both.clone()], score);
        assert_eq!(session.is_done(), expected.is_empty());
        assert_eq!(answered(&session.answers(full)), expected);
        for (step, id) in expected.iter().enumerate() {
            assert_eq!((session.step(), shown(&session)), (step, vec![*id]), "one question a step");
            assert_eq!(session.is_last(), step + 1 == expected.len());
            assert!(session.send(&words(), full));
        }
        assert!(session.is_done() && !session.shows_first() || expected.is_empty());
    }
}

#[test]
fn a_single_follow_up_stands_below_the_first_question_and_ends_the_survey() {
    let mut session = Session::new(vec![ask("why", Control::Text)], 9);
    assert!(session.shows_first() && session.is_last());
    assert_eq!(session.progress(), None, "one question needs no steps");
    assert!(session.send(&words(), empty));
    assert!(session.is_done() && !session.shows_first());
}

#[test]
fn several_follow_ups_are_steps_with_progress_and_a_way_back() {
    let asks = vec![ask("a", Control::Text), ask("b", Control::Choice), ask("c", Control::Text)];
    let mut session = Session::new(asks, 9);
    let mut seen = Vec::new();
    loop {
        seen.push((session.step(), session.progress().map(|at| (at.question, at.total)), session.shows_first()));
        assert!(session.send(&words(), full));
        if session.is_done() {
            break;
        }
    }
    assert_eq!(seen, [(0, Some((2, 4)), true), (1, Some((3, 4)), false), (2, Some((4, 4)), false)]);

    let mut session = Session::new(vec![ask("a", Control::Text), ask("b", Control::Text)], 9);
    session.back();
    assert_eq!((session.step(), session.shows_first()), (0, true), "nothing lies before the first step");
    assert!(session.send(&words(), full));
    assert_eq!((session.step(), shown(&session)), (1, vec!["b"]));
    session.back();
    assert_eq!((session.step(), shown(&session), session.shows_first()), (0, vec!["a"], true));
    assert!(session.send(&words(), full) && session.send(&words(), full));
    assert!(session.is_done());
}

#[test]
fn answers_are_all_that_the_form_holds_at_every_step() {
    let asks = vec![ask("a", Control::Text), ask("b", Control::Text), ask("c", Control::Text)];
    let mut session = Session::new(asks, 9);
    let held = |field: &str| if field == "q.b" { vec![] } else { full(field) };
    assert_eq!(answered(&session.answers(held)), ["a", "c"], "typed on a step that was left again counts too");
    assert!(session.send(&words(), held));
    assert_eq!(answered(&session.answers(held)), ["a", "c"]);
}

#[test]
fn a_required_question_holds_its_step_until_it_is_answered() {
    let mut session = Session::new(vec![must("must"), ask("may", Control::Text)], 5);
    assert!(!session.send(&words(), empty));
    assert_eq!((session.step(), session.is_done()), (0, false));
    assert_eq!((&*session.asks()[0].fault, &*session.asks()[1].fault), ("!", ""));
    assert!(!session.mend(empty));
    assert!(session.mend(full));
    assert_eq!(session.asks()[0].fault, "");
    assert!(session.send(&words(), full));
    assert!(session.send(&words(), full) && session.is_done());
}

#[test]
fn a_required_question_ahead_holds_nothing_back_and_back_forgives() {
    let mut session = Session::new(vec![ask("may", Control::Text), must("must")], 5);
    assert!(session.send(&words(), empty), "it is not asked yet");
    assert!(!session.send(&words(), empty));
    assert_eq!(session.asks()[1].fault, "!");
    session.back();
    assert_eq!(session.asks()[1].fault, "", "nobody is told off on the way back");
    assert!(session.send(&words(), empty));
    assert!(!session.is_done());
}

#[test]
fn a_required_question_that_was_emptied_again_is_shown_again() {
    let mut session = Session::new(vec![must("a"), ask("b", Control::Text)], 5);
    assert!(session.send(&words(), full));
    assert_eq!(session.step(), 1);
    assert!(!session.send(&words(), empty));
    assert_eq!((session.step(), shown(&session), session.is_done()), (0, vec!["a"], false));
}

#[test]
fn a_changed_score_asks_other_questions_and_loses_no_text() {
    let low = |id: &str| Ask { required: true, after: vec![[0, 6]], ..ask(id, Control::Text) };
    let mut session = Session::new(vec![low("a"), low("b"), ask("c", Control::Text)], 3);
    assert!(!session.send(&words(), empty));
    session.set_score(9);
    assert_eq!((shown(&session), session.is_last()), (vec!["c"], true));
    session.set_score(3);
    assert_eq!(shown(&session), ["a"]);
    assert!(session.send(&words(), full) && session.send(&words(), full));
    assert_eq!(session.step(), 2);
    session.set_score(9);
    assert_eq!((session.step(), shown(&session)), (0, vec!["c"]), "no step without a question");
    assert!(session.send(&words(), full));
    session.set_score(3);
    assert_eq!(session.score(), 9, "the answers are sent: the score stands");
    assert!(session.is_done());
}

#[test]
fn a_score_that_asks_nothing_is_done_until_it_changes() {
    let low = Ask { after: vec![[0, 6]], ..ask("low", Control::Text) };
    let mut session = Session::new(vec![low], 9);
    assert!(session.is_done() && shown(&session).is_empty());
    session.set_score(2);
    assert!(!session.is_done() && session.shows_first());
}

#[test]
fn empty_fields_are_no_answers() {
    let asks = vec![ask("text", Control::Text), ask("choice", Control::Choice), ask("scale", Control::Scale)];
    let session = Session::new(asks, 1);
    let read = |field: &str| if field == "q.text" { vec![" \n".to_owned()] } else { Vec::new() };
    assert_eq!(session.answers(read), []);
    let answers = session.answers(|_| vec!["4".to_owned()]);
    assert_eq!(answers[0].text.as_deref(), Some("4"));
    assert_eq!(answers[1].choices.as_deref(), Some(&["4".to_owned()][..]));
    assert_eq!(answers[2].value, Some(4));
}
