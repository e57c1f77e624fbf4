//! The inbox in PostgreSQL: marks and states that a site's team changes, its tags, and how many responses there are.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::id::{ResponseId, SiteId};

use super::faults::Tries;
use super::filter::{self, Bound, List};
use super::responses::{Key, There, find_all, update};
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, counting, generations};
use crate::counts::change::Changes;
use crate::deleted::OF_A_SITE;
use crate::inbox::{Counted, InboxStore, MarkChange, Marked, Marking, TAGS};
use crate::responses::{ResponseFilter, States, StoredResponse};
use crate::{Result, StoreError};

/// Puts on responses the tags that they have, in the order of lists.
pub(super) async fn tag(session: &Session, responses: impl Iterator<Item = (&SiteId, &StoredResponse)>) -> Result<()> {
    let (mut sites, mut tags, mut times, mut ids) =
        (Vec::<&str>::new(), Vec::<&str>::new(), Vec::<i64>::new(), Vec::<&[u8]>::new());
    for (site, response) in responses {
        for tag in &response.marks.tags {
            sites.push(site.as_str());
            tags.push(tag);
            times.push(response.received_at);
            ids.push(&response.id.0);
        }
    }
    if !tags.is_empty() {
        let sql = "INSERT INTO response_tag (site_id, tag, at, response_id)
                   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[]) ON CONFLICT DO NOTHING";
        session.execute(sql, &[&sites, &tags, &times, &ids]).await?;
    }
    Ok(())
}

/// Takes every tag off responses.
pub(super) async fn forget(session: &Session, site: &SiteId, ids: &[ResponseId]) -> Result<()> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
    let sql = "DELETE FROM response_tag WHERE site_id = $1 AND response_id = ANY($2)";
    session.execute(sql, &[&site.0, &ids]).await?;
    Ok(())
}

impl PostgresStore {
    async fn mark_all(
        &self,
        session: &Session,
        sites: &[SiteId],
        (ids, change): (&[ResponseId], &MarkChange),
        now: i64,
    ) -> Result<Marking> {
        let site = &sites[0];
        let countings = self.countings(session, sites).await?;
        let Some(counting) = countings.of(site) else { return Ok(Marking::Done(vec![None; ids.len()])) };
        let keys: Vec<Key<'_>> = ids.iter().map(|id| (site, *id)).collect();
        let (mut there, mut marked) = (There::new(), BTreeMap::new());
        let (mut changes, mut retagged) = (Changes::default(), Vec::new());
        for (key, (before, place)) in find_all(session, &keys).await? {
            let Some(after) = change.applied(&before, now) else { return Ok(Marking::TooManyTags(key.1)) };
            if before.state != after.state {
                counting.generations.count(&mut changes, site, &before, place, -1);
                counting.generations.count(&mut changes, site, &after, place, 1);
            }
            if before.marks.tags != after.marks.tags {
                retagged.push(key.1);
            }
            if before != after {
                there.insert(key, (after.clone(), place));
            }
            marked.insert(key.1, Marked { before, after });
        }
        update(session, &there).await?;
        if !retagged.is_empty() {
            forget(session, site, &retagged).await?;
            let again = there.iter().filter(|(key, _)| retagged.contains(&key.1));
            tag(session, again.map(|(_, (after, _))| (site, after))).await?;
        }
        counting::write(session, changes).await?;
        let one = |id: &ResponseId| {
            let found = marked.get(id).cloned();
            // Named twice, it is changed once.
            if let Some(marked) = marked.get_mut(id) {
                marked.before = marked.after.clone();
            }
            found
        };
        Ok(Marking::Done(ids.iter().map(one).collect()))
    }
}

/// Counts the responses of a list, up to `most`.
async fn count(session: &Session, site: &SiteId, filter: &ResponseFilter, most: u32) -> Result<u32> {
    let Some(counting) = generations::current(session, site).await? else { return Ok(0) };
    let mut bound = Bound::default();
    let filter = filter::with_needed_end(session, site, filter, &counting).await?;
    let List { source, conditions, .. } = filter::of_list(&mut bound, site, &filter, None, &counting);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {} LIMIT {most}) AS found",
        conditions.join(" AND ")
    );
    let mut found = session.stream(&sql, bound.values()).await?;
    let row = found.next().await?.ok_or_else(|| StoreError::Driver("a count is missing".into()))?;
    let count: i64 = row.try_get(0)?;
    Ok(u32::try_from(count).unwrap_or(most))
}

async fn count_all(session: &Session, site: &SiteId, filter: &ResponseFilter, most: u32) -> Result<Counted> {
    let mut counted = Counted { count: count(session, site, filter, most).await?, ..Counted::default() };
    for (number, state) in counted.by_state.iter_mut().zip(ResponseState::ALL) {
        let of_state = ResponseFilter { state: States::Only(state), ..filter.clone() };
        *number = count(session, site, &of_state, most).await?;
    }
    if filter.read != Some(true) {
        let unread = ResponseFilter { read: Some(false), ..filter.clone() };
        counted.unread = count(session, site, &unread, most).await?;
    }
    Ok(counted)
}

async fn tags(session: &Session, site: &SiteId) -> Result<Vec<(String, u64)>> {
    let sql = format!(
        "SELECT tag, count(*) FROM response_tag WHERE site_id = $1 AND {OF_A_SITE} GROUP BY tag ORDER BY tag LIMIT {TAGS}"
    );
    let found = session.query(&sql, &[&site.0]).await?;
    found.iter().map(|row| Ok((row.try_get(0)?, u64::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0)))).collect()
}

#[async_trait]
impl InboxStore for PostgresStore {
    async fn mark(&self, site: &SiteId, ids: &[ResponseId], change: MarkChange, now: i64) -> Result<Marking> {
        let sites = std::slice::from_ref(site);
        let mut tries = Tries::default();
        loop {
            // As an answer's later edition: the rows are held one by one, and how the site counts does not change.
            let session = self.writing(sites, Lock::Shared).await?;
            let marked = self.mark_all(&session, sites, (ids, &change), now).await;
            match session.finish(marked).await {
                Err(failed) if tries.again(&failed) => {}
                marked => return Ok(marked?),
            }
        }
    }

    async fn count_responses(&self, site: &SiteId, filter: ResponseFilter, most: u32) -> Result<Counted> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let counted = count_all(&session, site, &filter, most).await;
        session.end(counted).await
    }

    async fn tags(&self, site: &SiteId) -> Result<Vec<(String, u64)>> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let found = tags(&session, site).await;
        session.end(found).await
    }
}
