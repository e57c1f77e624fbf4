//! API keys: found by their hash alone, with the site and the scope they were made for.

use bearing_shared::id::{KeyId, SiteId};
use bearing_storage::{Key, Result, Scope};

use crate::builders::*;

crate::contract! {
    a_key_of_each_scope_reads_back_by_its_hash
    an_unknown_hash_opens_nothing
    a_key_for_a_missing_site_is_not_made
    two_keys_cannot_share_a_hash
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
