//! What the command line takes; every flag has an environment variable `BEARING_<FLAG>`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use bearing_shared::metric::Metric;
use bearing_storage::Scope;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};

use crate::auth::provider::{Given, Settings};
use crate::demo::ANSWERS;
use crate::telemetry::Format;

/// Surveys where the experience happened: NPS, CSAT and CES.
#[derive(Parser)]
#[command(name = "bearing", version, about)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Where the store is.
#[derive(Args)]
pub(super) struct Place {
    /// The folder of the embedded database.
    #[arg(long, global = true, env = "BEARING_DATA", value_name = "DIR", default_value = "data")]
    pub(super) data: PathBuf,
    /// The database, in place of the one in the folder: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(long, global = true, env = "BEARING_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,
    /// The key that sites' and webhooks' secrets are sealed with: 32 random bytes in base64 (openssl rand -base64 32); of
    /// several by commas the first seals and each opens. The database in the folder has one of its own, secret.key.
    #[arg(long, global = true, env = "BEARING_SECRET_KEY", value_name = "KEYS", hide_env_values = true)]
    pub(super) secret_key: Option<String>,
    /// The file that the key is in, in the place of the key.
    #[arg(long, global = true, env = "BEARING_SECRET_KEY_FILE", value_name = "FILE")]
    pub(super) secret_key_file: Option<PathBuf>,
    /// Where a key was lost: makes the secrets anew that no key opens.
    #[arg(long, global = true, env = "BEARING_RENEW_LOST_SECRETS")]
    pub(super) renew_lost_secrets: bool,
    /// The address under which the outside knows this server.
    #[arg(long, global = true, env = "BEARING_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<String>,
}

/// What is told of the running.
#[derive(Args)]
pub(super) struct Telling {
    /// How log lines look; BEARING_LOG says which there are (default: warn; a line a request:
    /// warn,bearing::request=debug).
    #[arg(long, env = "BEARING_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: Format,
    /// Sends requests' spans to the OpenTelemetry collector at this address, by OTLP over HTTP.
    #[arg(long, env = "BEARING_OTLP_ENDPOINT", value_name = "URL")]
    pub(super) otlp_endpoint: Option<String>,
    /// The share of requests whose spans are sent, 0 to 1.
    #[arg(long, env = "BEARING_OTLP_SHARE", value_name = "SHARE", default_value = "1", value_parser = share)]
    pub(super) otlp_share: f64,
}

/// How to serve.
#[derive(Args)]
pub(super) struct Listen {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "BEARING_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub(super) listen: SocketAddr,
    /// Limits of what one network may send, and the watch for attacks: `on` for every address, `off` for none. Without it for
    /// addresses of the internet alone: one of a private network is most likely a proxy that stands before all visitors.
    #[arg(long, env = "BEARING_RATE_LIMITS", value_name = "on|off", value_parser = ["on", "off"])]
    pub(super) rate_limits: Option<String>,
    /// Proxies in front, by address or network and by commas (10.0.0.0/8,::1): whom they name in X-Forwarded-For, last of
    /// all that are none of them, is whom a request counts as.
    #[arg(long, env = "BEARING_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    pub(super) trusted_proxies: Vec<String>,
    /// Lets webhooks lie in private networks and on plain http; without it neither is ever connected to.
    #[arg(long, env = "BEARING_ALLOW_PRIVATE_WEBHOOKS")]
    pub(super) allow_private_webhooks: bool,
    /// The most answers a second from pages, and a tenth more from hosted forms; what is more is told to come again. None:
    /// as many as can be stored in time.
    #[arg(long, env = "BEARING_INTAKE_RATE", value_name = "ANSWERS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) intake_rate: Option<u32>,
    /// Three or more NATS servers with JetStream, by commas (nats://a:4222,nats://b:4222,nats://c:4222): answers are
    /// acknowledged once they are in a stream on three of them, and go from there into the database.
    #[arg(long, env = "BEARING_INTAKE_LOG", value_name = "URLS", value_delimiter = ',', hide_env_values = true)]
    pub(super) intake_log: Vec<String>,
    /// The most connections at once; what is more is told to come again.
    #[arg(long, env = "BEARING_MAX_CONNECTIONS", value_name = "COUNT", default_value = "10000",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) max_connections: u32,
    /// Seconds that new connections are taken for after SIGTERM, while `readyz` says 503 already; 0 to 60.
    #[arg(long, env = "BEARING_DRAIN_DELAY", value_name = "SECONDS", default_value = "0",
        value_parser = clap::value_parser!(u64).range(0..=60))]
    pub(super) drain_delay: u64,
    #[command(flatten)]
    pub(super) telling: Telling,
    #[command(flatten)]
    pub(super) provider: ProviderOptions,
}

/// Whom members may sign in by, beside their passwords.
#[derive(Args)]
pub(super) struct ProviderOptions {
    /// The OpenID Connect provider that members may sign in by, as it calls itself: https://login.example. It is told that
    /// this server is at PUBLIC-URL/app/sign-in/callback.
    #[arg(long, env = "BEARING_OIDC_ISSUER", value_name = "URL", default_value = "", hide_default_value = true)]
    oidc_issuer: String,
    /// What the provider calls this server.
    #[arg(long, env = "BEARING_OIDC_CLIENT_ID", value_name = "ID", default_value = "", hide_default_value = true)]
    oidc_client_id: String,
    /// The secret that the provider gave this server.
    #[arg(
        long,
        env = "BEARING_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    oidc_client_secret: String,
    /// The file that the secret is in, in the place of the secret.
    #[arg(
        long,
        env = "BEARING_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE",
        default_value = "",
        hide_default_value = true
    )]
    oidc_client_secret_file: String,
    /// What the button says of the provider; its host where nothing is given.
    #[arg(long, env = "BEARING_OIDC_NAME", value_name = "NAME", default_value = "", hide_default_value = true)]
    oidc_name: String,
}

impl ProviderOptions {
    /// The provider's settings, where there is one.
    ///
    /// # Errors
    /// Half of them are there, or one of them will not do; the file cannot be read.
    pub(super) fn read(&self, public_url: Option<&str>) -> anyhow::Result<Option<Settings>> {
        let of_file = match self.oidc_client_secret_file.as_str() {
            "" => String::new(),
            file => {
                if !self.oidc_client_secret.is_empty() {
                    bail!("Give --oidc-client-secret or --oidc-client-secret-file, not both.");
                }
                let read = std::fs::read_to_string(file);
                read.map_err(|error| anyhow!("The provider's secret in {file} cannot be read: {error}."))?
            }
        };
        let secret = if of_file.is_empty() { &self.oidc_client_secret } else { of_file.trim() };
        let given = Given {
            issuer: &self.oidc_issuer,
            client_id: &self.oidc_client_id,
            client_secret: secret,
            name: self.oidc_name.trim(),
            public_url: public_url.unwrap_or_default(),
        };
        Settings::read(given).map_err(|sentence| anyhow!(sentence))
    }
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Serves the embed, the hosted forms and the API.
    Serve(Listen),
    /// Serves with a sample site, two years of sample answers and a sample shop.
    Demo {
        /// How to serve.
        #[command(flatten)]
        listen: Listen,
        /// How many sample answers are made, where there are none yet.
        #[arg(long, env = "BEARING_ANSWERS", value_name = "COUNT", default_value_t = ANSWERS,
              value_parser = RangedU64ValueParser::<usize>::new().range(1..=5_000_000))]
        answers: usize,
    },
    /// Sites: one website or product each.
    #[command(subcommand)]
    Site(SiteCommand),
    /// API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Members: the people who sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// Surveys.
    #[command(subcommand)]
    Survey(SurveyCommand),
    /// The audit log: who changed what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Brings the store's schema up to date; with two URLs, moves one store into another, empty one.
    Migrate {
        /// The store to move; stop its servers first. A move that was stopped goes on where it was.
        #[arg(long, env = "BEARING_FROM", value_name = "URL", requires = "to", hide_env_values = true)]
        from: Option<String>,
        /// The empty store that it is moved into; afterwards both are compared.
        #[arg(long, env = "BEARING_TO", value_name = "URL", requires = "from", hide_env_values = true)]
        to: Option<String>,
    },
    /// Counts every cell anew from the answers.
    Recount,
    /// Checks the store's integrity, its counts and its audit log.
    Check,
    /// Writes the whole store into one file, while a server may go on serving it.
    Backup {
        /// The file; its checksum is written beside it, as FILE.sha256.
        file: PathBuf,
        /// Replaces a backup of that name.
        #[arg(long, env = "BEARING_FORCE")]
        force: bool,
    },
    /// Puts a backup in the place of the store, once it has been checked; stop the server first.
    Restore {
        /// The file that a backup wrote.
        file: PathBuf,
        /// Replaces a store that holds data, or is damaged; it is kept aside.
        #[arg(long, env = "BEARING_FORCE")]
        force: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum SiteCommand {
    /// Makes a site and prints its tag.
    Create {
        /// Its name.
        #[arg(long, env = "BEARING_NAME")]
        name: String,
        /// An origin whose pages may write; repeatable; none: all.
        #[arg(long, env = "BEARING_ORIGIN")]
        origin: Vec<String>,
        /// The time zone of its days.
        #[arg(long, env = "BEARING_TIME_ZONE", default_value = "UTC")]
        time_zone: String,
        /// Prints JSON.
        #[arg(long, env = "BEARING_JSON")]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Makes a key and prints it, once.
    Create {
        /// The site's id.
        #[arg(long, env = "BEARING_SITE")]
        site: String,
        /// read, write or admin.
        #[arg(long, env = "BEARING_SCOPE", value_parser = scope)]
        scope: Scope,
        /// Prints JSON.
        #[arg(long, env = "BEARING_JSON")]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Prints a link that makes an operator, who owns every site; for a member it sets a new password instead.
    Create {
        /// The address to sign in with.
        #[arg(long, env = "BEARING_EMAIL")]
        email: String,
        /// Prints JSON.
        #[arg(long, env = "BEARING_JSON")]
        json: bool,
    },
    /// Forgets a member with all roles and sessions; it takes effect at once.
    Delete {
        /// The address that the member signs in with.
        #[arg(long, env = "BEARING_EMAIL")]
        email: String,
    },
}

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Looks whether every entry is as it was written, and prints the hash of the last one of each chain.
    Verify {
        /// Only this site's chain; it may have been deleted.
        #[arg(long, env = "BEARING_SITE")]
        site: Option<String>,
        /// A hash that this printed before: it must still be there, or the log has lost its end.
        #[arg(long, env = "BEARING_HEAD", value_name = "HASH")]
        head: Option<String>,
    },
}

#[derive(Subcommand)]
pub(super) enum SurveyCommand {
    /// Makes a standard survey.
    Create {
        /// The site's id.
        #[arg(long, env = "BEARING_SITE")]
        site: String,
        /// nps, csat or ces.
        #[arg(long, env = "BEARING_METRIC", value_parser = metric)]
        metric: Metric,
        /// A touchpoint that it is shown at; repeatable; none: any page.
        #[arg(long, env = "BEARING_TOUCHPOINT")]
        touchpoint: Vec<String>,
        /// Shows it at once.
        #[arg(long, env = "BEARING_PUBLISH")]
        publish: bool,
        /// Prints JSON.
        #[arg(long, env = "BEARING_JSON")]
        json: bool,
    },
}

fn share(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or("give a number from 0 to 1")
}

fn scope(text: &str) -> Result<Scope, &'static str> {
    Scope::named(text).ok_or("give read, write or admin")
}

fn metric(text: &str) -> Result<Metric, &'static str> {
    Metric::named(text).ok_or("give nps, csat or ces")
}
