//! Rights: a response is changed and taken back by the browser that gave it, and by the site itself.

use bearing_shared::api::responses::Identity;
use bearing_shared::histogram::Histogram;
use bearing_storage::{Accept, Arrival, Display, Outcome, Result, Right, StoredResponse, Withdrawal};

use crate::attacks::display;
use crate::builders::*;

crate::contract! {
    a_response_with_a_token_is_changed_by_that_token_alone
    a_response_without_a_token_takes_the_first_that_comes
    what_changes_nothing_gives_no_token
    a_token_that_is_no_good_any_more_is_known_again
    tokens_hold_within_one_batch
    a_response_with_a_token_is_taken_back_by_that_token_alone
    what_the_sites_server_brought_is_no_browsers
    after_eight_days_a_response_is_no_browsers
    a_customer_who_is_believed_changes_no_response_of_others
}

const DAY: i64 = 86_400_000;

fn token(number: u8) -> Option<Display> {
    Some(display(number, NOON, true))
}

fn edition(seq: u32, score: u8, display: Option<Display>) -> Arrival {
    Accept { site: home(), response: StoredResponse { seq, ..response(1, score) }, display }.into()
}

fn withdrawn(right: Right, at: i64) -> Arrival {
    Arrival::Withdrawal(Withdrawal { site: home(), id: response_id(1), right, keeps_out: true, at })
}

fn visitor(display: Option<Display>) -> Right {
    Right::Visitor { token: display.map(|display| display.token) }
}

/// What becomes of one after the other.
async fn each(db: &Database, arrivals: impl IntoIterator<Item = Arrival>) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for arrival in arrivals {
        outcomes.extend(db.take_in(vec![arrival]).await?);
    }
    Ok(outcomes)
}

async fn scores(db: &Database) -> Result<Histogram> {
    assert_sound(db).await?;
    counted(db, everything()).await
}

async fn a_response_with_a_token_is_changed_by_that_token_alone(db: &Database) -> Result<()> {
    furnish(db).await?;
    let sent = [edition(0, 9, token(1)), edition(1, 0, None), edition(1, 0, token(2)), edition(1, 0, token(2))];
    let expected = [Outcome::Stored, Outcome::NotTheirs, Outcome::NotTheirs, Outcome::NotTheirs];
    assert_eq!(each(db, sent).await?, expected);
    assert_eq!(scores(db).await?, Histogram::of([9]));
    assert_eq!(each(db, [edition(1, 8, token(1)), edition(2, 7, token(1))]).await?, [Outcome::Updated; 2]);
    // Whoever sends the same once more is told what everybody is told.
    assert_eq!(each(db, [edition(2, 7, None), edition(0, 9, token(2))]).await?, [Outcome::Duplicate; 2]);
    assert_eq!(scores(db).await?, Histogram::of([7]));
    Ok(())
}

async fn a_response_without_a_token_takes_the_first_that_comes(db: &Database) -> Result<()> {
    furnish(db).await?;
    let sent = [edition(0, 9, None), edition(1, 8, None), edition(2, 7, token(1)), edition(3, 0, None)];
    let expected = [Outcome::Stored, Outcome::Updated, Outcome::Updated, Outcome::NotTheirs];
    assert_eq!(each(db, sent).await?, expected);
    assert_eq!(scores(db).await?, Histogram::of([7]));
    Ok(())
}

async fn what_changes_nothing_gives_no_token(db: &Database) -> Result<()> {
    furnish(db).await?;
    let sent = [edition(3, 9, token(1)), edition(0, 0, token(2)), edition(4, 0, token(2))];
    assert_eq!(each(db, sent).await?, [Outcome::Stored, Outcome::Duplicate, Outcome::NotTheirs]);
    // Nor does it take one from whoever it is.
    let other = Accept { site: home(), response: response(2, 5), display: token(2) };
    assert_eq!(each(db, [other.into()]).await?, [Outcome::Stored]);
    let found = db.response(&home(), response_id(2)).await?.expect("it is there");
    assert!(found.suspicion.is_none(), "it was nobody's");
    assert_eq!(scores(db).await?, Histogram::of([9, 5]));
    Ok(())
}

async fn a_token_that_is_no_good_any_more_is_known_again(db: &Database) -> Result<()> {
    furnish(db).await?;
    let old = |number| token(number).map(|display| Display { is_good: false, ..display });
    let sent = [edition(0, 9, token(1)), edition(1, 8, old(1)), edition(2, 0, old(2)), edition(2, 0, old(2))];
    let expected = [Outcome::Stored, Outcome::Updated, Outcome::NotTheirs, Outcome::NotTheirs];
    assert_eq!(each(db, sent).await?, expected);
    // A response gets none of it, and whoever has it is not told of twice.
    let other = Accept { site: home(), response: response(2, 5), display: old(1) };
    assert_eq!(each(db, [other.into()]).await?, [Outcome::Stored]);
    let found = db.response(&home(), response_id(2)).await?.expect("it is there");
    assert!(found.suspicion.is_none(), "what is wrong with the token is said by whoever read it");
    assert_eq!(scores(db).await?, Histogram::of([8, 5]));
    Ok(())
}

async fn tokens_hold_within_one_batch(db: &Database) -> Result<()> {
    furnish(db).await?;
    let batch = vec![
        edition(0, 9, token(1)),
        edition(1, 0, token(2)),
        edition(2, 0, token(2)),
        edition(3, 0, None),
        edition(4, 8, token(1)),
        edition(5, 0, token(2)),
    ];
    let (not, updated) = (Outcome::NotTheirs, Outcome::Updated);
    assert_eq!(db.take_in(batch).await?, [Outcome::Stored, not, not, not, updated, not]);
    let batch = vec![edition(6, 0, token(2)), edition(6, 7, token(1)), withdrawn(visitor(token(2)), NOON)];
    assert_eq!(db.take_in(batch).await?, [not, updated, not]);
    assert_eq!(scores(db).await?, Histogram::of([7]));
    Ok(())
}

async fn a_response_with_a_token_is_taken_back_by_that_token_alone(db: &Database) -> Result<()> {
    furnish(db).await?;
    let tries = [withdrawn(visitor(None), NOON), withdrawn(visitor(token(2)), NOON)];
    assert_eq!(each(db, [edition(0, 9, token(1))]).await?, [Outcome::Stored]);
    assert_eq!(each(db, tries.clone()).await?, [Outcome::NotTheirs; 2]);
    assert_eq!(scores(db).await?, Histogram::of([9]));
    assert_eq!(each(db, [withdrawn(visitor(token(1)), NOON)]).await?, [Outcome::Withdrawn]);
    assert_eq!(scores(db).await?, Histogram::default());
    // It is gone: whoever says so again says nothing new.
    assert_eq!(each(db, tries).await?, [Outcome::Withdrawn; 2]);
    Ok(())
}

async fn what_the_sites_server_brought_is_no_browsers(db: &Database) -> Result<()> {
    furnish(db).await?;
    let servers = |seq, score| accept(db, [StoredResponse { seq, source: "server".into(), ..response(1, score) }]);
    assert_eq!(servers(0, 9).await?, [Outcome::Stored]);
    let sent = [edition(1, 0, None), edition(1, 0, token(1)), withdrawn(visitor(None), NOON)];
    assert_eq!(each(db, sent).await?, [Outcome::NotTheirs; 3]);
    assert_eq!(servers(1, 8).await?, [Outcome::Updated]);
    assert_eq!(scores(db).await?, Histogram::of([8]));
    assert_eq!(each(db, [withdrawn(Right::Site, NOON)]).await?, [Outcome::Withdrawn]);
    assert_eq!(scores(db).await?, Histogram::default());
    Ok(())
}

async fn after_eight_days_a_response_is_no_browsers(db: &Database) -> Result<()> {
    furnish(db).await?;
    let shown_at = response(1, 9).shown_at;
    let at = |seq, received_at| {
        let response = StoredResponse { seq, received_at, ..response(1, 7) };
        Arrival::from(Accept { site: home(), response, display: None })
    };
    let last = shown_at + 8 * DAY;
    let sent = [edition(0, 9, None), at(1, last), at(2, last + 1), withdrawn(visitor(None), last + 1)];
    let expected = [Outcome::Stored, Outcome::Updated, Outcome::NotTheirs, Outcome::NotTheirs];
    assert_eq!(each(db, sent).await?, expected);
    assert_eq!(scores(db).await?, Histogram::of([7]));
    assert_eq!(each(db, [withdrawn(visitor(None), last)]).await?, [Outcome::Withdrawn]);
    Ok(())
}

async fn a_customer_who_is_believed_changes_no_response_of_others(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert_eq!(each(db, [edition(0, 9, token(1))]).await?, [Outcome::Stored]);
    let theirs = StoredResponse { seq: 1, identity: Identity::Verified, ..response(1, 0) };
    let theirs = with_attributes(theirs, &[("plan", "invented")]);
    let invented = having(&[("plan", "invented")]);
    let sent = [None, token(2)].map(|display| Accept { site: home(), response: theirs.clone(), display }.into());
    assert_eq!(each(db, sent).await?, [Outcome::NotTheirs; 2]);
    assert_eq!(scores(db).await?, Histogram::of([9]));
    assert!(!has_cells(db, &invented).await?, "it teaches nothing");
    let theirs = Accept { site: home(), response: theirs, display: token(1) };
    assert_eq!(each(db, [theirs.into()]).await?, [Outcome::Updated]);
    assert!(has_cells(db, &invented).await?);
    Ok(())
}
