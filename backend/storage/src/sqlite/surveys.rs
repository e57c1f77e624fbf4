//! Surveys in SQLite.

use async_trait::async_trait;
use bearing_shared::api::surveys::SurveyState;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::survey::Survey;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, build, rows};
use crate::surveys::{PublishedVersion, StoredSurvey, SurveyStore};
use crate::{Result, StoreError, json};

const SURVEY: &str = "SELECT id, site_id, state, content, created_at, updated_at,
    (SELECT max(version) FROM survey_version WHERE survey_id = survey.id),
    (SELECT content FROM survey_version WHERE survey_id = survey.id ORDER BY version DESC LIMIT 1)
    FROM survey";

type Columns = (String, String, String, String, i64, i64, Option<u32>, Option<String>);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?))
}

fn record((id, site, state, content, created_at, updated_at, version, published): Columns) -> Result<StoredSurvey> {
    let survey: Survey = json::read(&content, "survey", "content", &id)?;
    // Compared as surveys, not as text: an older binary may have written the same content in another way.
    let published: Option<Survey> =
        published.map(|text| json::read(&text, "survey_version", "content", &id)).transpose()?;
    let state = SurveyState::named(&state).ok_or_else(|| StoreError::Corrupt {
        table: "survey",
        column: "state",
        row: id.clone(),
        why: format!("`{state}` is no state"),
    })?;
    let edited = published.is_some_and(|published| published != survey);
    Ok(StoredSurvey { id: SurveyId(id), site: SiteId(site), state, version, edited, survey, created_at, updated_at })
}

fn find(connection: &Connection, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>> {
    let mut statement = connection.prepare_cached(&format!("{SURVEY} WHERE site_id = ?1 AND id = ?2"))?;
    statement.query_row([&site.0, &id.0], columns).optional()?.map(record).transpose()
}

/// Closes the version that is shown, if one is.
fn close(transaction: &Transaction<'_>, id: &SurveyId, now: i64) -> Result<()> {
    transaction.execute(
        "UPDATE survey_version SET closed_at = ?2 WHERE survey_id = ?1 AND closed_at IS NULL",
        params![id.0, now],
    )?;
    Ok(())
}

fn publish(transaction: &Transaction<'_>, site: &SiteId, id: &SurveyId, now: i64, limit: u32) -> Result<Option<u32>> {
    let Some(survey) = find(transaction, site, id)? else { return Ok(None) };
    let version = match survey.version {
        Some(version) if !survey.edited => version,
        latest => {
            let version = latest.unwrap_or(0) + 1;
            close(transaction, id, now)?;
            transaction.execute(
                "INSERT INTO survey_version (survey_id, version, content, published_at) VALUES (?1, ?2, ?3, ?4)",
                params![id.0, version, json::write(&survey.survey)?, now],
            )?;
            // Its touchpoints are told apart from now on, past answers included.
            build::review(transaction, site, limit)?;
            version
        }
    };
    transaction.execute(
        "UPDATE survey_version SET closed_at = NULL WHERE survey_id = ?1 AND version = ?2",
        params![id.0, version],
    )?;
    transaction.execute("UPDATE survey SET state = 'published', updated_at = ?2 WHERE id = ?1", params![id.0, now])?;
    rows::changed(transaction)?;
    Ok(Some(version))
}

#[async_trait]
impl SurveyStore for SqliteStore {
    async fn create_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let made = transaction.execute(
                "INSERT INTO survey (id, site_id, ordinal, state, content, created_at, updated_at)
                 SELECT ?1, id, (SELECT coalesce(max(ordinal), 0) + 1 FROM survey WHERE site_id = ?2),
                        'draft', ?3, ?4, ?4 FROM site WHERE id = ?2",
                params![id.0, site.0, json::write(&survey)?, now],
            )?;
            rows::changed(transaction)?;
            Ok(made == 1)
        };
        self.writer.write(write).await
    }

    async fn survey(&self, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>> {
        let (site, id) = (site.clone(), id.clone());
        self.readers.run(move |connection| find(connection, &site, &id)).await
    }

    async fn surveys(&self, site: &SiteId, after: Option<SurveyId>, limit: u32) -> Result<Vec<StoredSurvey>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{SURVEY} WHERE site_id = ?1
                 AND ordinal > coalesce((SELECT ordinal FROM survey WHERE site_id = ?1 AND id = ?2), 0)
                 ORDER BY ordinal LIMIT ?3"
            ))?;
            let found = statement.query_map(params![site.0, after.map(|id| id.0), limit], columns)?;
            found.map(|columns| record(columns?)).collect()
        };
        self.readers.run(read).await
    }

    async fn edit_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let changed = transaction.execute(
                "UPDATE survey SET content = ?3, updated_at = ?4 WHERE site_id = ?1 AND id = ?2",
                params![site.0, id.0, json::write(&survey)?, now],
            )?;
            rows::changed(transaction)?;
            Ok(changed == 1)
        };
        self.writer.write(write).await
    }

    async fn publish_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<Option<u32>> {
        let (site, id, limit) = (site.clone(), id.clone(), self.limits.step);
        self.writer.write(move |transaction| publish(transaction, &site, &id, now, limit)).await
    }

    async fn pause_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let changed = transaction.execute(
                "UPDATE survey SET state = 'paused', updated_at = ?3
                 WHERE site_id = ?1 AND id = ?2 AND state = 'published'",
                params![site.0, id.0, now],
            )?;
            if changed == 1 {
                close(transaction, &id, now)?;
            }
            rows::changed(transaction)?;
            Ok(changed == 1)
        };
        self.writer.write(write).await
    }

    async fn published_versions(&self, site: &SiteId, only: Option<SurveyId>) -> Result<Vec<PublishedVersion>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT survey.id, version, survey_version.content, published_at,
                        lead(version) OVER (PARTITION BY survey.id ORDER BY version) IS NULL, closed_at, created_at
                 FROM survey JOIN survey_version ON survey_version.survey_id = survey.id
                 WHERE site_id = ?1 AND (?2 IS NULL OR survey.id = ?2) ORDER BY ordinal, version",
            )?;
            let mut found = statement.query(params![site.0, only.map(|id| id.0)])?;
            let mut versions = Vec::new();
            while let Some(row) = found.next()? {
                let id = SurveyId(row.get(0)?);
                versions.push(PublishedVersion {
                    version: row.get(1)?,
                    latest: row.get(4)?,
                    survey: json::read(
                        row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?,
                        "survey_version",
                        "content",
                        &id,
                    )?,
                    published_at: row.get(3)?,
                    closed_at: row.get(5)?,
                    created_at: row.get(6)?,
                    id,
                });
            }
            Ok(versions)
        };
        self.readers.run(read).await
    }

    async fn question_ids(&self, site: &SiteId, survey: Option<&SurveyId>) -> Result<Vec<String>> {
        let (site, survey) = (site.clone(), survey.cloned());
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT survey.id, survey_version.content FROM survey
                 JOIN survey_version ON survey_version.survey_id = survey.id
                 WHERE site_id = ?1 AND (?2 IS NULL OR survey.id = ?2) ORDER BY published_at, ordinal, version",
            )?;
            let mut found = statement.query(params![site.0, survey.map(|id| id.0)])?;
            let mut ids: Vec<String> = Vec::new();
            while let Some(row) = found.next()? {
                let id: String = row.get(0)?;
                let content = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                let survey: Survey = json::read(content, "survey_version", "content", &id)?;
                for question in survey.questions {
                    if !ids.contains(&question.id) {
                        ids.push(question.id);
                    }
                }
            }
            Ok(ids)
        };
        self.readers.run(read).await
    }

    async fn site_of_survey(&self, id: &SurveyId) -> Result<Option<SiteId>> {
        let id = id.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT site_id FROM survey WHERE id = ?1")?;
            Ok(statement.query_row([&id.0], |row| row.get(0).map(SiteId)).optional()?)
        };
        self.readers.run(read).await
    }
}
