//! Scans: counts from the answers themselves, exact for every question, folded by the rules of cells.

use bearing_shared::answer::Answer;
use bearing_shared::cell;
use bearing_shared::id::SiteId;
use bearing_shared::instrument::Instrument;
use bearing_shared::question::is_name;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::cells::instrument;
use super::days::Days;
use super::filter::{self, Bound};
use super::frequent::Frequent;
use super::generations::Counting;
use super::respondents::{Last, Respondents};
use super::rows;
use super::sums::{Names, Part, Sums};
use crate::Result;
use crate::reports::{Axis, Base, Grouping, Tally, TallyQuery};

/// How the values on the axis are found in a row, and told apart.
enum Fold<'a> {
    /// There is no axis.
    None,
    /// The filter leaves these.
    Known(Vec<&'a str>),
    Touchpoint,
    Survey,
    Version,
    Device,
    Locale,
    /// Those of an attribute, by name, that are on the list; all that are sent where there is no list.
    Attribute(&'a str, Option<Vec<String>>),
    /// The choices picked at this question.
    Choice(&'a str),
    All,
    /// No answer has a value of it.
    Nothing,
}

impl<'a> Fold<'a> {
    fn of(query: &'a TallyQuery, counting: &Counting) -> Self {
        let dimension = match &query.by {
            None => return Self::None,
            Some(Axis::Touchpoint) => return Self::Touchpoint,
            Some(Axis::Survey) => return Self::Survey,
            Some(Axis::Dimension(dimension)) => dimension,
        };
        let mut asked: Vec<&str> = Vec::new();
        for (_, value) in query.filter.values.iter().filter(|(name, _)| name == dimension) {
            if !asked.contains(&value.as_str()) {
                asked.push(value);
            }
        }
        if !asked.is_empty() {
            return Self::Known(asked);
        }
        if let Some(question) = dimension.strip_prefix(cell::CHOICE) {
            return Self::Choice(question);
        }
        if let Some(name) = dimension.strip_prefix(cell::ATTRIBUTE).filter(|name| is_name(name)) {
            return Self::Attribute(name, counting.config.values(dimension).map(<[String]>::to_vec));
        }
        match dimension.as_str() {
            cell::ALL => Self::All,
            cell::VERSION => Self::Version,
            cell::DEVICE => Self::Device,
            cell::LOCALE => Self::Locale,
            _ => Self::Nothing,
        }
    }

    /// The column that the values are read from.
    fn column(&self, bound: &mut Bound) -> String {
        match self {
            Self::None | Self::Known(_) | Self::All | Self::Nothing => "NULL".into(),
            Self::Touchpoint => "touchpoint".into(),
            Self::Survey => "survey_id".into(),
            Self::Version => "version".into(),
            Self::Device => "context ->> '$.device'".into(),
            Self::Locale => "context ->> '$.locale'".into(),
            Self::Attribute(name, _) => filter::attribute(bound, name),
            Self::Choice(_) => "answers".into(),
        }
    }

    /// Visits the values of a row, each once.
    fn each(&self, sent: ValueRef<'_>, counting: &Counting, mut visit: impl FnMut(&str)) -> Result<()> {
        let text = sent.as_str_or_null().map_err(rusqlite::Error::from);
        match self {
            Self::None | Self::All => visit(""),
            Self::Nothing => {}
            Self::Known(values) => values.iter().for_each(|value| visit(value)),
            Self::Touchpoint => visit(counting.touchpoint(text?.unwrap_or_default())),
            Self::Survey => visit(text?.unwrap_or_default()),
            Self::Version => visit(&sent.as_i64().map_err(rusqlite::Error::from)?.to_string()),
            Self::Device => visit(cell::device(text?)),
            Self::Locale => visit(&cell::language(text?)),
            Self::Attribute(_, listed) => {
                if let Some(value) = text? {
                    visit(listed.as_ref().map_or(value, |listed| cell::told_apart(value, listed)));
                }
            }
            Self::Choice(question) => {
                // Most answers pick nothing: those need no parsing.
                let Some(answers) = text?.filter(|answers| answers.contains("\"choices\"")) else { return Ok(()) };
                let answers: Vec<Answer> = rows::json(answers, "response", "answers", "a scan's")?;
                for answer in answers.iter().filter(|answer| answer.question == *question) {
                    answer.choices.iter().flatten().for_each(|choice| visit(choice));
                }
            }
        }
        Ok(())
    }
}

/// What of an answer is counted: the score under each of the values.
struct Picked {
    instrument: Instrument,
    period: i32,
    survey: Option<u32>,
    values: Vec<u32>,
    score: u8,
}

/// Adds up a question's answers by reading them.
pub(super) fn tally(
    connection: &Connection,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
) -> Result<Vec<Tally>> {
    let mut fold = Fold::of(query, counting);
    if let Fold::Attribute(_, listed @ None) = &mut fold {
        *listed = Some(frequent(connection, site, query, counting)?);
    }
    let mut sums = Sums::default();
    let mut picked = Last::new();
    scan(connection, site, query, counting, &fold, |row, respondent| match respondent {
        None => row.each_value(|value| {
            let part = Part {
                instrument: row.instrument,
                period: row.period,
                survey: row.survey.map(|survey| sums.names.number(survey)),
                value: sums.names.number(value),
            };
            sums.add(part, row.score);
        }),
        Some((respondent, moment)) => picked.keep(respondent, moment, || {
            let survey = row.survey.map(|survey| sums.names.number(survey));
            let mut values = Vec::new();
            row.each_value(|value| values.push(sums.names.number(value)))?;
            Ok(Picked { instrument: row.instrument, period: row.period, survey, values, score: row.score })
        }),
    })?;
    for (_, (_, Picked { instrument, period, survey, values, score })) in picked.into_kept() {
        for value in values {
            sums.add(Part { instrument, period, survey, value }, score);
        }
    }
    Ok(sums.into_tallies())
}

/// The most frequent values of an attribute that nobody has declared, as a list for [`Fold::Attribute`]: what is counted
/// under them in the end is exact.
fn frequent(connection: &Connection, site: &SiteId, query: &TallyQuery, counting: &Counting) -> Result<Vec<String>> {
    let fold = Fold::of(query, counting);
    let mut totals = Frequent::default();
    let (mut picked, mut names) = (Last::new(), Names::default());
    scan(connection, site, query, counting, &fold, |row, respondent| match respondent {
        None => row.each_value(|value| totals.add(value)),
        Some((respondent, moment)) => picked.keep(respondent, moment, || {
            let mut values = Vec::new();
            row.each_value(|value| values.push(names.number(value)))?;
            Ok(values)
        }),
    })?;
    for (_, (_, values)) in picked.into_kept() {
        values.into_iter().for_each(|value| totals.add(names.text(value)));
    }
    Ok(totals.into_most().collect())
}

/// One answer as a scan meets it.
struct Met<'a> {
    instrument: Instrument,
    period: i32,
    /// The survey, where surveys are told apart.
    survey: Option<&'a str>,
    score: u8,
    /// Whether it has the values that the filter asks for.
    matches: bool,
    sent: ValueRef<'a>,
    fold: &'a Fold<'a>,
    counting: &'a Counting,
}

impl Met<'_> {
    /// Visits the values under which the answer counts: none unless it matches.
    fn each_value(&self, visit: impl FnMut(&str)) -> Result<()> {
        if self.matches { self.fold.each(self.sent, self.counting, visit) } else { Ok(()) }
    }
}

/// A respondent, and the moment of the answer.
type Given = (super::respondents::Respondent, super::respondents::Moment);

/// Reads the answers of a question in the order of showing. Where respondents are counted, each answer of a known one
/// comes with it, whether it matches or not: which is the last is decided before.
fn scan(
    connection: &Connection,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
    fold: &Fold<'_>,
    mut visit: impl FnMut(&Met<'_>, Option<Given>) -> Result<()>,
) -> Result<()> {
    let by_respondent = query.base == Base::Respondents;
    let mut bound = Bound::default();
    let mut conditions = filter::of_scan(&mut bound, site, &query.filter, counting);
    let values = query.filter.values.iter();
    let values: Vec<String> =
        values.map(|(name, value)| filter::has_value(&mut bound, name, value, counting)).collect();
    let matches = if by_respondent && !values.is_empty() {
        format!("({})", values.join(" AND "))
    } else {
        conditions.extend(values);
        "1".to_owned()
    };
    let who = if by_respondent { ", answered_at, id, customer, visitor" } else { "" };
    let sql = format!(
        "SELECT instrument, shown_at, survey_id, score, {matches}, {}{who}
         FROM response INDEXED BY response_shown WHERE {}",
        fold.column(&mut bound),
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(bound.values())?;
    let mut days = Days::of(&counting.zone);
    let tells_surveys_apart = query.by.as_ref().is_some_and(Axis::tells_surveys_apart);
    let respondents = Respondents::new();
    while let Some(row) = found.next()? {
        let shown_at: i64 = row.get(1)?;
        let met = Met {
            instrument: instrument(text(row, 0)?)?,
            period: match query.grouping {
                Grouping::Whole => 0,
                Grouping::Hour => i32::try_from(shown_at.div_euclid(3_600_000)).unwrap_or_default(),
                Grouping::Day => days.day_of(shown_at),
                Grouping::Week => cell::week_of(days.day_of(shown_at)),
            },
            survey: if tells_surveys_apart { Some(text(row, 2)?) } else { None },
            score: row.get(3)?,
            matches: row.get::<_, Option<bool>>(4)?.unwrap_or(false),
            sent: row.get_ref(5)?,
            fold,
            counting,
        };
        let respondent = if by_respondent { respondents.of(row.get_ref(8)?, row.get_ref(9)?) } else { None };
        match respondent {
            Some(respondent) => visit(&met, Some((respondent, (row.get(6)?, row.get(7)?))))?,
            None => visit(&met, None)?,
        }
    }
    Ok(())
}

fn text<'a>(row: &'a Row<'_>, place: usize) -> Result<&'a str> {
    Ok(row.get_ref(place)?.as_str().map_err(rusqlite::Error::from)?)
}
