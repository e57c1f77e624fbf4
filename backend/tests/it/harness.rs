//! What the cases stand on: an app over a database of its own, requests that read as prose, sites and answers made in one call.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, header, request};
use bearing::admission::Limits;
use bearing::app::{App, Outside, Shared};
use bearing::auth::limits::Peer;
use bearing::auth::provider::Provider;
use bearing::auth::session;
use bearing::clock::{Clock, ManualClock};
use bearing::integrations::webhooks::client::Client;
use bearing::{auth, chance, strangers};
use bearing_fresh::Place;
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::Dimension;
use bearing_shared::fault::Code;
use bearing_shared::id::{InvitationId, KeyId, MemberId, SiteId, SiteKey, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::question::{Choice, Kind, Question};
use bearing_shared::survey::Survey;
use bearing_shared::text::LocalText;
use bearing_storage::{Accepted, Invitation, InvitationPurpose, Joining, Key, Member, Role, Scope, Store};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The moment at which everything happens unless a case says otherwise: a Saturday.
pub(crate) const NOW: &str = "2026-11-21T12:00:00.000Z";
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// A moment in ms since 1970 UTC.
pub(crate) fn at(moment: &str) -> i64 {
    moment.parse::<jiff::Timestamp>().expect("is a time").as_millisecond()
}

/// One app over a database of its own, on the engine that `BEARING_TEST_STORE` names.
pub(crate) struct Server {
    pub(crate) app: Shared,
    pub(crate) router: Router,
    pub(crate) clock: Arc<ManualClock>,
    place: Place,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(None, |store| store).await
    }

    /// A server with a public address, over a store that `wrap` puts something around.
    pub(crate) async fn start_with(
        public_url: Option<&str>,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Self {
        Self::start_as(public_url, wrap, Limits::default(), Outside::default()).await
    }

    /// The same with a client of its own for webhooks.
    pub(crate) async fn start_sending(
        public_url: Option<&str>,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
        client: Client,
    ) -> Self {
        Self::start_as(public_url, wrap, Limits::default(), Outside { client, ..Outside::default() }).await
    }

    /// The same with these limits of what may begin.
    pub(crate) async fn start_within(
        public_url: Option<&str>,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
        limits: Limits,
    ) -> Self {
        Self::start_as(public_url, wrap, limits, Outside::default()).await
    }

    /// A server at this address whose members may sign in by this provider.
    pub(crate) async fn start_by(public_url: &str, provider: Provider) -> Self {
        let outside = Outside { provider: Some(provider), ..Outside::default() };
        Self::start_as(Some(public_url), |store| store, Limits::default(), outside).await
    }

    /// A server whose operator says this of strangers.
    pub(crate) async fn start_among(strangers: strangers::Settings) -> Self {
        Self::start_as(None, |store| store, Limits::default(), Outside { strangers, ..Outside::default() }).await
    }

    async fn start_as(
        public_url: Option<&str>,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
        limits: Limits,
        outside: Outside,
    ) -> Self {
        let place = bearing_fresh::chosen();
        let store = bearing_storage::open(&place.url).await.expect("a fresh database opens");
        let clock = Arc::new(ManualClock::at(at(NOW)));
        let (public_url, given) = (public_url.map(str::to_owned), Arc::<ManualClock>::clone(&clock));
        let app = App::start_with(wrap(store), given, public_url, None, limits, outside);
        app.live.linked().await;
        Self { router: bearing::http::router(Arc::clone(&app)), app, clock, place }
    }

    /// Where its database is.
    pub(crate) fn url(&self) -> &str {
        &self.place.url
    }

    /// The same database as another process sees it: a command run beside the server.
    pub(crate) async fn other_process(&self) -> Arc<dyn Store> {
        bearing_storage::open(&self.place.url).await.expect("a second handle opens")
    }

    /// Another server on the same database; this one must outlive it.
    pub(crate) async fn beside(&self) -> Self {
        let (store, clock) = (self.other_process().await, Arc::clone(&self.clock));
        let given = Arc::<ManualClock>::clone(&clock);
        let app = App::start(store, given, None, None);
        app.live.linked().await;
        let place = bearing_fresh::elsewhere(&self.place.url);
        Self { router: bearing::http::router(Arc::clone(&app)), app, clock, place }
    }

    /// Sets the clock to a moment.
    pub(crate) fn set_time(&self, moment: &str) {
        self.clock.set(at(moment));
    }

    /// Moves the clock by ms.
    pub(crate) fn pass(&self, ms: i64) {
        self.clock.set(self.clock.now() + ms);
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Ask {
        self.ask(Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "bearing.example");
        Ask { router: self.router.clone(), request, body: Body::empty() }
    }

    /// A site in UTC that takes every origin, with a key of each scope.
    pub(crate) async fn site(&self) -> Site {
        self.site_with(|_| {}).await
    }

    pub(crate) async fn site_with(&self, change: impl FnOnce(&mut SiteSettings)) -> Site {
        make_site(self.app.store.as_ref(), change).await
    }

    /// A member with these roles, signed in: what its cookie header holds.
    pub(crate) async fn member(&self, roles: &[(&Site, Role)]) -> String {
        let purposes = roles
            .iter()
            .map(|(site, role)| InvitationPurpose::Join { site: SiteId::from(site.id.as_str()), role: *role });
        self.joined(purposes.collect()).await
    }

    /// An operator, signed in.
    pub(crate) async fn operator(&self) -> String {
        self.joined(vec![InvitationPurpose::Operator]).await
    }

    /// Somebody new who uses an invitation to each of these; the cookie of the last session.
    async fn joined(&self, purposes: Vec<InvitationPurpose>) -> String {
        let (id, mut cookie) = (MemberId(chance::id(MemberId::PREFIX)), String::new());
        let new = Member {
            id: id.clone(),
            email: format!("{id}@team.example"),
            name: "Ann".into(),
            password: None,
            operator: false,
            locale: None,
            created_at: self.clock.now(),
        };
        let mut joining = Joining::New(new);
        for purpose in purposes {
            let secret = self.invite(purpose, None).await;
            let (session, token) = session::begin(&self.app, id.clone(), &HeaderMap::new());
            let accepted = self.app.store.accept_invitation(auth::hash(&secret), joining, session).await;
            assert_eq!(accepted.expect("the store answers"), Accepted::Done(id.clone()));
            (joining, cookie) = (Joining::Known(id.clone()), format!("__Host-bearing={token}"));
        }
        cookie
    }

    /// An invitation that lasts a week; the secret in its link.
    pub(crate) async fn invite(&self, purpose: InvitationPurpose, email: Option<&str>) -> String {
        let (secret, now) = (chance::secret(""), self.clock.now());
        let invitation = Invitation {
            id: InvitationId(chance::id(InvitationId::PREFIX)),
            hash: auth::hash(&secret),
            purpose,
            email: email.map(str::to_owned),
            created_by: None,
            created_at: now,
            expires_at: now + 7 * DAY,
        };
        assert!(self.app.store.create_invitation(invitation).await.expect("the store answers"));
        secret
    }

    /// A survey of a site, published.
    pub(crate) async fn publish(&self, site: &Site, survey: Survey) -> String {
        let id = publish_in(self.app.store.as_ref(), site, survey, self.clock.now()).await;
        self.app.directory.refresh().await.expect("the store answers");
        id
    }

    /// A site with the standard NPS survey, published on every page.
    pub(crate) async fn site_with_survey(&self) -> (Site, String) {
        let site = self.site().await;
        let survey = self.publish(&site, nps()).await;
        (site, survey)
    }

    /// Sends one response that must be stored; its id.
    pub(crate) async fn answered(&self, site: &Site, response: &Value) -> String {
        let reply = self.post(&site.responses()).json(response).await.ok();
        assert_eq!(reply["results"][0]["status"], "stored", "{reply}");
        response["id"].as_str().expect("a response has an id").to_owned()
    }

    /// One number of the score report, asked with the site's reading key.
    pub(crate) async fn score(&self, site: &Site, query: &str) -> Value {
        self.get(&format!("/v1/reports/score?{query}")).key(&site.read).await.ok()
    }
}

/// A site as its owner knows it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) identity_secret: String,
    pub(crate) read: String,
    pub(crate) write: String,
    pub(crate) admin: String,
}

impl Site {
    pub(crate) fn config(&self) -> String {
        format!("/v1/embed/{}", self.key)
    }

    pub(crate) fn responses(&self) -> String {
        format!("/v1/embed/{}/responses", self.key)
    }

    pub(crate) fn events(&self) -> String {
        format!("/v1/embed/{}/events", self.key)
    }
}

/// Makes a site as `bearing site create` and `bearing key create` do.
pub(crate) async fn make_site(store: &dyn Store, change: impl FnOnce(&mut SiteSettings)) -> Site {
    let mut settings = SiteSettings::named("Shop");
    change(&mut settings);
    let id = SiteId(chance::id(SiteId::PREFIX));
    let site = bearing_storage::Site {
        id: id.clone(),
        key: SiteKey(chance::id(SiteKey::PREFIX)),
        previous: None,
        identity_secret: chance::secret(""),
        settings,
        created_at: at(NOW),
    };
    store.create_site(site.clone()).await.expect("a site is made");
    let mut secrets = Vec::new();
    for scope in Scope::ALL {
        let secret = chance::secret("sk_");
        let (hash, key) = (auth::hash(&secret), KeyId(chance::id(KeyId::PREFIX)));
        let key = Key {
            id: key,
            site: id.clone(),
            hash,
            scope,
            name: scope.name().into(),
            created_at: at(NOW),
            last_used_at: None,
        };
        assert!(store.create_key(key).await.expect("a key is made"));
        secrets.push(secret);
    }
    let [read, write, admin] = secrets.try_into().expect("three scopes");
    Site { id: id.0, key: site.key.0, identity_secret: site.identity_secret, read, write, admin }
}

/// Makes and publishes a survey as `bearing survey create --publish` does.
pub(crate) async fn publish_in(store: &dyn Store, site: &Site, survey: Survey, now: i64) -> String {
    survey.check().expect("the survey can be asked");
    let (site, id) = (SiteId::from(site.id.as_str()), SurveyId(chance::id(SurveyId::PREFIX)));
    assert!(store.create_survey(&site, &id, survey, now).await.expect("a survey is made"));
    store.publish_survey(&site, &id, now).await.expect("the store answers").expect("the survey is there");
    id.0
}

/// The standard NPS survey, on every page.
pub(crate) fn nps() -> Survey {
    Survey::standard("Loyalty", Instrument::Nps)
}

/// The standard survey of an instrument at these touchpoints.
pub(crate) fn shown_at(instrument: Instrument, touchpoints: &[&str]) -> Survey {
    let touchpoints = touchpoints.iter().map(|name| (*name).to_owned()).collect();
    Survey { touchpoints, ..Survey::standard("Moments", instrument) }
}

/// A follow-up in English.
pub(crate) fn question(id: &str, kind: Kind) -> Question {
    Question {
        id: id.into(),
        kind,
        text: LocalText::one("en", &format!("About {id}?")),
        low: LocalText::default(),
        high: LocalText::default(),
        required: false,
        groups: Vec::new(),
        choices: Vec::new(),
        multiple: false,
        style: bearing_shared::look::Style::default(),
    }
}

/// A choice question in English.
pub(crate) fn choices(id: &str, multiple: bool, offered: &[&str]) -> Question {
    let choices = offered
        .iter()
        .map(|id| Choice { id: (*id).into(), text: LocalText::one("en", &format!("The {id}")) })
        .collect();
    Question { choices, multiple, ..question(id, Kind::Choice) }
}

pub(crate) fn dimension(name: &str, values: &[&str]) -> Dimension {
    Dimension { name: name.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// A new response id: a UUIDv7, never the same twice.
pub(crate) fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("01932f6e-7a51-7bd2-9c4f-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A finished response to a survey's first version: a score and nothing else.
pub(crate) fn answer(survey: &str, score: impl Into<Value>) -> Value {
    json!({
        "id": new_id(), "seq": 0, "survey": survey, "version": 1, "completed": true,
        "answers": [{ "question": "score", "value": score.into() }],
    })
}

/// The same with fields put in or replaced.
pub(crate) fn with(mut response: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    response.as_object_mut().expect("a response is an object").extend(fields);
    response
}

/// A request on its way: it is sent when it is awaited.
pub(crate) struct Ask {
    router: Router,
    request: request::Builder,
    body: Body,
}

impl Ask {
    pub(crate) fn key(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    /// As a page of the dashboard asks, with the cookie of a member who is signed in.
    pub(crate) fn session(self, cookie: &str) -> Self {
        self.header("cookie", cookie).header("sec-fetch-site", "same-origin")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// As somebody at this address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.request = self.request.extension(Peer(address.parse().expect("is an address")));
        self
    }

    pub(crate) fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.sends("application/json", body.to_string())
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.sends("application/x-www-form-urlencoded", encoded)
    }

    pub(crate) fn sends(self, media_type: &str, body: impl Into<Body>) -> Self {
        self.header("content-type", media_type).body(body)
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }
}

impl IntoFuture for Ask {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (head, body) = self.open().await;
            // A stream has no end: its head is the reply.
            if head.header("content-type") == "text/event-stream" {
                return head;
            }
            Reply { body: body.collect().await.expect("a reply is whole").to_bytes(), ..head }
        })
    }
}

impl Ask {
    /// Sends it and reads no more than the head: the reply without its body, and the body.
    pub(crate) async fn open(self) -> (Reply, Body) {
        let request = self.request.body(self.body).expect("is a request");
        let Ok(response) = self.router.oneshot(request).await;
        let (parts, body) = response.into_parts();
        (Reply { status: parts.status.as_u16(), headers: parts.headers, body: Bytes::new() }, body)
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("is UTF-8")
    }

    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// The reply's JSON; null where it is none.
    pub(crate) fn value_or_null(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's value; empty without one.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("is text"))
    }

    /// The JSON of a reply that must be a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self.value()
    }

    /// The text of a refusal with this code.
    #[track_caller]
    pub(crate) fn refused_text(&self, code: Code) -> String {
        self.refused(code);
        self.text()
    }

    /// Checks that the reply is a refusal with this code in the one envelope; the field it names, empty without one.
    #[track_caller]
    pub(crate) fn refused(&self, code: Code) -> String {
        let body = self.text();
        assert_eq!(self.status, code.status, "{body}");
        let error = &self.value()["error"];
        assert_eq!(error["code"], code.name, "{body}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.ends_with('.') && message.len() > 10, "one sentence: {message}");
        assert!(!self.header("x-request-id").is_empty(), "every reply has its id");
        error["field"].as_str().unwrap_or_default().to_owned()
    }
}

/// A body as a network brings it: piece by piece, and not always to its end.
pub(crate) struct Pieces {
    left: VecDeque<io::Result<Bytes>>,
    stands_still: bool,
}

impl Pieces {
    pub(crate) fn of(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        Self { left: pieces.into_iter().map(Ok).collect(), stands_still: false }
    }

    /// The connection breaks behind the last piece.
    pub(crate) fn then_breaks(mut self) -> Self {
        self.left.push_back(Err(io::ErrorKind::ConnectionReset.into()));
        self
    }

    /// Nothing comes any more behind the last piece, and no end either.
    pub(crate) fn then_stands_still(self) -> Self {
        Self { stands_still: true, ..self }
    }

    pub(crate) fn body(self) -> Body {
        Body::new(self)
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.left.pop_front() {
            Some(piece) => Poll::Ready(Some(piece.map(Frame::data))),
            None if self.stands_still => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
