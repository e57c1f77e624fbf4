//! The request that stores one answer, written by whoever knows the server, and filled in by whoever sends it.

use std::fmt::Write as _;
use std::sync::Arc;

use bearing_shared::id::ResponseId;
use serde::{Deserialize, Serialize};

use crate::load::Request;

/// A POST in whose body `$id` stands for 32 hexadecimal digits, and `$score` for a score of 0 to 10.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Template {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    /// The status that says that it is stored.
    stored: u16,
}

/// What is sent, told to the process that sends it.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) enum Asks {
    /// An answer of ours.
    Answer { path: String, survey: String, attributes: usize },
    /// Another product's request.
    Peer(Template),
}

impl Asks {
    pub(crate) fn request(self) -> Request {
        match self {
            Self::Answer { path, survey, attributes } => Request::answer(&path, &survey, attributes),
            Self::Peer(template) => {
                let stored = template.stored;
                Request { text: Arc::new(move |id| template.fill(id)), stored }
            }
        }
    }
}

impl Template {
    fn fill(&self, id: ResponseId) -> String {
        let Self { path, headers, body, .. } = self;
        let digits = id.0.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        let body = body.replace("$id", &digits).replace("$score", &(id.0[15] % 11).to_string());
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}content-length: {length}\r\n\r\n{body}")
    }
}
