//! Query parameters of the management API: each known by name, each unknown one a fault.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use bearing_shared::answer::ATTRIBUTES_LIMIT;
use bearing_shared::api::Page;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::question::is_name;
use jiff::civil::Date;

use crate::app::Shared;
use crate::auth::share::Hold;
use crate::error::{ApiError, ApiResult};
use crate::time;

/// The parameters of one request; what was not taken at the end is unknown.
pub(super) struct Params {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
    twice: Option<&'static str>,
}

impl Params {
    /// Reads a query.
    pub(super) fn read(query: Option<String>) -> Self {
        let query = query.unwrap_or_default();
        let left = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { left, known: Vec::new(), twice: None }
    }

    /// The values of a filter as a request would name them.
    pub(super) fn of(filter: &BTreeMap<String, String>) -> Self {
        let left = filter.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { left, known: Vec::new(), twice: None }
    }

    /// Holds the request to what a shared link is held to.
    ///
    /// # Errors
    /// As [`Hold::held`].
    pub(super) fn hold(&mut self, hold: &Hold) -> Result<(), Fault> {
        self.left = hold.held(std::mem::take(&mut self.left))?;
        Ok(())
    }

    /// Takes a parameter. An empty one is as good as none.
    pub(super) fn take(&mut self, name: &'static str) -> Option<String> {
        self.take_any(name).filter(|value| !value.is_empty())
    }

    /// Takes a parameter for which the empty text is a value.
    pub(super) fn take_any(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut found = None;
        self.left.retain_mut(|(key, value)| {
            let mine = key == name;
            if mine && found.replace(std::mem::take(value)).is_some() {
                self.twice = Some(name);
            }
            !mine
        });
        found
    }

    /// Takes a parameter that `parse` understands; `wanted` says what that is.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let shown: String = text.chars().filter(|letter| !letter.is_control()).take(60).collect();
        let fault =
            || Fault::at(Code::INVALID_PARAMETER, name, format!("`{shown}` is not allowed here; give {wanted}."));
        parse(&text).map(Some).ok_or_else(fault)
    }

    /// Takes a site date as a day number.
    pub(super) fn day(&mut self, name: &'static str) -> Result<Option<i32>, Fault> {
        self.parsed(name, "a date such as 2026-11-21", |text| {
            let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
            Some(time::day_number(date))
        })
    }

    /// Takes `from` and `to`, which must not be reversed.
    pub(super) fn days(&mut self) -> Result<(Option<i32>, Option<i32>), Fault> {
        let (from, to) = (self.day("from")?, self.day("to")?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Fault::at(Code::INVALID_PARAMETER, "from", "`from` is after `to`; swap them."));
        }
        Ok((from, to))
    }

    /// Takes the first and last day of another window, which come together and in order.
    pub(super) fn window(&mut self, first: &'static str, last: &'static str) -> Result<Option<(i32, i32)>, Fault> {
        let message = match (self.day(first)?, self.day(last)?) {
            (None, None) => return Ok(None),
            (Some(from), Some(to)) if from <= to => return Ok(Some((from, to))),
            (Some(_), Some(_)) => format!("`{first}` is after `{last}`; swap them."),
            _ => format!("Give both `{first}` and `{last}`."),
        };
        Err(Fault::at(Code::INVALID_PARAMETER, first, message))
    }

    /// Takes every `attr.<name>`, as many as a response holds: each makes a query longer, and stores have an end to that.
    pub(super) fn attributes(&mut self) -> Result<Vec<(String, String)>, Fault> {
        self.known.push("attr.<name>");
        let (mine, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.left).into_iter().partition(|(key, _)| key.starts_with("attr."));
        self.left = left;
        if mine.len() > ATTRIBUTES_LIMIT {
            let message = format!("Name at most {ATTRIBUTES_LIMIT} attributes: no response holds more.");
            return Err(Fault::at(Code::INVALID_PARAMETER, "attr", message));
        }
        mine.into_iter()
            .map(|(key, value)| match key.strip_prefix("attr.").filter(|name| is_name(name)) {
                Some(name) => Ok((name.to_owned(), value)),
                None => {
                    let message = "An attribute's name is 1 to 40 of a–z, 0–9 and _.";
                    Err(Fault::at(Code::INVALID_PARAMETER, "attr", message))
                }
            })
            .collect()
    }

    /// Takes `limit`: 50, at most 500.
    pub(super) fn limit(&mut self) -> Result<u32, Fault> {
        let limit = self.parsed("limit", "a whole number from 1 to 500", |text| {
            text.parse().ok().filter(|limit| (1..=500).contains(limit))
        })?;
        Ok(limit.unwrap_or(50))
    }

    /// Checks that nothing unknown is left, and nothing was given twice: one of the two would be ignored.
    pub(super) fn end(self) -> Result<(), Fault> {
        if let Some(name) = self.twice {
            let message = format!("`{name}` is given twice; give it once.");
            return Err(Fault::at(Code::INVALID_PARAMETER, name, message));
        }
        let Some((name, _)) = self.left.into_iter().next() else { return Ok(()) };
        let shown: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
        let message = format!("`{shown}` is not known here; there are {}.", self.known.join(", "));
        Err(Fault::at(Code::UNKNOWN_PARAMETER, shown, message))
    }
}

/// A page of what was read with one more than its `limit`: where that one is there, the cursor of the last leads to it.
pub(super) fn paged<Row, Item>(
    mut rows: Vec<Row>,
    limit: u32,
    cursor: impl FnOnce(&Row) -> String,
    item: impl FnMut(Row) -> Item,
) -> Page<Item> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(cursor);
    Page { items: rows.into_iter().map(item).collect(), next_cursor }
}

/// Checks the query of a route that has no parameters of its own; the site may be named on every route.
pub(super) struct NoParams;

impl FromRequestParts<Shared> for NoParams {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> ApiResult<Self> {
        let mut params = Params::read(parts.uri.query().map(str::to_owned));
        // Judged where the caller is.
        params.take("site");
        params.end()?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::read(Some(query.to_owned()))
    }

    #[test]
    fn unknown_parameters_are_named() {
        let mut params = params("site=x&sites=y");
        assert_eq!(params.take("site").as_deref(), Some("x"));
        let fault = params.end().expect_err("is refused");
        assert_eq!((fault.code, fault.field.as_deref()), (Code::UNKNOWN_PARAMETER, Some("sites")));
    }

    #[test]
    fn dates_are_dates_and_in_order() {
        for query in ["from=21-11-2026", "from=2026-11-21T00:00", "from=2026-02-30", "from=2026-11-21&to=2026-11-20"] {
            assert_eq!(params(query).days().expect_err(query).code, Code::INVALID_PARAMETER);
        }
        assert_eq!(params("from=1970-01-01&to=1970-01-01").days(), Ok((Some(0), Some(0))));
    }

    #[test]
    fn a_page_leads_to_the_next_only_where_there_is_one() {
        for (rows, items, next) in [(0, 0, None), (2, 2, None), (3, 2, Some("1"))] {
            let page = paged((0..rows).collect(), 2, i32::to_string, |row| row);
            assert_eq!((page.items, page.next_cursor.as_deref()), ((0..items).collect(), next));
        }
    }

    #[test]
    fn attributes_may_repeat_and_have_names() {
        let found = params("attr.plan=pro&attr.country=N+L").attributes().expect("names are good");
        assert_eq!(found, [("plan".into(), "pro".into()), ("country".into(), "N L".into())]);
        assert!(params("attr.Plan\"'=x").attributes().is_err());
        let many = |count: usize| vec!["attr.plan=pro"; count].join("&");
        assert_eq!(params(&many(ATTRIBUTES_LIMIT)).attributes().map(|found| found.len()), Ok(ATTRIBUTES_LIMIT));
        let fault = params(&many(ATTRIBUTES_LIMIT + 1)).attributes().expect_err("no response holds as many");
        assert_eq!((fault.code, fault.field.as_deref()), (Code::INVALID_PARAMETER, Some("attr")));
    }
}
