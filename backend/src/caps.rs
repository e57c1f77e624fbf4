//! Caps: a survey that has all the answers it may have is asked no more.

use std::sync::atomic::{AtomicU64, Ordering};

use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::metric::Metric;
use bearing_storage::{PublishedVersion, ReportFilter, Result, Store, TallyQuery};

/// One survey's cap, and its answers when they were last counted.
#[derive(Debug)]
pub struct Cap {
    /// The survey.
    pub survey: SurveyId,
    metric: Metric,
    most: u64,
    answers: AtomicU64,
}

impl Cap {
    /// The caps of some surveys, with what `known` counted before; surveys without a cap are left out.
    pub fn of(versions: &[&PublishedVersion], known: &[Self]) -> Vec<Self> {
        let cap = |version: &&PublishedVersion| {
            let most = u64::from(version.survey.rules.answers?);
            let (survey, metric) = (version.id.clone(), version.survey.metric);
            let before = known.iter().find(|cap| cap.survey == survey && cap.metric == metric);
            let answers = AtomicU64::new(before.map_or(0, |cap| cap.answers.load(Ordering::Relaxed)));
            Some(Self { survey, metric, most, answers })
        };
        versions.iter().filter_map(cap).collect()
    }

    /// Whether it was reached when the answers were last counted.
    pub fn is_reached(&self) -> bool {
        self.answers.load(Ordering::Relaxed) >= self.most
    }

    /// Counts the survey's answers, which is adding up its cells.
    ///
    /// # Errors
    /// What the store says; what was known stays known.
    pub async fn count(&self, store: &dyn Store, site: &SiteId) -> Result<()> {
        let filter = ReportFilter { survey: Some(self.survey.clone()), ..ReportFilter::of(self.metric) };
        let counted = store.tally(site, TallyQuery::whole(filter)).await?;
        let answers: u64 = counted.tallies.iter().map(|tally| tally.histogram.n()).sum();
        self.answers.store(answers, Ordering::Relaxed);
        Ok(())
    }
}
