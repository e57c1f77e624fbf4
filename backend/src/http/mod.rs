//! The router: a table of contents, grouped by who calls.

mod arriving;
mod audit;
pub mod config;
mod dashboard;
mod described;
mod docs;
mod embed;
mod explain;
mod exports;
mod extract;
mod files;
mod forms;
pub mod health;
mod hosted;
mod inbox;
mod intake;
mod invitations;
mod join;
mod keys;
mod kind;
mod layers;
pub mod measure;
mod member_page;
mod members;
mod objects;
mod operators;
mod origins;
mod page;
mod params;
pub mod parsers;
mod preview;
mod provider;
mod reader;
mod reports;
mod respondents;
mod responses;
mod retention;
mod session;
mod shared;
mod shares;
mod sign_in;
mod sites;
mod stream;
mod surveys;
mod webhooks;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::demo::shop;
use described::Security;
pub(crate) use sites::check_origin;

/// What `/openapi.json` says of the whole.
#[derive(OpenApi)]
#[openapi(
    info(title = "Bearing", description = "Surveys where the experience happened: NPS, CSAT and CES."),
    modifiers(&Security),
    // A report holds the report before it, so what lies below that is not found by itself; and no route takes or gives
    // the message that a receiver gets, nor the data of a stream's events.
    components(schemas(
        bearing_shared::api::reports::Difference,
        bearing_shared::api::webhooks::Message,
        bearing_shared::api::stream::ResponseStored,
        bearing_shared::api::stream::ScoreChanged
    )),
    tags(
        (name = "embed", description = "What a visitor's browser calls. No secret; the site key is public."),
        (name = "management", description = "What product teams call, with an API key."),
        (name = "shared", description = "What a shared link calls."),
        (name = "session", description = "What a member who is signed in calls about their own account."),
        (name = "operations", description = "What operators call."),
    )
)]
struct Document;

/// Every route with its description.
fn routes() -> OpenApiRouter<Shared> {
    let embed = OpenApiRouter::new()
        .routes(routes!(embed::config))
        .routes(routes!(embed::first))
        .routes(routes!(intake::responses))
        .routes(routes!(intake::events));
    let hosted = OpenApiRouter::new().routes(routes!(hosted::form, hosted::submit));
    let management = OpenApiRouter::new()
        .routes(routes!(sites::read, sites::update, sites::delete))
        .routes(routes!(retention::preview))
        .routes(routes!(surveys::list, surveys::create))
        .routes(routes!(surveys::read, surveys::update))
        .routes(routes!(surveys::publish))
        .routes(routes!(surveys::pause))
        .routes(routes!(surveys::versions))
        .routes(routes!(preview::page))
        .routes(routes!(explain::explain))
        .routes(routes!(responses::list, responses::create, inbox::change_many))
        .routes(routes!(inbox::count))
        .routes(routes!(responses::read, responses::delete, inbox::change))
        .routes(routes!(inbox::tags_of_site))
        .routes(routes!(respondents::export))
        .routes(routes!(respondents::erase))
        .routes(routes!(exports::csv))
        .routes(routes!(exports::jsonl))
        .routes(routes!(reports::score))
        .routes(routes!(reports::trend))
        .routes(routes!(reports::breakdown))
        .routes(routes!(reports::compare))
        .routes(routes!(reports::changes))
        .routes(routes!(reports::drivers))
        .routes(routes!(reports::funnel))
        .routes(routes!(stream::stream))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::read, webhooks::update, webhooks::delete))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::replay))
        .routes(routes!(members::list))
        .routes(routes!(members::update, members::delete))
        .routes(routes!(members::password))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::delete))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::delete))
        .routes(routes!(shares::list, shares::create))
        .routes(routes!(shares::delete))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(audit::audit_csv))
        .routes(routes!(audit::audit_jsonl))
        .routes(routes!(origins::list));
    let shared = OpenApiRouter::new().routes(routes!(shared::read)).routes(routes!(shared::comments));
    let session = OpenApiRouter::new()
        .routes(routes!(session::read, session::update, session::end))
        .routes(routes!(session::list))
        .routes(routes!(session::end_one))
        .routes(routes!(operators::list))
        .routes(routes!(sites::list, sites::create));
    let operations = OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics));
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(embed)
        .merge(hosted)
        .merge(management)
        .merge(shared)
        .merge(session)
        .merge(operations)
}

/// The description of every route, as `/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described::completed(routes().into_openapi())
}

/// The whole app as one service.
pub fn router(app: Shared) -> Router {
    router_with(app, Router::new())
}

/// The whole app with more routes inside the same layers; measurements use it to compare like with like.
pub fn router_with(app: Shared, more: Router<Shared>) -> Router {
    let (described, openapi) = routes().split_for_parts();
    let files = Router::new()
        .route("/bearing.js", get(embed::loader))
        .route("/rest.js", get(files::rest))
        .route("/extra.js", get(files::extra))
        .route("/explain.js", get(files::explain))
        .route("/work.js", get(files::work))
        .route("/hosted.js", get(files::hosted_js))
        .route("/hosted.css", get(files::hosted_css))
        .route("/w/{build}/{file}", get(files::renderer));
    let members = Router::new()
        .route("/app", get(dashboard::any))
        .route("/app/", get(dashboard::any))
        .route("/app/{*path}", get(dashboard::any))
        .route("/app/shared", get(dashboard::shared))
        .route("/app/sign-in", get(sign_in::read).post(sign_in::submit))
        .route("/app/sign-in/provider", get(provider::leave))
        .route("/app/sign-in/callback", get(provider::come_back))
        .route("/app/sign-out", post(sign_in::sign_out))
        .route("/app/join/{secret}", get(join::read).post(join::submit))
        .route("/app/style.css", get(member_page::style))
        .route("/app/files/{build}/{file}", get(files::dashboard));
    let plain = Router::new().merge(files).merge(members).merge(docs::router(openapi)).merge(more);
    let plain = match &app.shop {
        Some(shop) => plain.merge(shop::router(shop.clone())),
        None => plain,
    };
    Router::new()
        .merge(described)
        .merge(plain)
        .fallback(layers::not_found)
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(app.clone(), layers::around))
        .with_state(app)
}
