//! The newest comments of a board.

use bearing_shared::api::Page;
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::shares::SharedComment;
use leptos::prelude::*;

use super::about::About;
use super::numbers::Board;
use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{Empty, Part, score_of, text_of, touchpoint_name};

/// One comment, as the board shows it.
fn remark(score: Option<u8>, text: String, from: Vec<String>) -> AnyView {
    // Each has a direction of its own: a date among names would be torn apart.
    let from: Vec<AnyView> = from
        .into_iter()
        .enumerate()
        .map(|(place, part)| view! { {(place > 0).then_some(" · ")}<bdi>{part}</bdi> }.into_any())
        .collect();
    view! {
        <li class="remark">
            <b class="score-chip">{score.map(|score| score.to_string())}</b>
            <p class="said" dir="auto">{text}</p>
            <p class="quiet">{from}</p>
        </li>
    }
    .into_any()
}

/// The newest comments: of a member's site as its lists have them, of a shared link without whose they are.
pub(super) fn remarks(about: &About, board: Board) -> AnyView {
    let (words, locale) = (words(), locale());
    let again = board.live.responses;
    let list = |items: Vec<AnyView>| {
        if items.is_empty() {
            return view! { <Empty text=words.overview.no_comments.to_owned() /> }.into_any();
        }
        view! { <ul class="remarks">{items}</ul> }.into_any()
    };
    let drawn = match about.site.clone() {
        Some(site) => {
            let filter = about.filter.clone();
            let pairs: Vec<(String, String)> = [("site", site.as_str()), ("has_comment", "true"), ("limit", "8")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .chain(filter)
                .collect();
            let page =
                board.reading::<Page<ResponseReply>>(move || Some(fetch::address("/v1/responses", &pairs)), again);
            let draw = move |page: &Page<ResponseReply>| {
                let one = |response: &ResponseReply| {
                    let from = vec![touchpoint_name(&response.touchpoint), locale.ago(&response.received_at)];
                    remark(score_of(response), text_of(response), from)
                };
                list(page.items.iter().map(one).collect())
            };
            view! { <Part loaded=page draw=draw /> }.into_any()
        }
        None => {
            let page = board.reading::<Page<SharedComment>>(|| Some("/v1/shared/comments".to_owned()), again);
            let draw = move |page: &Page<SharedComment>| {
                let one = |comment: &SharedComment| {
                    let from =
                        vec![touchpoint_name(&comment.touchpoint), comment.survey.clone(), locale.date(&comment.day)];
                    remark(Some(comment.score), comment.comment.clone(), from)
                };
                list(page.items.iter().map(one).collect())
            };
            view! { <Part loaded=page draw=draw /> }.into_any()
        }
    };
    view! { <section class="card said-lately"><h2>{words.overview.comments}</h2>{drawn}</section> }.into_any()
}
