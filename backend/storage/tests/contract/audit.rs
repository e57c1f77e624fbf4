//! The audit log: numbers that rise, a site's entries alone, and none that goes away.

use bearing_shared::id::SiteId;
use bearing_storage::{Actor, ActorKind, AuditEntry, Result};

use crate::builders::*;

crate::contract! {
    entries_are_numbered_in_order_and_read_back_the_latest_first
    entries_that_come_at_once_get_numbers_of_their_own
    a_deleted_sites_entries_stay
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
        let kind = ActorKind::ALL[number % 3];
        let made = entry(site, &format!("survey.{number}"));
        let made = AuditEntry { actor: Actor { kind, ..made.actor.clone() }, ..made };
        assert_eq!(db.record(made).await?, number as i64 + 1);
    }
    let actions = |page: &[(i64, AuditEntry)]| {
        page.iter().map(|(number, entry)| (*number, entry.action.clone())).collect::<Vec<_>>()
    };
    let page = db.audit(&home(), None, 2).await?;
    assert_eq!(actions(&page), [(5, "survey.4".to_owned()), (4, "survey.3".to_owned())]);
    let rest = db.audit(&home(), Some(4), 2).await?;
    assert_eq!(rest, [(1, entry(Some("st_home"), "survey.0"))]);
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
    let numbers: Vec<i64> = db.audit(&home(), None, 99).await?.into_iter().map(|(number, _)| number).collect();
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
