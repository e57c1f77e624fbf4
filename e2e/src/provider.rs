//! A provider to sign in by: npm's oidc-provider as a child process, and a server whose members may use it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use crate::browser::Browser;
use crate::server::Server;
use crate::team::{fill, press};
use crate::template::packages;

/// How long it may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// What its button says.
pub const NAME: &str = "Lamp login";

/// The provider.
pub struct Provider {
    /// Its address.
    pub issuer: String,
    child: Child,
    // It ends when this does.
    _stdin: ChildStdin,
}

impl Provider {
    /// Starts one that knows these people, claims by the name that they sign in with, and sends them back to `redirect`.
    ///
    /// # Errors
    /// Its packages are not there, or it does not become ready.
    pub async fn start(redirect: &str, people: &Value) -> Result<Self> {
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc/provider.mjs"))
            .env("NPM", packages())
            .env("REDIRECT", redirect)
            .env("PEOPLE", people.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start node; run `cargo xtask setup`")?;
        let stdin = child.stdin.take().context("its input is piped")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is piped")?).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.context("the provider is not ready")??;
        let Some(issuer) = line.as_deref().and_then(|line| line.strip_prefix("ready ")) else {
            bail!("the provider said {line:?}; are its packages in {}?", packages().display());
        };
        let issuer = issuer.to_owned();
        // It goes on talking, and a closed pipe would end it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { issuer, child, _stdin: stdin })
    }

    /// Ends it.
    ///
    /// # Errors
    /// It was not running.
    pub async fn stop(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// A server and the provider that its members may sign in by.
///
/// # Errors
/// One of them does not become ready.
pub async fn pair(people: &Value) -> Result<(Server, Provider)> {
    let mut server = Server::prepare(
        bearing_fresh::postgres_is_chosen().then(bearing_fresh::postgres),
        "serve",
        &["--oidc-client-id", "bearing", "--oidc-client-secret", "a-secret-of-both", "--oidc-name", NAME],
    )?;
    // Both know the other's address before either is there.
    server.address.set_port(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port());
    let provider = Provider::start(&format!("{}/app/sign-in/callback", server.url()), people).await?;
    let url = server.url();
    server.add_options(&["--public-url", &url, "--oidc-issuer", &provider.issuer]);
    server.start_again().await?;
    Ok((server, provider))
}

/// Presses the button of the form and signs in at the provider, by its form.
///
/// # Errors
/// The form never comes.
pub async fn sign_in(browser: &Browser, server: &Server, name: &str) -> Result<()> {
    browser.open(&format!("{}/app", server.url())).await?;
    press(browser, "a.button", NAME).await?;
    fill(browser, "input[name=login]", name).await?;
    press(browser, "button", "Go on").await
}
