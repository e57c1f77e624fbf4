//! Identities: one member's each, one to a provider, and gone with the member.

use bearing_shared::id::MemberId;
use bearing_storage::{Identity, Invitation, InvitationPurpose as Purpose, Joining, Linked, Member, Result, Role};

use crate::builders::*;
use crate::members::{invitation, joined, member, session};

crate::contract! {
    a_member_is_found_by_the_identity_and_nobody_else_gets_it
    a_member_is_one_person_to_a_provider
    whoever_a_provider_vouches_for_can_sign_in
    an_identity_goes_with_its_member
    whoever_chose_the_address_keeps_no_password_once_its_owner_comes
    of_two_who_claim_an_identity_at_once_one_has_it
    invitations_are_found_by_the_address_that_may_use_them
    operators_are_listed
}

pub(crate) fn identity(subject: &str) -> Identity {
    Identity { issuer: "https://login.example".into(), subject: subject.into() }
}

fn to_home(role: Role) -> Purpose {
    Purpose::Join { site: home(), role }
}

async fn a_member_is_found_by_the_identity_and_nobody_else_gets_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 2, to_home(Role::Owner)).await?;
    let bob = joined(db, 4, to_home(Role::Viewer)).await?;
    assert_eq!(db.member_by_identity(&identity("a")).await?, None);
    for _ in 0..2 {
        assert_eq!(db.link_identity(&ann.id, identity("a"), NOON).await?, Linked::Done);
    }
    assert_eq!(db.member_by_identity(&identity("a")).await?, Some(ann.clone()));
    assert_eq!(db.member_by_identity(&identity("A")).await?, None, "a subject is compared letter by letter");
    let elsewhere = Identity { issuer: "https://other.example".into(), ..identity("a") };
    assert_eq!(db.member_by_identity(&elsewhere).await?, None, "another provider's may be anybody");
    assert_eq!(db.link_identity(&bob.id, identity("a"), NOON).await?, Linked::Taken);
    assert_eq!(db.link_identity(&bob.id, elsewhere.clone(), NOON).await?, Linked::Done);
    assert_eq!(db.member_by_identity(&identity("a")).await?, Some(ann));
    assert_eq!(db.member_by_identity(&elsewhere).await?, Some(bob));
    assert_eq!(db.link_identity(&MemberId::from("mb_nobody"), identity("n"), NOON).await?, Linked::Absent);
    Ok(())
}

async fn a_member_is_one_person_to_a_provider(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 2, to_home(Role::Owner)).await?;
    assert_eq!(db.link_identity(&ann.id, identity("a"), NOON).await?, Linked::Done);
    // An address that has come to be somebody else's.
    assert_eq!(db.link_identity(&ann.id, identity("b"), NOON).await?, Linked::Taken);
    assert_eq!(db.member_by_identity(&identity("b")).await?, None);
    let other = Identity { issuer: "https://other.example".into(), ..identity("b") };
    assert_eq!(db.link_identity(&ann.id, other.clone(), NOON).await?, Linked::Done);
    assert_eq!(db.member_by_identity(&other).await?, Some(ann));
    Ok(())
}

async fn whoever_a_provider_vouches_for_can_sign_in(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_invitation(invitation(2, to_home(Role::Owner))).await?);
    let ann = Member { password: None, ..member(2) };
    db.accept_invitation([2; 32], Joining::New(ann.clone()), session(2, &ann)).await?;
    assert!(!db.has_members().await?);
    assert_eq!(db.link_identity(&ann.id, identity("a"), NOON).await?, Linked::Done);
    assert!(db.has_members().await?);
    Ok(())
}

async fn an_identity_goes_with_its_member(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to_home(Role::Viewer)).await?;
    joined(db, 2, to_home(Role::Owner)).await?;
    assert_eq!(db.link_identity(&ann.id, identity("a"), NOON).await?, Linked::Done);
    db.remove_member(&home(), &ann.id).await?;
    assert_eq!(db.member_by_identity(&identity("a")).await?, None);
    let bob = joined(db, 3, to_home(Role::Viewer)).await?;
    assert_eq!(db.link_identity(&bob.id, identity("a"), NOON).await?, Linked::Done);
    assert!(db.delete_member(&bob.id).await?);
    assert_eq!(db.member_by_identity(&identity("a")).await?, None);
    // Nothing is left of whoever chose the address either: the next of that id may keep the password.
    let (again, begun) = (member(3), session(30, &member(3)));
    assert!(
        db.create_invitation(Invitation { email: Some(again.email.clone()), ..invitation(30, to_home(Role::Viewer)) })
            .await?
    );
    db.accept_invitation([30; 32], Joining::New(again.clone()), begun).await?;
    assert_eq!(db.link_identity(&again.id, identity("a"), NOON).await?, Linked::Done);
    assert_eq!(db.member_by_identity(&identity("a")).await?, Some(again));
    Ok(())
}

async fn whoever_chose_the_address_keeps_no_password_once_its_owner_comes(db: &Database) -> Result<()> {
    furnish(db).await?;
    // Odd invitations are for anybody, even ones for an address; an operator's link comes from the server.
    for (number, purpose, keeps) in
        [(1, to_home(Role::Viewer), false), (2, to_home(Role::Viewer), true), (3, Purpose::Operator, true)]
    {
        let joined = joined(db, number, purpose).await?;
        let renewal = Purpose::Password(joined.id.clone());
        assert!(db.create_invitation(invitation(number + 10, renewal)).await?);
        assert_eq!(db.link_identity(&joined.id, identity(&joined.id.0), NOON).await?, Linked::Done);
        let link = db.invitation_by_hash([number + 10; 32], NOON).await?;
        assert_eq!(link.is_some(), keeps, "{number}: nor a link for another password");
        let password = joined.password.clone().filter(|_| keeps);
        let found = db.member(&joined.id).await?;
        assert_eq!(found.and_then(|member| member.password), password, "{number}");
        assert_eq!(db.session_by_hash([number; 32], NOON).await?.is_some(), keeps, "{number}");
        // It happens once: a password that is set later is the owner's.
        assert!(db.set_password(&joined.id, "$argon2id$own".into(), [0; 32]).await?);
        let elsewhere = Identity { issuer: "https://other.example".into(), ..identity(&joined.id.0) };
        assert_eq!(db.link_identity(&joined.id, elsewhere, NOON).await?, Linked::Done);
        let password = db.member(&joined.id).await?.and_then(|member| member.password);
        assert_eq!(password.as_deref(), Some("$argon2id$own"));
    }
    Ok(())
}

async fn of_two_who_claim_an_identity_at_once_one_has_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    for round in 0..5u8 {
        let one = joined(db, 10 + 4 * round, to_home(Role::Viewer)).await?;
        let other = joined(db, 12 + 4 * round, to_home(Role::Viewer)).await?;
        let claimed = identity(&round.to_string());
        let (first, last) = tokio::join!(
            db.link_identity(&one.id, claimed.clone(), NOON),
            second.link_identity(&other.id, claimed.clone(), NOON),
        );
        let (first, last) = (first?, last?);
        assert!(
            [(Linked::Done, Linked::Taken), (Linked::Taken, Linked::Done)].contains(&(first, last)),
            "{first:?} {last:?}"
        );
        let expected = if first == Linked::Done { one.id } else { other.id };
        assert_eq!(db.member_by_identity(&claimed).await?.map(|member| member.id), Some(expected));
    }
    Ok(())
}

async fn invitations_are_found_by_the_address_that_may_use_them(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let ann = Some("ann@team.example".to_owned());
    let first = Invitation { email: ann.clone(), ..invitation(1, to_home(Role::Viewer)) };
    let purpose = Purpose::Join { site: "st_other".into(), role: Role::Owner };
    let second = Invitation { email: ann.clone(), created_at: NOON + 1, ..invitation(2, purpose) };
    let third = Invitation {
        email: ann.clone(),
        created_at: NOON + 2,
        expires_at: NOON + 5,
        ..invitation(3, Purpose::Operator)
    };
    let anybodys = Invitation { email: None, ..invitation(4, to_home(Role::Owner)) };
    for asked in [&third, &second, &first, &anybodys, &invitation(6, to_home(Role::Owner))] {
        assert!(db.create_invitation(asked.clone()).await?);
    }
    let of = |now| db.invitations_for("ann@team.example", now);
    assert_eq!(of(NOON + 4).await?, [first.clone(), second.clone(), third]);
    assert_eq!(of(NOON + 5).await?, [first, second], "the third has ended");
    assert!(db.invitations_for("bob@team.example", NOON).await?.is_empty());
    let member = joined(db, 8, to_home(Role::Owner)).await?;
    let renewal = Invitation { email: ann, ..invitation(9, Purpose::Password(member.id)) };
    assert!(db.create_invitation(renewal).await?);
    assert_eq!(of(NOON).await?.len(), 3, "a link for a password is no invitation to join");
    Ok(())
}

async fn operators_are_listed(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.operators().await?.is_empty());
    joined(db, 1, to_home(Role::Owner)).await?;
    for number in [3, 2] {
        joined(db, number, Purpose::Operator).await?;
    }
    let expected: Vec<Member> = [2, 3].into_iter().map(|number| Member { operator: true, ..member(number) }).collect();
    assert_eq!(db.operators().await?, expected);
    Ok(())
}
