//! The config that the loader reads: rules and texts of the published surveys, in one locale.

use serde::Serialize;

use crate::id::{SiteKey, SurveyId};
use crate::look::{Ending, Position, Scheme};
use crate::metric::{Group, Metric};
use crate::question::{Kind, Question};
use crate::rule::{Rest, Rules, Signal};
use crate::survey::Survey;
use crate::text::{Language, Ui, direction};

/// The version of the config's and the trees' form.
pub const FORMAT: u32 = 1;

/// The config of one site for one locale and touchpoint; `T` is an element tree.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config<T> {
    /// The form of this document.
    pub v: u32,
    /// The site's public key.
    pub site: SiteKey,
    /// The locale of the texts.
    pub locale: String,
    /// The direction of writing: `ltr` or `rtl`.
    pub dir: &'static str,
    /// Where the renderer is, relative to the loader; null in a server built without it.
    pub build: Option<Build>,
    /// The interface texts.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub ui: Ui,
    /// The published surveys, first the one that goes first.
    pub surveys: Vec<SurveyConfig>,
    /// How long the site leaves its visitors alone; absent: not at all.
    #[serde(skip_serializing_if = "Rest::is_none")]
    pub rest: Rest,
    /// The browser's signals that keep a visitor from being asked; absent: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// First questions of the surveys that may be due now, at most two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<Tree<T>>,
    /// The card's style sheet for these trees with the site's theme, where there are trees.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub css: String,
    /// The site's privacy page; absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<String>,
    /// `light` or `dark`; absent: as the visitor's system is.
    #[serde(skip_serializing_if = "Scheme::is_auto")]
    pub scheme: Scheme,
    /// The parameters that stay in pages' addresses, as an address spells them; absent: none leaves the browser.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
}

/// Where the renderer is.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Build {
    /// The glue module.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
}

/// One published survey in one locale.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyConfig {
    /// The survey.
    pub id: SurveyId,
    /// The published version.
    pub version: u32,
    /// What it measures.
    pub metric: Metric,
    /// The touchpoints it is shown at; absent: any page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touchpoints: Vec<String>,
    /// When it is shown, to whom and how often, addresses as browsers write them; absent: on page view, to everybody.
    #[serde(skip_serializing_if = "Rules::is_default")]
    pub rules: Rules,
    /// The questions.
    pub questions: Vec<QuestionConfig>,
    /// The survey's own thanks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub thanks: String,
    /// The thanks of some scores; the first that fits is taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endings: Vec<EndingConfig>,
    /// Where it stands; absent: in the corner.
    #[serde(skip_serializing_if = "Position::is_corner")]
    pub position: Position,
}

/// The end of a survey after some scores, in one locale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndingConfig {
    /// The scores that it follows, as ranges with both ends included.
    pub after: Vec<[u8; 2]>,
    /// What is said; absent: the survey's thanks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where the respondent may go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkConfig>,
}

/// A link in one locale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkConfig {
    /// An `https` address (`http` only on localhost).
    pub url: String,
    /// Its words.
    pub text: String,
}

/// One question in one locale. The first one's words are in its tree.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionConfig {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// The wording; absent for the first question.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whether it must be answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Asked only after a score in one of these ranges, both ends included; absent: after any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<[u8; 2]>,
    /// The choices, as pairs of id and wording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<(String, String)>,
    /// Whether several may be picked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
}

/// The first question of a survey as an element tree.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tree<T> {
    /// The form of this document.
    pub v: u32,
    /// The survey.
    pub survey: SurveyId,
    /// Its version.
    pub version: u32,
    /// The locale of the texts.
    pub locale: String,
    /// The tree: a text, or `[tag, {attribute: value}, [children]]`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<serde_json::Value>))]
    pub root: T,
}

/// The reply of the address that gives one tree alone.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FirstQuestion<T> {
    /// The tree.
    #[serde(flatten)]
    pub tree: Tree<T>,
    /// The card's style sheet for this tree with the site's theme.
    pub css: String,
}

impl SurveyConfig {
    /// A survey as the loader needs it, its texts in `locale`.
    pub fn new(id: SurveyId, version: u32, survey: &Survey, locale: &str) -> Self {
        let fallback = &survey.default_locale;
        let bands = survey.instrument.definition().bands;
        let range = |group: &Group| bands.iter().find(|band| band.group == *group).map(|band| [band.low, band.high]);
        let question = |(place, question): (usize, &Question)| QuestionConfig {
            id: question.id.clone(),
            kind: question.kind,
            text: if place == 0 { String::new() } else { question.text.get(locale, fallback).to_owned() },
            required: question.required && place > 0,
            after: question.groups.iter().filter_map(range).collect(),
            choices: question
                .choices
                .iter()
                .map(|choice| (choice.id.clone(), choice.text.get(locale, fallback).to_owned()))
                .collect(),
            multiple: question.multiple,
        };
        let ending = |ending: &Ending| EndingConfig {
            after: ending.groups.iter().filter_map(range).collect(),
            text: ending.text.get(locale, fallback).to_owned(),
            link: ending
                .link
                .as_ref()
                .map(|link| LinkConfig { url: link.url.clone(), text: link.text.get(locale, fallback).to_owned() }),
        };
        Self {
            id,
            version,
            metric: survey.metric,
            touchpoints: survey.touchpoints.clone(),
            rules: survey.rules.for_browsers(),
            questions: survey.questions.iter().enumerate().map(question).collect(),
            thanks: survey.thanks.get(locale, fallback).to_owned(),
            endings: survey.endings.iter().map(ending).collect(),
            position: survey.look.position,
        }
    }
}

impl<T> Config<T> {
    /// The config's head for a locale, without surveys.
    pub fn new(site: SiteKey, locale: &str, build: Option<Build>) -> Self {
        let ui = Language::of(locale).ui;
        let (locale, dir) = (locale.to_owned(), direction(locale));
        Self {
            v: FORMAT,
            site,
            locale,
            dir,
            build,
            ui,
            surveys: Vec::new(),
            rest: Rest::default(),
            signals: Vec::new(),
            trees: Vec::new(),
            css: String::new(),
            privacy: None,
            scheme: Scheme::Auto,
            parameters: Vec::new(),
        }
    }
}
