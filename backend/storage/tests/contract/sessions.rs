//! Sessions: known by their hash until they end, each member's own.

use bearing_shared::id::{MemberId, SessionId};
use bearing_storage::{InvitationPurpose as Purpose, Result, Session};

use crate::builders::*;
use crate::members::{joined, session};

crate::contract! {
    a_session_reads_back_by_its_hash_until_it_ends
    a_session_that_is_used_lasts_longer
    a_members_sessions_are_listed_and_ended_by_their_member_alone
    a_session_needs_its_member
    sessions_that_have_ended_are_swept_away
}

async fn a_session_reads_back_by_its_hash_until_it_ends(db: &Database) -> Result<()> {
    let ann = joined(db, 1, Purpose::Operator).await?;
    let begun = session(2, &ann);
    assert!(db.create_session(begun.clone()).await?);
    let found = db.session_by_hash([2; 32], NOON + 999).await?.expect("it is there");
    assert_eq!((found.session, found.member.id, found.memberships), (begun.clone(), ann.id.clone(), Vec::new()));
    assert!(found.member.operator);
    assert_eq!(db.session_by_hash([2; 32], NOON + 1_000).await?, None);
    assert_eq!(db.session_by_hash([3; 32], NOON).await?, None);
    let twin = Session { hash: [2; 32], ..session(4, &ann) };
    assert!(db.create_session(twin).await.is_err(), "no two have one hash");
    Ok(())
}

async fn a_session_that_is_used_lasts_longer(db: &Database) -> Result<()> {
    let ann = joined(db, 1, Purpose::Operator).await?;
    let id = SessionId::from("se_01");
    db.touch_session(&id, NOON + 500, NOON + 5_000).await?;
    let expected = Session { seen_at: NOON + 500, expires_at: NOON + 5_000, ..session(1, &ann) };
    assert_eq!(db.session_by_hash([1; 32], NOON + 4_999).await?.map(|found| found.session), Some(expected));
    db.touch_session(&SessionId::from("se_gone"), NOON, NOON).await?;
    Ok(())
}

async fn a_members_sessions_are_listed_and_ended_by_their_member_alone(db: &Database) -> Result<()> {
    let (ann, bob) = (joined(db, 1, Purpose::Operator).await?, joined(db, 2, Purpose::Operator).await?);
    let later = Session { created_at: NOON + 10, expires_at: NOON + 9_000, ..session(3, &ann) };
    assert!(db.create_session(later.clone()).await?);
    assert_eq!(db.sessions(&ann.id, NOON).await?, [later.clone(), session(1, &ann)]);
    assert_eq!(db.sessions(&ann.id, NOON + 1_000).await?, [later], "what has ended is not listed");
    assert!(!db.end_session(&bob.id, &SessionId::from("se_01")).await?);
    assert!(db.end_session(&ann.id, &SessionId::from("se_01")).await?);
    assert!(!db.end_session(&ann.id, &SessionId::from("se_01")).await?);
    assert_eq!(db.second().await?.session_by_hash([1; 32], NOON).await?, None, "it is over on every server");
    assert!(db.session_by_hash([2; 32], NOON).await?.is_some());
    Ok(())
}

async fn a_session_needs_its_member(db: &Database) -> Result<()> {
    let ann = joined(db, 1, Purpose::Operator).await?;
    assert!(!db.create_session(Session { member: MemberId::from("mb_nobody"), ..session(2, &ann) }).await?);
    assert_eq!(db.session_by_hash([2; 32], NOON).await?, None);
    Ok(())
}

async fn sessions_that_have_ended_are_swept_away(db: &Database) -> Result<()> {
    let ann = joined(db, 1, Purpose::Operator).await?;
    let next = Session { created_at: NOON + 1_000, expires_at: NOON + 9_000, ..session(2, &ann) };
    assert!(db.create_session(next).await?);
    assert_eq!(db.session_by_hash([1; 32], NOON).await?, None);
    Ok(())
}
