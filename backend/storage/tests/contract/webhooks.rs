//! Webhooks and the outbox: deliveries lie there with the answer, one server at a time has them, and erasing leaves none.

use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::webhooks::{DeliveryState, Disabled, Notice};
use bearing_shared::id::{DeliveryId, ResponseId, SiteId, WebhookId};
use bearing_storage::{
    Arrival, Claim, Claimed, Delivery, DeliveryCursor, Endpoint, FAILING_LIMIT_MS, Outcome, Replayed, Result, Right,
    Settled, Settlement, StoredResponse, Webhook, WebhookChange, Withdrawal,
};

use crate::builders::*;

crate::contract! {
    a_webhook_reads_back_as_it_was_made
    a_site_has_so_many_webhooks_and_no_more
    a_change_changes_what_it_names
    a_rotated_secret_keeps_the_one_before
    another_tenants_webhooks_are_not_there
    an_answer_makes_a_delivery_for_each_webhook_that_asked
    a_low_score_is_told_once_a_response
    what_is_outside_the_score_is_not_told
    a_duplicate_makes_no_delivery
    a_webhook_made_or_disabled_by_another_process_counts_from_then_on
    a_delivery_is_one_claim_s_until_its_lease_ends
    a_backlog_of_one_never_fills_a_claim
    endpoints_that_fail_have_a_lane_of_their_own
    a_settled_delivery_stands_as_it_was_settled
    a_late_settlement_changes_nothing
    a_paused_endpoint_waits_with_all_it_has
    a_gone_endpoint_is_disabled_and_keeps_what_waited
    an_endpoint_that_fails_for_days_is_disabled
    what_is_replayed_starts_afresh_under_its_id
    erasing_a_response_takes_it_out_of_the_outbox
    a_released_delivery_counts_as_not_tried
    deliveries_are_listed_newest_first_page_by_page
    old_deliveries_are_pruned
    removing_a_webhook_or_a_site_leaves_none_of_its_deliveries
    whoever_waits_is_told_of_deliveries
}

fn id(number: u32) -> WebhookId {
    WebhookId(format!("wh_{number}"))
}

pub(crate) fn webhook(number: u32, notices: &[Notice]) -> Webhook {
    Webhook {
        id: id(number),
        site: home(),
        url: format!("https://shop.example/{number}?x=“ü”"),
        notices: notices.to_vec(),
        score_max: None,
        secret: format!("whsec_{number}"),
        previous: None,
        disabled: None,
        failing_since: None,
        paused_until: 0,
        created_at: NOON + i64::from(number),
    }
}

/// The home site with webhooks 1 to `count`, told of every response.
async fn furnish_with(db: &Database, count: u32) -> Result<()> {
    furnish(db).await?;
    for number in 1..=count {
        assert!(db.create_webhook(webhook(number, &[Notice::ResponseStored]), 20).await?);
    }
    Ok(())
}

/// A claim of everything at a time.
fn claim(now: i64) -> Claim {
    Claim { now, until: now + 30_000, well: 100, failing: 100, each: 100 }
}

/// After all that the builders' responses make.
const LATER: i64 = NOON + 10_000;

fn ended(claimed: &Claimed, at: i64, settlement: Settlement, endpoint: Endpoint) -> Settled {
    Settled {
        site: claimed.delivery.site.clone(),
        id: claimed.delivery.id.clone(),
        number: claimed.number,
        at,
        status: Some(500),
        error: Some("status"),
        settlement,
        endpoint,
    }
}

async fn all(db: &Database, number: u32) -> Result<Vec<Delivery>> {
    db.deliveries(&home(), &id(number), None, None, 1_000).await
}

/// The notices of a webhook's deliveries with their responses' numbers and editions, oldest first.
async fn told(db: &Database, number: u32) -> Result<Vec<(Notice, u128, u32)>> {
    let mut told: Vec<_> = all(db, number)
        .await?
        .into_iter()
        .map(|one| {
            let response = one.response.map_or(0, |ResponseId(bytes)| u128::from_be_bytes(bytes));
            (one.notice, response, one.seq.unwrap_or(u32::MAX))
        })
        .collect();
    told.sort_by_key(|(notice, response, seq)| (*response, *seq, *notice));
    Ok(told)
}

fn numbers(claimed: &[Claimed]) -> Vec<u32> {
    let mut numbers: Vec<u32> =
        claimed.iter().map(|one| one.webhook.id.as_str()[3..].parse().expect("is a number")).collect();
    numbers.sort_unstable();
    numbers
}

async fn a_webhook_reads_back_as_it_was_made(db: &Database) -> Result<()> {
    furnish(db).await?;
    let full = Webhook { score_max: Some(0), ..webhook(1, &[Notice::ResponseStored, Notice::ScoreLow]) };
    assert!(db.create_webhook(full.clone(), 20).await?);
    assert!(db.create_webhook(webhook(2, &[]), 20).await?);
    assert_eq!(db.webhook(&home(), &id(1)).await?, Some(full.clone()));
    assert_eq!(db.webhooks(&home()).await?, [full, webhook(2, &[])]);
    assert_eq!(db.webhook(&home(), &id(3)).await?, None);
    Ok(())
}

async fn a_site_has_so_many_webhooks_and_no_more(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    for (number, made) in [(1, true), (2, true), (3, false)] {
        assert_eq!(db.create_webhook(webhook(number, &[]), 2).await?, made, "{number}");
    }
    assert!(db.delete_webhook(&home(), &id(1)).await?);
    assert!(db.create_webhook(webhook(3, &[]), 2).await?);
    let elsewhere = Webhook { site: SiteId::from("st_other"), ..webhook(4, &[]) };
    assert!(db.create_webhook(elsewhere, 2).await?, "each site has its own");
    let nowhere = Webhook { site: SiteId::from("st_gone"), ..webhook(5, &[]) };
    assert!(!db.create_webhook(nowhere, 2).await?);
    Ok(())
}

async fn a_change_changes_what_it_names(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.create_webhook(webhook(1, &[Notice::ScoreLow]), 20).await?;
    let change = async |change| db.change_webhook(&home(), &id(1), change).await;
    let mut wanted = webhook(1, &[Notice::ScoreLow]);
    assert_eq!(change(WebhookChange::default()).await?, Some(wanted.clone()));
    wanted.url = "https://other.example/".into();
    let url = WebhookChange { url: Some(wanted.url.clone()), ..WebhookChange::default() };
    assert_eq!(change(url).await?, Some(wanted.clone()));
    wanted.score_max = Some(3);
    let score = WebhookChange { score_max: Some(Some(3)), ..WebhookChange::default() };
    assert_eq!(change(score).await?, Some(wanted.clone()));
    (wanted.score_max, wanted.notices) = (None, vec![Notice::ResponseStored]);
    let both =
        WebhookChange { score_max: Some(None), notices: Some(wanted.notices.clone()), ..WebhookChange::default() };
    assert_eq!(change(both).await?, Some(wanted.clone()));
    for (enabled, disabled) in [(false, Some(Disabled::Owner)), (true, None)] {
        wanted.disabled = disabled;
        let switch = WebhookChange { enabled: Some(enabled), ..WebhookChange::default() };
        assert_eq!(change(switch).await?, Some(wanted.clone()));
        assert_eq!(db.webhook(&home(), &id(1)).await?, Some(wanted.clone()));
    }
    assert_eq!(db.change_webhook(&home(), &id(2), WebhookChange::default()).await?, None);
    Ok(())
}

async fn a_rotated_secret_keeps_the_one_before(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    let rotate = async |secret: &str, until| db.rotate_webhook(&home(), &id(1), secret.into(), until).await;
    let first = rotate("whsec_b", 7).await?.expect("is there");
    assert_eq!((first.secret.as_str(), first.previous), ("whsec_b", Some(("whsec_1".into(), 7))));
    rotate("whsec_c", 9).await?;
    let second = db.webhook(&home(), &id(1)).await?.expect("is there");
    assert_eq!((second.secret.as_str(), second.previous), ("whsec_c", Some(("whsec_b".into(), 9))));
    assert_eq!(db.rotate_webhook(&home(), &id(2), "x".into(), 1).await?, None);
    Ok(())
}

async fn another_tenants_webhooks_are_not_there(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    add_site(db, "st_other", "sv_other").await?;
    accept(db, [response(1, 9)]).await?;
    let other = SiteId::from("st_other");
    let delivery = all(db, 1).await?.remove(0).id;
    assert_eq!(db.webhook(&other, &id(1)).await?, None);
    assert_eq!(db.webhooks(&other).await?, []);
    assert_eq!(db.change_webhook(&other, &id(1), WebhookChange::default()).await?, None);
    assert_eq!(db.rotate_webhook(&other, &id(1), "x".into(), 1).await?, None);
    assert!(!db.delete_webhook(&other, &id(1)).await?);
    assert_eq!(db.delivery(&other, &id(1), &delivery).await?, None);
    assert_eq!(db.deliveries(&other, &id(1), None, None, 10).await?, []);
    assert_eq!(db.replay_delivery(&other, &id(1), &delivery, LATER).await?, None);
    let stray = Delivery::test(DeliveryId::from("dlv_stray"), other, id(1), NOON);
    assert!(!db.add_delivery(stray).await?);
    assert_eq!(all(db, 1).await?.len(), 1);
    Ok(())
}

async fn an_answer_makes_a_delivery_for_each_webhook_that_asked(db: &Database) -> Result<()> {
    use Notice::{ResponseStored, ScoreLow};
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    db.create_webhook(webhook(1, &[ResponseStored]), 20).await?;
    db.create_webhook(webhook(2, &[ResponseStored, ScoreLow]), 20).await?;
    db.create_webhook(Webhook { score_max: Some(8), ..webhook(3, &[ScoreLow]) }, 20).await?;
    accept(db, [response(1, 9), response(2, 6), response(3, 8)]).await?;
    accept_at(db, SiteId::from("st_other"), [StoredResponse { survey: "sv_other".into(), ..response(4, 0) }]).await?;
    assert_eq!(told(db, 1).await?, [(ResponseStored, 1, 0), (ResponseStored, 2, 0), (ResponseStored, 3, 0)]);
    let wanted = [(ResponseStored, 1, 0), (ResponseStored, 2, 0), (ScoreLow, 2, 0), (ResponseStored, 3, 0)];
    assert_eq!(told(db, 2).await?, wanted);
    assert_eq!(told(db, 3).await?, [(ScoreLow, 2, 0), (ScoreLow, 3, 0)]);
    let one = &all(db, 1).await?[0];
    assert_eq!((one.created_at, one.next_at, one.attempts), (NOON + 5_000, Some(NOON + 5_000), 0));
    assert_eq!((one.state, one.status, one.delivered_at), (DeliveryState::Pending, None, None));
    assert_eq!(db.delivery(&home(), &id(1), &one.id).await?.as_ref(), Some(one));
    assert_eq!(db.delivery(&home(), &id(2), &one.id).await?, None);
    assert_sound(db).await
}

async fn a_low_score_is_told_once_a_response(db: &Database) -> Result<()> {
    use Notice::ScoreLow;
    furnish(db).await?;
    db.create_webhook(webhook(1, &[ScoreLow]), 20).await?;
    let edition = |number, seq, score| StoredResponse { seq, ..response(number, score) };
    accept(db, [edition(1, 0, 3), edition(1, 1, 2), edition(2, 0, 9), edition(2, 1, 6), edition(2, 2, 0)]).await?;
    assert_eq!(told(db, 1).await?, [(ScoreLow, 1, 0), (ScoreLow, 2, 1)]);
    // Better, and low again: it was told.
    accept(db, [edition(1, 2, 10), edition(1, 3, 0)]).await?;
    assert_eq!(told(db, 1).await?, [(ScoreLow, 1, 0), (ScoreLow, 2, 1)]);
    Ok(())
}

async fn what_is_outside_the_score_is_not_told(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.create_webhook(webhook(1, &[Notice::ResponseStored, Notice::ScoreLow]), 20).await?;
    let outside = [ResponseState::Test, ResponseState::Quarantined, ResponseState::Excluded];
    for (number, state) in outside.into_iter().enumerate() {
        accept(db, [StoredResponse { state, ..response(number as u128 + 1, 0) }]).await?;
    }
    accept(db, [StoredResponse { source: "sample".into(), ..response(9, 0) }]).await?;
    assert_eq!(told(db, 1).await?, []);
    // A try-out that becomes an answer is told, and low for the first time.
    accept(db, [StoredResponse { seq: 1, ..response(1, 0) }]).await?;
    assert_eq!(told(db, 1).await?, [(Notice::ResponseStored, 1, 1), (Notice::ScoreLow, 1, 1)]);
    Ok(())
}

async fn a_duplicate_makes_no_delivery(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    let edition = |seq| StoredResponse { seq, ..response(1, 9) };
    let outcomes = accept(db, [edition(1), edition(1), edition(0), edition(2)]).await?;
    assert_eq!(outcomes, [Outcome::Stored, Outcome::Duplicate, Outcome::Duplicate, Outcome::Updated]);
    assert_eq!(told(db, 1).await?, [(Notice::ResponseStored, 1, 1), (Notice::ResponseStored, 1, 2)]);
    let ids: Vec<_> = all(db, 1).await?.into_iter().map(|one| one.id).collect();
    assert_ne!(ids[0], ids[1], "each edition has a message of its own");
    Ok(())
}

async fn a_webhook_made_or_disabled_by_another_process_counts_from_then_on(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    let other = db.second().await?;
    other.create_webhook(webhook(1, &[Notice::ResponseStored]), 20).await?;
    accept(db, [response(2, 9)]).await?;
    let off = WebhookChange { enabled: Some(false), ..WebhookChange::default() };
    other.change_webhook(&home(), &id(1), off).await?;
    accept(db, [response(3, 9)]).await?;
    assert_eq!(told(db, 1).await?, [(Notice::ResponseStored, 2, 0)]);
    Ok(())
}

async fn a_delivery_is_one_claim_s_until_its_lease_ends(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9), response(2, 9)]).await?;
    assert_eq!(db.claim_deliveries(claim(NOON + 4_999)).await?, [], "nothing is due yet");
    let other = db.second().await?;
    let one = Claim { each: 1, ..claim(LATER) };
    let first = db.claim_deliveries(one).await?;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].webhook, webhook(1, &[Notice::ResponseStored]));
    assert_eq!(other.claim_deliveries(one).await?, [], "one is under way, and more may not be");
    let second = other.claim_deliveries(Claim { each: 2, ..claim(LATER) }).await?;
    assert_eq!(second.len(), 1);
    assert_ne!(first[0].delivery.id, second[0].delivery.id);
    assert_eq!(db.claim_deliveries(claim(LATER + 29_999)).await?, []);
    // The servers are gone: what they had is due again.
    let again = db.claim_deliveries(claim(LATER + 30_000)).await?;
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|claimed| claimed.number == 2 && claimed.delivery.attempts == 0));
    Ok(())
}

async fn a_backlog_of_one_never_fills_a_claim(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, (1..=50).map(|number| response(number, 9))).await?;
    for number in 2..=4 {
        db.create_webhook(webhook(number, &[Notice::ResponseStored]), 20).await?;
    }
    accept(db, [response(51, 9)]).await?;
    let narrow = |well| Claim { well, each: 8, ..claim(LATER) };
    assert_eq!(numbers(&db.claim_deliveries(narrow(4)).await?), [1, 2, 3, 4], "each endpoint's first goes first");
    // What is under way counts: whoever has fewer goes first.
    accept(db, [response(52, 9)]).await?;
    assert_eq!(numbers(&db.claim_deliveries(narrow(4)).await?), [1, 2, 3, 4]);
    assert_eq!(numbers(&db.claim_deliveries(narrow(100)).await?), [1; 6], "up to eight of one");
    assert_eq!(db.claim_deliveries(narrow(100)).await?, []);
    Ok(())
}

async fn endpoints_that_fail_have_a_lane_of_their_own(db: &Database) -> Result<()> {
    furnish_with(db, 3).await?;
    accept(db, [response(1, 9)]).await?;
    let claimed = db.claim_deliveries(claim(LATER)).await?;
    let fails = |one: &&Claimed| one.webhook.id != id(3);
    let settled = claimed.iter().filter(fails);
    let settled = settled.map(|one| ended(one, LATER, Settlement::Again(LATER + 1), Endpoint::Failing(0))).collect();
    db.settle_deliveries(settled).await?;
    accept(db, (2..=9).map(|number| response(number, 9))).await?;
    let now = LATER + 2;
    let lanes = |well, failing| Claim { well, failing, each: 4, ..claim(now) };
    assert_eq!(numbers(&db.claim_deliveries(lanes(9, 0)).await?), [3; 3], "one was under way already");
    assert_eq!(numbers(&db.claim_deliveries(lanes(9, 1)).await?).len(), 1);
    assert_eq!(numbers(&db.claim_deliveries(lanes(9, 9)).await?).len(), 1, "one at a time at each that fails");
    assert_eq!(db.claim_deliveries(lanes(9, 9)).await?, []);
    Ok(())
}

async fn a_settled_delivery_stands_as_it_was_settled(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9), response(2, 9), response(3, 9), response(4, 9)]).await?;
    let claimed = db.claim_deliveries(claim(LATER)).await?;
    let settlements = [Settlement::Delivered, Settlement::Again(LATER + 99), Settlement::Failed, Settlement::Erased];
    let settled: Vec<Settled> = claimed
        .iter()
        .zip(settlements)
        .map(|(one, settlement)| Settled {
            status: (settlement == Settlement::Delivered).then_some(204),
            error: (settlement != Settlement::Delivered).then_some("timeout"),
            ..ended(one, LATER + 5, settlement, Endpoint::Well)
        })
        .collect();
    db.settle_deliveries(settled).await?;
    let mut found = Vec::new();
    for one in &claimed {
        found.push(db.delivery(&home(), &id(1), &one.delivery.id).await?.expect("is there"));
    }
    let (at, late) = (Some(LATER + 5), Some("timeout".to_owned()));
    let [delivered, again, failed, erased] = found.try_into().expect("four");
    assert_eq!((delivered.state, delivered.status, delivered.error), (DeliveryState::Delivered, Some(204), None));
    assert_eq!((delivered.attempts, delivered.next_at, delivered.delivered_at), (1, None, at));
    assert_eq!(
        (again.state, again.next_at, again.error.clone()),
        (DeliveryState::Pending, Some(LATER + 99), late.clone())
    );
    assert_eq!((again.attempts, again.attempted_at, again.delivered_at), (1, at, None));
    assert_eq!((failed.state, failed.next_at, failed.error, failed.attempts), (DeliveryState::Failed, None, late, 1));
    assert_eq!((erased.state, erased.response, erased.attempts), (DeliveryState::Erased, None, 0));
    assert_eq!(db.claim_deliveries(claim(LATER + 98)).await?, []);
    assert_eq!(db.claim_deliveries(claim(LATER + 99)).await?.len(), 1);
    assert_eq!(db.waiting_deliveries(10).await?, 1);
    Ok(())
}

async fn a_late_settlement_changes_nothing(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9)]).await?;
    let late = db.claim_deliveries(claim(LATER)).await?.remove(0);
    let now = LATER + 30_000;
    let current = db.claim_deliveries(claim(now)).await?.remove(0);
    db.settle_deliveries(vec![ended(&late, now, Settlement::Failed, Endpoint::Gone)]).await?;
    let found = db.delivery(&home(), &id(1), &late.delivery.id).await?.expect("is there");
    assert_eq!((found.state, found.attempts), (DeliveryState::Pending, 0));
    assert_eq!(db.webhook(&home(), &id(1)).await?.expect("is there").disabled, None);
    let delivered = ended(&current, now, Settlement::Delivered, Endpoint::Well);
    db.settle_deliveries(vec![delivered.clone(), ended(&current, now, Settlement::Failed, Endpoint::Gone)]).await?;
    let found = db.delivery(&home(), &id(1), &late.delivery.id).await?.expect("is there");
    assert_eq!((found.state, found.attempts), (DeliveryState::Delivered, 1));
    Ok(())
}

async fn a_paused_endpoint_waits_with_all_it_has(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9), response(2, 9)]).await?;
    let one = db.claim_deliveries(Claim { each: 1, ..claim(LATER) }).await?.remove(0);
    let busy = ended(&one, LATER, Settlement::Again(LATER + 10), Endpoint::Failing(LATER + 60_000));
    db.settle_deliveries(vec![busy]).await?;
    assert_eq!(db.claim_deliveries(claim(LATER + 59_999)).await?, []);
    let next = db.claim_deliveries(claim(LATER + 60_000)).await?;
    assert_eq!(next.len(), 1, "one at a time until one succeeds");
    db.settle_deliveries(vec![ended(&next[0], LATER + 60_001, Settlement::Delivered, Endpoint::Well)]).await?;
    let found = db.webhook(&home(), &id(1)).await?.expect("is there");
    assert_eq!((found.failing_since, found.paused_until), (None, 0));
    assert_eq!(db.claim_deliveries(claim(LATER + 60_002)).await?.len(), 1);
    Ok(())
}

async fn a_gone_endpoint_is_disabled_and_keeps_what_waited(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9), response(2, 9)]).await?;
    let one = db.claim_deliveries(Claim { each: 1, ..claim(LATER) }).await?.remove(0);
    db.settle_deliveries(vec![ended(&one, LATER, Settlement::Failed, Endpoint::Gone)]).await?;
    assert_eq!(db.webhook(&home(), &id(1)).await?.expect("is there").disabled, Some(Disabled::Gone));
    assert_eq!(db.claim_deliveries(claim(LATER)).await?, []);
    accept(db, [response(3, 9)]).await?;
    assert_eq!(told(db, 1).await?.len(), 2, "what comes meanwhile is not told");
    let test = Delivery::test(DeliveryId::from("dlv_test"), home(), id(1), LATER);
    assert!(!db.add_delivery(test.clone()).await?);
    assert_eq!(db.replay_delivery(&home(), &id(1), &one.delivery.id, LATER).await?, Some(Replayed::Disabled));
    let on = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    db.change_webhook(&home(), &id(1), on).await?;
    assert_eq!(db.claim_deliveries(claim(LATER)).await?.len(), 1, "what waited is due");
    assert!(db.add_delivery(test.clone()).await?);
    assert_eq!(db.delivery(&home(), &id(1), &test.id).await?, Some(test));
    accept(db, [response(4, 9)]).await?;
    assert_eq!(told(db, 1).await?.len(), 4);
    Ok(())
}

async fn an_endpoint_that_fails_for_days_is_disabled(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9)]).await?;
    let mut now = LATER;
    for (pause, disabled) in [(0, None), (FAILING_LIMIT_MS - 1, None), (1, Some(Disabled::Failing))] {
        now += pause;
        let one = db.claim_deliveries(claim(now)).await?.remove(0);
        db.settle_deliveries(vec![ended(&one, now, Settlement::Again(now), Endpoint::Failing(0))]).await?;
        let found = db.webhook(&home(), &id(1)).await?.expect("is there");
        assert_eq!((found.failing_since, found.disabled), (Some(LATER), disabled), "{pause}");
    }
    let on = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    let found = db.change_webhook(&home(), &id(1), on).await?.expect("is there");
    assert_eq!((found.failing_since, found.disabled), (None, None), "it starts afresh");
    Ok(())
}

async fn what_is_replayed_starts_afresh_under_its_id(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9)]).await?;
    for settlement in [Settlement::Delivered, Settlement::Failed, Settlement::Again(LATER + 99_999)] {
        let one = db.claim_deliveries(claim(LATER)).await?.remove(0);
        db.settle_deliveries(vec![ended(&one, LATER, settlement, Endpoint::Well)]).await?;
        let replayed = db.replay_delivery(&home(), &id(1), &one.delivery.id, LATER).await?;
        let Some(Replayed::Due(due)) = replayed else { panic!("{replayed:?}") };
        assert_eq!(
            (due.id, due.state, due.attempts, due.next_at),
            (one.delivery.id, DeliveryState::Pending, 0, Some(LATER))
        );
    }
    // While an attempt is under way, too: that one's end says nothing any more.
    let one = db.claim_deliveries(claim(LATER)).await?.remove(0);
    db.replay_delivery(&home(), &id(1), &one.delivery.id, LATER).await?;
    db.settle_deliveries(vec![ended(&one, LATER, Settlement::Failed, Endpoint::Unknown)]).await?;
    assert_eq!(db.claim_deliveries(claim(LATER)).await?.len(), 1);
    assert_eq!(db.replay_delivery(&home(), &id(1), &DeliveryId::from("dlv_none"), LATER).await?, None);
    assert_eq!(db.replay_delivery(&home(), &id(2), &one.delivery.id, LATER).await?, None);
    Ok(())
}

async fn erasing_a_response_takes_it_out_of_the_outbox(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    let named = |number| StoredResponse { customer: Some("c-1".into()), ..response(number, 9) };
    accept(db, [response(1, 9), response(2, 9), named(3), response(4, 9)]).await?;
    let mut claimed = db.claim_deliveries(Claim { each: 2, ..claim(LATER) }).await?;
    let (delivered, under_way) = (claimed.remove(0), claimed.remove(0));
    db.settle_deliveries(vec![ended(&delivered, LATER, Settlement::Delivered, Endpoint::Well)]).await?;
    for number in [1, 2] {
        assert!(db.delete_response(&home(), response_id(number), LATER).await?);
    }
    assert_eq!(db.erase_customer(&home(), "c-1", LATER).await?, 1);
    let withdrawal = Withdrawal {
        site: home(),
        id: response_id(4),
        right: Right::Visitor { token: None },
        keeps_out: true,
        at: LATER,
    };
    assert_eq!(db.take_in(vec![Arrival::Withdrawal(withdrawal)]).await?, [Outcome::Withdrawn]);
    let found = all(db, 1).await?;
    assert!(found.iter().all(|one| one.response.is_none()), "{found:?}");
    let states = |state| found.iter().filter(|one| one.state == state).count();
    assert_eq!((states(DeliveryState::Erased), states(DeliveryState::Delivered)), (3, 1));
    assert_eq!(db.claim_deliveries(claim(LATER + 60_000)).await?, []);
    db.settle_deliveries(vec![ended(&under_way, LATER, Settlement::Again(LATER), Endpoint::Well)]).await?;
    assert_eq!(db.claim_deliveries(claim(LATER + 60_000)).await?, [], "it does not come back");
    let again = db.replay_delivery(&home(), &id(1), &delivered.delivery.id, LATER).await?;
    assert_eq!(again, Some(Replayed::Erased));
    assert_eq!(db.waiting_deliveries(10).await?, 0);
    Ok(())
}

async fn a_released_delivery_counts_as_not_tried(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    accept(db, [response(1, 9)]).await?;
    let one = db.claim_deliveries(claim(LATER)).await?.remove(0);
    db.settle_deliveries(vec![ended(&one, LATER + 7, Settlement::Released, Endpoint::Unknown)]).await?;
    let found = db.delivery(&home(), &id(1), &one.delivery.id).await?.expect("is there");
    assert_eq!(found, Delivery { next_at: Some(LATER + 7), ..one.delivery });
    assert_eq!(db.claim_deliveries(claim(LATER + 7)).await?.len(), 1);
    Ok(())
}

async fn deliveries_are_listed_newest_first_page_by_page(db: &Database) -> Result<()> {
    furnish_with(db, 1).await?;
    let came = |number: u128| StoredResponse { received_at: NOON + 5_000 + (number / 3) as i64, ..response(number, 9) };
    accept(db, (1..=10).map(came)).await?;
    let done = db.claim_deliveries(Claim { each: 4, ..claim(LATER) }).await?;
    db.settle_deliveries(done.iter().map(|one| ended(one, LATER, Settlement::Delivered, Endpoint::Well)).collect())
        .await?;
    let whole = all(db, 1).await?;
    assert_eq!(whole.len(), 10);
    assert!(whole.is_sorted_by(|a, b| (a.created_at, &a.id) > (b.created_at, &b.id)));
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = db.deliveries(&home(), &id(1), None, after, 3).await?;
        let Some(last) = page.last() else { break };
        after = Some(DeliveryCursor { created_at: last.created_at, id: last.id.clone() });
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    for (state, count) in [(DeliveryState::Delivered, 4), (DeliveryState::Pending, 6), (DeliveryState::Failed, 0)] {
        let found = db.deliveries(&home(), &id(1), Some(state), None, 100).await?;
        assert_eq!(found.len(), count);
        assert!(found.iter().all(|one| one.state == state));
    }
    assert_eq!((db.waiting_deliveries(100).await?, db.waiting_deliveries(3).await?), (6, 3));
    Ok(())
}

async fn old_deliveries_are_pruned(db: &Database) -> Result<()> {
    furnish_with(db, 2).await?;
    let came = |number: u128| StoredResponse { received_at: NOON + 5_000 + number as i64, ..response(number, 9) };
    accept(db, (1..=4).map(came)).await?;
    let before = NOON + 5_003;
    let mut pruned = 0;
    loop {
        match db.prune_deliveries(before, 1).await? {
            0 => break,
            some => pruned += some,
        }
    }
    assert_eq!(pruned, 4);
    for number in [1, 2] {
        assert_eq!(told(db, number).await?.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [3, 4]);
    }
    Ok(())
}

async fn removing_a_webhook_or_a_site_leaves_none_of_its_deliveries(db: &Database) -> Result<()> {
    furnish_with(db, 2).await?;
    accept(db, [response(1, 9)]).await?;
    let under_way = db.claim_deliveries(Claim { well: 1, ..claim(LATER) }).await?.remove(0);
    assert!(db.delete_webhook(&home(), &under_way.webhook.id).await?);
    assert!(!db.delete_webhook(&home(), &under_way.webhook.id).await?);
    db.settle_deliveries(vec![ended(&under_way, LATER, Settlement::Again(LATER), Endpoint::Gone)]).await?;
    assert_eq!((all(db, 1).await?.len() + all(db, 2).await?.len(), db.waiting_deliveries(9).await?), (1, 1));
    accept(db, [response(2, 9)]).await?;
    assert_eq!(db.waiting_deliveries(9).await?, 2);
    assert!(db.delete_site(&home()).await?);
    assert_eq!((db.webhooks(&home()).await?, db.waiting_deliveries(9).await?), (vec![], 0));
    assert_eq!(db.claim_deliveries(claim(LATER)).await?, []);
    Ok(())
}

async fn whoever_waits_is_told_of_deliveries(db: &Database) -> Result<()> {
    use std::time::Duration;
    use tokio::time::timeout;
    const PATIENCE: Duration = Duration::from_secs(20);
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    // Without a webhook nobody is woken.
    let waited = timeout(Duration::from_millis(50), db.delivery_written()).await;
    assert!(waited.is_err());
    db.create_webhook(webhook(1, &[Notice::ResponseStored]), 20).await?;
    accept(db, [response(2, 9)]).await?;
    timeout(PATIENCE, db.delivery_written()).await.expect("told, though it was not waiting yet");
    let (told, accepted) = tokio::join!(timeout(PATIENCE, db.delivery_written()), accept(db, [response(3, 9)]));
    told.expect("told while it was waiting");
    accepted.map(drop)
}
