//! The command `audit verify`: what it says, and what a check says of the audit log.

use anyhow::bail;
use bearing_shared::id::SiteId;
use bearing_storage::{Chain, Store, look_through};

use super::say;

/// Looks through one site's chain, or all of them, and for a hash that was kept.
pub(super) async fn verify(store: &dyn Store, site: Option<String>, kept: Option<String>) -> anyhow::Result<()> {
    let chains = match site {
        Some(site) => vec![Some(SiteId(site))],
        None => store.audit_chains().await?,
    };
    let kept = kept.map(|kept| kept.trim().to_lowercase());
    let (mut faults, mut holds) = (0, false);
    for site in chains {
        let chain = look_through(store, site.as_ref(), kept.as_deref()).await?;
        holds |= chain.holds_head;
        faults += u32::from(chain.broken.is_some());
        say(&told(site.as_ref(), &chain))?;
    }
    if faults > 0 {
        bail!("The audit log is not as it was written; compare it with a backup.");
    }
    match kept {
        Some(kept) if !holds => {
            bail!("No entry has the hash {kept}: the log has lost entries, or its chain was made anew.")
        }
        Some(_) => say("The hash that was kept is in the log."),
        None => Ok(()),
    }
}

/// What is wrong with the chains of a store, a sentence each.
pub(super) async fn problems(store: &dyn Store) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for site in store.audit_chains().await? {
        let chain = look_through(store, site.as_ref(), None).await?;
        if chain.broken.is_some() {
            problems.push(told(site.as_ref(), &chain));
        }
    }
    Ok(problems)
}

fn told(site: Option<&SiteId>, chain: &Chain) -> String {
    let whose = site.map_or_else(|| "audit log of no site".to_owned(), |site| format!("audit log of {site}"));
    match (&chain.broken, &chain.head) {
        (Some(broken), _) => format!("{whose}: entry {} does not fit: {}", broken.number, broken.why),
        (None, Some(head)) => format!("{whose}: {} entries, each fits; the last one's hash is {head}", chain.entries),
        (None, None) => format!("{whose}: no entries"),
    }
}

#[cfg(test)]
mod tests {
    use bearing_storage::{Actor, ActorKind, AuditEntry};

    use super::*;

    #[tokio::test]
    async fn a_log_that_fits_and_one_that_lost_its_end_are_told_apart_by_a_kept_hash() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("bearing.db");
        let store = bearing_storage::open(&format!("sqlite:{}", file.display())).await.expect("it opens");
        let note = async |site: Option<&str>| {
            let actor = Actor { kind: ActorKind::CommandLine, id: String::new(), name: String::new() };
            let (action, object, detail) = ("member.removed".to_owned(), String::new(), [].into());
            let entry = AuditEntry { at: 1, site: site.map(SiteId::from), actor, action, object, detail };
            store.record(entry).await.expect("it is noted");
        };
        verify(store.as_ref(), None, None).await.expect("an empty log fits");
        for site in [Some("st_home"), None, Some("st_home")] {
            note(site).await;
        }
        let home = SiteId::from("st_home");
        let chain = look_through(store.as_ref(), Some(&home), None).await.expect("it is read");
        assert!(told(Some(&home), &chain).contains("2 entries, each fits"), "{}", told(Some(&home), &chain));
        let kept = chain.head.expect("there are entries");
        verify(store.as_ref(), Some(home.0.clone()), Some(kept.to_uppercase())).await.expect("it is there");
        verify(store.as_ref(), None, Some(kept.clone())).await.expect("one of the chains has it");
        let error = verify(store.as_ref(), None, Some("00".repeat(32))).await.expect_err("nobody has it");
        assert!(error.to_string().contains("has lost entries"), "{error}");
        assert_eq!(problems(store.as_ref()).await.expect("it is read"), Vec::<String>::new());
        store.close().await;
    }
}
