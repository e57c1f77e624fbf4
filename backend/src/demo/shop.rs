//! The sample shop at `/demo/`: four pages that carry the real tag, each a touchpoint.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use bearing_shared::api::reports::ScoreReport;
use bearing_shared::id::{SiteKey, SurveyId};
use bearing_shared::metric::Metric;
use bearing_storage::ReportFilter;
use serde::Deserialize;

use crate::app::Shared;
use crate::error::{ApiError, ApiResult};
use crate::reports::{self, Question};

const FRAME: &str = include_str!("../../demo/frame.html");
const CARD: &str = include_str!("../../demo/card.html");
const HOME: &str = include_str!("../../demo/home.html");
const PRODUCT: &str = include_str!("../../demo/product.html");
const CHECKOUT: &str = include_str!("../../demo/checkout.html");
const THANK_YOU: &str = include_str!("../../demo/thank-you.html");
const STYLE: &str = include_str!("../../demo/shop.css");
const SCRIPT: &str = include_str!("../../demo/shop.js");
const ICON: &str = include_str!("../../demo/icon.svg");
const ROOM: &str = include_str!("../../demo/art/room.svg");

/// What the pages need to know of the sample site.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The public key for the tag.
    pub site_key: SiteKey,
    /// The surveys, for the links to their hosted forms.
    pub nps: SurveyId,
    /// See `nps`.
    pub csat: SurveyId,
    /// See `nps`.
    pub ces: SurveyId,
}

/// One thing the shop does not sell.
struct Lamp {
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    price: &'static str,
    words: &'static str,
    size: &'static str,
    light: &'static str,
    made: &'static str,
    art: &'static str,
}

const LAMPS: [Lamp; 4] = [
    Lamp {
        id: "arc",
        name: "Arc",
        kind: "Floor lamp",
        price: "289",
        words: "Reaches over the back of a chair and puts light on the page, not in your eyes. One tube, one joint, one bulb you can change.",
        size: "182 × 104 cm",
        light: "2,700 K, 8 W, dimmable",
        made: "Steel tube, spun aluminium shade",
        art: include_str!("../../demo/art/arc.svg"),
    },
    Lamp {
        id: "dome",
        name: "Dome",
        kind: "Pendant lamp",
        price: "149",
        words: "A half sphere that keeps its light on the table, where the people are. Hangs from a cord you can shorten without tools.",
        size: "Ø 46 cm",
        light: "2,700 K, 11 W, dimmable",
        made: "Spun aluminium, powder coated",
        art: include_str!("../../demo/art/dome.svg"),
    },
    Lamp {
        id: "pebble",
        name: "Pebble",
        kind: "Table lamp",
        price: "79",
        words: "Mouth-blown glass that glows all round, for the corner that is always a little too dark. Touch the foot to dim it.",
        size: "26 × 24 cm",
        light: "2,700 K, 5 W, dimmable",
        made: "Opal glass, steel foot",
        art: include_str!("../../demo/art/pebble.svg"),
    },
    Lamp {
        id: "beam",
        name: "Beam",
        kind: "Desk lamp",
        price: "119",
        words: "Two joints and one bar of even light without a shadow of your hand. Stays where you put it, for years.",
        size: "60 × 45 cm",
        light: "2,700 to 4,000 K, 9 W, dimmable",
        made: "Aluminium arm, cast iron foot",
        art: include_str!("../../demo/art/beam.svg"),
    },
];

/// One page: its words, its touchpoint and what the banner says of it.
struct Page {
    title: &'static str,
    touchpoint: &'static str,
    /// The metric that the page's link to the score names.
    metric: Metric,
    note: &'static str,
    main: &'static str,
}

const HOME_PAGE: Page = Page {
    title: "Lamps",
    touchpoint: "home",
    metric: Metric::Nps,
    note: "Nobody is asked on this page. Choose a lamp to meet the first survey.",
    main: HOME,
};
const PRODUCT_PAGE: Page = Page {
    title: "Lamp",
    touchpoint: "product",
    metric: Metric::Csat,
    note: "This page asks for satisfaction (CSAT). Buy the lamp to meet the next survey.",
    main: PRODUCT,
};
const CHECKOUT_PAGE: Page = Page {
    title: "Checkout",
    touchpoint: "checkout",
    metric: Metric::Ces,
    note: "This page asks how easy it was (CES). Order to meet the last survey.",
    main: CHECKOUT,
};
const THANK_YOU_PAGE: Page = Page {
    title: "Thank you",
    touchpoint: "thank_you",
    metric: Metric::Nps,
    note: "This page asks for a recommendation (NPS).",
    main: THANK_YOU,
};

/// The query of a page: which lamp it is about.
#[derive(Deserialize)]
struct Choice {
    lamp: Option<String>,
}

impl Choice {
    /// The lamp named, else the first.
    fn lamp(&self) -> &'static Lamp {
        LAMPS.iter().find(|lamp| Some(lamp.id) == self.lamp.as_deref()).unwrap_or(&LAMPS[0])
    }
}

/// The shop: its pages, and the score of its sample site for whoever asks, since all of it is made up.
pub fn router(shop: Shop) -> Router<Shared> {
    let score = {
        let key = shop.site_key.clone();
        async move |State(app): State<Shared>, Query(asked): Query<Asked>| score(&app, &key, asked.metric()).await
    };
    pages(shop).route("/demo/score", get(score))
}

/// The score of the sample site, as `/v1/reports/score` gives it to a key.
async fn score(app: &Shared, key: &SiteKey, metric: Metric) -> ApiResult<Json<ScoreReport>> {
    let view = app.directory.site(key).await?.ok_or_else(ApiError::not_found)?;
    let question = Question::new(&view, ReportFilter::of(metric), app.clock.now());
    Ok(Json(reports::score::report(app.store.as_ref(), &question, None).await?))
}

/// The query of the score: which metric.
#[derive(Deserialize)]
struct Asked {
    metric: Option<String>,
}

impl Asked {
    /// The metric named, else NPS.
    fn metric(&self) -> Metric {
        self.metric.as_deref().and_then(Metric::named).unwrap_or(Metric::Nps)
    }
}

/// The pages, which need no state.
fn pages<S: Clone + Send + Sync + 'static>(shop: Shop) -> Router<S> {
    let shop = Arc::new(shop);
    let page = |page: &'static Page| {
        let shop = Arc::clone(&shop);
        move |Query(choice): Query<Choice>| async move {
            ([(header::CACHE_CONTROL, "no-store")], Html(render(page, choice.lamp(), &shop)))
        }
    };
    let order = async |Query(choice): Query<Choice>| Redirect::to(&format!("thank-you?lamp={}", choice.lamp().id));
    Router::new()
        .route("/demo", get(async || Redirect::permanent("demo/")))
        .route("/demo/", get(page(&HOME_PAGE)))
        .route("/demo/product", get(page(&PRODUCT_PAGE)))
        .route("/demo/checkout", get(page(&CHECKOUT_PAGE)).post(order))
        .route("/demo/thank-you", get(page(&THANK_YOU_PAGE)))
        .route("/demo/shop.css", get(async || file("text/css; charset=utf-8", STYLE)))
        .route("/demo/shop.js", get(async || file("text/javascript; charset=utf-8", SCRIPT)))
        .route("/demo/icon.svg", get(async || file("image/svg+xml", ICON)))
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], text)
}

fn render(page: &Page, lamp: &Lamp, shop: &Shop) -> String {
    // The home page shows every lamp, a product page the others.
    let others = LAMPS.iter().filter(|other| page.touchpoint == "home" || other.id != lamp.id);
    let cards: String = others.map(|other| fill(CARD, |name| of_lamp(other, name))).collect();
    let main = fill(page.main, |name| match name {
        "cards" => Some(cards.clone()),
        "art_room" => Some(ROOM.to_owned()),
        _ => of_lamp(lamp, name),
    });
    fill(FRAME, |name| {
        Some(match name {
            "title" if page.touchpoint == "product" => lamp.name.to_owned(),
            "title" => page.title.to_owned(),
            "touchpoint" => page.touchpoint.to_owned(),
            "note" => page.note.to_owned(),
            "main" => main.clone(),
            // Relative addresses hold under any host and behind any proxy prefix.
            "script" => "../bearing.js".to_owned(),
            "site_key" => shop.site_key.to_string(),
            "hosted_nps" => format!("../s/{}", shop.nps),
            "hosted_csat" => format!("../s/{}", shop.csat),
            "hosted_ces" => format!("../s/{}", shop.ces),
            "score" => format!("score?metric={}", page.metric.name()),
            "docs" => "../docs".to_owned(),
            _ => return None,
        })
    })
}

fn of_lamp(lamp: &Lamp, name: &str) -> Option<String> {
    let text = match name {
        "lamp" => lamp.id,
        "lamp_name" => lamp.name,
        "lamp_kind" => lamp.kind,
        "lamp_price" => lamp.price,
        "lamp_words" => lamp.words,
        "lamp_size" => lamp.size,
        "lamp_light" => lamp.light,
        "lamp_made" => lamp.made,
        "art" => lamp.art,
        _ => return None,
    };
    Some(text.to_owned())
}

/// A template with its `{{name}}`s replaced. Every value comes from this program, none from the request.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = template.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or(("", part));
        filled.push_str(&value(name).unwrap_or_default());
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt;

    fn shop() -> Router {
        pages(Shop { site_key: "pk_sample".into(), nps: "sv_n".into(), csat: "sv_c".into(), ces: "sv_e".into() })
    }

    async fn get(path: &str) -> (StatusCode, String) {
        let reply = shop().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = reply.status();
        let body = to_bytes(reply.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_page_is_whole_and_carries_the_tag_once() {
        for (path, touchpoint) in [
            ("/demo/", "home"),
            ("/demo/product?lamp=dome", "product"),
            ("/demo/checkout?lamp=beam", "checkout"),
            ("/demo/thank-you?lamp=pebble", "thank_you"),
        ] {
            let (status, page) = get(path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let tag = format!(r#"<script async src="../bearing.js?site=pk_sample&touchpoint={touchpoint}"></script>"#);
            assert_eq!(page.matches(&tag).count(), 1, "{path}");
            assert!(!page.contains("{{") && !page.contains("}}"), "{path}");
            assert!(page.contains("../s/sv_n") && page.contains("../s/sv_c") && page.contains("../s/sv_e"), "{path}");
        }
    }

    #[tokio::test]
    async fn every_link_within_the_shop_leads_somewhere() {
        for path in ["/demo/", "/demo/product?lamp=arc", "/demo/checkout?lamp=arc", "/demo/thank-you?lamp=arc"] {
            let (_, page) = get(path).await;
            for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                // The server's own addresses, and the score, which needs a store.
                if link.starts_with("..") || link.starts_with('#') || link.starts_with("score?") {
                    continue;
                }
                let target = link.trim_start_matches("./").split('#').next().unwrap();
                assert_eq!(get(&format!("/demo/{target}")).await.0, StatusCode::OK, "{link} on {path}");
            }
        }
    }

    #[tokio::test]
    async fn an_order_leads_to_the_thanks_and_a_strange_lamp_to_the_first() {
        let order = Request::post("/demo/checkout?lamp=beam").body(Body::from("name=x")).unwrap();
        let reply = shop().oneshot(order).await.unwrap();
        assert_eq!(reply.status(), StatusCode::SEE_OTHER);
        assert_eq!(reply.headers()["location"], "thank-you?lamp=beam");
        let (_, page) = get("/demo/product?lamp=%3Cscript%3E").await;
        assert!(page.contains("<h1>Arc</h1>") && !page.contains("<script>"));
    }
}
