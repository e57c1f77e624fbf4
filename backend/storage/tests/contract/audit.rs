//! The audit log: numbers that rise, a site's entries alone, and none that goes away.

use bearing_shared::id::SiteId;
use bearing_storage::{Actor, ActorKind, AuditEntry, Recorded, Result, look_through};

use crate::builders::*;

crate::contract! {
    entries_are_numbered_in_order_and_read_back_the_latest_first
    entries_that_come_at_once_get_numbers_of_their_own
    a_deleted_sites_entries_stay
    each_site_has_a_chain_of_its_own_and_a_kept_head_is_found_in_it
    two_stores_that_note_at_once_make_one_chain
}

pub(crate) fn entry(site: Option<&str>, action: &str) -> AuditEntry {
    AuditEntry {
        at: NOON,
        site: site.map(SiteId::from),
        actor: Actor { kind: ActorKind::Member, id: "mb_1".into(), name: "Ann «é» 🚲".into() },
        action: action.into(),
        object: "sv_1".into(),
        detail: [("name".to_owned(), "Loyalty".to_owned()), ("state".to_owned(), String::new())].into(),
    }
}

async fn entries_are_numbered_in_order_and_read_back_the_latest_first(db: &Database) -> Result<()> {
    for (number, site) in
        [Some("st_home"), None, Some("st_other"), Some("st_home"), Some("st_home")].into_iter().enumerate()
    {
        let kind = ActorKind::ALL[number % ActorKind::ALL.len()];
        let made = entry(site, &format!("survey.{number}"));
        let made = AuditEntry { actor: Actor { kind, ..made.actor.clone() }, ..made };
        assert_eq!(db.record(made).await?, number as i64 + 1);
    }
    let actions =
        |page: &[Recorded]| page.iter().map(|found| (found.number, found.entry.action.clone())).collect::<Vec<_>>();
    let page = db.audit(&home(), None, 2).await?;
    assert_eq!(actions(&page), [(5, "survey.4".to_owned()), (4, "survey.3".to_owned())]);
    let rest = db.audit(&home(), Some(4), 2).await?;
    assert_eq!(actions(&rest), [(1, "survey.0".to_owned())]);
    assert_eq!(rest[0].entry, entry(Some("st_home"), "survey.0"));
    assert!(db.audit(&SiteId::from("st_nowhere"), None, 9).await?.is_empty());
    Ok(())
}

async fn entries_that_come_at_once_get_numbers_of_their_own(db: &Database) -> Result<()> {
    let second = db.second().await?;
    for _ in 0..5 {
        let made = || entry(Some("st_home"), "survey.published");
        let (one, other) = tokio::join!(db.record(made()), second.record(made()));
        assert_ne!(one?, other?);
    }
    let numbers: Vec<i64> = db.audit(&home(), None, 99).await?.into_iter().map(|found| found.number).collect();
    assert_eq!(numbers, (1..=10).rev().collect::<Vec<_>>(), "without a gap");
    Ok(())
}

async fn a_deleted_sites_entries_stay(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.record(entry(Some("st_home"), "site.deleted")).await?;
    assert!(db.delete_site(&home()).await?);
    while db.build_step().await? {}
    assert_eq!(db.audit(&home(), None, 9).await?.len(), 1);
    Ok(())
}

async fn each_site_has_a_chain_of_its_own_and_a_kept_head_is_found_in_it(db: &Database) -> Result<()> {
    let mut heads = Vec::new();
    for (place, site) in [None, Some("st_home"), Some("st_other"), None, Some("st_home")].into_iter().enumerate() {
        db.record(entry(site, &format!("survey.{place}"))).await?;
        heads.push(look_through(&**db, site.map(SiteId::from).as_ref(), None).await?.head.expect("there is an entry"));
    }
    assert_eq!(db.audit_chains().await?, [None, Some("st_home".into()), Some("st_other".into())]);
    for (site, entries, kept) in
        [(None, 2, [0, 3]), (Some(home()), 2, [1, 4]), (Some(SiteId::from("st_other")), 1, [2, 2])]
    {
        for kept in kept {
            let chain = look_through(&**db, site.as_ref(), Some(&heads[kept])).await?;
            assert!(chain.broken.is_none() && chain.holds_head, "{chain:?}");
            assert_eq!(chain.entries, entries);
        }
        assert!(!look_through(&**db, site.as_ref(), Some(&"0".repeat(64))).await?.holds_head);
    }
    let nobody = look_through(&**db, Some(&"st_nowhere".into()), None).await?;
    assert!(nobody.entries == 0 && nobody.head.is_none() && nobody.broken.is_none());
    let page = db.audit_chain(None, 1, 9).await?;
    assert_eq!(page.iter().map(|found| found.number).collect::<Vec<_>>(), [4], "the oldest first, and none of a site");
    assert_eq!(db.audit(&home(), None, 1).await?[0].hash.as_ref(), Some(&heads[4]));
    Ok(())
}

async fn two_stores_that_note_at_once_make_one_chain(db: &Database) -> Result<()> {
    let second = db.second().await?;
    for _ in 0..10 {
        let (one, other) = tokio::join!(
            db.record(entry(Some("st_home"), "survey.published")),
            second.record(entry(Some("st_home"), "survey.paused"))
        );
        one?;
        other?;
    }
    let chain = look_through(&**db, Some(&home()), None).await?;
    assert!(chain.broken.is_none() && chain.entries == 20, "{chain:?}");
    Ok(())
}
