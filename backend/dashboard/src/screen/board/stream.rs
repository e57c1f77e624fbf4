//! The stream of a shared link, read by `fetch`: an `EventSource` sends no secret but in the address.

use gloo::timers::callback::Timeout;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

use crate::fetch;
use crate::live::{Live, gathered};

/// How long until a stream that has ended is opened again; each try that fails doubles it.
const AGAIN_MS: u32 = 2_000;
const AGAIN_MOST_MS: u32 = 60_000;
/// How long a line may be silent: the server says something every 15 seconds.
const SILENT_MS: u32 = 40_000;

/// Follows the stream for as long as the page is there; `over` becomes true when the link opens nothing any more.
pub(super) fn follow(over: RwSignal<bool>) -> Live {
    let live = Live::closed();
    spawn_local(async move {
        let (mut wait, mut was_open) = (AGAIN_MS, false);
        loop {
            match fetch::open("/v1/stream").await {
                Ok(response) => {
                    wait = AGAIN_MS;
                    live.open.set(true);
                    // What happened while the line was down was not heard.
                    if std::mem::replace(&mut was_open, true) {
                        live.refresh();
                    }
                    if let Some(body) = response.body() {
                        listen(body.get_reader().unchecked_into(), live).await;
                    }
                }
                Err(problem) if problem.status == 401 => {
                    over.set(true);
                    return;
                }
                Err(_) => wait = (wait * 2).min(AGAIN_MOST_MS),
            }
            live.open.set(false);
            // It fails only where timers do.
            let _ = JsFuture::from(after(wait)).await;
        }
    });
    live
}

/// A promise that is kept after so many ms.
fn after(ms: u32) -> Promise {
    Promise::new(&mut |keep, _| {
        Timeout::new(ms, move || drop(keep.call0(&JsValue::NULL))).forget();
    })
}

/// Reads until the stream ends, or is silent for too long.
async fn listen(reader: ReadableStreamDefaultReader, live: Live) {
    let (scores, responses) = (gathered(live.scores), gathered(live.responses));
    let mut heard = String::new();
    loop {
        let read = Promise::race(&Array::of2(&reader.read(), &after(SILENT_MS)));
        let Ok(read) = JsFuture::from(read).await else { return };
        let Some(value) = Reflect::get(&read, &"value".into()).ok().filter(|value| !value.is_undefined()) else {
            // Ended, or silent: what is left of it is let go of.
            let _ = JsFuture::from(reader.cancel()).await;
            return;
        };
        // Everything that is said here is ASCII.
        heard.push_str(&String::from_utf8_lossy(&Uint8Array::new(&value).to_vec()));
        while let Some(end) = heard.find("\n\n") {
            if heard.starts_with("event:") {
                scores();
                responses();
            }
            heard.drain(..end + 2);
        }
    }
}
