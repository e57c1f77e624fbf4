//! What a browser sends for one response, and the rules that make it an answer that can be stored and counted.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::fault::{Code, Fault};
use crate::id::ResponseId;
use crate::question::is_name;
use crate::survey::Survey;

/// The most characters of one text answer.
pub const TEXT_LIMIT: usize = 4_000;
/// The most answers of one response.
pub const ANSWERS_LIMIT: usize = 20;
/// The most attributes of one response.
pub const ATTRIBUTES_LIMIT: usize = 20;
/// The most characters of an attribute's value.
pub const ATTRIBUTE_LIMIT: usize = 200;
/// The most characters kept of a name that a stranger chose (touchpoint, locale, visitor, customer).
const NAME_LIMIT: usize = 200;
/// The most characters kept of an address or a page title.
const CONTEXT_LIMIT: usize = 1_000;

/// One response as it is sent: all of it so far, at each `seq`. Unknown fields are ignored.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Submission {
    /// The response's id: a UUIDv7 made by the client.
    pub id: String,
    /// Which edition of the response this is; a higher one replaces a lower one.
    #[serde(default)]
    pub seq: u32,
    /// The survey that was answered.
    pub survey: String,
    /// The version that was shown; the first published one is 1.
    pub version: u32,
    /// The touchpoint it was shown at.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// Whether the respondent finished.
    #[serde(default)]
    pub completed: bool,
    /// Whether this is a try-out that stays outside every score.
    #[serde(default)]
    pub test: bool,
    /// Whether the respondent takes the response back: it is erased, arrived or not, and its id stays barred. A browser does so
    /// with the `display` of the response, within 8 days of its showing.
    #[serde(default)]
    pub withdrawn: bool,
    /// The answers.
    #[serde(default)]
    pub answers: Vec<Given>,
    /// Who answered.
    #[serde(default)]
    pub respondent: Respondent,
    /// What the site says about the respondent or the occasion.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub attributes: BTreeMap<String, Plain>,
    /// Where it was answered.
    #[serde(default)]
    pub context: Context,
    /// How long ago things happened when this was sent, in milliseconds; wins over the absolute times.
    #[serde(default)]
    pub age_ms: Option<Age>,
    /// The token of its showing, as the `shown` event returned it; with `~` and a number where work was asked for. Once a
    /// response has one, every later edition of it from a browser names the same.
    #[serde(default)]
    pub display: Option<String>,
    /// When the survey was shown, RFC 3339; judged only without `age_ms`.
    #[serde(default)]
    pub shown_at: Option<String>,
    /// When it was answered, RFC 3339; judged only without `age_ms`.
    #[serde(default)]
    pub answered_at: Option<String>,
}

/// One answer as it is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    /// The question's id.
    pub question: String,
    /// The score, for a scored question.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub value: Option<Plain>,
    /// The text, for a text question.
    #[serde(default)]
    pub text: Option<String>,
    /// The ids of the picked choices, for a choice question.
    #[serde(default)]
    pub choices: Option<Vec<String>>,
}

/// A JSON scalar whose type is judged by the rule that uses it, so that `"9"` gets a clear fault and not a parse error.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
}

impl Plain {
    /// The whole number, if it is one; 9.0 is, "9" is not.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(*number as i64),
            _ => None,
        }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text}"),
            Self::Bool(truth) => write!(f, "{truth}"),
        }
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Plain;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a text or a truth value")
            }
            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Plain, E> {
                Ok(Plain::Bool(truth))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain::Int(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Plain, E> {
                Ok(i64::try_from(number).map_or(Plain::Float(number as f64), Plain::Int))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Plain, E> {
                Ok(Plain::Float(number))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Plain, E> {
                Ok(Plain::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

/// Who answered: a visitor, or a customer whom the site names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Respondent {
    /// The browser's own random id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// The site's id of its customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// HMAC-SHA256 of the customer id under the site's identity secret, lower-case hex.
    #[serde(default, skip_serializing)]
    pub signature: Option<String>,
}

/// Where a response was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Context {
    /// The page's address; kept without fragment, and of its query only the parameters that the site keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The address of the page before; kept as the page's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The reader's locale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// `desktop`, `mobile` or `tablet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Ages at the moment of sending, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Age {
    /// Since the survey was shown.
    #[serde(default)]
    pub shown: Option<u64>,
    /// Since the answer was given.
    #[serde(default)]
    pub answered: Option<u64>,
}

/// The cleaned content of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A score on the instrument's scale.
    Score(u8),
    /// A text without control characters.
    Text(String),
    /// Ids of picked choices, each once.
    Choices(Vec<String>),
}

/// One answer as it is stored and read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// The score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u8>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The picked choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
}

/// A submission that passed every rule that needs no clock and no store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The response's id.
    pub id: ResponseId,
    /// The score of the first question.
    pub score: u8,
    /// The answers in the survey's order, empty texts and choices left out.
    pub answers: Vec<Answer>,
    /// The attributes as texts.
    pub attributes: BTreeMap<String, String>,
    /// The touchpoint; empty without one.
    pub touchpoint: String,
    /// Who answered; the signature is judged by the server.
    pub respondent: Respondent,
    /// Where it was answered; addresses still with their query.
    pub context: Context,
}

/// A text without the control characters (C0 but tab and line breaks, DEL, C1) that no reader can see.
pub fn cleaned(text: &str) -> String {
    if !text.contains(is_unseen) {
        return text.trim().to_owned();
    }
    text.replace(is_unseen, "").trim().to_owned()
}

/// Whether a letter is a control character that no reader can see.
pub(crate) fn is_unseen(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
}

/// At most `limit` characters of a cleaned text; `None` when nothing is left.
fn clipped(text: Option<&str>, limit: usize) -> Option<String> {
    let mut text = cleaned(text?);
    // Nearly every text is short and of one line, and stays as it is.
    if text.len() > limit || text.contains('\n') {
        text = text.chars().filter(|letter| *letter != '\n').take(limit).collect();
        // Cut behind a blank, it would be another text once it is cleaned again, and nobody would find it by itself.
        text.truncate(text.trim_end().len());
    }
    (!text.is_empty()).then_some(text)
}

/// A customer's id as it is stored, whoever sent it; `None` for one without a letter.
pub fn customer_id(sent: &str) -> Option<String> {
    clipped(Some(sent), NAME_LIMIT)
}

/// The id of a submission.
///
/// # Errors
/// `invalid_id`.
pub fn response_id(submission: &Submission) -> Result<ResponseId, Fault> {
    let fault = || Fault::at(Code::INVALID_ID, "id", "The id is not a UUID; make a UUIDv7 for each response.");
    ResponseId::parse(&submission.id).ok_or_else(fault)
}

/// Checks a submission against the version of the survey it answers.
///
/// # Errors
/// The first fault in the order of the wire format, with the path of its field.
pub fn check(submission: &Submission, survey: &Survey) -> Result<Checked, Fault> {
    let id = response_id(submission)?;
    if submission.answers.len() > ANSWERS_LIMIT {
        let message = format!("A response holds at most {ANSWERS_LIMIT} answers.");
        return Err(Fault::at(Code::TOO_MANY_ANSWERS, "answers", message));
    }
    let mut kept: BTreeMap<usize, Kept> = BTreeMap::new();
    for (place, given) in submission.answers.iter().enumerate() {
        let at = format!("answers[{place}]");
        let Some(index) = survey.questions.iter().position(|question| question.id == given.question) else {
            let message = "This version of the survey has no such question.";
            return Err(Fault::at(Code::UNKNOWN_QUESTION, format!("{at}.question"), message));
        };
        let question = &survey.questions[index];
        let answer =
            (question.kind.rules().keep)(question, survey.instrument, given).map_err(|fault| fault.under(&at))?;
        if kept.insert(index, answer).is_some() {
            let message = "The question is answered twice; send one answer to it.";
            return Err(Fault::at(Code::REPEATED_QUESTION, format!("{at}.question"), message));
        }
    }
    let Some(Kept::Score(score)) = kept.get(&0) else {
        let message = "Send an answer to the survey's first question with its score.";
        return Err(Fault::at(Code::MISSING_SCORE, "answers", message));
    };
    let score = *score;
    let answers = kept.into_iter().filter_map(|(index, kept)| stored(&survey.questions[index].id, kept)).collect();
    Ok(Checked {
        id,
        score,
        answers,
        attributes: check_attributes(&submission.attributes)?,
        touchpoint: clipped(submission.touchpoint.as_deref(), NAME_LIMIT).unwrap_or_default(),
        respondent: Respondent {
            visitor: clipped(submission.respondent.visitor.as_deref(), NAME_LIMIT),
            customer: clipped(submission.respondent.customer.as_deref(), NAME_LIMIT),
            signature: submission.respondent.signature.clone(),
        },
        context: Context {
            url: clipped(submission.context.url.as_deref(), CONTEXT_LIMIT),
            referrer: clipped(submission.context.referrer.as_deref(), CONTEXT_LIMIT),
            locale: clipped(submission.context.locale.as_deref(), 35),
            device: clipped(submission.context.device.as_deref(), 20),
            title: clipped(submission.context.title.as_deref(), CONTEXT_LIMIT),
        },
    })
}

fn stored(question: &str, kept: Kept) -> Option<Answer> {
    let answer = Answer { question: question.to_owned(), value: None, text: None, choices: None };
    match kept {
        Kept::Score(score) => Some(Answer { value: Some(score), ..answer }),
        Kept::Text(text) if text.is_empty() => None,
        Kept::Text(text) => Some(Answer { text: Some(text), ..answer }),
        Kept::Choices(choices) if choices.is_empty() => None,
        Kept::Choices(choices) => Some(Answer { choices: Some(choices), ..answer }),
    }
}

/// Checks attribute names and values, and makes each value a text.
///
/// # Errors
/// `too_many_attributes` or `invalid_attribute`, naming the attribute.
pub fn check_attributes(given: &BTreeMap<String, Plain>) -> Result<BTreeMap<String, String>, Fault> {
    if given.len() > ATTRIBUTES_LIMIT {
        let message = format!("A response holds at most {ATTRIBUTES_LIMIT} attributes.");
        return Err(Fault::at(Code::TOO_MANY_ATTRIBUTES, "attributes", message));
    }
    let mut attributes = BTreeMap::new();
    for (name, value) in given {
        let value = cleaned(&value.to_string());
        if !is_name(name) || value.chars().count() > ATTRIBUTE_LIMIT {
            let shown: String = name.chars().filter(|letter| !letter.is_control()).take(40).collect();
            return Err(Fault::at(
                Code::INVALID_ATTRIBUTE,
                format!("attributes.{shown}"),
                Code::INVALID_ATTRIBUTE.meaning,
            ));
        }
        attributes.insert(name.clone(), value);
    }
    Ok(attributes)
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
