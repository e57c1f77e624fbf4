//! The loading half of `cargo xtask bench reports`: fills a fresh store through the same `accept` that the intake ends in
//! and writes the same rows as CSV; prints one JSON object.
//!
//! `--answers N --folder F` makes `F/bearing.db` and `F/answers.csv`. Five surveys, each at a page of its own, 105 weeks
//! and eight segments: as many answers as are asked for fall into the same cells.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use bearing::{chance, time};
use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::Dimension;
use bearing_shared::id::{ResponseId, SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::survey::Survey;
use bearing_storage::{Accept, Outcome, Site, Store, StoredResponse};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 2024-01-01, a Monday, in days since 1970.
const FIRST_DAY: i64 = 19_723;
const DAYS: i64 = 105 * 7;
const DAY_MS: i64 = 86_400_000;
/// Answers in one transaction: large, since loading is not what is measured.
const BATCH: usize = 10_000;
/// What makes two loads the same.
const SEED: u64 = 0x0B_EA_21;
const PAGES: [&str; 5] = ["checkout", "onboarding", "search", "settings", "support"];
/// The segments, their shares of 100, and how many more percent of their answers are promoters.
const SEGMENTS: [(&str, u32, f64); 8] = [
    ("basic", 22, 0.0),
    ("business", 9, 0.10),
    ("education", 8, 0.15),
    ("enterprise", 10, 0.05),
    ("family", 12, 0.08),
    ("free", 17, -0.10),
    ("pro", 14, 0.12),
    ("trial", 8, -0.05),
];
const DEVICES: [(&str, u32); 3] = [("desktop", 48), ("mobile", 44), ("tablet", 8)];

/// What one row holds that is counted, and the rest that an answer brings.
struct Row {
    at: i64,
    page: usize,
    segment: &'static str,
    device: &'static str,
    score: u8,
    noise: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().position(|arg| arg == name).and_then(|place| args.get(place + 1));
    let answers: u64 = option("--answers").context("--answers N")?.parse()?;
    let folder = PathBuf::from(option("--folder").context("--folder F")?);
    let first = FIRST_DAY * DAY_MS;
    let store = bearing_storage::open(&format!("sqlite:{}", folder.join("bearing.db").display())).await?;
    let (site, surveys) = prepare(store.as_ref(), first).await?;
    let begun = Instant::now();
    fill(store.as_ref(), &site, &surveys, &folder, answers, first).await?;
    let seconds = begun.elapsed().as_secs_f64();
    store.close().await;
    let (from, to) = (day(first), day(first + (DAYS - 1) * DAY_MS));
    let report = json!({
        "site": site, "answers": answers, "from": from, "to": to, "seconds": seconds.round(),
        "answers_per_second": (answers as f64 / seconds).round(), "batch": BATCH,
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

fn day(at: i64) -> String {
    time::rfc3339(at)[..10].to_owned()
}

async fn prepare(store: &dyn Store, now: i64) -> anyhow::Result<(SiteId, Vec<SurveyId>)> {
    let segments = SEGMENTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let site = Site {
        id: SiteId(chance::id(SiteId::PREFIX)),
        key: chance::id("pk_").as_str().into(),
        identity_secret: chance::secret(""),
        previous: None,
        settings: SiteSettings {
            dimensions: vec![Dimension { name: "segment".into(), values: segments }],
            ..SiteSettings::named("bench")
        },
        created_at: now,
    };
    store.create_site(site.clone()).await?;
    let mut surveys = Vec::new();
    for page in PAGES {
        let id = SurveyId(chance::id(SurveyId::PREFIX));
        let survey = Survey { touchpoints: vec![page.to_owned()], ..Survey::standard(page, Instrument::Nps) };
        store.create_survey(&site.id, &id, survey, now).await?;
        store.publish_survey(&site.id, &id, now).await?;
        surveys.push(id);
    }
    Ok((site.id, surveys))
}

/// Stores the rows batch by batch, in the order of time as a site's answers come in, and writes each to the CSV.
async fn fill(
    store: &dyn Store,
    site: &SiteId,
    surveys: &[SurveyId],
    folder: &Path,
    answers: u64,
    first: i64,
) -> anyhow::Result<()> {
    let mut csv = BufWriter::new(File::create(folder.join("answers.csv"))?);
    writeln!(csv, "shown_at,page,segment,device,score")?;
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut batch = Vec::with_capacity(BATCH);
    for number in 0..answers {
        let row = draw(&mut rng, number, answers, first);
        writeln!(csv, "{},{},{},{},{}", row.at, PAGES[row.page], row.segment, row.device, row.score)?;
        batch.push(Accept { site: site.clone(), response: response(row, surveys) });
        if batch.len() == BATCH || number + 1 == answers {
            let outcomes = store.accept(std::mem::take(&mut batch)).await?;
            let lost = outcomes.iter().find(|outcome| **outcome != Outcome::Stored);
            anyhow::ensure!(lost.is_none(), "an answer was not stored: {lost:?}");
        }
    }
    csv.flush()?;
    Ok(())
}

/// One row; `number` of `answers` decides the time, the generator the rest.
fn draw(rng: &mut ChaCha8Rng, number: u64, answers: u64, first: i64) -> Row {
    let span = (DAYS * DAY_MS) as f64 / answers as f64;
    let at = first + ((number as f64 + rng.random_range(0.0..1.0)) * span) as i64;
    let mut share = rng.random_range(0..100);
    let held = |size: &u32, share: &mut u32| {
        let inside = *share < *size;
        *share = share.saturating_sub(*size);
        inside
    };
    let (segment, _, lift) = *SEGMENTS.iter().find(|(_, size, _)| held(size, &mut share)).unwrap_or(&SEGMENTS[0]);
    let mut share = rng.random_range(0..100);
    let (device, _) = *DEVICES.iter().find(|(_, size)| held(size, &mut share)).unwrap_or(&DEVICES[0]);
    // Scores drift through the weeks, so that no two cells are alike.
    let drift = 0.05 * ((at - first) as f64 / (DAY_MS * 60) as f64).sin();
    let promoters = 0.45 + lift + drift;
    let luck: f64 = rng.random_range(0.0..1.0);
    let score = match luck {
        luck if luck < promoters => rng.random_range(9..=10),
        luck if luck < promoters + 0.25 => rng.random_range(7..=8),
        _ => rng.random_range(0..=6),
    };
    Row { at, page: rng.random_range(0..PAGES.len()), segment, device, score, noise: rng.random() }
}

fn response(row: Row, surveys: &[SurveyId]) -> StoredResponse {
    StoredResponse {
        id: id(row.at, row.noise),
        seq: 1,
        survey: surveys[row.page].clone(),
        version: 1,
        instrument: Instrument::Nps,
        touchpoint: PAGES[row.page].to_owned(),
        score: row.score,
        completed: true,
        state: ResponseState::Counted,
        identity: Identity::Anonymous,
        visitor: Some(format!("v_{:016x}", row.noise)),
        customer: None,
        answers: vec![Answer { question: "score".into(), value: Some(row.score), text: None, choices: None }],
        attributes: BTreeMap::from([("segment".to_owned(), row.segment.to_owned())]),
        context: Context {
            url: Some(format!("https://shop.example/{}", PAGES[row.page])),
            locale: Some("en-GB".into()),
            device: Some(row.device.to_owned()),
            ..Context::default()
        },
        shown_at: row.at,
        answered_at: row.at,
        received_at: row.at,
        source: "embed".into(),
        marks: bearing_storage::Marks::default(),
    }
}

/// A UUIDv7: the time, then the row's noise.
fn id(at: i64, noise: u64) -> ResponseId {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    bytes[6] = 0x70;
    bytes[8..].copy_from_slice(&noise.to_be_bytes());
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    ResponseId(bytes)
}
