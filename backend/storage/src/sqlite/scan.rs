//! Scans in SQLite: counts from the answers themselves, exact for every question.

use bearing_shared::cell;
use bearing_shared::id::SiteId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::filter::{self, Bound};
use crate::Result;
use crate::counts::days::Days;
use crate::counts::fold::{Fold, Sent};
use crate::counts::generation::Counting;
use crate::counts::plan::instrument;
use crate::counts::respondents::Respondents;
use crate::counts::tallying::{AnswerSums, Meeting, Met, ValueCounts};
use crate::reports::{Axis, Base, Grouping, Tally, TallyQuery};

/// The column that the values on the axis are read from.
fn column(fold: &Fold<'_>, bound: &mut Bound) -> String {
    match fold {
        Fold::None | Fold::Known(_) | Fold::All | Fold::Nothing => "NULL".into(),
        Fold::Touchpoint => "touchpoint".into(),
        Fold::Survey => "survey_id".into(),
        Fold::Version => "version".into(),
        Fold::Device => "context ->> '$.device'".into(),
        Fold::Locale => "context ->> '$.locale'".into(),
        Fold::Attribute(name, _) => filter::attribute(bound, name),
        Fold::Choice(_) => "answers".into(),
    }
}

/// Adds up a question's answers by reading them.
pub(super) fn tally(
    connection: &Connection,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
) -> Result<Vec<Tally>> {
    let mut fold = Fold::of(query, counting);
    if let Fold::Attribute(name, None) = fold {
        let mut values = ValueCounts::of(&fold, counting);
        scan(connection, site, query, counting, &fold, &mut values)?;
        fold = Fold::Attribute(name, Some(values.finish()));
    }
    let mut sums = AnswerSums::of(&fold, counting);
    scan(connection, site, query, counting, &fold, &mut sums)?;
    Ok(sums.finish())
}

/// Shows the answers of a question, in the order of showing.
fn scan(
    connection: &Connection,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
    fold: &Fold<'_>,
    meeting: &mut impl Meeting,
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
        column(fold, &mut bound),
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
            sent: sent(row)?,
            times: 1,
        };
        let respondent = if by_respondent { respondents.of(bytes(row, 8)?, bytes(row, 9)?) } else { None };
        match respondent {
            Some(respondent) => meeting.meet(&met, Some((respondent, (row.get(6)?, row.get(7)?))))?,
            None => meeting.meet(&met, None)?,
        }
    }
    Ok(())
}

fn text<'a>(row: &'a Row<'_>, place: usize) -> Result<&'a str> {
    Ok(row.get_ref(place)?.as_str().map_err(rusqlite::Error::from)?)
}

fn sent<'a>(row: &'a Row<'_>) -> Result<Sent<'a>> {
    Ok(match row.get_ref(5)? {
        ValueRef::Integer(number) => Sent::Number(number),
        ValueRef::Null => Sent::Null,
        value => Sent::Text(value.as_str().map_err(rusqlite::Error::from)?),
    })
}

/// A text as its bytes; `None` for whatever is no text.
pub(super) fn bytes<'a>(row: &'a Row<'_>, place: usize) -> Result<Option<&'a [u8]>> {
    Ok(match row.get_ref(place)? {
        ValueRef::Text(text) => Some(text),
        _ => None,
    })
}
