//! Opening the database: connections, and migrations that are transactional, re-runnable and safe to race.

use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use super::connections::{Connections, Lane, PATIENCE};
use super::hold::Hold;
use super::live::Line;
use super::session::lock_key;
use crate::transfer::Purpose;
use crate::{Result, StoreError};

/// Every migration in order; the schema's version is the number of those applied.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_start.sql"),
    include_str!("../../migrations/postgres/0002_generations.sql"),
    include_str!("../../migrations/postgres/0003_webhooks.sql"),
    include_str!("../../migrations/postgres/0004_deleted.sql"),
    include_str!("../../migrations/postgres/0005_members.sql"),
    include_str!("../../migrations/postgres/0006_marks.sql"),
    include_str!("../../migrations/postgres/0007_identities.sql"),
    include_str!("../../migrations/postgres/0008_origins.sql"),
    include_str!("../../migrations/postgres/0009_suspicion.sql"),
    include_str!("../../migrations/postgres/0010_retention.sql"),
    include_str!("../../migrations/postgres/0011_audit_chain.sql"),
    include_str!("../../migrations/postgres/0012_identity_rotation.sql"),
    include_str!("../../migrations/postgres/0013_holders.sql"),
];

/// The lowest binary (as the number of migrations it knows) that can work on the newest schema.
const MIN_BINARY: i64 = 2;

/// Before version 13 there is no `gen_random_uuid`, and none of those is maintained any more.
const MIN_SERVER: i32 = 130_000;

/// How long nothing may come back of what was sent, and how long a connection may say nothing before it is asked whether it
/// is still there, how often, and how many times in vain. The system closes it then: a way that leads nowhere any more
/// says nothing by itself.
const UNHEARD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(15);
const ASKED: Duration = Duration::from_secs(5);
const ASKED_IN_VAIN: u32 = 3;
/// What the driver takes for [`IDLE`] where the URL does not say.
const DRIVERS_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

/// What an open database gives.
pub(super) struct Opened {
    pub(super) connections: Connections,
    pub(super) hold: Hold,
    pub(super) line: Line,
    pub(super) tombstone_key: Vec<u8>,
}

/// Connects to the database that a URL names, brings its schema up to date, and takes the hold.
pub(super) async fn open(url: &str, purpose: Purpose) -> Result<Opened> {
    let config = config(url)?;
    let name = config.get_dbname().unwrap_or_else(|| config.get_user().unwrap_or("postgres")).to_owned();
    let connections = Connections::to(&config)?;
    let refuse = |why: String| StoreError::Unusable(format!("The PostgreSQL database `{name}` {why}."));
    // The URL may hold a password: it is in no message.
    let reached = connections.quick.get().await;
    let mut connection = reached.map_err(|why| refuse(format!("cannot be reached: {}", causes(&why))))?;
    let client = connection.client_mut()?;
    let settings = client
        .query_one(
            "SELECT current_setting('server_version_num')::integer, current_setting('fsync'),
                    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
                    current_setting('server_encoding')",
            &[],
        )
        .await?;
    if settings.try_get::<_, i32>(0)? < MIN_SERVER {
        return Err(refuse("is on a server before version 13; use a newer one".into()));
    }
    if settings.try_get::<_, String>(3)? != "UTF8" {
        return Err(refuse("does not store UTF8; make one with ENCODING 'UTF8'".into()));
    }
    if settings.try_get::<_, String>(1)? != "on" {
        tracing::warn!(
            "the PostgreSQL server runs with fsync = off: a crash of its machine may lose acknowledged answers"
        );
    }
    if settings.try_get::<_, Option<bool>>(2)?.unwrap_or(false) {
        tracing::warn!(
            "the PostgreSQL role is a superuser or bypasses row-level security: the second wall between sites is open"
        );
    }
    if let Some(refusal) = migrate(client).await? {
        return Err(refuse(refusal));
    }
    // Before anything is read that whoever fills the database may change.
    let hold = Hold::take(Lane::to(&config, 1)?, name.clone(), purpose).await?;
    let row = client.query_one("SELECT bytes FROM meta WHERE name = 'tombstone_key'", &[]).await?;
    let tombstone_key = row.try_get(0)?;
    connection.give_back();
    Ok(Opened { tombstone_key, connections, hold, line: Line::to(config)? })
}

/// What a URL says, with what every connection of ours has in common.
fn config(url: &str) -> Result<Config> {
    let mut config = Config::from_str(url)
        .map_err(|error| StoreError::Unusable(format!("The database URL cannot be read: {}.", causes(&error))))?;
    // Whoever leaves the mode out gets what is right for the place: no snake-oil certificate on the same machine, and
    // never plain text over a network because a server happened to refuse.
    if !names_a_mode(url) {
        config.ssl_mode(if is_far(&config) { SslMode::Require } else { SslMode::Disable });
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNHEARD);
    }
    if config.get_keepalives_idle() == DRIVERS_IDLE {
        config.keepalives_idle(IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(ASKED);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(ASKED_IN_VAIN);
    }
    let given = config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    // What a commit has said must be on disk. A stronger setting of the server's own (remote_apply) stays.
    config.options(format!("{given}-c search_path=bearing -c idle_in_transaction_session_timeout=30000"));
    config.application_name("bearing");
    Ok(config)
}

/// Whether a URL says in its query whether TLS is spoken. The password before may hold the same words.
fn names_a_mode(url: &str) -> bool {
    let behind_role = url.split_once('@').map_or(url, |(_, rest)| rest);
    let query = behind_role.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|param| param.starts_with("sslmode="))
}

/// Whether anything that may be connected to is not this machine: an address given beside a host's name goes before it.
fn is_far(config: &Config) -> bool {
    let is_far = |host: &Host| match host {
        Host::Tcp(name) => !matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => false,
    };
    config.get_hosts().iter().any(is_far) || config.get_hostaddrs().iter().any(|address| !address.is_loopback())
}

/// An error with its causes in one sentence.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

/// Applies what is missing, each migration in a transaction with its version; says why when the schema is out of reach.
async fn migrate(client: &mut Client) -> Result<Option<String>> {
    let newest = MIGRATIONS.len() as i64;
    loop {
        let transaction = client.transaction().await?;
        // Servers may start at once: the lock makes the others wait, and they then find the work done.
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the schema")]).await?;
        let found = transaction
            .query_one("SELECT to_regnamespace('bearing') IS NOT NULL, to_regclass('bearing.meta') IS NOT NULL", &[])
            .await?;
        let (has_schema, has_meta): (bool, bool) = (found.try_get(0)?, found.try_get(1)?);
        let (version, min_binary) = if has_meta {
            let sql = "SELECT coalesce((SELECT number FROM bearing.meta WHERE name = 'version'), 0),
                              coalesce((SELECT number FROM bearing.meta WHERE name = 'min_binary'), 0)";
            let row = transaction.query_one(sql, &[]).await?;
            (row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?)
        } else if has_schema && holds_anything(&transaction).await? {
            return Ok(Some("has a schema `bearing` of another program; name a database for bearing alone".into()));
        } else {
            (0, 0)
        };
        if min_binary > newest {
            return Ok(Some(format!(
                "has schema {version} and needs a newer bearing, one that knows schema {min_binary}; this one knows \
                 schema {newest}"
            )));
        }
        if version >= newest {
            return Ok(None);
        }
        transaction.batch_execute("CREATE SCHEMA IF NOT EXISTS bearing").await?;
        transaction.batch_execute(MIGRATIONS[version as usize]).await?;
        transaction
            .execute(
                "INSERT INTO meta (name, number) VALUES ('version', $1), ('min_binary', $2)
                 ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                // A store may need more than its schema does.
                &[&(version + 1), &MIN_BINARY.max(min_binary)],
            )
            .await?;
        transaction.commit().await?;
    }
}

async fn holds_anything(transaction: &tokio_postgres::Transaction<'_>) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('bearing'))";
    Ok(transaction.query_one(sql, &[]).await?.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_mode_tls_is_spoken_with_every_other_machine() {
        let mode = |url: &str| config(url).expect("it can be read").get_ssl_mode();
        for far in [
            "postgres://bearing:x@db.example/bearing",
            "postgres://bearing:x@localhost,db.example/bearing",
            "postgres://bearing:x@localhost/bearing?hostaddr=10.0.0.1",
            "postgres:///bearing?host=localhost&hostaddr=10.0.0.1",
            // Such is the password.
            "postgres://bearing:sslmode=@db.example/bearing",
            "postgres://bearing:x?sslmode=disable@db.example/bearing",
            "postgres://bearing@db.example/bearing?password=sslmode=disable",
        ] {
            assert_eq!(mode(far), SslMode::Require, "{far}");
        }
        for near in [
            "postgres://bearing:x@localhost/bearing",
            "postgres://bearing:x@localhost/bearing?hostaddr=127.0.0.1",
            "postgres://bearing:x@[::1]/bearing",
            "postgres:///bearing?host=/run/postgresql",
            "postgres://bearing:x@db.example/bearing?sslmode=disable",
            "postgres://bearing:x@db.example/bearing?connect_timeout=3&sslmode=disable",
        ] {
            assert_eq!(mode(near), SslMode::Disable, "{near}");
        }
        assert_eq!(mode("postgres://bearing:x@db.example/bearing?sslmode=prefer"), SslMode::Prefer);
    }
}
