//! An app over a fresh database of one engine, with its sites, in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bearing::admission::Limits;
use bearing::app::{App, Outside, Shared};
use bearing::clock::{Clock, SystemClock};
use bearing::intake::log::Log;
use bearing::{chance, http, server};
use bearing_fresh::Place;
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::Dimension;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;
use bearing_shared::survey::Survey;
use bearing_storage::{ReportFilter, Site, Store, TallyQuery};

use crate::load::{VALUES, attribute};

/// How long what a log holds may take to come into the store at the end.
const SETTLE: Duration = Duration::from_secs(120);

/// A site with a published survey, and how many attributes its answers have.
pub(crate) struct Target {
    id: SiteId,
    pub(crate) key: String,
    pub(crate) survey: SurveyId,
    pub(crate) attributes: usize,
}

/// An app that listens.
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    pub(crate) app: Shared,
    pub(crate) address: SocketAddr,
    /// The site that counts by nothing.
    pub(crate) plain: Target,
    /// The site that counts by attributes.
    pub(crate) counted: Target,
    /// Keeps the database; the last to go.
    _place: Place,
}

impl Engine {
    /// Starts one over an empty database; `dimensions` is what its second site counts by.
    pub(crate) async fn start(name: &'static str, place: Place, dimensions: usize) -> anyhow::Result<Arc<Self>> {
        Self::start_with(name, place, dimensions, None).await
    }

    /// The same with a replicated log on these NATS servers, by commas.
    pub(crate) async fn start_with(
        name: &'static str,
        place: Place,
        dimensions: usize,
        log: Option<&str>,
    ) -> anyhow::Result<Arc<Self>> {
        let store = bearing_storage::open(&place.url).await?;
        let log = match log {
            Some(urls) => {
                let urls: Vec<String> = urls.split(',').map(str::to_owned).collect();
                Some(Log::open(&urls, store.as_ref()).await?)
            }
            None => None,
        };
        let plain = prepare(store.as_ref(), 0).await?;
        let counted = prepare(store.as_ref(), dimensions).await?;
        let (clock, limits) = (Arc::new(SystemClock), Limits::default());
        let app = App::start_with(store, clock, None, None, limits, Outside { log, ..Outside::default() });
        let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let router = http::router_with(Arc::clone(&app), http::measure::routes());
        tokio::spawn(server::serve(listener, Arc::clone(&app), router, std::future::pending()));
        Ok(Arc::new(Self { name, app, address, plain, counted, _place: place }))
    }

    /// Waits until what is acknowledged is in the store; how long that took.
    pub(crate) async fn settle(&self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        // Each wait is a short one, for whoever erases.
        while let Err(error) = self.app.settle().await {
            anyhow::ensure!(begun.elapsed() < SETTLE, "{}: {error}", self.name);
        }
        Ok(begun.elapsed())
    }

    /// How many answers are counted, and whether the cells agree with the rows.
    pub(crate) async fn stored(&self) -> anyhow::Result<(u64, bool)> {
        let mut rows = 0;
        for target in [&self.plain, &self.counted] {
            let query = TallyQuery::whole(ReportFilter::of(Metric::Nps));
            let tallied = self.app.store.tally(&target.id, query).await?;
            rows += tallied.tallies.iter().map(|tally| tally.histogram.n()).sum::<u64>();
        }
        Ok((rows, self.app.store.check().await?.problems.is_empty()))
    }
}

/// Makes a site that counts by this many attributes.
async fn prepare(store: &dyn Store, attributes: usize) -> anyhow::Result<Target> {
    let values = || (0..VALUES).map(|value| format!("value {value}")).collect();
    let dimensions = (0..attributes).map(|number| Dimension { name: attribute(number), values: values() });
    let now = SystemClock.now();
    let site = Site {
        id: SiteId(chance::id("st_")),
        key: chance::id("pk_").as_str().into(),
        identity_secret: chance::secret(""),
        previous: None,
        settings: SiteSettings { dimensions: dimensions.collect(), ..SiteSettings::named("bench") },
        created_at: now,
    };
    let survey = SurveyId(chance::id("sv_"));
    store.create_site(site.clone()).await?;
    store.create_survey(&site.id, &survey, Survey::standard("bench", Instrument::Nps), now).await?;
    store.publish_survey(&site.id, &survey, now).await?;
    Ok(Target { key: site.key.to_string(), id: site.id, survey, attributes })
}
