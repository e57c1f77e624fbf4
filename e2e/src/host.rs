//! A stranger's web server: another origin that serves the pages of `sites/` with the tag put in.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::http::{Listener, reply};

/// Where a page of `sites/` wants the tag.
const PLACE: &str = "{{tag}}";
/// Where a page writes the tag by a script's string.
const WRITTEN: &str = "{{tag in a string}}";
/// In a page that wants none: it frames one that has it.
const NONE: &str = "{{no tag}}";

/// Where a page has its policy in itself: it is then not sent as a header.
const POLICY: &str = "{{policy}}";

/// Put before everything else in a page: notes what goes wrong in it, as the page's owner would see it, and what scripts
/// write to the console. It bears the nonce that policies of these pages give to the page's own scripts.
const WITNESS: &str = "<script nonce=\"own\">window.seen=[];window.said=[];\
addEventListener('error',function(e){seen.push('error: '+e.message+' '+(e.filename||''))});\
addEventListener('unhandledrejection',function(e){seen.push('rejection: '+e.reason)});\
addEventListener('securitypolicyviolation',function(e){\
seen.push('policy: '+(e.disposition=='report'?'report ':'')+e.effectiveDirective+' '+e.blockedURI)});\
['error','warn','info','log'].forEach(function(kind){var own=console[kind];\
console[kind]=function(words){said.push(kind+': '+words);own.apply(console,arguments)}})</script>";

/// What the pages are served with.
#[derive(Clone, Default)]
struct Served {
    tag: String,
    headers: HeaderMap,
}

/// A running host.
pub struct Host {
    listener: Listener,
    served: Arc<Mutex<Served>>,
}

impl Host {
    /// Starts it, its pages still without a tag.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start() -> Result<Self> {
        let served = Arc::new(Mutex::new(Served::default()));
        let now = Arc::clone(&served);
        let listener = Listener::start(move |request| {
            let served = now.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let path = request.uri().path().to_owned();
            async move { serve(&path, served) }
        })
        .await?;
        Ok(Self { listener, served })
    }

    /// The origin of its pages.
    pub fn origin(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// The address of a page: `plain.html` of `sites/`, or `creative/index.html` of the template.
    pub fn page(&self, name: &str) -> String {
        format!("{}/{name}", self.origin())
    }

    /// What is put into the pages from now on.
    pub fn put_tag(&self, tag: &str) {
        tag.clone_into(&mut self.served.lock().unwrap_or_else(PoisonError::into_inner).tag);
    }

    /// Sends these headers with every page from now on, and no others.
    ///
    /// # Errors
    /// One of them is no header.
    pub fn put_headers(&self, headers: &[(&str, &str)]) -> Result<()> {
        let header =
            |&(name, value): &(&str, &str)| anyhow::Ok((name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?));
        let headers = headers.iter().map(header).collect::<Result<_>>()?;
        self.served.lock().unwrap_or_else(PoisonError::into_inner).headers = headers;
        Ok(())
    }
}

fn serve(path: &str, served: Served) -> Response<Full<Bytes>> {
    match read(path) {
        Some(body) if path.ends_with(".html") => {
            let mut page = with_tag(&String::from_utf8_lossy(&body), &served.tag);
            let mut headers = served.headers;
            if page.contains(POLICY) {
                let policy = headers.remove(CONTENT_SECURITY_POLICY);
                page = page.replacen(POLICY, policy.as_ref().and_then(|policy| policy.to_str().ok()).unwrap_or(""), 1);
            }
            let mut response = reply(StatusCode::OK, "text/html; charset=utf-8", page);
            response.headers_mut().extend(headers);
            response
        }
        Some(body) => reply(StatusCode::OK, content_type(path), body),
        // Browsers ask for it by themselves; a 404 would be an error in the console.
        None if path == "/favicon.ico" => reply(StatusCode::OK, "image/x-icon", Bytes::new()),
        None => reply(StatusCode::NOT_FOUND, "text/plain", "not here"),
    }
}

fn read(path: &str) -> Option<Vec<u8>> {
    let name = path.trim_start_matches('/');
    if name.split('/').any(|part| part == "..") {
        return None;
    }
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sites").join(name)).ok()
}

fn with_tag(page: &str, tag: &str) -> String {
    let page = if page.contains(NONE) {
        page.replacen(NONE, "", 1)
    } else if page.contains(WRITTEN) {
        // The end tag would end the page's own script.
        page.replacen(WRITTEN, &tag.replace("</", "<\\/"), 1)
    } else if page.contains(PLACE) {
        page.replacen(PLACE, tag, 1)
    } else {
        page.replacen("</body>", &format!("{tag}\n</body>"), 1)
    };
    page.replacen("<head>", &format!("<head>{WITNESS}"), 1)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css",
        "js" => "text/javascript",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
