//! Moving a store: everything arrives, on either engine, counts by itself there, and a move that was stopped goes on.

use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::webhooks::Notice;
use bearing_shared::id::{KeyId, MemberId, SiteId, SurveyId, WebhookId};
use bearing_storage::{
    Arrival, Invitation, InvitationPurpose as Purpose, Joining, Key, MarkChange, Outcome, Position, Progress,
    ResponseFilter, Result, Right, Role, Rows, Scope, States, Store, StoreError, StoredResponse, Webhook, Withdrawal,
    back_up, open, restore, transfer,
};

use crate::builders::*;

crate::contract! {
    everything_moves_to_either_engine
    a_move_that_was_stopped_goes_on
    a_store_with_sites_is_no_target
    a_store_that_is_open_is_not_filled
    a_store_that_is_being_filled_is_not_opened
    pages_follow_each_other_to_the_end
    a_backup_of_either_engine_is_restored_into_either
    a_backup_that_takes_steps_to_count_is_restored_without_differences
    a_survey_with_a_text_that_jsonb_refuses_moves
}

/// Two sites with all that a store can hold.
async fn fill(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let webhook = Webhook {
        id: WebhookId::from("wh_1"),
        site: home(),
        url: "https://hook.example/x".into(),
        notices: vec![Notice::ResponseStored, Notice::ScoreLow],
        score_max: Some(3),
        secret: "whsec_now".into(),
        previous: None,
        disabled: None,
        failing_since: None,
        paused_until: 0,
        created_at: NOON,
    };
    assert!(db.create_webhook(webhook, 9).await?);
    let join = |site: &str| Purpose::Join { site: SiteId::from(site), role: Role::Owner };
    let ann = crate::members::joined(db, 1, join("st_home")).await?;
    let bob = crate::members::joined(db, 2, Purpose::Operator).await?;
    for (number, purpose) in [(3, join("st_other")), (4, Purpose::Operator), (5, Purpose::Password(ann.id.clone()))] {
        assert!(db.create_invitation(crate::members::invitation(number, purpose)).await?);
    }
    for member in [&ann, &bob] {
        db.link_identity(&member.id, crate::identities::identity(&member.id.0), NOON).await?;
    }
    // This one chose the address, and still has to lose the password after the move.
    let eve = Invitation { email: None, ..crate::members::invitation(6, join("st_home")) };
    assert!(db.create_invitation(eve).await?);
    let (member, begun) = (crate::members::member(6), crate::members::session(6, &crate::members::member(6)));
    db.accept_invitation([6; 32], Joining::New(member), begun).await?;
    let hash = [7; 32];
    let (id, scope, name, last_used_at) = (KeyId::from("key_1"), Scope::Write, "CRM".into(), Some(NOON + 9));
    assert!(db.create_key(Key { id, site: home(), hash, scope, name, created_at: NOON, last_used_at }).await?);
    for (number, site) in [(1, "st_home"), (2, "st_other")] {
        assert!(db.create_share(crate::shares::share(number, site)).await?);
        db.record(crate::audit::entry(Some(site), "survey.published")).await?;
        db.note_attack(&site.into(), NOON, NOON + 10).await?;
        db.note_sightings(&site.into(), vec![crate::sightings::seen("https://shop.example", NOON)], 9).await?;
    }
    db.rotate_webhook(&home(), &WebhookId::from("wh_1"), "whsec_next".into(), NOON + 9).await?;
    let answer = |number: u128| StoredResponse {
        source: "server".into(),
        shown_at: NOON - number as i64 * 3_600_000,
        ..with_attributes(
            with_comment(response(number, (number % 11) as u8), "«été» 🚲 \u{0}"),
            &[("plan", ["free", "gold"][number as usize % 2])],
        )
    };
    accept(db, (0..60).map(answer)).await?;
    accept_at(db, SiteId::from("st_other"), (0..7).map(answer)).await?;
    assert_eq!(accept(db, [StoredResponse { seq: 3, ..answer(5) }]).await?, [Outcome::Updated]);
    assert!(db.delete_response(&home(), response_id(6), NOON).await?);
    let gone = Withdrawal { site: home(), id: response_id(7), right: Right::Site, keeps_out: true, at: NOON };
    assert_eq!(db.take_in(vec![Arrival::Withdrawal(gone)]).await?, [Outcome::Withdrawn]);
    let change =
        MarkChange { read: Some(true), add_tags: vec!["late".into(), "été".into()], ..MarkChange::default() };
    db.mark(&home(), &[response_id(8), response_id(9)], change, NOON).await?;
    let out = MarkChange { state: Some(ResponseState::Excluded), ..MarkChange::default() };
    db.mark(&home(), &[response_id(10)], out, NOON).await?;
    db.count_events(vec![event(EventKind::Shown, 40), event(EventKind::Dismissed, 3)]).await?;
    Ok(())
}

/// Everything that a store tells of its sites.
async fn told(store: &dyn Store) -> Result<String> {
    let mut told = format!("{:#?}", store.sites().await?);
    // Sessions and invitations by the secrets that they are found by; of each kind of caller one.
    for number in 1..=5 {
        told += &format!("{:#?}", store.session_by_hash([number; 32], NOON).await?);
        told += &format!("{:#?}", store.invitation_by_hash([number; 32], NOON).await?);
        let identity = crate::identities::identity(&format!("mb_{number:02}"));
        told += &format!("{:#?}", store.member_by_identity(&identity).await?);
    }
    for site in store.sites().await?.iter().map(|site| &site.id) {
        let counting = store.counting(site).await?.map(|status| (status.zone, status.dimensions, status.touchpoints));
        told += &format!("{counting:#?}{:#?}", store.surveys(site, None, 99).await?);
        told += &format!("{:#?}", store.published_versions(site, None).await?);
        let all = ResponseFilter { state: States::All, ..ResponseFilter::default() };
        let late = ResponseFilter { tag: Some("late".into()), ..all.clone() };
        told += &format!("{:#?}", store.responses(site, all, None, 999).await?);
        told += &format!("{:?}{:?}", store.tags(site).await?, store.responses(site, late, None, 999).await?.len());
        told += &format!("{:#?}{:#?}", store.keys(site).await?, store.shares(site).await?);
        told += &format!("{:#?}{:?}", store.sightings(site).await?, store.attack(site).await?);
        told += &format!("{:#?}", store.site_members(site, None, 99).await?);
        told += &format!("{:#?}", store.audit(site, None, 99).await?);
        for webhook in store.webhooks(site).await? {
            told += &format!("{webhook:#?}{:#?}", store.deliveries(site, &webhook.id, None, None, 999).await?);
        }
    }
    Ok(told)
}

async fn everything_moves_to_either_engine(db: &Database) -> Result<()> {
    fill(db).await?;
    for target in [sqlite(), postgres()] {
        let mut last = None;
        let moved = transfer(db.url(), &target.url, |progress| last = Some(progress)).await?;
        assert_eq!((moved.sites, moved.answers, moved.differences), (2, 64, Vec::new()));
        assert_eq!(last, Some(Progress::Comparing));
        let store = open(&target.url).await?;
        assert_eq!(told(&*store).await?, told(&**db).await?);
        assert_sound(&store).await?;
        // What was erased stays erased, what comes is counted, and nobody is told twice.
        let late = [response(6, 9), response(7, 9), response(8, 9), response(900, 9)];
        let outcomes = [Outcome::Erased, Outcome::Erased, Outcome::Duplicate, Outcome::Stored];
        assert_eq!(accept(&store, late).await?, outcomes);
        assert_sound(&store).await?;
        let eve = MemberId::from("mb_06");
        store.link_identity(&eve, crate::identities::identity("eve"), NOON).await?;
        assert_eq!(store.member(&eve).await?.and_then(|eve| eve.password), None, "who chose the address has moved too");
        store.close().await;
    }
    Ok(())
}

async fn a_move_that_was_stopped_goes_on(db: &Database) -> Result<()> {
    fill(db).await?;
    for target in [sqlite(), postgres()] {
        for stop in [1, 3, 4] {
            let (from, to) = (db.url().to_owned(), target.url.clone());
            let stopped = tokio::spawn(async move {
                let mut pages = 0;
                transfer(&from, &to, |progress| {
                    pages += u32::from(matches!(progress, Progress::Copied { .. }));
                    assert!(pages < stop, "pulled the plug");
                })
                .await
            });
            assert!(stopped.await.is_err());
            let Err(StoreError::Unusable(sentence)) = open(&target.url).await else {
                panic!("half a store was opened")
            };
            assert!(sentence.contains("not over"), "{sentence}");
        }
        let other = Database::fresh(sqlite).await;
        let refused = transfer(other.url(), &target.url, |_| {}).await;
        assert!(matches!(refused, Err(StoreError::Unusable(sentence)) if sentence.contains("another store")));
        let moved = transfer(db.url(), &target.url, |_| {}).await?;
        assert_eq!((moved.answers, moved.differences), (64, Vec::new()));
        assert_eq!(told(&*open(&target.url).await?).await?, told(&**db).await?);
    }
    Ok(())
}

async fn a_store_with_sites_is_no_target(db: &Database) -> Result<()> {
    fill(db).await?;
    let other = Database::fresh(db.engine).await;
    furnish(&other).await?;
    other.close().await;
    let refused = transfer(db.url(), other.url(), |_| {}).await;
    assert!(matches!(refused, Err(StoreError::Unusable(sentence)) if sentence.contains("sites of its own")));
    assert!(matches!(transfer(db.url(), db.url(), |_| {}).await, Err(StoreError::Unusable(_))));
    let opened = open(other.url()).await?;
    assert_eq!(opened.sites().await?.len(), 1, "nothing was touched, and anybody may open it");
    Ok(())
}

async fn a_store_that_is_open_is_not_filled(db: &Database) -> Result<()> {
    fill(db).await?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("backup");
    back_up(db.url(), &file, false).await?;
    for engine in [sqlite, postgres] {
        // A server that has just been set up: whoever fills it would change what it knows.
        let served = Database::fresh(engine).await;
        let refused = transfer(db.url(), served.url(), |_| {}).await;
        assert!(matches!(&refused, Err(StoreError::Unusable(said)) if said.contains("stop every")), "{refused:?}");
        let refused = restore(served.url(), &file, false).await;
        assert!(matches!(&refused, Err(StoreError::Unusable(said)) if said.contains("stop ")), "{refused:?}");
        furnish(&served).await?;
        assert_eq!(accept(&served, [response(1, 9)]).await?, [Outcome::Stored]);
        assert_sound(&served).await?;
    }
    Ok(())
}

async fn a_store_that_is_being_filled_is_not_opened(db: &Database) -> Result<()> {
    fill(db).await?;
    for target in [sqlite(), postgres()] {
        let (url, mut refused) = (target.url.clone(), Vec::new());
        let moved = transfer(db.url(), &target.url, |progress| {
            if matches!(progress, Progress::Copied { table: "site", .. }) {
                let url = url.clone();
                let opened = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    runtime.expect("a runtime can be made").block_on(open(&url)).map(drop)
                });
                refused.push(opened.join().expect("nothing panics"));
            }
        });
        assert_eq!(moved.await?.differences, Vec::<String>::new());
        assert!(matches!(&refused[..], [Err(StoreError::Unusable(said))] if said.contains("fill")), "{refused:?}");
    }
    Ok(())
}

async fn pages_follow_each_other_to_the_end(db: &Database) -> Result<()> {
    fill(db).await?;
    let target = Database::fresh(db.engine).await;
    assert_eq!(target.moving().await?, None);
    assert_eq!(target.begin_move("this one").await?, Position::default());
    let (mut position, mut rows, mut responses) = (Some(Position::default()), 0, 0);
    while let Some(from) = position {
        let page = db.hand_over(from, 5).await?;
        assert!(page.rows.count() <= 5);
        match &page.rows {
            Rows::Plain(found) => rows += found.len(),
            Rows::Responses(found) => responses += found.len(),
        }
        position = page.next.clone();
        target.take_over(page.clone()).await?;
        assert_eq!(target.begin_move("this one").await?, position.clone().unwrap_or(page.from.clone()));
        assert!(target.begin_move("another").await.is_err(), "two sources make no store");
        if position.is_some() {
            assert!(target.take_over(page).await.is_err(), "it is not the next");
        }
    }
    target.end_move().await?;
    assert_eq!((target.moving().await?, responses), (None, 65));
    assert!(rows > 70, "sites, surveys, versions, tombstones, denominators, webhooks and deliveries: {rows}");
    assert_eq!(open(target.url()).await?.sites().await?, db.sites().await?);
    Ok(())
}

async fn a_backup_of_either_engine_is_restored_into_either(db: &Database) -> Result<()> {
    fill(db).await?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("backup");
    let contents = back_up(db.url(), &file, false).await?;
    assert_eq!((contents.sites, contents.responses), (2, 65));
    let before = std::fs::read(&file).expect("can be read");
    for target in [sqlite(), postgres()] {
        let restored = restore(&target.url, &file, false).await?;
        assert_eq!((restored.contents, restored.problems), (contents, Vec::new()));
        let store = open(&target.url).await?;
        build(&store).await?;
        assert_eq!(told(&*store).await?, told(&**db).await?);
        assert_sound(&store).await?;
        let late = [response(6, 9), response(7, 9), response(8, 9)];
        assert_eq!(accept(&store, late).await?, [Outcome::Erased, Outcome::Erased, Outcome::Duplicate]);
        store.close().await;
        let refused = restore(&target.url, &file, false).await;
        assert!(matches!(refused, Err(StoreError::Unusable(_))), "what holds data is not replaced: {refused:?}");
    }
    assert_eq!(std::fs::read(&file).expect("can be read"), before, "a backup is not changed by restoring it");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("can be listed").filter_map(|it| it.ok()).collect();
    assert_eq!(left.len(), 2, "the backup and its checksum: {left:?}");
    // One byte of it changed, it is refused before anything is touched.
    let mut damaged = before;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    std::fs::write(&file, damaged).expect("can be written");
    for target in [sqlite(), postgres()] {
        let refused = restore(&target.url, &file, false).await;
        assert!(matches!(refused, Err(StoreError::Unusable(sentence)) if sentence.contains("damaged")));
    }
    Ok(())
}

async fn a_backup_that_takes_steps_to_count_is_restored_without_differences(db: &Database) -> Result<()> {
    furnish(db).await?;
    // More than one step of the usual size, and a backup of PostgreSQL brings no counts.
    accept(db, (0..1_100).map(|number| response(number, (number % 11) as u8))).await?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("backup");
    back_up(db.url(), &file, false).await?;
    for target in [sqlite(), postgres()] {
        let restored = restore(&target.url, &file, false).await?;
        assert_eq!((restored.contents.responses, restored.problems), (1_100, Vec::new()));
        let store = open(&target.url).await?;
        build(&store).await?;
        assert_eq!(counted(&store, everything()).await?, counted(db, everything()).await?);
        store.close().await;
    }
    Ok(())
}

async fn a_survey_with_a_text_that_jsonb_refuses_moves(db: &Database) -> Result<()> {
    furnish(db).await?;
    // As one of an earlier version may be: the API refuses it now.
    let mut survey = nps(&["checkout"]);
    survey.name = "a\u{0}b".into();
    db.create_survey(&home(), &SurveyId::from("sv_odd"), survey, NOON).await?;
    db.publish_survey(&home(), &SurveyId::from("sv_odd"), NOON).await?;
    for target in [sqlite(), postgres()] {
        assert_eq!(transfer(db.url(), &target.url, |_| {}).await?.differences, Vec::<String>::new());
        let store = open(&target.url).await?;
        assert_eq!(told(&*store).await?, told(&**db).await?);
    }
    Ok(())
}
