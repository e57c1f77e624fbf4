//! What each command does.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::id::{KeyId, SiteId, SiteKey, SurveyId};
use bearing_shared::survey::Survey;
use bearing_storage::{Key, Scope, Site, Store};
use serde_json::json;

use super::options::{
    AuditCommand, Command, KeyCommand, Listen, Options, Place, SiteCommand, SurveyCommand, UserCommand,
};
use super::{audits, backups, members, moves, say, secrets};
use crate::app::{App, Outside};
use crate::auth::provider::Provider;
use crate::clock::{Clock, SystemClock};
use crate::demo::{self, Demo};
use crate::intake::log::Log;
use crate::integrations::webhooks::client::Client;
use crate::strangers::{self, Proxies, Watched};
use crate::{admission, auth, chance, http, server};

/// Runs a command to its end.
pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    // These open no store of their own: one takes its place, another must not change it, the third opens two.
    match &options.command {
        Command::Backup { file, force } => {
            return backups::back_up(&options.place, &url_of(&options.place)?, file, *force).await;
        }
        Command::Restore { file, force } => {
            return backups::restore(&options.place, &url_of(&options.place)?, file, *force).await;
        }
        Command::Migrate { from: Some(from), to: Some(to) } => return moves::transfer(from, to).await,
        _ => {}
    }
    if let Command::Serve(listen) | Command::Demo { listen, .. } = &options.command
        && !listen.intake_log.is_empty()
        && !url_of(&options.place)?.starts_with("postgres")
    {
        bail!("--intake-log is for servers that share a database: give --database-url postgres://… as well.");
    }
    let store = open(&options.place).await?;
    let public_url = options.place.public_url;
    let ended = match options.command {
        // The server closes the store itself, once its last answer is in.
        Command::Serve(listen) => return serve(store, listen, public_url, None).await,
        Command::Demo { listen, answers } => return demo(store, listen, answers, public_url).await,
        Command::Site(SiteCommand::Create { name, origin, time_zone, json }) => {
            let settings = SiteSettings { origins: origin, time_zone, ..SiteSettings::named(name) };
            create_site(store.as_ref(), settings, public_url, json).await
        }
        Command::Key(KeyCommand::Create { site, scope, json }) => {
            let key = create_key(store.as_ref(), &SiteId(site), scope).await;
            key.and_then(|key| if json { say(&json!({ "key": key }).to_string()) } else { say(&key) })
        }
        Command::Survey(SurveyCommand::Create { site, metric, touchpoint, publish, json }) => {
            let name = format!("{} survey", metric.name().to_uppercase());
            let mut survey = Survey::standard(&name, metric.default_instrument());
            survey.touchpoints = touchpoint;
            let id = create_survey(store.as_ref(), &SiteId(site), survey, publish).await;
            id.and_then(|id| if json { say(&json!({ "id": id }).to_string()) } else { say(&id) })
        }
        Command::User(UserCommand::Create { email, json }) => {
            members::create(store.as_ref(), &email, public_url.as_deref(), json).await
        }
        Command::User(UserCommand::Delete { email }) => members::delete(store.as_ref(), &email).await,
        Command::Audit(AuditCommand::Verify { site, head }) => audits::verify(store.as_ref(), site, head).await,
        // Opening has done it already.
        Command::Migrate { .. } => say("The schema is up to date."),
        Command::Recount => {
            let count = store.recount().await?;
            say(&format!("Counted {count} responses anew."))
        }
        Command::Check => check(store.as_ref()).await,
        // Done above.
        Command::Backup { .. } | Command::Restore { .. } => Ok(()),
    };
    store.close().await;
    ended
}

async fn open(place: &Place) -> anyhow::Result<Arc<dyn Store>> {
    let url = url_of(place)?;
    let keyring = secrets::keyring(place, &url)?;
    if keyring.is_empty() {
        tracing::warn!(
            "sites' and webhooks' secrets are kept in plain: seal them with --secret-key or --secret-key-file"
        );
    }
    Ok(bearing_storage::open_with(&url, bearing_storage::Limits::default(), keyring).await?)
}

/// The store's URL; the folder of an embedded one is made.
fn url_of(place: &Place) -> anyhow::Result<String> {
    if let Some(url) = &place.database_url {
        return Ok(url.clone());
    }
    let folder = place.data.display();
    std::fs::create_dir_all(&place.data)
        .with_context(|| format!("The folder {folder} cannot be made"))
        .map_err(one_sentence)?;
    Ok(format!("sqlite:{}", place.data.join("bearing.db").display()))
}

/// An error with its causes in one sentence.
fn one_sentence(error: anyhow::Error) -> anyhow::Error {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    anyhow::anyhow!("{}; choose another with --data.", causes.join(": "))
}

async fn serve(
    store: Arc<dyn Store>,
    listen: Listen,
    public_url: Option<String>,
    demo: Option<Demo>,
) -> anyhow::Result<()> {
    let connections = listen.max_connections as usize;
    server::allow_files(connections);
    let listener = server::bind(listen.listen).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let key = demo.as_ref().map(|demo| (demo.site.id.clone(), demo.api_key.clone()));
    let (clock, shop) = (Arc::new(SystemClock), demo.map(|demo| demo.shop()));
    let admitted = admission::Limits { rate: listen.intake_rate, ..admission::Limits::default() };
    let client = Client::new(listen.allow_private_webhooks);
    let provider = listen.provider.read(public_url.as_deref())?.map(Provider::new);
    let log = match listen.intake_log.as_slice() {
        [] => None,
        urls => Some(Log::open(urls, store.as_ref()).await?),
    };
    let proxies = Proxies::read(&listen.trusted_proxies)
        .map_err(|text| anyhow::anyhow!("`{text}` is no address and no network; give 192.0.2.7 or 10.0.0.0/8."))?;
    let watched = match listen.rate_limits.as_deref() {
        Some("on") => Watched::Everybody,
        Some(_) => Watched::Nobody,
        None => Watched::Public,
    };
    let strangers = strangers::Settings { watched, proxies, ..strangers::Settings::default() };
    let outside = Outside { client, log, provider, strangers };
    let app = App::start_with(store, clock, public_url, shop, admitted, outside);
    let router = http::router(Arc::clone(&app));
    let base = app.public_url.as_deref().unwrap_or(&url);
    if let Some((site, key)) = key {
        let score = format!("{url}/v1/reports/score?metric=nps");
        say(&format!(
            "Shop   {url}/demo/\nApp    {base}/app\nDocs   {url}/docs\nSite   {site}\nKey    {key}\nScore  curl -H 'authorization: Bearer {key}' '{score}'"
        ))?;
    }
    members::invite_first(app.store.as_ref(), base).await?;
    let stop = server::stop_signal()?;
    say(&format!("ready {url}"))?;
    let limits = server::Limits { connections, drain_delay: Duration::from_secs(listen.drain_delay) };
    server::serve_within(listener, app, router, stop, limits).await
}

async fn demo(store: Arc<dyn Store>, listen: Listen, answers: usize, public_url: Option<String>) -> anyhow::Result<()> {
    let begun = std::time::Instant::now();
    let demo = demo::prepare(store.as_ref(), SystemClock.now(), answers).await?;
    if demo.made > 0 {
        say(&format!("Made {} sample answers in {:.1} s.", demo.made, begun.elapsed().as_secs_f64()))?;
    }
    serve(store, listen, public_url, Some(demo)).await
}

async fn create_site(
    store: &dyn Store,
    settings: SiteSettings,
    public_url: Option<String>,
    as_json: bool,
) -> anyhow::Result<()> {
    for origin in &settings.origins {
        http::check_origin(origin).map_err(|message| anyhow::anyhow!("`{origin}`: {message}"))?;
    }
    if jiff::tz::TimeZone::get(&settings.time_zone).is_err() {
        bail!("`{}` is no IANA time zone; give one such as Europe/Amsterdam.", settings.time_zone);
    }
    if settings.name.trim().is_empty() {
        bail!("A site needs a name.");
    }
    let site = Site {
        id: SiteId(chance::id(SiteId::PREFIX)),
        key: SiteKey(chance::id(SiteKey::PREFIX)),
        previous: None,
        identity_secret: chance::secret(""),
        settings,
        created_at: SystemClock.now(),
    };
    store.create_site(site.clone()).await?;
    if as_json {
        let made = json!({ "id": site.id, "site_key": site.key, "identity_secret": site.identity_secret });
        return say(&made.to_string());
    }
    let host = public_url.as_deref().unwrap_or("https://HOST").trim_end_matches('/').to_owned();
    say(&format!(
        "Site             {}\nIdentity secret  {}\n\nPaste this before </body> of every page:\n\
         <script async src=\"{host}/bearing.js?site={}\"></script>",
        site.id, site.identity_secret, site.key
    ))
}

async fn create_key(store: &dyn Store, site: &SiteId, scope: Scope) -> anyhow::Result<String> {
    let secret = chance::secret("sk_");
    let key = Key {
        id: KeyId(chance::id(KeyId::PREFIX)),
        site: site.clone(),
        hash: auth::hash(&secret),
        scope,
        name: "The command line".into(),
        created_at: SystemClock.now(),
        last_used_at: None,
    };
    if !store.create_key(key).await? {
        bail!("There is no site {site}; `bearing site create` makes one.");
    }
    Ok(secret)
}

async fn create_survey(store: &dyn Store, site: &SiteId, survey: Survey, publish: bool) -> anyhow::Result<String> {
    survey.check().map_err(|fault| anyhow::anyhow!("{}", fault.message))?;
    let (id, now) = (SurveyId(chance::id(SurveyId::PREFIX)), SystemClock.now());
    if !store.create_survey(site, &id, survey, now).await? {
        bail!("There is no site {site}; `bearing site create` makes one.");
    }
    if publish {
        store.publish_survey(site, &id, now).await?;
    }
    Ok(id.0)
}

async fn check(store: &dyn Store) -> anyhow::Result<()> {
    let report = store.check().await?;
    let problems = [report.problems, audits::problems(store).await?].concat();
    for problem in &problems {
        say(problem)?;
    }
    match problems.len() {
        0 => say(&format!("All is well: {} responses and {} cells agree.", report.responses, report.cells)),
        count => bail!("{count} problems; `bearing recount` mends cells, a backup mends the file."),
    }
}
