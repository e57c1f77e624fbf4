//! Scans in PostgreSQL: counts from the answers themselves, exact for every question.
//!
//! Answers that are alike in everything that is counted are added up by the database, so that few rows travel. Where
//! respondents are counted each answer comes by itself: which is the last is decided before anything is added up.

use bearing_shared::cell;
use bearing_shared::id::SiteId;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::filter::{self, Bound};
use super::rows;
use super::session::Session;
use crate::Result;
use crate::counts::days::{self, Days};
use crate::counts::fold::{Fold, Sent};
use crate::counts::generation::Counting;
use crate::counts::plan::instrument;
use crate::counts::respondents::Respondents;
use crate::counts::tallying::{AnswerSums, Meeting, Met, ValueCounts};
use crate::reports::{Axis, Base, Grouping, Tally, TallyQuery};

/// The most days whose beginnings are told to the database; answers of a longer time come by their moments.
const DAYS: i32 = 20_000;

/// The column that the values on the axis are read from.
fn column(fold: &Fold<'_>, bound: &mut Bound) -> String {
    match fold {
        Fold::None | Fold::Known(_) | Fold::All | Fold::Nothing => "NULL::text".into(),
        Fold::Touchpoint => "touchpoint".into(),
        Fold::Survey => "survey_id".into(),
        Fold::Version => "version".into(),
        Fold::Device => "device".into(),
        Fold::Locale => "language".into(),
        Fold::Attribute(name, _) => filter::attribute(bound, name),
        // As an answer to the question, the others left out: they would make each row one of its own.
        Fold::Choice(question) => {
            let question = bound.text(question);
            format!(
                "CASE WHEN choices ? {question} THEN jsonb_build_array(
                   jsonb_build_object('question', {question}, 'choices', choices -> {question}))::text END"
            )
        }
    }
}

/// Adds up a question's answers by reading them.
pub(super) async fn tally(
    session: &Session,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
) -> Result<Vec<Tally>> {
    let scan = Scan { session, site, query, counting };
    let mut fold = Fold::of(query, counting);
    if let Fold::Attribute(name, None) = fold {
        let mut values = ValueCounts::of(&fold, counting);
        scan.show(&fold, &mut values).await?;
        fold = Fold::Attribute(name, Some(values.finish()));
    }
    let mut sums = AnswerSums::of(&fold, counting);
    scan.show(&fold, &mut sums).await?;
    Ok(sums.finish())
}

/// How the database tells periods apart.
enum Periods {
    /// By the period itself, counted from this one.
    From(i32),
    /// By the moment of showing.
    Moments,
}

/// One question.
struct Scan<'a> {
    session: &'a Session,
    site: &'a SiteId,
    query: &'a TallyQuery,
    counting: &'a Counting,
}

impl Scan<'_> {
    /// Shows the question's answers.
    async fn show(&self, fold: &Fold<'_>, meeting: &mut (impl Meeting + Send)) -> Result<()> {
        match self.query.base {
            Base::Responses => self.show_alike(fold, meeting).await,
            Base::Respondents => self.show_each(fold, meeting).await,
        }
    }

    fn survey(&self) -> &'static str {
        let tells_surveys_apart = self.query.by.as_ref().is_some_and(Axis::tells_surveys_apart);
        if tells_surveys_apart { "survey_id" } else { "NULL::text" }
    }

    async fn show_alike(&self, fold: &Fold<'_>, meeting: &mut (impl Meeting + Send)) -> Result<()> {
        let Self { session, site, query, counting } = *self;
        let mut bound = Bound::default();
        let mut conditions = filter::of_scan(&mut bound, site, &query.filter, counting);
        let values = query.filter.values.iter();
        conditions.extend(values.map(|(name, value)| filter::has_value(&mut bound, name, value, counting)));
        let conditions = conditions.join(" AND ");
        let (period, periods) = match query.grouping {
            Grouping::Whole => ("0::bigint".to_owned(), Periods::From(0)),
            Grouping::Hour => ("floor(shown_at / 3600000.0)::bigint".to_owned(), Periods::From(0)),
            Grouping::Day | Grouping::Week => self.days(&mut bound, &conditions).await?,
        };
        let sql = format!(
            "SELECT instrument, {period}, {}, score, {}, count(*) FROM response WHERE {conditions}
             GROUP BY 1, 2, 3, 4, 5",
            self.survey(),
            column(fold, &mut bound),
        );
        let mut found = session.stream(&sql, bound.values()).await?;
        let mut days = Days::of(&counting.zone);
        while let Some(row) = found.next().await? {
            let number: i64 = row.try_get(1)?;
            let period = match periods {
                Periods::From(first) => first.saturating_add(i32::try_from(number).unwrap_or_default()),
                Periods::Moments => days.day_of(number),
            };
            let met = Met {
                instrument: instrument(row.try_get(0)?)?,
                period: if query.grouping == Grouping::Week { cell::week_of(period) } else { period },
                survey: row.try_get(2)?,
                score: rows::small(row.try_get::<_, i16>(3)?.into(), "response", "score", site.as_str())?,
                matches: true,
                sent: sent(&row, 4)?,
                times: rows::unsigned(row.try_get(5)?),
            };
            meeting.meet(&met, None)?;
        }
        Ok(())
    }

    /// The expression of a response's day. The database knows no zone of ours: it is told where each day begins.
    async fn days(&self, bound: &mut Bound, conditions: &str) -> Result<(String, Periods)> {
        let sql = format!("SELECT min(shown_at), max(shown_at) FROM response WHERE {conditions}");
        let ends = self.session.stream(&sql, bound.values()).await?.next().await?;
        let ends: Option<(Option<i64>, Option<i64>)> =
            ends.map(|row| Ok::<_, crate::StoreError>((row.try_get(0)?, row.try_get(1)?))).transpose()?;
        let Some((Some(from), Some(to))) = ends else { return Ok(("0::bigint".into(), Periods::From(0))) };
        let (first, last) = (self.counting.day_of(from), self.counting.day_of(to));
        if last.saturating_sub(first) > DAYS {
            return Ok(("shown_at".into(), Periods::Moments));
        }
        // How many of the days after the first have begun by then: none for the first.
        let begins = (first + 1..=last).map(|day| days::start_of(day, &self.counting.zone)).collect::<Vec<_>>();
        if begins.is_empty() {
            return Ok(("0::bigint".into(), Periods::From(first)));
        }
        let begins = bound.numbers(begins);
        Ok((format!("width_bucket(shown_at, {begins})::bigint"), Periods::From(first)))
    }

    async fn show_each(&self, fold: &Fold<'_>, meeting: &mut (impl Meeting + Send)) -> Result<()> {
        let Self { session, site, query, counting } = *self;
        let mut bound = Bound::default();
        let conditions = filter::of_scan(&mut bound, site, &query.filter, counting).join(" AND ");
        let values = query.filter.values.iter();
        let values: Vec<String> =
            values.map(|(name, value)| filter::has_value(&mut bound, name, value, counting)).collect();
        let matches = if values.is_empty() { "true".to_owned() } else { values.join(" AND ") };
        let sql = format!(
            "SELECT instrument, shown_at, {}, score, coalesce({matches}, false), {}, answered_at, id, customer, visitor
             FROM response WHERE {conditions}",
            self.survey(),
            column(fold, &mut bound),
        );
        let mut found = session.stream(&sql, bound.values()).await?;
        let mut days = Days::of(&counting.zone);
        let respondents = Respondents::new();
        while let Some(row) = found.next().await? {
            let shown_at: i64 = row.try_get(1)?;
            let met = Met {
                instrument: instrument(row.try_get(0)?)?,
                period: match query.grouping {
                    Grouping::Whole => 0,
                    Grouping::Hour => i32::try_from(shown_at.div_euclid(3_600_000)).unwrap_or_default(),
                    Grouping::Day => days.day_of(shown_at),
                    Grouping::Week => cell::week_of(days.day_of(shown_at)),
                },
                survey: row.try_get(2)?,
                score: rows::small(row.try_get::<_, i16>(3)?.into(), "response", "score", site.as_str())?,
                matches: row.try_get(4)?,
                sent: sent(&row, 5)?,
                times: 1,
            };
            let respondent = respondents.of(bytes(&row, 8)?, bytes(&row, 9)?);
            match respondent {
                Some(respondent) => {
                    let id: &[u8] = row.try_get(7)?;
                    let moment = (row.try_get(6)?, id.try_into().unwrap_or_default());
                    meeting.meet(&met, Some((respondent, moment)))?;
                }
                None => meeting.meet(&met, None)?,
            }
        }
        Ok(())
    }
}

fn sent(row: &Row, place: usize) -> Result<Sent<'_>> {
    if *row.columns()[place].type_() == Type::INT8 {
        return Ok(row.try_get::<_, Option<i64>>(place)?.map_or(Sent::Null, Sent::Number));
    }
    Ok(row.try_get::<_, Option<&str>>(place)?.map_or(Sent::Null, Sent::Text))
}

/// A text as its bytes.
pub(super) fn bytes(row: &Row, place: usize) -> Result<Option<&[u8]>> {
    Ok(row.try_get::<_, Option<&str>>(place)?.map(str::as_bytes))
}
