//! What a situation is: a page, what it is served with, what the server does meanwhile, and how the survey must end there.

use std::time::Duration;

use bearing_e2e::engine::Engine;
use hyper::StatusCode;

/// How far the survey gets. Everything short of `Full` is a fallback that the widget finds by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// First question by the loader, the rest by WebAssembly, the whole response stored.
    Full,
    /// The score is stored; the rest opens hosted in a frame and completes the same response.
    Hosted,
    /// The score is stored; the rest opens hosted behind a link and completes the same response.
    Link,
    /// The score is stored; the rest may not come: the network went before it was there.
    ScoreOnly,
    /// Nothing is shown and nothing on the page changes.
    Nothing,
}

impl Expected {
    /// The word in the table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Hosted => "hosted frame",
            Self::Link => "link",
            Self::ScoreOnly => "score",
            Self::Nothing => "not shown",
        }
    }
}

/// What the server, or the network before it, does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Everything works.
    None,
    /// Nobody answers.
    Down,
    /// Every reply takes this long.
    Slow(Duration),
    /// Every request is sent elsewhere first.
    Moved,
    /// The config is answered so.
    Config(StatusCode),
    /// The config is answered with a page of HTML.
    ConfigIsPage,
    /// The first two requests that carry answers are answered so.
    Intake(StatusCode),
    /// The first two requests that carry answers get a page of HTML.
    IntakeIsPage,
    /// The first two requests that carry answers find nobody.
    IntakeAway,
    /// The network goes once the visitor has shown interest and the renderer is there, and returns after the thanks.
    Offline,
    /// The network goes before the visitor shows interest, and returns after the score.
    OfflineAtOnce,
    /// The WebAssembly file, or its glue where `glue` says so, is answered with this status.
    Renderer {
        /// The script instead of the WebAssembly file.
        glue: bool,
        /// What happens to it.
        how: Broken,
    },
}

/// What is wrong with one of the renderer's files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    /// 404.
    Missing,
    /// Another content type.
    Typed(&'static str),
    /// Half of it.
    Truncated,
    /// It comes late.
    Slow(Duration),
    /// It traps when it starts.
    TrapsAtOnce,
    /// It traps when it is to draw.
    TrapsLater,
}

/// What happens on the page between the question's showing and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    /// Nothing.
    None,
    /// The page pushes routes.
    Routes,
    /// The visitor goes to another page and back.
    ComeBack,
    /// The page is printed.
    Printed,
}

/// One situation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The page in `sites/`.
    pub(crate) page: &'static str,
    /// Headers of the page; `{server}` stands for Bearing's origin.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// More attributes of the tag.
    pub(crate) tag: &'static str,
    /// Whether the tag names its site in an attribute, and not in its address.
    pub(crate) by_attribute: bool,
    /// Whether the page stands in the frame `#stage` of what is opened.
    pub(crate) framed: bool,
    /// Whether its origin is `null`, which the site's owner must allow.
    pub(crate) no_origin: bool,
    /// What the server does.
    pub(crate) fault: Fault,
    /// What happens on the page.
    pub(crate) twist: Twist,
    /// How the survey ends.
    pub(crate) expected: Expected,
    /// Where an engine is different, and why.
    pub(crate) differs: &'static [(Engine, Expected, &'static str)],
    /// How reports of the page's policy may begin, which are the browser's account of what the owner forbade.
    pub(crate) reports: &'static [&'static str],
    /// What the one line in the console must name; empty: nothing is said.
    pub(crate) says: &'static str,
}

impl Situation {
    /// A page on which everything works.
    pub(crate) const fn on(name: &'static str, page: &'static str) -> Self {
        Self {
            name,
            page,
            headers: &[],
            tag: "",
            by_attribute: false,
            framed: false,
            no_origin: false,
            fault: Fault::None,
            twist: Twist::None,
            expected: Expected::Full,
            differs: &[],
            reports: &[],
            says: "",
        }
    }

    /// An ordinary page on which the server fails.
    pub(crate) const fn under(name: &'static str, fault: Fault) -> Self {
        Self { fault, ..Self::on(name, "ordinary.html") }
    }

    /// An ordinary page with a Content Security Policy.
    pub(crate) const fn policy(name: &'static str, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..Self::on(name, "ordinary.html") }
    }

    /// The same, ending otherwise.
    pub(crate) const fn ends(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// The same, where the browser reports what the policy forbade.
    pub(crate) const fn reported(self, reports: &'static [&'static str]) -> Self {
        Self { reports, ..self }
    }

    /// The same, where the console says once what to add.
    pub(crate) const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    /// How the survey ends in an engine.
    pub(crate) fn expected_in(&self, engine: Engine) -> Expected {
        self.differs.iter().find(|(other, ..)| *other == engine).map_or(self.expected, |(_, expected, _)| *expected)
    }
}
