//! API keys: found by their hash alone, with the site and the scope they were made for.

use bearing_shared::id::{KeyId, SiteId};
use bearing_storage::{Key, Result, Scope};

use crate::builders::*;

crate::contract! {
    a_key_of_each_scope_reads_back_by_its_hash
    an_unknown_hash_opens_nothing
    a_key_for_a_missing_site_is_not_made
    two_keys_cannot_share_a_hash
    keys_are_listed_and_taken_away_by_their_site
    the_last_use_of_a_key_is_the_latest
}

fn key(id: &str, hash: u8, scope: Scope) -> Key {
    Key {
        id: KeyId::from(id),
        site: home(),
        hash: [hash; 32],
        scope,
        name: format!("For {id}"),
        created_at: NOON,
        last_used_at: None,
    }
}

async fn a_key_of_each_scope_reads_back_by_its_hash(db: &Database) -> Result<()> {
    furnish(db).await?;
    for (number, scope) in Scope::ALL.into_iter().enumerate() {
        assert!(db.create_key(key(scope.name(), number as u8, scope)).await?);
    }
    for (number, scope) in Scope::ALL.into_iter().enumerate() {
        assert_eq!(db.key_by_hash([number as u8; 32]).await?, Some(key(scope.name(), number as u8, scope)));
    }
    Ok(())
}

async fn an_unknown_hash_opens_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_key(key("key_1", 1, Scope::Read)).await?);
    let mut nearly = [1; 32];
    nearly[31] = 0;
    assert_eq!(db.key_by_hash(nearly).await?, None);
    Ok(())
}

async fn a_key_for_a_missing_site_is_not_made(db: &Database) -> Result<()> {
    furnish(db).await?;
    let stray = Key { site: SiteId::from("st_gone"), ..key("key_1", 1, Scope::Admin) };
    assert!(!db.create_key(stray).await?);
    assert_eq!(db.key_by_hash([1; 32]).await?, None);
    Ok(())
}

async fn two_keys_cannot_share_a_hash(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_key(key("key_1", 1, Scope::Read)).await?);
    assert!(db.create_key(key("key_2", 1, Scope::Admin)).await.is_err());
    assert_eq!(db.key_by_hash([1; 32]).await?, Some(key("key_1", 1, Scope::Read)));
    Ok(())
}

async fn keys_are_listed_and_taken_away_by_their_site(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let other = SiteId::from("st_other");
    let later = Key { created_at: NOON + 1, ..key("key_1", 1, Scope::Read) };
    for key in
        [later.clone(), key("key_2", 2, Scope::Admin), Key { site: other.clone(), ..key("key_3", 3, Scope::Read) }]
    {
        assert!(db.create_key(key).await?);
    }
    assert_eq!(db.keys(&home()).await?, [key("key_2", 2, Scope::Admin), later]);
    assert!(!db.delete_key(&other, &KeyId::from("key_1")).await?);
    let before = db.revision().await?;
    assert!(db.delete_key(&home(), &KeyId::from("key_1")).await?);
    assert!(db.revision().await? > before, "who keeps keys in memory learns of it");
    assert!(!db.delete_key(&home(), &KeyId::from("key_1")).await?);
    assert_eq!(db.key_by_hash([1; 32]).await?, None);
    assert_eq!(db.keys(&home()).await?.len(), 1);
    Ok(())
}

async fn the_last_use_of_a_key_is_the_latest(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_key(key("key_1", 1, Scope::Read)).await?);
    let before = db.revision().await?;
    for at in [NOON + 5, NOON + 9, NOON + 7] {
        db.touch_keys(vec![(KeyId::from("key_1"), at), (KeyId::from("key_gone"), at)]).await?;
    }
    assert_eq!(db.key_by_hash([1; 32]).await?.and_then(|key| key.last_used_at), Some(NOON + 9));
    assert_eq!(db.revision().await?, before, "nothing has to be read anew for it");
    Ok(())
}
