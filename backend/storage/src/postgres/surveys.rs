//! Surveys in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::api::surveys::SurveyState;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::survey::Survey;
use tokio_postgres::Row;

use super::session::{Lock, Session, Sites};
use super::{PostgresStore, build, rows};
use crate::surveys::{PublishedVersion, StoredSurvey, SurveyStore};
use crate::{Result, StoreError, json};

const SURVEY: &str = "SELECT survey.id, survey.site_id, state, survey.content, created_at, updated_at, latest.version,
    latest.content
    FROM survey LEFT JOIN LATERAL (
      SELECT version, content FROM survey_version
      WHERE survey_version.site_id = survey.site_id AND survey_id = survey.id ORDER BY version DESC LIMIT 1
    ) AS latest ON true";

const VERSIONS: &str = "FROM survey JOIN survey_version
    ON survey_version.site_id = survey.site_id AND survey_version.survey_id = survey.id
    WHERE survey.site_id = $1 AND ($2::text IS NULL OR survey.id = $2)";

fn record(row: &Row) -> Result<StoredSurvey> {
    let id: String = row.try_get(0)?;
    let survey: Survey = json::read(row.try_get(3)?, "survey", "content", &id)?;
    // Compared as surveys, not as text: an older binary may have written the same content in another way.
    let published: Option<&str> = row.try_get(7)?;
    let published: Option<Survey> =
        published.map(|text| json::read(text, "survey_version", "content", &id)).transpose()?;
    let state: &str = row.try_get(2)?;
    let state = SurveyState::named(state).ok_or_else(|| StoreError::Corrupt {
        table: "survey",
        column: "state",
        row: id.clone(),
        why: format!("`{state}` is no state"),
    })?;
    let version: Option<i64> = row.try_get(6)?;
    Ok(StoredSurvey {
        site: SiteId(row.try_get(1)?),
        state,
        version: version.map(|version| rows::small(version, "survey_version", "version", &id)).transpose()?,
        edited: published.is_some_and(|published| published != survey),
        survey,
        created_at: row.try_get(4)?,
        updated_at: row.try_get(5)?,
        id: SurveyId(id),
    })
}

async fn find(session: &Session, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>> {
    let sql = format!("{SURVEY} WHERE survey.site_id = $1 AND survey.id = $2");
    session.first(&sql, &[&site.0, &id.0]).await?.map(|row| record(&row)).transpose()
}

async fn create(session: &Session, site: &SiteId, id: &SurveyId, survey: &Survey, now: i64) -> Result<bool> {
    let made = session
        .execute(
            "INSERT INTO survey (id, site_id, ordinal, state, content, created_at, updated_at)
             SELECT $1, id, (SELECT coalesce(max(ordinal), 0) + 1 FROM survey WHERE site_id = $2),
                    'draft', $3, $4, $4 FROM site WHERE id = $2",
            &[&id.0, &site.0, &json::write(survey)?, &now],
        )
        .await?;
    rows::changed(session).await?;
    Ok(made == 1)
}

async fn edit(session: &Session, site: &SiteId, id: &SurveyId, survey: &Survey, now: i64) -> Result<bool> {
    let changed = session
        .execute(
            "UPDATE survey SET content = $3, updated_at = $4 WHERE site_id = $1 AND id = $2",
            &[&site.0, &id.0, &json::write(survey)?, &now],
        )
        .await?;
    rows::changed(session).await?;
    Ok(changed == 1)
}

/// Closes the version that is shown, if one is.
async fn close(session: &Session, site: &SiteId, id: &SurveyId, now: i64) -> Result<()> {
    session
        .execute(
            "UPDATE survey_version SET closed_at = $3 WHERE site_id = $1 AND survey_id = $2 AND closed_at IS NULL",
            &[&site.0, &id.0, &now],
        )
        .await?;
    Ok(())
}

async fn publish(session: &Session, site: &SiteId, id: &SurveyId, now: i64, limit: u32) -> Result<Option<u32>> {
    let Some(survey) = find(session, site, id).await? else { return Ok(None) };
    let version = match survey.version {
        Some(version) if !survey.edited => version,
        latest => {
            let version = latest.unwrap_or(0) + 1;
            close(session, site, id, now).await?;
            session
                .execute(
                    "INSERT INTO survey_version (site_id, survey_id, version, content, published_at)
                     VALUES ($1, $2, $3, $4, $5)",
                    &[&site.0, &id.0, &i64::from(version), &json::write(&survey.survey)?, &now],
                )
                .await?;
            // Its touchpoints are told apart from now on, past answers included.
            build::review(session, site, limit).await?;
            version
        }
    };
    session
        .execute(
            "UPDATE survey_version SET closed_at = NULL WHERE site_id = $1 AND survey_id = $2 AND version = $3",
            &[&site.0, &id.0, &i64::from(version)],
        )
        .await?;
    let sql = "UPDATE survey SET state = 'published', updated_at = $3 WHERE site_id = $1 AND id = $2";
    session.execute(sql, &[&site.0, &id.0, &now]).await?;
    rows::changed(session).await?;
    Ok(Some(version))
}

async fn pause(session: &Session, site: &SiteId, id: &SurveyId, now: i64) -> Result<bool> {
    let changed = session
        .execute(
            "UPDATE survey SET state = 'paused', updated_at = $3
             WHERE site_id = $1 AND id = $2 AND state = 'published'",
            &[&site.0, &id.0, &now],
        )
        .await?;
    if changed == 1 {
        close(session, site, id, now).await?;
    }
    rows::changed(session).await?;
    Ok(changed == 1)
}

fn published(row: &Row) -> Result<PublishedVersion> {
    let id: String = row.try_get(0)?;
    Ok(PublishedVersion {
        version: rows::small(row.try_get(1)?, "survey_version", "version", &id)?,
        latest: row.try_get(4)?,
        survey: json::read(row.try_get(2)?, "survey_version", "content", &id)?,
        published_at: row.try_get(3)?,
        closed_at: row.try_get(5)?,
        created_at: row.try_get(6)?,
        id: SurveyId(id),
    })
}

async fn versions(session: &Session, site: &SiteId, only: Option<SurveyId>) -> Result<Vec<PublishedVersion>> {
    let sql = format!(
        "SELECT survey.id, version, survey_version.content, published_at,
                lead(version) OVER (PARTITION BY survey.id ORDER BY version) IS NULL, closed_at, created_at
         {VERSIONS} ORDER BY ordinal, version"
    );
    session.query(&sql, &[&site.0, &only.map(|id| id.0)]).await?.iter().map(published).collect()
}

async fn question_ids(session: &Session, site: &SiteId, only: Option<&SurveyId>) -> Result<Vec<String>> {
    let sql = format!("SELECT survey.id, survey_version.content {VERSIONS} ORDER BY published_at, ordinal, version");
    let mut ids: Vec<String> = Vec::new();
    for row in session.query(&sql, &[&site.0, &only.map(SurveyId::as_str)]).await? {
        let survey: Survey = json::read(row.try_get(1)?, "survey_version", "content", row.try_get::<_, &str>(0)?)?;
        for question in survey.questions {
            if !ids.contains(&question.id) {
                ids.push(question.id);
            }
        }
    }
    Ok(ids)
}

async fn page(session: &Session, site: &SiteId, after: Option<SurveyId>, limit: u32) -> Result<Vec<StoredSurvey>> {
    let sql = format!(
        "{SURVEY} WHERE survey.site_id = $1
         AND ordinal > coalesce((SELECT ordinal FROM survey WHERE site_id = $1 AND id = $2), 0)
         ORDER BY ordinal LIMIT $3"
    );
    let found = session.query(&sql, &[&site.0, &after.map(|id| id.0), &i64::from(limit)]).await?;
    found.iter().map(record).collect()
}

#[async_trait]
impl SurveyStore for PostgresStore {
    async fn create_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let created = create(&session, site, id, &survey, now).await;
        session.end(created).await
    }

    async fn survey(&self, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = find(&session, site, id).await;
        session.end(found).await
    }

    async fn surveys(&self, site: &SiteId, after: Option<SurveyId>, limit: u32) -> Result<Vec<StoredSurvey>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = page(&session, site, after, limit).await;
        session.end(found).await
    }

    async fn edit_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let edited = edit(&session, site, id, &survey, now).await;
        session.end(edited).await
    }

    async fn publish_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<Option<u32>> {
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let published = publish(&session, site, id, now, self.limits.step).await;
        session.end(published).await
    }

    async fn pause_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let paused = pause(&session, site, id, now).await;
        session.end(paused).await
    }

    async fn published_versions(&self, site: &SiteId, only: Option<SurveyId>) -> Result<Vec<PublishedVersion>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = versions(&session, site, only).await;
        session.end(found).await
    }

    async fn question_ids(&self, site: &SiteId, survey: Option<&SurveyId>) -> Result<Vec<String>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = question_ids(&session, site, survey).await;
        session.end(found).await
    }

    async fn site_of_survey(&self, id: &SurveyId) -> Result<Option<SiteId>> {
        // The id alone tells the site: nobody has named it yet.
        let session = self.reading(Sites::All).await?;
        let found = session.first("SELECT site_id FROM survey WHERE id = $1", &[&id.0]).await;
        let found = found.and_then(|row| Ok(row.map(|row| row.try_get(0).map(SiteId)).transpose()?));
        session.end(found).await
    }
}
