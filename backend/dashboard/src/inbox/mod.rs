//! Which responses a list shows, as its address says it: a view, and what only responses have.

mod change;
mod list;

pub use change::{apply, put_back, undoing};
pub use list::{page_of, span, taken};

use bearing_shared::api::responses::ResponseState;
use bearing_shared::instrument::Instrument;

use crate::day::Day;
use crate::query;
use crate::view::View;

/// Which responses a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    /// Survey, touchpoint, period and attributes.
    pub view: View,
    /// Only in this state; `None`: in every state.
    pub state: Option<ResponseState>,
    /// Only what nobody has read.
    pub unread: bool,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only with this text in a comment.
    pub search: String,
    /// Only from this score on.
    pub score_min: Option<u8>,
    /// Only up to this score.
    pub score_max: Option<u8>,
    /// Only with a comment.
    pub comment: bool,
    /// Only of this customer.
    pub customer: Option<String>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            view: View::default(),
            state: Some(ResponseState::Counted),
            unread: false,
            tag: None,
            search: String::new(),
            score_min: None,
            score_max: None,
            comment: false,
            customer: None,
        }
    }
}

impl Inbox {
    /// What a query describes; what it does not understand it leaves out.
    pub fn read(query: &str) -> Self {
        let mut inbox = Self { view: View::read(query), ..Self::default() };
        let score = |text: &str| text.parse().ok().filter(|score| *score <= 10_u8);
        let named = |text: String| Some(text).filter(|text| !text.is_empty());
        for (name, value) in query::read(query) {
            match name.as_str() {
                "state" if value == "all" => inbox.state = None,
                "state" => inbox.state = ResponseState::named(&value).or(inbox.state),
                "read" => inbox.unread = value == "false",
                "tag" => inbox.tag = named(value),
                "q" => inbox.search = value,
                "score_min" => inbox.score_min = score(&value),
                "score_max" => inbox.score_max = score(&value),
                "comment" => inbox.comment = value == "true",
                "customer" => inbox.customer = named(value),
                _ => {}
            }
        }
        inbox
    }

    /// The query that describes it, with its question mark; empty for the usual list.
    pub fn write(&self) -> String {
        let mut query = self.view.write();
        let mut pairs = self.pairs("comment");
        match self.state {
            None => pairs.push(("state", "all".into())),
            Some(ResponseState::Counted) => {}
            Some(state) => pairs.push(("state", state.name().into())),
        }
        if !pairs.is_empty() {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(&query::write(pairs.iter().map(|(name, value)| (*name, value.as_str()))));
        }
        query
    }

    /// The parameters of a list of the API.
    pub fn parameters(&self, site: &str, today: Day) -> Vec<(String, String)> {
        let mut pairs = self.view.parameters(site, today);
        pairs.extend(self.pairs("has_comment").into_iter().map(|(name, value)| (name.to_owned(), value)));
        let state = self.state.map_or("all", ResponseState::name);
        pairs.push(("state".to_owned(), state.to_owned()));
        pairs
    }

    /// What the address and the API name alike.
    fn pairs(&self, comment: &'static str) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if self.unread {
            pairs.push(("read", "false".to_owned()));
        }
        pairs.extend(self.tag.iter().map(|tag| ("tag", tag.clone())));
        if !self.search.trim().is_empty() {
            pairs.push(("q", self.search.trim().to_owned()));
        }
        pairs.extend(self.score_min.iter().map(|score| ("score_min", score.to_string())));
        pairs.extend(self.score_max.iter().map(|score| ("score_max", score.to_string())));
        if self.comment {
            pairs.push((comment, "true".to_owned()));
        }
        pairs.extend(self.customer.iter().map(|customer| ("customer", customer.clone())));
        pairs
    }

    /// Whether anything but the period and the state narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.view.is_narrowed() || !self.pairs("comment").is_empty()
    }

    /// The same without what narrows it; period and state stay.
    pub fn widened(&self) -> Self {
        let period = self.view.period.clone();
        Self { view: View { period, ..View::default() }, state: self.state, ..Self::default() }
    }
}

/// The scale on which all of these are answered: groups of scores can be told apart only where it is one. Surveys come as
/// their ids and instruments.
pub fn one_instrument<'a>(
    surveys: impl Iterator<Item = (&'a str, Instrument)>,
    chosen: Option<&str>,
) -> Option<Instrument> {
    let mut asked =
        surveys.filter(|(id, _)| chosen.is_none_or(|chosen| chosen == *id)).map(|(_, instrument)| instrument);
    let first = asked.next()?;
    asked.all(|instrument| instrument == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Period;

    fn everything() -> Inbox {
        Inbox {
            view: View { survey: Some("sv_1".into()), period: Period::All, ..View::default() },
            state: None,
            unread: true,
            tag: Some("late & lost".into()),
            search: "too slow".into(),
            score_min: Some(0),
            score_max: Some(6),
            comment: true,
            customer: Some("c/42".into()),
        }
    }

    #[test]
    fn a_list_survives_its_address() {
        assert_eq!(Inbox::read(&everything().write()), everything());
        assert_eq!(Inbox::default().write(), "");
        let excluded = Inbox { state: Some(ResponseState::Excluded), ..Inbox::default() };
        assert_eq!(excluded.write(), "?state=excluded");
        assert_eq!(Inbox::read(&excluded.write()), excluded);
    }

    #[test]
    fn what_an_address_says_wrongly_is_left_out() {
        let inbox = Inbox::read("?state=lost&score_min=11&score_max=x&read=maybe&tag=&comment=1");
        assert_eq!(inbox, Inbox::default());
    }

    #[test]
    fn the_api_is_asked_for_all_of_it_and_always_for_a_state() {
        let asked = everything().parameters("st_1", Day(20_000));
        let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("site", "st_1"),
            ("survey", "sv_1"),
            ("read", "false"),
            ("tag", "late & lost"),
            ("q", "too slow"),
            ("score_min", "0"),
            ("score_max", "6"),
            ("has_comment", "true"),
            ("customer", "c/42"),
            ("state", "all"),
        ];
        assert_eq!(asked, expected);
        assert!(Inbox::default().parameters("st_1", Day(20_000)).contains(&("state".into(), "counted".into())));
    }

    #[test]
    fn widening_keeps_the_period_and_the_state() {
        let wide = everything().widened();
        assert!(everything().is_narrowed() && !wide.is_narrowed());
        assert_eq!((wide.view.period, wide.state), (Period::All, None));
        assert!(!Inbox { state: None, ..Inbox::default() }.is_narrowed());
    }

    #[test]
    fn groups_are_told_apart_on_one_scale_only() {
        let surveys = || [("a", Instrument::Nps), ("b", Instrument::Nps), ("c", Instrument::Csat)].into_iter();
        assert_eq!(one_instrument(surveys(), None), None);
        assert_eq!(one_instrument(surveys(), Some("c")), Some(Instrument::Csat));
        assert_eq!(one_instrument(surveys().take(2), None), Some(Instrument::Nps));
        assert_eq!(one_instrument(surveys(), Some("gone")), None);
    }
}
