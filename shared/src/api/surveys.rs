//! Surveys on the wire.

use serde::{Deserialize, Serialize};

use crate::id::{SiteId, SurveyId};
use crate::instrument::Instrument;
use crate::look::{Ending, Look};
use crate::metric::Metric;
use crate::question::Question;
use crate::rule::Rules;
use crate::survey::Survey;
use crate::text::LocalText;

/// Whether a survey is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SurveyState {
    /// Never published.
    Draft,
    /// Shown.
    Published,
    /// Not shown for now.
    Paused,
}

impl SurveyState {
    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Paused => "paused",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Paused].into_iter().find(|state| state.name() == name)
    }
}

/// A survey as the management API shows it: the content being edited, and what is published.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "FlatSurvey")]
pub struct SurveyReply {
    /// The survey.
    pub id: SurveyId,
    /// Its site.
    pub site: SiteId,
    /// Whether it is shown.
    pub state: SurveyState,
    /// The latest published version; null before the first.
    pub version: Option<u32>,
    /// Whether the content below was edited since that version.
    pub edited: bool,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// When it last changed, RFC 3339 UTC.
    pub updated_at: String,
    /// The content being edited.
    #[serde(flatten)]
    pub survey: Survey,
}

/// One published version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "FlatVersion")]
pub struct VersionReply {
    /// Its number, from 1.
    pub version: u32,
    /// When it was published, RFC 3339 UTC.
    pub published_at: String,
    /// Its content.
    #[serde(flatten)]
    pub survey: Survey,
}

/// How a reply with a survey's content in it is read. What serde flattens it keeps in a form of its own first, and every
/// type inside is then compiled a second time for that form: the dashboard would be a tenth larger.
macro_rules! flat {
    ($flat:ident for $reply:ident { $($field:ident: $kind:ty),* }) => {
        #[derive(Deserialize)]
        struct $flat {
            $($field: $kind,)*
            name: String,
            metric: Metric,
            instrument: Instrument,
            #[serde(default)]
            touchpoints: Vec<String>,
            #[serde(default)]
            priority: i32,
            default_locale: String,
            questions: Vec<Question>,
            #[serde(default)]
            thanks: LocalText,
            #[serde(default)]
            endings: Vec<Ending>,
            #[serde(default)]
            rules: Rules,
            #[serde(default)]
            look: Look,
        }

        impl From<$flat> for $reply {
            fn from(flat: $flat) -> Self {
                let survey = Survey {
                    name: flat.name,
                    metric: flat.metric,
                    instrument: flat.instrument,
                    touchpoints: flat.touchpoints,
                    priority: flat.priority,
                    default_locale: flat.default_locale,
                    questions: flat.questions,
                    thanks: flat.thanks,
                    endings: flat.endings,
                    rules: flat.rules,
                    look: flat.look,
                };
                Self { $($field: flat.$field,)* survey }
            }
        }
    };
}

flat!(FlatSurvey for SurveyReply {
    id: SurveyId,
    site: SiteId,
    state: SurveyState,
    version: Option<u32>,
    edited: bool,
    created_at: String,
    updated_at: String
});
flat!(FlatVersion for VersionReply { version: u32, published_at: String });

/// A new survey: what is left out comes from the standard survey of its instrument.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SurveyCreate {
    /// The site; defaults to the key's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// What it measures.
    pub metric: Metric,
    /// The metric with its scale; defaults to the metric's usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
    /// What the owner calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The touchpoints it is shown at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touchpoints: Option<Vec<String>>,
    /// Which survey goes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The locale that stands in for a missing text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    /// The questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<Vec<Question>>,
    /// The thanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thanks: Option<LocalText>,
    /// The thanks of some groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endings: Option<Vec<Ending>>,
    /// When it is shown, to whom, and how often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
}

impl SurveyCreate {
    /// The new survey's content, the standard survey where nothing is said.
    pub fn into_survey(self) -> Survey {
        let instrument = self.instrument.unwrap_or(self.metric.default_instrument());
        let mut survey = Survey::standard(&format!("{} survey", self.metric.name().to_uppercase()), instrument);
        // A metric that does not fit its instrument is for `Survey::check` to refuse.
        survey.metric = self.metric;
        SurveyContent {
            name: self.name,
            touchpoints: self.touchpoints,
            priority: self.priority,
            default_locale: self.default_locale,
            questions: self.questions,
            thanks: self.thanks,
            endings: self.endings,
            rules: self.rules,
            look: self.look,
        }
        .apply(&mut survey);
        survey
    }
}

/// A change to a survey: only what is named changes. Metric and instrument never do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SurveyContent {
    /// What the owner calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The touchpoints it is shown at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touchpoints: Option<Vec<String>>,
    /// Which survey goes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The locale that stands in for a missing text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    /// The questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<Vec<Question>>,
    /// The thanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thanks: Option<LocalText>,
    /// The thanks of some groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endings: Option<Vec<Ending>>,
    /// When it is shown, to whom, and how often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
}

impl SurveyContent {
    /// Puts what is named into a survey.
    pub fn apply(self, survey: &mut Survey) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut survey.name, self.name);
        set(&mut survey.touchpoints, self.touchpoints);
        set(&mut survey.priority, self.priority);
        set(&mut survey.default_locale, self.default_locale);
        set(&mut survey.questions, self.questions);
        set(&mut survey.thanks, self.thanks);
        set(&mut survey.endings, self.endings);
        set(&mut survey.rules, self.rules);
        set(&mut survey.look, self.look);
    }
}
