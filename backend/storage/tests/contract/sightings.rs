//! Sightings: added up by origin, kept by standing, forgotten in time, and their site's own.

use bearing_shared::id::SiteId;
use bearing_storage::{Result, Sighting, Standing};

use crate::builders::*;

crate::contract! {
    what_is_seen_of_an_origin_adds_up
    what_is_allowed_is_kept_and_the_rest_becomes_one
    what_was_not_seen_for_long_is_forgotten_on_every_site
    sightings_are_their_sites_own_and_go_with_it
}

pub(crate) fn seen(origin: &str, at: i64) -> Sighting {
    Sighting { origin: origin.into(), standing: Standing::Allowed, first_at: at, last_at: at, requests: 1 }
}

fn stranger(number: i64) -> Sighting {
    Sighting { standing: Standing::Stranger, ..seen(&format!("https://s{number}.example"), NOON + number) }
}

async fn what_is_seen_of_an_origin_adds_up(db: &Database) -> Result<()> {
    furnish(db).await?;
    let shop = Sighting { last_at: NOON + 20, requests: 3, ..seen("https://shop.example", NOON + 10) };
    db.note_sightings(&home(), vec![shop, seen("null", NOON + 30)], 9).await?;
    // What another server noted late: the newer standing holds.
    let late = Sighting { standing: Standing::Stranger, ..seen("https://shop.example", NOON) };
    db.note_sightings(&home(), vec![late], 9).await?;
    let whole =
        |standing, last_at, requests| Sighting { standing, last_at, requests, ..seen("https://shop.example", NOON) };
    let expected = whole(Standing::Allowed, NOON + 20, 4);
    assert_eq!(db.sightings(&home()).await?, [seen("null", NOON + 30), expected]);
    let named = Sighting { standing: Standing::Listed, ..seen("https://shop.example", NOON + 40) };
    db.note_sightings(&home(), vec![named], 9).await?;
    let expected = whole(Standing::Listed, NOON + 40, 5);
    assert_eq!(db.sightings(&home()).await?, [expected, seen("null", NOON + 30)]);
    Ok(())
}

async fn what_is_allowed_is_kept_and_the_rest_becomes_one(db: &Database) -> Result<()> {
    furnish(db).await?;
    let listed = Sighting { standing: Standing::Listed, ..seen("https://shop.example", NOON - 9) };
    let allowed = seen("https://a.shop.example", NOON - 8);
    db.note_sightings(&home(), vec![listed.clone(), allowed.clone()], 4).await?;
    db.note_sightings(&home(), (0..5).map(stranger).collect(), 4).await?;
    db.note_sightings(&home(), (5..9).map(stranger).collect(), 4).await?;
    let rest = Sighting { last_at: NOON + 6, requests: 7, ..Sighting { origin: String::new(), ..stranger(0) } };
    assert_eq!(db.sightings(&home()).await?, [stranger(8), stranger(7), rest, allowed, listed]);
    Ok(())
}

async fn what_was_not_seen_for_long_is_forgotten_on_every_site(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let other = SiteId::from("st_other");
    for site in [home(), other.clone()] {
        db.note_sightings(&site, vec![seen("https://a.example", NOON), seen("https://b.example", NOON + 1)], 9).await?;
    }
    assert_eq!(db.forget_sightings(NOON + 1).await?, 2);
    assert_eq!(db.forget_sightings(NOON + 1).await?, 0);
    for site in [home(), other] {
        assert_eq!(db.sightings(&site).await?, [seen("https://b.example", NOON + 1)]);
    }
    Ok(())
}

async fn sightings_are_their_sites_own_and_go_with_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    db.note_sightings(&home(), vec![seen("https://shop.example", NOON)], 9).await?;
    assert!(db.sightings(&"st_other".into()).await?.is_empty());
    assert!(db.delete_site(&home()).await?);
    assert!(db.sightings(&home()).await?.is_empty());
    // What a server saw a moment before is noted of nobody.
    db.note_sightings(&home(), vec![seen("https://shop.example", NOON)], 9).await?;
    assert!(db.sightings(&home()).await?.is_empty());
    Ok(())
}
