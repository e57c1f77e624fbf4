//! A stage for one test: a server with one site and one survey, a stranger's host, and the keys to both.

use anyhow::{Context, Result, ensure};
use hyper::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::host::Host;
use crate::server::Server;
use crate::wait::until;

/// What the ids of a test's responses begin with.
const ID_START: &str = "01932f6e-7a51-7bd2-9c4f-";

/// What one test plays on; everything goes when it is dropped.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// The stranger's pages, from the site's one origin.
    pub host: Host,
    /// The management API with a key of scope `admin`.
    pub api: Api,
    /// The site's id.
    pub site: String,
    /// The site's public key.
    pub site_key: String,
    /// The published survey's id.
    pub survey: String,
}

impl Stage {
    /// Sets up a site whose one survey measures `metric` on any page, its tag on the host's pages.
    ///
    /// # Errors
    /// A part of it does not start.
    pub async fn set(metric: &str) -> Result<Self> {
        Self::set_on(Server::start().await?, metric).await
    }

    /// The same on a server that runs already.
    ///
    /// # Errors
    /// A part of it does not start.
    pub async fn set_on(server: Server, metric: &str) -> Result<Self> {
        let host = Host::start().await?;
        let site = server
            .command(&["site", "create", "--name", "Shop", "--origin", &host.origin(), "--public-url", &server.url()])
            .await?;
        let (site, site_key) = (text(&site, "id")?, text(&site, "site_key")?);
        let key = server.command(&["key", "create", "--site", &site, "--scope", "admin"]).await?;
        let api = Api { address: server.address, key: text(&key, "key")? };
        let survey = server.command(&["survey", "create", "--site", &site, "--metric", metric, "--publish"]).await?;
        let stage = Self { survey: text(&survey, "id")?, server, host, api, site, site_key };
        stage.host.put_tag(&stage.tag(&stage.server.url(), ""));
        Ok(stage)
    }

    /// The tag as the owner pastes it, the loader from `url`, with more attributes.
    pub fn tag(&self, url: &str, attributes: &str) -> String {
        format!(r#"<script async src="{url}/bearing.js?site={}" {attributes}></script>"#, self.site_key)
    }

    /// The tag that names its site in an attribute, where the loader has to ask for the config.
    pub fn tag_by_attribute(&self, url: &str, attributes: &str) -> String {
        format!(r#"<script async src="{url}/bearing.js" data-site="{}" {attributes}></script>"#, self.site_key)
    }

    /// Where a browser posts responses.
    pub fn intake(&self) -> String {
        format!("/v1/embed/{}/responses", self.site_key)
    }

    /// A response as a browser sends it, the `number`th of this test.
    pub fn response(&self, number: u32, score: u8) -> Value {
        json!({
            "id": response_id(number), "seq": 0, "survey": self.survey, "version": 1, "completed": true,
            "answers": [{ "question": "score", "value": score }], "age_ms": { "shown": 9_000, "answered": 100 },
        })
    }

    /// The management API with a new key of one scope.
    ///
    /// # Errors
    /// The key cannot be made.
    pub async fn api_with(&self, scope: &str) -> Result<Api> {
        let key = self.server.command(&["key", "create", "--site", &self.site, "--scope", scope]).await?;
        Ok(Api { address: self.server.address, key: text(&key, "key")? })
    }

    /// Makes a published survey at one touchpoint, and returns its id.
    ///
    /// # Errors
    /// The survey cannot be made.
    pub async fn survey_at(&self, touchpoint: &str, metric: &str) -> Result<String> {
        let survey =
            ["survey", "create", "--site", &self.site, "--metric", metric, "--touchpoint", touchpoint, "--publish"];
        text(&self.server.command(&survey).await?, "id")
    }

    /// Changes the site's settings.
    ///
    /// # Errors
    /// They are refused.
    pub async fn patch_site(&self, change: &Value) -> Result<()> {
        let reply = self.api.json(Method::PATCH, &format!("/v1/sites/{}", self.site), change).await?;
        ensure!(reply.status.is_success(), "{change}: {} {}", reply.status, reply.text());
        Ok(())
    }

    /// Waits until the API lists exactly this many counted responses, the newest of which `enough` accepts, and returns
    /// them.
    ///
    /// # Errors
    /// It never does.
    pub async fn responses_when(&self, count: usize, enough: impl Fn(&Value) -> bool) -> Result<Vec<Value>> {
        until("the responses", async || {
            let found = self.api.responses("").await?;
            ensure!(found.len() <= count, "too many: {found:?}");
            ensure!(found.len() == count && found.iter().all(&enough), "so far: {found:?}");
            Ok(Some(found))
        })
        .await
    }

    /// Waits until the API lists exactly this many counted responses, and returns them.
    ///
    /// # Errors
    /// It never does.
    pub async fn responses(&self, count: usize) -> Result<Vec<Value>> {
        self.responses_when(count, |_| true).await
    }
}

/// The id of a test's `number`th response.
pub fn response_id(number: u32) -> String {
    format!("{ID_START}{number:012x}")
}

/// The number of the response that has this id; `None` for an id of another kind.
pub fn number_of(id: &str) -> Option<u32> {
    id.strip_prefix(ID_START).and_then(|number| u32::from_str_radix(number, 16).ok())
}

/// The answer to a question in a response; null where there is none.
pub fn answer<'a>(response: &'a Value, question: &str) -> &'a Value {
    response["answers"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|answer| answer["question"] == question)
        .unwrap_or(&Value::Null)
}

/// A text member of a reply.
///
/// # Errors
/// There is none of that name.
pub fn text(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {value}"))
}
