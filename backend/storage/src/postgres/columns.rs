//! Columns: many responses as one array a column, so that a batch is one statement.

use std::collections::BTreeMap;

use bearing_shared::answer::Answer;
use bearing_shared::cell;
use bearing_shared::id::SiteId;
use tokio_postgres::types::ToSql;

use crate::inbox::tags_text;
use crate::responses::StoredResponse;
use crate::{Result, json, letters};

/// The columns' names, in the order of [`Columns::params`].
pub(super) const NAMES: &str = "site_id, id, seq, survey_id, version, instrument, touchpoint, score, completed, state,
    identity, visitor, customer, answers, choices, attributes, context, comment, comment_folded, device, language, shown_at,
    answered_at, received_at, source, read_at, judged_at, tags,
    suspicion";

/// The columns as rows, from the statement's first values on.
pub(super) const ROWS: &str = "unnest($1::text[], $2::bytea[], $3::bigint[], $4::text[], $5::bigint[], $6::text[],
    $7::text[], $8::smallint[], $9::boolean[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::jsonb[], $16::jsonb[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[],
    $23::bigint[], $24::bigint[], $25::text[], $26::bigint[], $27::bigint[], $28::text[],
    $29::integer[])";

/// A text that PostgreSQL reads as JSON.
#[derive(Debug)]
struct Json(String);

impl ToSql for Json {
    fn to_sql(
        &self,
        kind: &tokio_postgres::types::Type,
        out: &mut bytes::BytesMut,
    ) -> std::result::Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        if *kind == tokio_postgres::types::Type::JSONB {
            // The version of jsonb's wire format.
            bytes::BufMut::put_u8(out, 1);
        }
        self.0.as_str().to_sql(&tokio_postgres::types::Type::TEXT, out)
    }

    tokio_postgres::types::accepts!(JSON, JSONB);
    tokio_postgres::types::to_sql_checked!();
}

/// The picked choices by question; `None` when there are none.
fn choices(answers: &[Answer]) -> Result<Option<Json>> {
    let mut picked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for answer in answers {
        if let Some(choices) = &answer.choices {
            picked.entry(&answer.question).or_default().extend(choices.iter().map(String::as_str));
        }
    }
    if picked.is_empty() { Ok(None) } else { json::write(&picked).map(Json).map(Some) }
}

/// Responses by column.
#[derive(Default)]
pub(super) struct Columns<'a> {
    site: Vec<&'a str>,
    id: Vec<&'a [u8]>,
    seq: Vec<i64>,
    survey: Vec<&'a str>,
    version: Vec<i64>,
    instrument: Vec<&'a str>,
    touchpoint: Vec<&'a str>,
    score: Vec<i16>,
    completed: Vec<bool>,
    state: Vec<&'a str>,
    identity: Vec<&'a str>,
    visitor: Vec<Option<&'a str>>,
    customer: Vec<Option<&'a str>>,
    answers: Vec<String>,
    choices: Vec<Option<Json>>,
    attributes: Vec<Json>,
    context: Vec<String>,
    comment: Vec<Option<String>>,
    folded: Vec<Option<String>>,
    device: Vec<&'a str>,
    language: Vec<String>,
    shown_at: Vec<i64>,
    answered_at: Vec<i64>,
    received_at: Vec<i64>,
    source: Vec<&'a str>,
    read_at: Vec<Option<i64>>,
    judged_at: Vec<Option<i64>>,
    tags: Vec<Option<String>>,
    suspicion: Vec<i32>,
}

impl<'a> Columns<'a> {
    /// Adds a response of a site.
    pub(super) fn add(&mut self, site: &'a SiteId, response: &'a StoredResponse) -> Result<()> {
        // PostgreSQL's texts hold no NUL; the answers keep it, as JSON writes it.
        let comment = response.comment().map(|text| text.replace('\0', ""));
        self.site.push(site.as_str());
        self.id.push(&response.id.0);
        self.seq.push(response.seq.into());
        self.survey.push(response.survey.as_str());
        self.version.push(response.version.into());
        self.instrument.push(response.instrument.name());
        self.touchpoint.push(&response.touchpoint);
        self.score.push(response.score.into());
        self.completed.push(response.completed);
        self.state.push(response.state.name());
        self.identity.push(response.identity.name());
        self.visitor.push(response.visitor.as_deref());
        self.customer.push(response.customer.as_deref());
        self.answers.push(json::write(&response.answers)?);
        self.choices.push(choices(&response.answers)?);
        self.attributes.push(Json(json::write(&response.attributes)?));
        self.context.push(json::write(&response.context)?);
        self.folded.push(comment.as_deref().map(letters::fold));
        self.comment.push(comment);
        self.device.push(cell::device(response.context.device.as_deref()));
        self.language.push(cell::language(response.context.locale.as_deref()).into_owned());
        self.shown_at.push(response.shown_at);
        self.answered_at.push(response.answered_at);
        self.received_at.push(response.received_at);
        self.source.push(&response.source);
        self.read_at.push(response.marks.read_at);
        self.judged_at.push(response.marks.judged_at);
        self.tags.push(tags_text(&response.marks.tags)?);
        self.suspicion.push(response.suspicion.bits().into());
        Ok(())
    }

    /// The values of a statement that reads [`ROWS`].
    pub(super) fn params(&self) -> [&(dyn ToSql + Sync); 29] {
        [
            &self.site,
            &self.id,
            &self.seq,
            &self.survey,
            &self.version,
            &self.instrument,
            &self.touchpoint,
            &self.score,
            &self.completed,
            &self.state,
            &self.identity,
            &self.visitor,
            &self.customer,
            &self.answers,
            &self.choices,
            &self.attributes,
            &self.context,
            &self.comment,
            &self.folded,
            &self.device,
            &self.language,
            &self.shown_at,
            &self.answered_at,
            &self.received_at,
            &self.source,
            &self.read_at,
            &self.judged_at,
            &self.tags,
            &self.suspicion,
        ]
    }
}
