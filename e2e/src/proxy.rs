//! A reverse proxy between the browser and the server that answers some paths itself, as a broken network or server would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, TRANSFER_ENCODING};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::sleep;

use crate::http::{Connection, Listener, reply};

/// Where a moved path went.
const MOVED: &str = "/moved";

/// What becomes of a request instead of being passed on.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A reply with this status and a few words.
    Status(StatusCode),
    /// Passed on after this long, unless the browser has gone by then.
    Later(Duration),
    /// Passed on at once; the reply comes after this long.
    LateReply(Duration),
    /// The connection ends without a reply, as where nobody listens.
    HangUp,
    /// 200 with a page of HTML, as a café's sign-in does it.
    Page,
    /// Passed on; the reply's body is this.
    Body(Bytes),
    /// Passed on; the reply has another content type.
    Typed(&'static str),
    /// Passed on; the reply ends after the first half of its body.
    Half,
    /// Moved (307) to another path of this proxy, where it is passed on.
    Moved,
}

/// A rule: which paths, by how they start, what becomes of them, and how often; `None` for always.
struct Rule {
    start: String,
    answer: Answer,
    times: Option<u32>,
}

/// What the proxy and the listener share.
#[derive(Default)]
struct State {
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<String>>,
}

/// A running proxy.
pub struct Proxy {
    listener: Listener,
    state: Arc<State>,
}

impl Proxy {
    /// Starts it before the server at `target`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let listener = Listener::start_unreliable(move |request| {
            let path = request.uri().path().to_owned();
            lock(&shared.asked).push(format!("{} {path}", request.method()));
            let answer = shared.answer(&path);
            async move { answered(target, request, answer).await }
        })
        .await?;
        Ok(Self { listener, state })
    }

    /// Its address for a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// Answers every path that starts so in this way from now on; the first rule that fits counts.
    pub fn answer(&self, start: &str, answer: Answer) {
        lock(&self.state.rules).push(Rule { start: start.to_owned(), answer, times: None });
    }

    /// The same for so many requests.
    pub fn answer_times(&self, start: &str, answer: Answer, times: u32) {
        lock(&self.state.rules).push(Rule { start: start.to_owned(), answer, times: Some(times) });
    }

    /// Answers every path that starts so with this status from now on.
    pub fn refuse(&self, start: &str, status: StatusCode) {
        self.answer(start, Answer::Status(status));
    }

    /// Lets everything through again.
    pub fn allow(&self) {
        lock(&self.state.rules).clear();
    }

    /// What was asked for so far, as `METHOD /path`.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.state.asked).clone()
    }
}

impl State {
    /// What becomes of a request for this path, by the first rule that is not used up.
    fn answer(&self, path: &str) -> Option<Answer> {
        let mut rules = lock(&self.rules);
        let rule = rules.iter_mut().find(|rule| path.starts_with(&rule.start) && rule.times != Some(0))?;
        rule.times = rule.times.map(|times| times - 1);
        Some(rule.answer.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answered(
    target: SocketAddr,
    request: Request<Bytes>,
    answer: Option<Answer>,
) -> Option<Response<Full<Bytes>>> {
    let pass = async |request| {
        forward(target, request)
            .await
            .unwrap_or_else(|_| open(reply(StatusCode::BAD_GATEWAY, "text/plain", "no server")))
    };
    // Somebody who answers in the server's place answers to every method but the browser's own question.
    let asks = request.method() == Method::OPTIONS;
    Some(match answer {
        Some(Answer::HangUp) => return None,
        Some(Answer::Status(status)) => open(reply(status, "text/plain", "refused by the test")),
        Some(Answer::Page) if !asks => {
            open(reply(StatusCode::OK, "text/html", "<!doctype html><title>Welcome</title><p>Please sign in."))
        }
        Some(Answer::Moved) if !asks => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let mut response = reply(StatusCode::TEMPORARY_REDIRECT, "text/plain", "moved");
            if let Ok(place) = HeaderValue::from_str(&format!("{MOVED}{path}")) {
                response.headers_mut().insert(LOCATION, place);
            }
            open(response)
        }
        Some(Answer::Later(after)) => {
            sleep(after).await;
            pass(request).await
        }
        Some(Answer::LateReply(after)) => {
            let response = pass(request).await;
            sleep(after).await;
            response
        }
        Some(Answer::Body(body)) => {
            let mut response = pass(request).await;
            response.headers_mut().remove(hyper::header::CONTENT_ENCODING);
            *response.body_mut() = Full::new(body);
            response
        }
        Some(Answer::Typed(kind)) => {
            let mut response = pass(request).await;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            response
        }
        Some(Answer::Half) => half(pass(request).await).await,
        Some(Answer::Page | Answer::Moved) | None => pass(request).await,
    })
}

/// A reply that any page may read.
fn open(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    for (name, value) in [("access-control-allow-origin", "*"), ("cross-origin-resource-policy", "cross-origin")] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn half(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let (head, body) = response.into_parts();
    let Ok(body) = http_body_util::BodyExt::collect(body).await;
    let body = body.to_bytes();
    Response::from_parts(head, Full::new(body.slice(..body.len() / 2)))
}

async fn forward(target: SocketAddr, request: Request<Bytes>) -> Result<Response<Full<Bytes>>> {
    let (mut head, body) = request.into_parts();
    head.headers.remove(CONNECTION);
    if let Some(path) = head.uri.path_and_query().and_then(|path| path.as_str().strip_prefix(MOVED)) {
        head.uri = path.parse()?;
    }
    let reply = Connection::open(target).await?.send(Request::from_parts(head, Full::new(body))).await?;
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    // The body is sent in one piece now.
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
        response.headers_mut().remove(name);
    }
    Ok(response)
}
