//! `bearing demo` on a real store: made once, found again, made anew when it was interrupted.

use std::sync::Arc;

use bearing_shared::api::audit::Action;
use bearing_shared::api::reports::Source;
use bearing_shared::metric::Metric;
use bearing_storage::{Replaced, ReportFilter, ResponseFilter, Role, TallyQuery};

use super::*;
use crate::auth::share::Hold;

/// 2026-11-21T23:00:00Z.
const NOW: i64 = 1_795_302_000_000;

async fn store(folder: &tempfile::TempDir) -> Arc<dyn Store> {
    let url = format!("sqlite:{}", folder.path().join("bearing.db").display());
    bearing_storage::open(&url).await.unwrap()
}

async fn answered(store: &dyn Store, site: &SiteId, metric: Metric) -> u64 {
    let filter = ReportFilter::of(metric);
    let tallied = store.tally(site, TallyQuery::whole(filter.clone())).await.unwrap();
    assert_eq!(tallied.source, Source::Cells);
    let funnel = store.funnel(site, filter).await.unwrap().unwrap();
    let n = tallied.tallies.iter().map(|tally| tally.histogram.n()).sum();
    assert_eq!(funnel.answered, n);
    assert!(funnel.shown > 2 * n && funnel.eligible > funnel.shown && funnel.dismissed > 0);
    n
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let first = prepare(&*store, NOW, 300).await.unwrap();
    assert_eq!((first.made, first.site.settings.name.as_str()), (300, NAME));
    let second = prepare(&*store, NOW + DAY_MS, 300).await.unwrap();
    assert_eq!((second.made, &second.site.id, &second.surveys), (0, &first.site.id, &first.surveys));
    assert_eq!(first.api_key, second.api_key);
    let key = store.key_by_hash(auth::hash(&first.api_key)).await.unwrap().unwrap();
    assert_eq!((&key.site, key.scope), (&first.site.id, Scope::Admin));
    assert_eq!(store.sites().await.unwrap().len(), 1);
    let mut total = 0;
    for place in Place::ALL {
        total += answered(&*store, &first.site.id, place.metric()).await;
    }
    assert_eq!(total, 300);
    let newest = store.responses(&first.site.id, ResponseFilter::default(), None, 50).await.unwrap();
    assert!(newest.iter().all(|response| response.source == "sample" && response.received_at < NOW));
    let report = store.check().await.unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_has_a_team_that_did_something_and_that_nobody_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let Demo { site: Site { id: site, .. }, .. } = prepare(&*store, NOW, 100).await.unwrap();
    let members = store.site_members(&site, None, 9).await.unwrap();
    let mut team: Vec<_> = members.iter().map(|(member, role)| (member.name.as_str(), *role)).collect();
    team.sort_unstable();
    let expected = [("Jonas Weber", Role::Editor), ("Mara Lindqvist", Role::Owner), ("Priya Raman", Role::Viewer)];
    assert_eq!(team, expected);
    for (member, _) in &members {
        assert_eq!((&member.password, member.operator), (&None, false), "{}", member.name);
        assert_eq!(store.sessions(&member.id, 0).await.unwrap(), [], "{}", member.name);
    }
    assert!(!store.has_members().await.unwrap(), "the first link to come in by is still made");
    assert_eq!(store.invitations(&site, NOW).await.unwrap().len(), 1);

    let shares = store.shares(&site).await.unwrap();
    let about: Vec<_> = shares.iter().map(|share| (share.name.as_str(), share.expires_at.is_some())).collect();
    assert_eq!(about, [("Checkout, for the agency", false), ("Board meeting", true)]);
    let holds: Vec<Hold> = shares.iter().map(|share| Hold::of(share).unwrap()).collect();
    assert!(holds[0].comments && !holds[1].comments && holds[0].filter != holds[1].filter);
    assert!(shares.iter().all(|share| share.last_used_at > Some(share.created_at)));
    let keys = store.keys(&site).await.unwrap();
    let about: Vec<_> = keys.iter().map(|key| (key.name.as_str(), key.last_used_at.is_some())).collect();
    assert_eq!(about, [("Order system", true), ("The sample shop", false)]);

    let entries = store.audit(&site, None, 99).await.unwrap();
    assert_eq!(entries.len(), 20);
    assert!(entries.is_sorted_by(|later, earlier| later.entry.at >= earlier.entry.at), "in the order of time");
    assert!(entries[0].entry.at < NOW);
    for entry in entries.iter().map(|found| &found.entry) {
        let is_known = members.iter().any(|(member, _)| member.id.0 == entry.actor.id);
        assert!(is_known && Action::named(&entry.action).is_some(), "{entry:?}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_sample_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let first = prepare(&*store, NOW, 100).await.unwrap();
    let mut interrupted = first.site.clone();
    interrupted.settings.name = NAME_UNTIL_FILLED.to_owned();
    assert_eq!(store.update_site(&first.site, interrupted).await.unwrap(), Replaced::Done);
    let second = prepare(&*store, NOW, 100).await.unwrap();
    assert_eq!(second.made, 100);
    let sites = store.sites().await.unwrap();
    assert_eq!(sites.len(), 1);
    assert_ne!(sites[0].id, first.site.id);
    assert_eq!(store.site_members(&sites[0].id, None, 9).await.unwrap().len(), 3);
    store.close().await;
}
