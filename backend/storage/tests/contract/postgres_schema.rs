//! What only PostgreSQL can show of its schema: who may open it, who races, and the wall between sites.

use bearing_storage::{InvitationPurpose as Purpose, Outcome, Result, Role, StoreError, open};

use crate::builders::*;
use crate::postgres_locks::raw;

#[tokio::test]
async fn servers_that_start_at_once_find_one_schema() -> Result<()> {
    let place = postgres();
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let url = place.url.clone();
            tokio::spawn(async move { open(&url).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.expect("nothing panics")?;
    }
    let versions = raw(&place.url).await.query("SELECT number FROM meta WHERE name = 'version'", &[]).await;
    assert_eq!(versions.expect("can be read").len(), 1);
    Ok(())
}

#[tokio::test]
async fn only_a_binary_below_the_lowest_that_can_work_is_refused() -> Result<()> {
    let db = Database::fresh(postgres).await;
    let client = raw(db.url()).await;
    let set = async |name: &str, number: i64| {
        client.execute("UPDATE meta SET number = $2 WHERE name = $1", &[&name, &number]).await.expect("can be set");
    };
    set("version", 900).await;
    drop(open(db.url()).await?);
    set("min_binary", 900).await;
    let Err(StoreError::Unusable(sentence)) = open(db.url()).await else { panic!("a newer schema was opened") };
    assert!(sentence.contains("needs a newer bearing"), "{sentence}");
    assert!(!sentence.contains("bearing:bearing@"), "a password is in no message: {sentence}");
    Ok(())
}

#[tokio::test]
async fn another_programs_schema_is_left_alone() {
    let place = postgres();
    let client = raw(&place.url).await;
    client.batch_execute("CREATE SCHEMA bearing; CREATE TABLE bearing.ball (size integer)").await.expect("can be made");
    let Err(StoreError::Unusable(sentence)) = open(&place.url).await else { panic!("it was opened") };
    assert!(sentence.contains("another program"), "{sentence}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let url = postgres().url;
    let Err(StoreError::Unusable(sentence)) = open(&url).await else { panic!("it was opened") };
    assert!(sentence.contains("cannot be reached") && sentence.contains("does not exist"), "{sentence}");
    assert!(!sentence.contains("bearing:bearing@"), "{sentence}");
    let Err(StoreError::Unusable(sentence)) = open("postgres://[").await else { panic!("it was opened") };
    assert!(sentence.contains("cannot be read"), "{sentence}");
}

/// The tables behind the wall.
const WALLED: [&str; 18] = [
    "expiry",
    "survey",
    "survey_version",
    "response",
    "tombstone",
    "generation",
    "learned",
    "cell",
    "funnel",
    "webhook",
    "delivery",
    "membership",
    "invitation",
    "audit",
    "share",
    "sighting",
    "display",
    "attack",
];

#[tokio::test]
async fn a_query_that_forgets_the_site_meets_no_other() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    add_site(&db, "st_other", "sv_other").await?;
    accept(&db, [response(1, 9), response(2, 3)]).await?;
    assert!(db.delete_response(&home(), response_id(2), NOON).await?);
    let ann = crate::members::joined(&db, 1, Purpose::Join { site: home(), role: Role::Owner }).await?;
    for site in ["st_home", "st_other"] {
        let purpose = Purpose::Join { site: site.into(), role: Role::Viewer };
        let number = site.len() as u8;
        assert!(db.create_invitation(crate::members::invitation(number, purpose)).await?);
        assert!(db.create_share(crate::shares::share(number, site)).await?);
        db.note_attack(&site.into(), NOON, NOON + 10).await?;
        db.note_sightings(&site.into(), vec![crate::sightings::seen("https://shop.example", NOON)], 9).await?;
    }
    assert_eq!(db.member(&ann.id).await?, Some(ann), "members stand before the wall");
    let client = raw(db.url()).await;
    let meets = async |sites: Option<&str>, table: &str| -> i64 {
        let set = match sites {
            Some(sites) => format!("SET bearing.sites = '{sites}'"),
            None => "RESET bearing.sites".to_owned(),
        };
        client.batch_execute(&set).await.expect("can be set");
        client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("can be read").get(0)
    };
    for table in WALLED {
        assert_eq!(meets(None, table).await, 0, "{table}");
        assert_eq!(meets(Some("st_nobody"), table).await, 0, "{table}");
        let (all, home) = (meets(Some("*"), table).await, meets(Some("st_home"), table).await);
        assert_eq!(meets(Some("st_home\u{1f}st_other"), table).await, all, "{table}");
        assert_eq!(home + meets(Some("st_other"), table).await, all, "{table}");
    }
    assert!(meets(Some("st_home"), "response").await == 1 && meets(Some("st_home"), "tombstone").await == 1);
    assert_eq!(meets(Some("st_other"), "response").await, 0);
    // Nor can it write there, or go by the parts of a table.
    client.batch_execute("SET bearing.sites = 'st_other'").await.expect("can be set");
    let stolen = client.execute("UPDATE response SET score = 0", &[]).await.expect("it meets no row");
    assert_eq!(stolen, 0);
    let smuggled = "INSERT INTO learned (site_id, dimension, ordinal, value) VALUES ('st_home', 'plan', 9, 'x')";
    let refusal = client.execute(smuggled, &[]).await.expect_err("it is refused");
    assert!(format!("{refusal:?}").contains("row-level security"), "{refusal:?}");
    for part in 0..16 {
        assert_eq!(meets(Some("*"), &format!("response_{part}")).await, 0);
    }
    // Every table with a site's rows is behind it, but those by which sites are found.
    let open = client
        .query(
            "SELECT table_name::text FROM information_schema.columns JOIN pg_class ON oid = table_name::regclass
             WHERE table_schema = 'bearing' AND column_name = 'site_id' AND NOT relforcerowsecurity ORDER BY 1",
            &[],
        )
        .await
        .expect("can be read");
    let open: Vec<String> = open.iter().map(|row| row.get(0)).collect();
    assert_eq!(open, ["api_key"]);
    Ok(())
}

#[tokio::test]
async fn a_site_that_cannot_be_counted_keeps_no_other_from_being_served() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    add_site(&db, "st_other", "sv_other").await?;
    let spoil = "UPDATE survey_version SET content = '{' WHERE survey_id = 'sv_home'; DELETE FROM generation";
    raw(db.url()).await.batch_execute(spoil).await.expect("it can be changed");
    let store = db.second().await?;
    assert_eq!(accept_at(&store, "st_other".into(), [response(1, 9)]).await?, [Outcome::Stored]);
    Ok(())
}
