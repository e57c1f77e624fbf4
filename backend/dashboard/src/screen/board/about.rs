//! What a board is about: a shared link's filter, or a site as a member looks at it.

use bearing_shared::api::session::SessionReply;
use bearing_shared::api::shares::SharedReply;
use bearing_shared::metric::Metric;
use serde_json::Value;

use crate::browser;
use crate::fetch::{self, Problem};
use crate::query;
use crate::view::View;

/// The code of a link without its secret.
pub(super) const BROKEN: &str = "broken";

/// What a board is about.
#[derive(Clone)]
pub(super) struct About {
    /// The site, where a member looks; a shared link names none.
    pub(super) site: Option<String>,
    /// What the board is called.
    pub(super) name: String,
    /// What the name stands for: the site of a shared link; empty: the name says it.
    pub(super) of: String,
    /// The time zone in which days begin.
    pub(super) time_zone: String,
    /// What it is narrowed to, by the names that reports take.
    pub(super) filter: Vec<(String, String)>,
    /// The name of the filter's survey.
    pub(super) survey: Option<String>,
    /// What it can show.
    pub(super) metrics: Vec<Metric>,
    /// Whether it shows comments.
    pub(super) comments: bool,
    /// Whether the answers are made up.
    pub(super) sample: bool,
    /// The language of whoever looks, or of whoever made the link.
    pub(super) language: Option<String>,
    /// What the address asks for: the period.
    pub(super) view: View,
    /// Whether it is for a wall at once.
    pub(super) wall: bool,
}

/// The board of the shared link in the page's address.
pub(super) async fn shared() -> Result<About, Problem> {
    let (search, hash) = browser::asked();
    let secret = hash.trim_start_matches('#').to_owned();
    if !secret.starts_with("shr_") {
        return Err(Problem { code: BROKEN.into(), ..Problem::nothing_here() });
    }
    fetch::read_by_link(secret);
    let reply = fetch::get::<SharedReply>("/v1/shared").await?;
    Ok(About {
        site: None,
        name: reply.name,
        of: reply.site,
        time_zone: reply.time_zone,
        filter: reply.filter.into_iter().collect(),
        survey: reply.survey,
        metrics: reply.metrics,
        comments: reply.comments,
        sample: reply.sample,
        language: reply.locale,
        view: View::read(&search),
        wall: query::read(&search).into_iter().any(|(name, _)| name == "tv"),
    })
}

/// The board of the site in the page's address, as its overview would be narrowed.
pub(super) async fn own() -> Result<About, Problem> {
    let path = browser::path();
    let id = path.trim_matches('/').split('/').nth(1).unwrap_or_default().to_owned();
    let session = fetch::get::<SessionReply>("/v1/session").await?;
    let site = fetch::get::<Value>(&format!("/v1/sites/{}", query::segment(&id))).await?;
    let view = View::read(&browser::asked().0);
    let survey = match &view.survey {
        Some(survey) => {
            let path = format!("/v1/surveys/{}", query::segment(survey));
            let found = fetch::get::<Value>(&fetch::address(&path, &[("site".into(), id.clone())])).await?;
            text(&found["name"])
        }
        None => None,
    };
    let settings = &site["settings"];
    let pick = |name: &str| text(&settings[name]).or_else(|| text(&site[name])).unwrap_or_default();
    let mut filter: Vec<(String, String)> = Vec::new();
    filter.extend(view.survey.iter().map(|survey| ("survey".to_owned(), survey.clone())));
    filter.extend(view.touchpoint.iter().map(|touchpoint| ("touchpoint".to_owned(), touchpoint.clone())));
    filter.extend(view.attributes.iter().map(|(name, value)| (format!("attr.{name}"), value.clone())));
    Ok(About {
        name: pick("name"),
        of: String::new(),
        time_zone: pick("time_zone"),
        filter,
        survey,
        metrics: Metric::ALL.to_vec(),
        comments: true,
        sample: site["sample"] == true || settings["sample"] == true,
        language: session.member.locale,
        view,
        wall: true,
        site: Some(id),
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
