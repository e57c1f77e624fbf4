//! The line between the servers of one store.

use bearing_storage::{Heard, Result};

use crate::builders::*;

crate::contract! {
    servers_of_one_database_hear_each_other
}

async fn servers_of_one_database_hear_each_other(db: &Database) -> Result<()> {
    let other = db.second().await?;
    assert_eq!(other.is_shared(), db.is_shared());
    let (mut ours, mut theirs) = (db.listen().await, other.listen().await);
    if !db.is_shared() {
        db.say("to nobody").await?;
        assert_eq!((ours.recv().await, theirs.recv().await), (None, None), "it is not waited for what never comes");
        return Ok(());
    }
    assert_eq!((ours.recv().await, theirs.recv().await), (Some(Heard::Gap), Some(Heard::Gap)));
    let long = "x".repeat(7_900);
    for (speaker, words) in [(&**db, "one"), (&*other, "two \"quoted\" ✓"), (&**db, &long)] {
        speaker.say(words).await?;
        let said = Some(Heard::Words(words.into()));
        assert_eq!(ours.recv().await, said);
        assert_eq!(theirs.recv().await, said);
    }
    other.close().await;
    assert_eq!(theirs.recv().await, None, "a store that is closed hears nothing");
    Ok(())
}
