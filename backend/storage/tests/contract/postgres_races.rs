//! What only PostgreSQL can show of webhooks: two servers, or two transactions, that meet at the same rows.

use std::time::Duration;

use bearing_shared::api::webhooks::{Disabled, Notice};
use bearing_shared::id::WebhookId;
use bearing_storage::{Claim, Result, Webhook};
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::builders::*;
use crate::postgres_locks::raw;

fn hook() -> WebhookId {
    WebhookId::from("wh_1")
}

/// The home site, with a webhook that is told of each answer.
async fn hooked() -> Result<Database> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let webhook = Webhook {
        id: hook(),
        site: home(),
        url: "https://shop.example/".into(),
        notices: vec![Notice::ResponseStored],
        score_max: None,
        secret: "whsec_1".into(),
        previous: None,
        disabled: None,
        failing_since: None,
        paused_until: 0,
        created_at: NOON,
    };
    assert!(db.create_webhook(webhook, 1).await?);
    Ok(db)
}

/// Waits until so many of the stores' transactions wait for a lock.
async fn until_waiting(watcher: &Client, count: i64) {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'bearing' AND wait_event_type = 'Lock'";
    for _ in 0..1_000 {
        if watcher.query_one(sql, &[]).await.expect("can be read").get::<_, i64>(0) == count {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{count} transactions never wait for a lock");
}

#[tokio::test]
async fn what_is_said_of_an_endpoint_outlives_a_change_at_the_same_time() -> Result<()> {
    let db = hooked().await?;
    let (settler, watcher) = (raw(db.url()).await, raw(db.url()).await);
    // As a settlement does, which takes no site's lock.
    settler.batch_execute("BEGIN; UPDATE webhook SET disabled = 'gone'").await.expect("can be written");
    let home = home();
    let id = hook();
    let settled = async {
        until_waiting(&watcher, 1).await;
        settler.batch_execute("COMMIT").await.expect("can be ended");
    };
    let (rotated, ()) = tokio::join!(db.rotate_webhook(&home, &id, "whsec_2".into(), NOON), settled);
    assert_eq!(rotated?.map(|webhook| webhook.disabled), Some(Some(Disabled::Gone)));
    let found = db.webhook(&home, &id).await?.expect("it is there");
    assert_eq!((found.disabled, &*found.secret), (Some(Disabled::Gone), "whsec_2"));
    Ok(())
}

#[tokio::test]
async fn servers_that_claim_at_once_keep_to_an_endpoints_room() -> Result<()> {
    let db = hooked().await?;
    let second = db.second().await?;
    accept(&db, (0..20).map(|number| response(number, 9))).await?;
    let (holder, watcher) = (raw(db.url()).await, raw(db.url()).await);
    // Both have looked for what is due before either can take it on.
    holder.batch_execute("BEGIN; LOCK TABLE delivery IN SHARE MODE").await.expect("can be locked");
    let now = NOON + 60_000;
    let claim = || Claim { now, until: now + 30_000, well: 100, failing: 100, each: 4 };
    let let_go = async {
        until_waiting(&watcher, 2).await;
        holder.batch_execute("ROLLBACK").await.expect("can be let go");
    };
    let (first, second, ()) = tokio::join!(db.claim_deliveries(claim()), second.claim_deliveries(claim()), let_go);
    assert_eq!(first?.len() + second?.len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_deadlock_costs_nobody_his_erasure() -> Result<()> {
    let db = hooked().await?;
    accept(&db, [response(1, 9)]).await?;
    let (settler, watcher) = (raw(db.url()).await, raw(db.url()).await);
    settler.batch_execute("BEGIN; SELECT FROM delivery FOR UPDATE").await.expect("can be locked");
    let home = home();
    let crossed = async {
        // The erasure has its response and waits for the delivery; the other way round that is a deadlock, of which
        // PostgreSQL ends the one that waited first, unless this one comes very late.
        until_waiting(&watcher, 1).await;
        drop(settler.batch_execute("SELECT FROM response FOR UPDATE").await);
        settler.batch_execute("ROLLBACK").await.expect("can be ended");
    };
    let (erased, ()) = tokio::join!(db.delete_response(&home, response_id(1), NOON), crossed);
    assert!(erased?);
    assert!(db.response(&home, response_id(1)).await?.is_none());
    assert_sound(&db).await
}
