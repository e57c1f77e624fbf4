//! Secrets at rest: sealed in the database, plain above the store, opened by their key in their place alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bearing_storage::{Claim, Keyring, Limits, Result, Site, Store, StoreError, open_with, transfer};
use tempfile::TempDir;

use crate::builders::*;
use crate::tampering::Past;
use crate::webhooks::webhook as hook_of;

/// Two keys of 32 bytes.
const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

static DRAWN: AtomicU64 = AtomicU64::new(1);

fn draw() -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

fn webhook(number: u32) -> bearing_storage::Webhook {
    hook_of(number, &[bearing_shared::api::webhooks::Notice::ResponseStored])
}

async fn opened(url: &str, keys: &str) -> Result<Arc<dyn Store>> {
    open_with(url, Limits::default(), Keyring::read(keys, draw).expect("keys")).await
}

async fn refusal(url: &str, keys: Option<&str>) -> String {
    let opened = match keys {
        Some(keys) => opened(url, keys).await,
        None => bearing_storage::open(url).await,
    };
    match opened {
        Err(StoreError::Unusable(sentence)) => sentence,
        Err(error) => panic!("refused in another way: {error:?}"),
        Ok(_) => panic!("not refused"),
    }
}

/// Two sites with a webhook each, whose secrets were made anew once.
async fn fill(store: &Arc<dyn Store>) -> Result<()> {
    for id in ["st_home", "st_other"] {
        let made = Site {
            identity_secret: format!("identity-{id}"),
            previous: Some((format!("before-{id}"), NOON)),
            ..site(id)
        };
        store.create_site(made).await?;
        let hook = bearing_storage::Webhook { site: id.into(), secret: format!("whsec_old_{id}"), ..webhook(1) };
        assert!(store.create_webhook(hook, 9).await?);
        let rotated = store.rotate_webhook(&id.into(), &webhook(1).id, format!("whsec_new_{id}"), NOON).await?;
        assert_eq!(rotated.expect("it is there").secret, format!("whsec_new_{id}"));
    }
    Ok(())
}

/// Everything in plain that [`fill`] has made.
async fn assert_plain(store: &dyn Store) -> Result<()> {
    for id in ["st_home", "st_other"] {
        let found = store.site(&id.into()).await?.expect("it is there");
        assert_eq!(found.identity_secret, format!("identity-{id}"));
        assert_eq!(found.previous, Some((format!("before-{id}"), NOON)));
        assert_eq!(store.site_by_key(&found.key).await?.as_ref(), Some(&found));
        assert!(store.sites().await?.contains(&found));
        let hook = store.webhook(&id.into(), &webhook(1).id).await?.expect("it is there");
        assert_eq!(hook.secret, format!("whsec_new_{id}"));
        assert_eq!(hook.previous, Some((format!("whsec_old_{id}"), NOON)));
        assert_eq!(store.webhooks(&id.into()).await?, [hook]);
    }
    Ok(())
}

const SECRETS: [&str; 4] = ["identity-st_", "before-st_", "whsec_old_", "whsec_new_"];

/// Which secrets stand in a database in plain.
async fn plain_in(db: &Database) -> Vec<String> {
    let past = Past::to(db).await;
    let mut found = Vec::new();
    for (table, column) in [
        ("site", "identity_secret"),
        ("site", "previous_secret"),
        ("webhook", "secret"),
        ("webhook", "previous_secret"),
    ] {
        let sealed = past.count(&format!("SELECT count(*) FROM {table} WHERE {column} LIKE 'sealed1.%'")).await;
        let all = past.count(&format!("SELECT count(*) FROM {table} WHERE {column} IS NOT NULL")).await;
        if sealed != all {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

crate::contract! {
    secrets_are_sealed_below_the_store_and_plain_above_it
    a_sealed_secret_opens_in_its_place_alone
    a_key_is_changed_by_a_start_with_both
    a_store_with_sealed_secrets_is_refused_without_their_key
    secrets_that_stood_plain_are_sealed_by_the_first_start_with_a_key
    sealed_secrets_are_moved_as_they_are
}

async fn secrets_are_sealed_below_the_store_and_plain_above_it(db: &Database) -> Result<()> {
    let store = opened(db.url(), OLD).await?;
    fill(&store).await?;
    assert_plain(store.as_ref()).await?;
    assert_plain(opened(db.url(), OLD).await?.as_ref()).await?;
    assert_eq!(plain_in(db).await, Vec::<String>::new());
    // A change of something else keeps it, and is compared with what it was in plain.
    let before = store.site(&home()).await?.expect("it is there");
    let changed = Site { identity_secret: "identity-2".into(), ..before.clone() };
    assert_eq!(store.update_site(&before, changed.clone()).await?, bearing_storage::Replaced::Done);
    assert_eq!(store.update_site(&before, changed.clone()).await?, bearing_storage::Replaced::Overtaken);
    assert_eq!(store.site(&home()).await?, Some(changed));
    let paused = bearing_storage::WebhookChange { enabled: Some(true), ..Default::default() };
    let hook = store.change_webhook(&home(), &webhook(1).id, paused).await?.expect("it is there");
    assert_eq!(hook.secret, "whsec_new_st_home");
    assert_eq!(plain_in(db).await, Vec::<String>::new());
    let test = bearing_storage::Delivery::test("dl_1".into(), home(), webhook(1).id, NOON);
    assert!(store.add_delivery(test).await?);
    let claim = Claim { now: NOON, until: NOON + 1, well: 9, failing: 9, each: 9 };
    let claimed = store.claim_deliveries(claim).await?;
    assert_eq!(claimed[0].webhook.secret, "whsec_new_st_home", "what is sent is signed with it");
    Ok(())
}

async fn a_sealed_secret_opens_in_its_place_alone(db: &Database) -> Result<()> {
    let store = opened(db.url(), OLD).await?;
    fill(&store).await?;
    let past = Past::to(db).await;
    for sql in [
        "UPDATE site SET identity_secret = (SELECT identity_secret FROM site WHERE id = 'st_other') WHERE id = 'st_home'",
        "UPDATE site SET identity_secret = 'mine' WHERE id = 'st_home'",
        "UPDATE site SET previous_secret = 'mine' WHERE id = 'st_home'",
        "UPDATE site SET identity_secret = (SELECT secret FROM webhook WHERE site_id = 'st_home') WHERE id = 'st_home'",
        "UPDATE webhook SET secret = (SELECT secret FROM webhook WHERE site_id = 'st_other') WHERE site_id = 'st_home'",
        "UPDATE webhook SET secret = 'whsec_mine' WHERE site_id = 'st_home'",
        "UPDATE webhook SET secret = substr(secret, 1, 40) WHERE site_id = 'st_home'",
    ] {
        past.run("CREATE TABLE kept_site AS SELECT * FROM site; CREATE TABLE kept_webhook AS SELECT * FROM webhook")
            .await
            .expect("can be kept");
        past.run(sql).await.expect("a statement that runs");
        let found = match sql.starts_with("UPDATE site") {
            true => store.site(&home()).await.map(|_| ()),
            false => store.webhook(&home(), &webhook(1).id).await.map(|_| ()),
        };
        assert!(matches!(found, Err(StoreError::Corrupt { .. })), "{sql}: {found:?}");
        assert!(store.site(&"st_other".into()).await.is_ok(), "another site's are as they were");
        past.run(
            "UPDATE site SET identity_secret = (SELECT identity_secret FROM kept_site k WHERE k.id = site.id),
               previous_secret = (SELECT previous_secret FROM kept_site k WHERE k.id = site.id);
             UPDATE webhook SET secret = (SELECT secret FROM kept_webhook k WHERE k.site_id = webhook.site_id);
             DROP TABLE kept_site; DROP TABLE kept_webhook",
        )
        .await
        .expect("can be put back");
    }
    assert_plain(store.as_ref()).await?;
    // A webhook that cannot sign keeps nobody else's messages from being sent.
    past.run("UPDATE webhook SET secret = 'whsec_mine' WHERE site_id = 'st_home'").await.expect("can be set");
    for id in ["st_home", "st_other"] {
        let test = bearing_storage::Delivery::test(format!("dl_{id}").as_str().into(), id.into(), webhook(1).id, NOON);
        assert!(store.add_delivery(test).await?);
    }
    let claim = Claim { now: NOON, until: NOON + 1, well: 9, failing: 9, each: 9 };
    let claimed = store.claim_deliveries(claim).await?;
    assert_eq!(claimed.iter().map(|claimed| claimed.webhook.site.as_str()).collect::<Vec<_>>(), ["st_other"]);
    Ok(())
}

async fn a_key_is_changed_by_a_start_with_both(db: &Database) -> Result<()> {
    fill(&opened(db.url(), OLD).await?).await?;
    assert!(refusal(db.url(), Some(NEW)).await.contains("another key"));
    let both = opened(db.url(), &format!("{NEW},{OLD}")).await?;
    assert_plain(both.as_ref()).await?;
    assert_plain(opened(db.url(), NEW).await?.as_ref()).await?;
    assert!(refusal(db.url(), Some(OLD)).await.contains("another key"));
    // Whoever lost the key goes on with new secrets.
    let keyring = Keyring::read(OLD, draw).expect("a key").renewing();
    let store = open_with(db.url(), Limits::default(), keyring).await?;
    let hook = store.webhook(&home(), &webhook(1).id).await?.expect("it is there");
    assert!(hook.secret.starts_with("whsec_") && !hook.secret.contains("new"), "{}", hook.secret);
    assert_ne!(store.site(&home()).await?.expect("it is there").identity_secret, "identity-st_home");
    Ok(())
}

async fn a_store_with_sealed_secrets_is_refused_without_their_key(db: &Database) -> Result<()> {
    let store = opened(db.url(), OLD).await?;
    assert!(refusal(db.url(), None).await.contains("--secret-key"), "before there is any");
    fill(&store).await?;
    assert!(refusal(db.url(), None).await.contains("--secret-key"));
    Ok(())
}

async fn secrets_that_stood_plain_are_sealed_by_the_first_start_with_a_key(db: &Database) -> Result<()> {
    fill(&db.second().await?).await?;
    assert_eq!(plain_in(db).await.len(), 4, "there was no key");
    let store = opened(db.url(), OLD).await?;
    assert_plain(store.as_ref()).await?;
    assert_eq!(plain_in(db).await, Vec::<String>::new());
    Ok(())
}

async fn sealed_secrets_are_moved_as_they_are(db: &Database) -> Result<()> {
    let store = opened(db.url(), OLD).await?;
    fill(&store).await?;
    let there = db.place();
    let moved = transfer(db.url(), &there.url, |_| {}).await?;
    assert_eq!(moved.differences, Vec::<String>::new());
    assert!(refusal(&there.url, None).await.contains("--secret-key"));
    assert_plain(opened(&there.url, OLD).await?.as_ref()).await
}

/// Which secrets are in the bytes of a folder's files.
fn found_in(folder: &TempDir) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder.path()).expect("can be listed") {
        let path = file.expect("can be listed").path();
        let bytes = std::fs::read(&path).expect("can be read");
        for secret in SECRETS {
            if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                found.push(format!("{secret} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_file_of_an_embedded_store_or_of_its_backup_holds_a_secret() -> Result<()> {
    for was_plain in [false, true] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let url = format!("sqlite:{}", folder.path().join("bearing.db").display());
        if was_plain {
            let store = bearing_storage::open(&url).await?;
            fill(&store).await?;
            store.close().await;
            assert!(!found_in(&folder).is_empty(), "the search finds what is there");
        }
        let store = opened(&url, OLD).await?;
        if !was_plain {
            fill(&store).await?;
        }
        assert_plain(store.as_ref()).await?;
        assert_eq!(found_in(&folder), Vec::<String>::new(), "while it is open");
        bearing_storage::back_up(&url, &folder.path().join("backup.db"), false).await?;
        store.close().await;
        assert_eq!(found_in(&folder), Vec::<String>::new());
        assert!(bearing_storage::is_sealed(&folder.path().join("bearing.db")));
        assert!(!bearing_storage::is_sealed(&folder.path().join("nothing.db")));
        let restored = tempfile::tempdir().expect("a folder can be made");
        let url = format!("sqlite:{}", restored.path().join("bearing.db").display());
        bearing_storage::restore(&url, &folder.path().join("backup.db"), false).await?;
        assert_plain(opened(&url, OLD).await?.as_ref()).await?;
    }
    Ok(())
}
