//! As much of PostHog's server as its browser package asks for to show one survey, its scripts compressed as its own are.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_ENCODING, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::http::{Listener, reply};
use crate::template::packages;

/// The project's public key.
const KEY: &str = "phc_bench";

/// Where the packages of other products are: `BEARING_PEERS`, else beside those of the tests.
fn peers() -> std::path::PathBuf {
    std::env::var_os("BEARING_PEERS").map_or_else(|| packages().join("../../peers/node_modules"), Into::into)
}

/// A running server.
pub struct Posthog {
    listener: Listener,
}

impl Posthog {
    /// Starts it.
    ///
    /// # Errors
    /// The package is not installed, or no port is free.
    pub async fn start() -> Result<Self> {
        let mut scripts = BTreeMap::new();
        let folder = peers().join("posthog-js/dist");
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("no package in {}; run `cargo xtask bench paint`", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == "array.js" || name == "surveys.js" {
                scripts.insert(name, compressed(&std::fs::read(&path)?)?);
            }
        }
        let listener = Listener::start(move |request| {
            let response = answer(&request, &scripts);
            async move { response }
        })
        .await?;
        Ok(Self { listener })
    }

    /// The tag as its documentation has it: a list that takes the settings until the script has come.
    pub fn tag(&self) -> String {
        let url = format!("http://{}", self.listener.address);
        format!(
            "<script>window.posthog=[];posthog.__SV=1;posthog._i=[['{KEY}',{{api_host:'{url}',opt_out_useragent_filter:true}},'posthog']]\
             </script><script async crossorigin=\"anonymous\" src=\"{url}/static/array.js\"></script>"
        )
    }
}

fn compressed(script: &[u8]) -> Result<Bytes> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 11, 22);
    writer.write_all(script)?;
    drop(writer);
    Ok(out.into())
}

fn answer(request: &Request<Bytes>, scripts: &BTreeMap<String, Bytes>) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    // Scripts stand under `/static/`, some of them under their version.
    let script = path.strip_prefix("/static/").and_then(|path| scripts.get(path.rsplit('/').next()?));
    let mut response = match script {
        Some(script) => {
            let mut response = reply(StatusCode::OK, "text/javascript", script.clone());
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
            response
        }
        None if request.method() == Method::OPTIONS => reply(StatusCode::NO_CONTENT, "text/plain", Bytes::new()),
        None if path.ends_with("/config.js") => {
            let config = json!({ KEY: { "config": config(), "siteApps": [] } });
            reply(StatusCode::OK, "text/javascript", format!("window._POSTHOG_REMOTE_CONFIG={config}"))
        }
        None if path.ends_with("/config") => reply(StatusCode::OK, "application/json", config().to_string()),
        None if path.starts_with("/api/surveys") => {
            reply(StatusCode::OK, "application/json", json!({ "surveys": [survey()] }).to_string())
        }
        None if path.starts_with("/flags") => reply(StatusCode::OK, "application/json", flags().to_string()),
        None => reply(StatusCode::OK, "application/json", json!({ "status": 1 }).to_string()),
    };
    let headers = response.headers_mut();
    let origin = request.headers().get(ORIGIN).cloned().unwrap_or(HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert("access-control-allow-credentials", HeaderValue::from_static("true"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    response
}

/// A project with a survey and nothing else that would cost bytes.
fn config() -> Value {
    json!({
        "token": KEY, "hasFeatureFlags": false, "supportedCompression": ["gzip-js"], "surveys": true,
        "heatmaps": false, "sessionRecording": false, "capturePerformance": false, "autocaptureExceptions": false,
        "siteApps": [], "defaultIdentifiedOnly": true,
    })
}

fn flags() -> Value {
    json!({ "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": false,
        "surveys": true, "supportedCompression": ["gzip-js"], "sessionRecording": false })
}

/// One NPS question and a comment, shown as soon as it can be.
fn survey() -> Value {
    json!({
        "id": "01932f6e-7a51-7bd2-9c4f-000000000001", "name": "NPS", "type": "popover", "description": "",
        "linked_flag_key": null, "targeting_flag_key": null, "internal_targeting_flag_key": null,
        "questions": [
            { "id": "score", "type": "rating", "display": "number", "scale": 10, "skipSubmitButton": true,
              "question": "How likely are you to recommend us to friends or colleagues?",
              "lowerBoundLabel": "Very unlikely", "upperBoundLabel": "Very likely" },
            { "id": "why", "type": "open", "question": "What is the main reason for your score?", "optional": true },
        ],
        "conditions": null, "appearance": { "displayThankYouMessage": true, "surveyPopupDelaySeconds": 0 },
        "start_date": "2026-01-01T00:00:00Z", "end_date": null, "current_iteration": null,
        "current_iteration_start_date": null, "feature_flag_keys": [],
    })
}
