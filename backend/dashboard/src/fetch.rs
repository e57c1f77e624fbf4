//! Asking the API: one way to read and to change, one shape of what can go wrong.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bearing_shared::api::error::ErrorBody;
use gloo::net::http::{Method, Request, RequestBuilder, Response};
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{browser, json, query};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The status; 0 when nothing answered.
    pub(crate) status: u16,
    /// The error's code.
    pub(crate) code: String,
    /// A sentence that says what to do.
    pub(crate) message: String,
    /// Which field it is about.
    pub(crate) field: Option<String>,
}

impl Problem {
    /// Whether the same question may be answered in a moment.
    fn passes(&self) -> bool {
        matches!(self.status, 0 | 429 | 500..)
    }

    fn unreachable() -> Self {
        Self { status: 0, code: "unreachable".into(), message: String::new(), field: None }
    }

    fn unreadable(error: impl std::fmt::Display) -> Self {
        Self { status: 200, code: "unreadable".into(), message: error.to_string(), field: None }
    }

    /// An address that nothing has.
    pub(crate) fn nothing_here() -> Self {
        Self { status: 404, code: String::new(), message: String::new(), field: None }
    }

    async fn of(response: Response) -> Self {
        let status = response.status();
        match value(response).await.and_then(typed::<ErrorBody>) {
            Ok(body) => Self {
                status,
                code: body.error.code.into_owned(),
                message: body.error.message,
                field: body.error.field,
            },
            Err(_) => Self { status, code: String::new(), message: String::new(), field: None },
        }
    }
}

/// What is being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loaded<T> {
    /// Nothing is wanted.
    Idle,
    /// It is on its way, for so many seconds.
    Waiting(u32),
    /// It is here.
    Ready(T),
    /// It cannot be had.
    Failed(Problem),
}

impl<T> Loaded<T> {
    /// What is here.
    pub(crate) fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            _ => None,
        }
    }
}

/// An address of the API with its parameters.
pub(crate) fn address(path: &str, pairs: &[(String, String)]) -> String {
    let query = query::write(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Reads what an address has.
pub(crate) async fn get<T: DeserializeOwned>(address: &str) -> Result<T, Problem> {
    typed(value(sent(Request::get(address)).await?).await?)
}

/// Changes something, and reads what came of it.
pub(crate) async fn change<T: DeserializeOwned>(
    method: Method,
    address: &str,
    body: &impl Serialize,
) -> Result<T, Problem> {
    typed(value(changed(method, address, written(body)?).await?).await?)
}

/// Changes something of which there is nothing to read.
pub(crate) async fn act(method: Method, address: &str, body: &impl Serialize) -> Result<(), Problem> {
    changed(method, address, written(body)?).await.map(|_| ())
}

/// Removes something.
pub(crate) async fn remove(address: &str) -> Result<(), Problem> {
    sent(Request::delete(address)).await.map(|_| ())
}

/// Sends a change, without a body where it is null; an empty reply reads as null.
pub(crate) async fn send(method: Method, address: &str, body: &Value) -> Result<Value, Problem> {
    let response = match body {
        Value::Null => sent(RequestBuilder::new(address).method(method)).await?,
        body => changed(method, address, written(body)?).await?,
    };
    if response.status() == 204 { Ok(Value::Null) } else { value(response).await }
}

async fn changed(method: Method, address: &str, body: String) -> Result<Response, Problem> {
    let request = RequestBuilder::new(address).method(method).header("content-type", "application/json");
    let request = request.body(body).map_err(|_| Problem::unreachable())?;
    received(request.send().await).await
}

fn written(body: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(body).map_err(Problem::unreadable)
}

/// What was received, without a type yet: what reads and waits is compiled once, and not once for each type.
async fn value(response: Response) -> Result<Value, Problem> {
    let text = response.text().await.map_err(|_| Problem::unreachable())?;
    serde_json::from_str(&text).map_err(Problem::unreadable)
}

#[inline(never)]
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    json::read(&value).map_err(Problem::unreadable)
}

async fn sent(request: RequestBuilder) -> Result<Response, Problem> {
    received(signed(request).send().await).await
}

#[cfg(feature = "showing")]
thread_local! {
    /// The secret of the shared link that the page shows.
    static SECRET: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Has everything be read with a shared link from now on.
#[cfg(feature = "showing")]
pub(crate) fn read_by_link(secret: String) {
    SECRET.set(secret);
}

#[cfg(feature = "showing")]
fn signed(request: RequestBuilder) -> RequestBuilder {
    let secret = SECRET.with_borrow(Clone::clone);
    if secret.is_empty() { request } else { request.header("authorization", &format!("Bearer {secret}")) }
}

#[cfg(not(feature = "showing"))]
fn signed(request: RequestBuilder) -> RequestBuilder {
    request
}

/// Whether a page that may read no more can be signed in to: whoever has a shared link has no account.
fn has_account() -> bool {
    #[cfg(feature = "showing")]
    if SECRET.with_borrow(|secret| !secret.is_empty()) {
        return false;
    }
    true
}

/// Reads an address whose reply has no end.
#[cfg(feature = "showing")]
pub(crate) async fn open(address: &str) -> Result<Response, Problem> {
    sent(Request::get(address)).await
}

async fn received(response: Result<Response, gloo::net::Error>) -> Result<Response, Problem> {
    let response = response.map_err(|_| Problem::unreachable())?;
    if response.ok() {
        return Ok(response);
    }
    let problem = Problem::of(response).await;
    if problem.status == 401 && has_account() {
        // The session has ended: the page of this address asks for a name and comes back here.
        browser::leave_for(&browser::here());
    }
    Err(problem)
}

/// What an address has, read again whenever the address or `again` changes. What was read stays until the next is here.
pub(crate) fn reading<T>(
    address: impl Fn() -> Option<String> + 'static,
    again: impl Fn() -> u32 + 'static,
) -> ReadSignal<Loaded<T>, LocalStorage>
where
    T: DeserializeOwned + 'static,
{
    read(Box::new(address), Box::new(again), false)
}

/// The same for what a whole screen stands on: while the server cannot answer for the moment, what was read stays.
pub(crate) fn keeping<T>(
    address: impl Fn() -> Option<String> + 'static,
    again: impl Fn() -> u32 + 'static,
) -> ReadSignal<Loaded<T>, LocalStorage>
where
    T: DeserializeOwned + 'static,
{
    read(Box::new(address), Box::new(again), true)
}

/// The same, once for each type and not once for each place that reads it.
#[inline(never)]
fn read<T>(
    address: Box<dyn Fn() -> Option<String>>,
    again: Box<dyn Fn() -> u32>,
    keeps: bool,
) -> ReadSignal<Loaded<T>, LocalStorage>
where
    T: DeserializeOwned + 'static,
{
    let (loaded, set) = signal_local(Loaded::Idle);
    // A view that is gone waits for nothing.
    keep_reading(address, again, keeps, Rc::new(move |next| drop(set.try_set(placed(next)))));
    loaded
}

#[inline(never)]
fn placed<T: DeserializeOwned>(next: Loaded<Value>) -> Loaded<T> {
    match next {
        Loaded::Idle => Loaded::Idle,
        Loaded::Waiting(seconds) => Loaded::Waiting(seconds),
        Loaded::Failed(problem) => Loaded::Failed(problem),
        Loaded::Ready(value) => typed(value).map_or_else(Loaded::Failed, Loaded::Ready),
    }
}

/// Reads for [`reading`], whatever the type.
fn keep_reading(
    address: Box<dyn Fn() -> Option<String>>,
    again: Box<dyn Fn() -> u32>,
    keeps: bool,
    set: Rc<dyn Fn(Loaded<Value>)>,
) {
    // Only the last question's answer counts: an earlier one may come later.
    let asked = Rc::new(Cell::new(0_u32));
    let here = Rc::new(Cell::new(false));
    // Where what is here was read.
    let place = Rc::new(RefCell::new(String::new()));
    let over = SendWrapper::new(Rc::clone(&asked));
    on_cleanup(move || over.set(u32::MAX));
    Effect::new(move || {
        let address = address();
        again();
        let turn = asked.get().wrapping_add(1);
        asked.set(turn);
        let Some(address) = address else {
            here.set(false);
            set(Loaded::Idle);
            return;
        };
        if !here.get() {
            set(Loaded::Waiting(0));
        }
        let (asked, here, set) = (Rc::clone(&asked), Rc::clone(&here), Rc::clone(&set));
        let place = Rc::clone(&place);
        spawn_local(async move {
            let seconds = Cell::new(0);
            let tick = {
                let (asked, here, set) = (Rc::clone(&asked), Rc::clone(&here), Rc::clone(&set));
                Interval::new(1_000, move || {
                    seconds.set(seconds.get() + 1);
                    if asked.get() == turn && !here.get() {
                        set(Loaded::Waiting(seconds.get()));
                    }
                })
            };
            let result = match sent(Request::get(&address)).await {
                Ok(response) => value(response).await,
                Err(problem) => Err(problem),
            };
            drop(tick);
            if asked.get() == turn {
                let passes = result.as_ref().is_err_and(Problem::passes);
                if keeps && passes && here.get() && *place.borrow() == address {
                    return;
                }
                here.set(result.is_ok());
                place.replace(address);
                set(result.map_or_else(Loaded::Failed, Loaded::Ready));
            }
        });
    });
}
