//! The parts that every request shares, put together once.

use std::sync::Arc;

use bearing_storage::Store;

use crate::admission::{Admission, Limits};
use crate::assets::Assets;
use crate::auth::limits::Tries;
use crate::auth::passwords::Passwords;
use crate::auth::provider::Provider;
use crate::clock::Clock;
use crate::demo::shop::Shop;
use crate::directory::Directory;
use crate::http::config::Configs;
use crate::http::health::Health;
use crate::intake::Intake;
use crate::intake::log::Log;
use crate::integrations::webhooks::Webhooks;
use crate::integrations::webhooks::client::Client;
use crate::jobs;
use crate::live::{self, Hub};
use crate::metrics::{Metrics, Now};
use crate::sightings::Sightings;
use crate::strangers::{self, Strangers};

/// What the server asks of other programs than its database.
pub struct Outside {
    /// What posts to webhooks.
    pub client: Client,
    /// The replicated log that answers go into before the store.
    pub log: Option<Log>,
    /// Whom members may sign in by.
    pub provider: Option<Provider>,
    /// What its operator says of strangers.
    pub strangers: strangers::Settings,
}

impl Default for Outside {
    /// Webhooks outside private networks, limits for strangers on the internet, and nothing else.
    fn default() -> Self {
        let strangers = strangers::Settings::default();
        Self { client: Client::new(false), log: None, provider: None, strangers }
    }
}

/// The shared parts, as handlers hold them.
pub type Shared = Arc<App>;

/// The shared parts.
pub struct App {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Sites, keys and surveys in memory.
    pub directory: Directory,
    /// Where tags were seen, until that is noted in the store.
    pub sightings: Sightings,
    /// What the server knows of strangers.
    pub strangers: Strangers,
    /// What may begin.
    pub admission: Admission,
    /// What makes and compares passwords' hashes.
    pub passwords: Passwords,
    /// How often signing in may be tried.
    pub tries: Tries,
    /// Whom members may sign in by, beside their passwords.
    pub provider: Option<Provider>,
    /// The way in for answers and events.
    pub intake: Intake,
    /// The replicated log that answers go into before the store, where there is one.
    pub log: Option<Arc<Log>>,
    /// Who listens to which site.
    pub live: Arc<Hub>,
    /// What sends messages to webhooks.
    pub webhooks: Webhooks,
    /// What is measured of the server itself.
    pub metrics: Arc<Metrics>,
    /// The browser files.
    pub assets: Assets,
    /// Rendered configs.
    pub configs: Configs,
    /// Whether the store can write.
    pub health: Health,
    /// The address under which the outside knows this server, without a slash at its end.
    pub public_url: Option<String>,
    /// The sample shop, in a demo.
    pub shop: Option<Shop>,
}

impl App {
    /// Puts the parts together with the usual limits and starts their background tasks on the current runtime. Webhooks
    /// lie outside private networks.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        public_url: Option<String>,
        shop: Option<Shop>,
    ) -> Shared {
        Self::start_with(store, clock, public_url, shop, Limits::default(), Outside::default())
    }

    /// The same with these limits of what may begin, and with this outside.
    pub fn start_with(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        public_url: Option<String>,
        shop: Option<Shop>,
        limits: Limits,
        Outside { client, log, provider, strangers }: Outside,
    ) -> Shared {
        let metrics = Arc::new(Metrics::default());
        let log = log.map(Arc::new);
        let live = Hub::start(&store, Arc::clone(&metrics), live::Limits::default());
        let intake = Intake::start(Arc::clone(&store), Arc::clone(&metrics), Arc::clone(&live), log.as_ref());
        let app = Arc::new(Self {
            directory: Directory::new(Arc::clone(&store)),
            sightings: Sightings::default(),
            strangers: Strangers::new(strangers, Arc::clone(&clock)),
            webhooks: Webhooks::start(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&metrics), client),
            admission: Admission::new(limits, intake.waiting()),
            passwords: Passwords::default(),
            tries: Tries::new(Arc::clone(&clock)),
            provider,
            intake,
            live,
            log,
            assets: Assets::load(),
            configs: Configs::default(),
            health: Health::default(),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            store,
            clock,
            metrics,
            shop,
        });
        Directory::watch(&app);
        jobs::recount::start(&app);
        jobs::caps::start(&app);
        jobs::deliveries::start(&app);
        jobs::attacks::start(&app);
        jobs::displays::start(&app);
        jobs::keys::start(&app);
        jobs::sightings::start(&app);
        jobs::retention::start(&app);
        app
    }

    /// Waits until what was acknowledged is in the store, so that nothing arrives after it was erased.
    ///
    /// # Errors
    /// That takes too long: the store cannot be written.
    pub async fn settle(&self) -> bearing_storage::Result<()> {
        match &self.log {
            Some(log) => log.settle().await,
            None => Ok(()),
        }
    }

    /// What the server measures of itself, as text.
    pub fn measured(&self) -> String {
        let waiting = self.intake.waiting();
        let (requests, oldest) = (waiting.requests(), waiting.oldest());
        let behind = self.log.as_ref().and_then(|log| log.behind(self.clock.now()));
        self.metrics.text(&Now { in_flight: self.admission.in_flight(), waiting: requests, oldest, behind })
    }
}
