//! Withdrawals: a response that its respondent takes back is gone, wherever in a batch that is said, and stays gone.

use bearing_shared::histogram::Histogram;
use bearing_shared::id::SiteId;
use bearing_storage::{Accept, Arrival, Outcome, Result, Right, StoredResponse, Withdrawal};

use crate::builders::*;

crate::contract! {
    a_withdrawn_response_is_uncounted_and_cannot_come_back
    what_has_not_arrived_can_be_withdrawn
    an_id_that_is_not_kept_out_is_not_remembered
    a_batch_is_taken_in_the_order_sent
    another_tenants_response_cannot_be_withdrawn
    a_site_that_is_not_there_takes_no_withdrawal
}

fn sent(response: StoredResponse) -> Arrival {
    Accept { site: home(), response, display: None }.into()
}

fn withdrawn(number: u128) -> Arrival {
    Arrival::Withdrawal(Withdrawal {
        site: home(),
        id: response_id(number),
        right: Right::Visitor { token: None },
        keeps_out: true,
        at: NOON,
    })
}

async fn a_withdrawn_response_is_uncounted_and_cannot_come_back(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [with_attributes(response(1, 9), &[("plan", "pro")]), response(2, 3)]).await?;
    assert_eq!(db.take_in(vec![withdrawn(1)]).await?, [Outcome::Withdrawn]);
    assert_eq!(db.response(&home(), response_id(1)).await?, None);
    assert_eq!(counted(db, everything()).await?, Histogram::of([3]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::default());
    // Said again, it is said again; and no edition brings it back, the next process included.
    assert_eq!(db.take_in(vec![withdrawn(1)]).await?, [Outcome::Withdrawn]);
    let late = [response(1, 9), StoredResponse { seq: 9, ..response(1, 9) }];
    assert_eq!(accept(&db.second().await?, late).await?, [Outcome::Erased; 2]);
    assert_sound(db).await
}

async fn what_has_not_arrived_can_be_withdrawn(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert_eq!(db.take_in(vec![withdrawn(1)]).await?, [Outcome::Withdrawn]);
    assert_eq!(accept(db, [response(1, 9), response(2, 3)]).await?, [Outcome::Erased, Outcome::Stored]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([3]));
    assert_sound(db).await
}

async fn an_id_that_is_not_kept_out_is_not_remembered(db: &Database) -> Result<()> {
    furnish(db).await?;
    let at = |number| {
        let id = response_id(number);
        Arrival::Withdrawal(Withdrawal {
            site: home(),
            id,
            right: Right::Visitor { token: None },
            keeps_out: false,
            at: NOON,
        })
    };
    accept(db, [response(2, 3)]).await?;
    assert_eq!(
        db.take_in(vec![at(1), at(2), at(2)]).await?,
        [Outcome::Unknown, Outcome::Withdrawn, Outcome::Withdrawn]
    );
    assert_eq!(accept(db, [response(1, 9), response(2, 3)]).await?, [Outcome::Stored, Outcome::Erased]);
    assert_sound(db).await
}

async fn a_batch_is_taken_in_the_order_sent(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(3, 0)]).await?;
    let edition = |number, seq| sent(StoredResponse { seq, ..response(number, 9) });
    let batch = vec![
        edition(1, 0),
        edition(2, 0),
        withdrawn(1),
        edition(1, 1),
        edition(2, 1),
        edition(3, 1),
        withdrawn(3),
        withdrawn(4),
        edition(4, 0),
        edition(5, 0),
    ];
    let expected = [
        Outcome::Stored,
        Outcome::Stored,
        Outcome::Withdrawn,
        Outcome::Erased,
        Outcome::Updated,
        Outcome::Updated,
        Outcome::Withdrawn,
        Outcome::Withdrawn,
        Outcome::Erased,
        Outcome::Stored,
    ];
    assert_eq!(db.take_in(batch).await?, expected);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 9]));
    assert_sound(db).await
}

async fn another_tenants_response_cannot_be_withdrawn(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let other = SiteId::from("st_other");
    let theirs = StoredResponse { survey: "sv_other".into(), ..response(1, 9) };
    assert_eq!(accept_at(db, other.clone(), [theirs]).await?, [Outcome::Stored]);
    assert_eq!(db.take_in(vec![withdrawn(1)]).await?, [Outcome::Withdrawn]);
    assert!(db.response(&other, response_id(1)).await?.is_some());
    assert_sound(db).await
}

async fn a_site_that_is_not_there_takes_no_withdrawal(db: &Database) -> Result<()> {
    assert_eq!(db.take_in(vec![withdrawn(1)]).await?, [Outcome::Failed]);
    furnish(db).await?;
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored]);
    Ok(())
}
