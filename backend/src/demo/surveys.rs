//! The sample site's surveys: CSAT on the product page, CES at the checkout, NPS on the thank-you page.

use bearing_shared::cell::Dimension;
use bearing_shared::look::Style;
use bearing_shared::metric::Group;
use bearing_shared::question::{Choice, Kind, Question};
use bearing_shared::survey::Survey;
use bearing_shared::text::LocalText;

use super::visit::{COUNTRIES, PLANS, Place};

/// The attributes that the sample site declares.
pub(super) fn dimensions() -> Vec<Dimension> {
    vec![
        Dimension { name: "plan".into(), values: PLANS.map(Into::into).to_vec() },
        Dimension { name: "country".into(), values: COUNTRIES.map(|country| country.code.into()).to_vec() },
    ]
}

/// The survey of a page.
pub(super) fn survey(place: Place) -> Survey {
    let name = match place {
        Place::ThankYou => "After an order",
        Place::Product => "Product page",
        Place::Checkout => "Checkout",
    };
    let mut survey = Survey::standard(name, place.metric().default_instrument());
    survey.touchpoints = vec![place.touchpoint().to_owned()];
    match place {
        // Each score group is asked its own question instead of the standard `why`.
        Place::ThankYou => drop(survey.questions.splice(1.., nps())),
        Place::Product => survey.questions.insert(1, found()),
        Place::Checkout => survey.questions.insert(1, step()),
    }
    survey
}

fn nps() -> Vec<Question> {
    vec![
        text(
            "improve",
            &[Group::Detractors],
            ["What went wrong?", "Wat ging er mis?", "Was ist schiefgelaufen?", "ما الذي لم يسر على ما يرام؟"],
        ),
        text(
            "missing",
            &[Group::Passives],
            [
                "What would have made it a 9 or a 10?",
                "Wat had er een 9 of 10 van gemaakt?",
                "Was hätte daraus eine 9 oder 10 gemacht?",
                "ما الذي كان سيجعلها 9 أو 10؟",
            ],
        ),
        text(
            "liked",
            &[Group::Promoters],
            [
                "What did you like most?",
                "Wat beviel u het meest?",
                "Was hat Ihnen am besten gefallen?",
                "ما أكثر شيء أعجبك؟",
            ],
        ),
        choice(
            "topics",
            &[],
            true,
            ["What was it about?", "Waar ging het over?", "Worum ging es?", "ما الموضوع؟"],
            &[
                ("quality", ["The lamp", "De lamp", "Die Lampe", "المصباح"]),
                ("price", ["The price", "De prijs", "Der Preis", "السعر"]),
                ("delivery", ["Delivery", "De levering", "Die Lieferung", "التوصيل"]),
                ("website", ["The website", "De website", "Die Website", "الموقع"]),
            ],
        ),
    ]
}

fn found() -> Question {
    choice(
        "found",
        &[],
        false,
        [
            "Did you find what you were looking for?",
            "Vond u wat u zocht?",
            "Haben Sie gefunden, was Sie gesucht haben?",
            "هل وجدت ما كنت تبحث عنه؟",
        ],
        &[
            ("yes", ["Yes", "Ja", "Ja", "نعم"]),
            ("partly", ["Partly", "Gedeeltelijk", "Teilweise", "جزئيًا"]),
            ("no", ["No", "Nee", "Nein", "لا"]),
        ],
    )
}

fn step() -> Question {
    choice(
        "step",
        &[Group::Neutral, Group::Difficult],
        false,
        ["Which step was hard?", "Welke stap was lastig?", "Welcher Schritt war schwierig?", "أي خطوة كانت صعبة؟"],
        &[
            ("address", ["Address", "Adres", "Adresse", "العنوان"]),
            ("delivery", ["Delivery", "Levering", "Lieferung", "التوصيل"]),
            ("payment", ["Payment", "Betaling", "Bezahlung", "الدفع"]),
        ],
    )
}

fn text(id: &str, groups: &[Group], words: [&str; 4]) -> Question {
    question(id, Kind::Text, groups, words)
}

fn choice(id: &str, groups: &[Group], multiple: bool, words: [&str; 4], choices: &[(&str, [&str; 4])]) -> Question {
    let choices = choices.iter().map(|(id, words)| Choice { id: (*id).to_owned(), text: local(*words) }).collect();
    Question { choices, multiple, ..question(id, Kind::Choice, groups, words) }
}

fn question(id: &str, kind: Kind, groups: &[Group], words: [&str; 4]) -> Question {
    Question {
        id: id.to_owned(),
        kind,
        text: local(words),
        low: LocalText::default(),
        high: LocalText::default(),
        required: false,
        groups: groups.to_vec(),
        choices: Vec::new(),
        multiple: false,
        style: Style::default(),
    }
}

/// One text in English, Dutch, German and Arabic; other languages fall back to English.
fn local(words: [&str; 4]) -> LocalText {
    let pairs = ["en", "nl", "de", "ar"].into_iter().zip(words);
    LocalText(pairs.map(|(locale, text)| (locale.to_owned(), text.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_answers_only_what_was_asked() {
        let surveys = Place::ALL.map(|place| (place, survey(place)));
        for answer in super::super::sample::sample(1_795_302_000_000, 2_000).answers {
            let (_, survey) = surveys.iter().find(|(place, _)| *place == answer.place).unwrap();
            let asked: Vec<_> = survey.follow_ups(answer.score).collect();
            if let Some((question, _)) = &answer.comment {
                assert!(asked.iter().any(|asked| asked.id == *question && asked.kind == Kind::Text), "{answer:?}");
            }
            if let Some((question, picked)) = &answer.choices {
                let question = asked.iter().find(|asked| asked.id == *question).unwrap();
                assert!(picked.len() == 1 || question.multiple, "{answer:?}");
                assert!(picked.iter().all(|id| question.choices.iter().any(|choice| choice.id == *id)), "{answer:?}");
            }
        }
    }

    #[test]
    fn the_sample_surveys_can_be_published() {
        for place in Place::ALL {
            let survey = survey(place);
            survey.check().unwrap_or_else(|fault| panic!("{place:?}: {fault:?}"));
            assert_eq!(survey.touchpoints, [place.touchpoint()]);
        }
    }
}
