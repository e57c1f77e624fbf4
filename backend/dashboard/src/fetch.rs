//! Asking the API: one way to read and to change, one shape of what can go wrong.

use std::cell::Cell;
use std::rc::Rc;

use bearing_shared::api::error::ErrorBody;
use gloo::net::http::{Method, Request, RequestBuilder, Response};
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{browser, query};

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
    fn unreachable() -> Self {
        Self { status: 0, code: "unreachable".into(), message: String::new(), field: None }
    }

    async fn of(response: Response) -> Self {
        let status = response.status();
        match response.json::<ErrorBody>().await {
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
    let response = sent(Request::get(address)).await?;
    response.json().await.map_err(|error| Problem {
        status: response.status(),
        code: "unreadable".into(),
        message: error.to_string(),
        field: None,
    })
}

/// Changes something, and reads what came of it.
pub(crate) async fn change<T: DeserializeOwned>(
    method: Method,
    address: &str,
    body: &impl Serialize,
) -> Result<T, Problem> {
    let response = changed(method, address, body).await?;
    response.json().await.map_err(|error| Problem {
        status: response.status(),
        code: "unreadable".into(),
        message: error.to_string(),
        field: None,
    })
}

/// Changes something of which there is nothing to read.
pub(crate) async fn act(method: Method, address: &str, body: &impl Serialize) -> Result<(), Problem> {
    changed(method, address, body).await.map(|_| ())
}

/// Removes something.
pub(crate) async fn remove(address: &str) -> Result<(), Problem> {
    sent(Request::delete(address)).await.map(|_| ())
}

async fn changed(method: Method, address: &str, body: &impl Serialize) -> Result<Response, Problem> {
    let request = RequestBuilder::new(address).method(method).json(body).map_err(|_| Problem::unreachable())?;
    received(request.send().await).await
}

async fn sent(request: RequestBuilder) -> Result<Response, Problem> {
    received(request.send().await).await
}

async fn received(response: Result<Response, gloo::net::Error>) -> Result<Response, Problem> {
    let response = response.map_err(|_| Problem::unreachable())?;
    if response.ok() {
        return Ok(response);
    }
    let problem = Problem::of(response).await;
    if problem.status == 401 {
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
    let (loaded, set) = signal_local(Loaded::Idle);
    // Only the last question's answer counts: an earlier one may come later.
    let asked = Rc::new(Cell::new(0_u32));
    let known = Rc::new(Cell::new(String::new()));
    let over = Rc::new(Cell::new(false));
    on_cleanup({
        let over = send_wrapper::SendWrapper::new(Rc::clone(&over));
        move || over.set(true)
    });
    Effect::new(move || {
        let address = address();
        again();
        let turn = asked.get() + 1;
        asked.set(turn);
        let Some(address) = address else {
            set.set(Loaded::Idle);
            return;
        };
        let same = known.replace(address.clone()) == address;
        if !same && loaded.with_untracked(|loaded| loaded.ready().is_none()) {
            set.set(Loaded::Waiting(0));
        }
        let (asked, over) = (Rc::clone(&asked), Rc::clone(&over));
        let current = move || asked.get() == turn && !over.get();
        spawn_local(async move {
            let tick = {
                let current = current.clone();
                Interval::new(1_000, move || {
                    if current() {
                        set.maybe_update(|loaded| match loaded {
                            Loaded::Waiting(seconds) => {
                                *seconds += 1;
                                true
                            }
                            _ => false,
                        });
                    }
                })
            };
            let result = get::<T>(&address).await;
            drop(tick);
            if current() {
                set.set(match result {
                    Ok(value) => Loaded::Ready(value),
                    Err(problem) => Loaded::Failed(problem),
                });
            }
        });
    });
    loaded
}
