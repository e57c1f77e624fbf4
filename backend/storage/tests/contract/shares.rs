//! Shared links: found by their hash until they end or are taken back, and their site's own.

use bearing_shared::id::{MemberId, ShareId, SiteId};
use bearing_storage::{Result, Share};

use crate::builders::*;

crate::contract! {
    a_shared_link_reads_back_by_its_hash_until_it_ends
    a_shared_link_is_its_sites_own
    a_deleted_site_takes_its_shared_links_along
}

pub(crate) fn share(number: u8, site: &str) -> Share {
    Share {
        id: ShareId(format!("sh_{number}")),
        site: SiteId::from(site),
        hash: [number; 32],
        name: format!("Team {number}"),
        filter: "{\"touchpoint\":\"checkout\"}".into(),
        created_by: (number == 1).then(|| MemberId::from("mb_01")),
        created_at: NOON + i64::from(number),
        expires_at: (number == 2).then_some(NOON + 1_000),
        last_used_at: None,
    }
}

async fn a_shared_link_reads_back_by_its_hash_until_it_ends(db: &Database) -> Result<()> {
    furnish(db).await?;
    for number in [1, 2] {
        assert!(db.create_share(share(number, "st_home")).await?);
    }
    assert_eq!(db.shares(&home()).await?, [share(1, "st_home"), share(2, "st_home")]);
    assert_eq!(db.share_by_hash([1; 32], i64::MAX).await?, Some(share(1, "st_home")));
    assert_eq!(db.share_by_hash([2; 32], NOON + 999).await?, Some(share(2, "st_home")));
    assert_eq!(db.share_by_hash([2; 32], NOON + 1_000).await?, None);
    assert_eq!(db.share_by_hash([3; 32], NOON).await?, None);
    db.touch_share(&home(), &"sh_1".into(), NOON + 7).await?;
    assert_eq!(db.share_by_hash([1; 32], NOON).await?.and_then(|share| share.last_used_at), Some(NOON + 7));
    assert!(!db.create_share(share(3, "st_gone")).await?);
    Ok(())
}

async fn a_shared_link_is_its_sites_own(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    assert!(db.create_share(share(1, "st_home")).await?);
    let other = SiteId::from("st_other");
    assert!(db.shares(&other).await?.is_empty());
    db.touch_share(&other, &"sh_1".into(), NOON).await?;
    assert!(!db.delete_share(&other, &"sh_1".into()).await?);
    assert_eq!(db.shares(&home()).await?, [share(1, "st_home")]);
    assert!(db.delete_share(&home(), &"sh_1".into()).await?);
    assert!(!db.delete_share(&home(), &"sh_1".into()).await?);
    assert_eq!(db.share_by_hash([1; 32], NOON).await?, None);
    Ok(())
}

async fn a_deleted_site_takes_its_shared_links_along(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_share(share(1, "st_home")).await?);
    assert!(db.delete_site(&home()).await?);
    assert_eq!(db.share_by_hash([1; 32], NOON).await?, None);
    Ok(())
}
