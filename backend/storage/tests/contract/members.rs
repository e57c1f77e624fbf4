//! Members: found by their address, with a role a site; invitations that work once; no site without somebody who owns it.

use bearing_shared::id::{InvitationId, MemberId, SessionId, SiteId};
use bearing_storage::{
    Accepted, Changed, Invitation, InvitationPurpose as Purpose, Joining, Member, Result, Role, Session,
};

use crate::builders::*;

crate::contract! {
    whoever_accepts_is_a_member_with_a_session_and_the_invitation_is_gone
    of_two_who_accept_at_once_one_joins
    an_invitation_that_has_ended_opens_nothing
    an_address_is_one_members
    a_known_member_joins_another_site_and_loses_no_role
    a_link_for_a_password_sets_it_and_ends_every_session
    a_link_for_a_password_ends_with_whatever_changes_about_its_member
    first_invitations_hold_beside_each_other_until_anybody_joins
    the_first_invitation_is_made_as_long_as_no_member_can_sign_in
    of_two_who_come_first_one_is
    whoever_owns_a_site_no_more_has_invited_nobody
    invitations_are_their_sites_own
    an_invitation_needs_its_site_and_its_member
    a_site_keeps_an_owner
    where_an_operator_is_a_site_may_lose_its_last_owner
    whoever_is_in_no_site_any_more_is_forgotten
    members_are_listed_by_site_in_pages
    a_members_name_and_password_change
    a_member_who_is_removed_from_outside_leaves_nothing
    a_deleted_site_takes_its_roles_and_invitations_along
}

fn other() -> SiteId {
    SiteId::from("st_other")
}

pub(crate) fn member(number: u8) -> Member {
    Member {
        id: MemberId(format!("mb_{number:02}")),
        email: format!("{number}@team.example"),
        name: format!("Member {number} «é» 🚲"),
        password: Some(format!("$argon2id${number}")),
        operator: false,
        locale: number.is_multiple_of(2).then(|| "nl".to_owned()),
        created_at: NOON,
    }
}

pub(crate) fn session(number: u8, of: &Member) -> Session {
    Session {
        id: SessionId(format!("se_{number:02}")),
        hash: [number; 32],
        member: of.id.clone(),
        created_at: NOON,
        seen_at: NOON,
        expires_at: NOON + 1_000,
        client: "Firefox on Linux".into(),
    }
}

pub(crate) fn invitation(number: u8, purpose: Purpose) -> Invitation {
    Invitation {
        id: InvitationId(format!("in_{number:02}")),
        hash: [number; 32],
        purpose,
        email: number.is_multiple_of(2).then(|| format!("{number}@team.example")),
        created_by: number.is_multiple_of(3).then(|| MemberId::from("mb_00")),
        created_at: NOON,
        expires_at: NOON + 1_000,
    }
}

fn to(site: &str, role: Role) -> Purpose {
    Purpose::Join { site: SiteId::from(site), role }
}

/// Makes a member by an invitation for this.
pub(crate) async fn joined(db: &Database, number: u8, purpose: Purpose) -> Result<Member> {
    assert!(db.create_invitation(invitation(number, purpose)).await?);
    let member = member(number);
    let joining = Joining::New(member.clone());
    let accepted = db.accept_invitation([number; 32], joining, session(number, &member)).await?;
    assert_eq!(accepted, Accepted::Done(member.id.clone()));
    Ok(member)
}

async fn role(db: &Database, site: &SiteId, member: &Member) -> Result<Option<Role>> {
    let all = db.site_members(site, None, 99).await?;
    Ok(all.into_iter().find(|(found, _)| found.id == member.id).map(|(_, role)| role))
}

async fn whoever_accepts_is_a_member_with_a_session_and_the_invitation_is_gone(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(!db.has_members().await?);
    let asked = invitation(1, to("st_home", Role::Editor));
    assert!(db.create_invitation(asked.clone()).await?);
    assert_eq!(db.invitation_by_hash([1; 32], NOON).await?, Some(asked.clone()));
    assert_eq!(db.invitations(&home(), NOON).await?, [asked]);
    let (new, begun) = (member(1), session(9, &member(1)));
    // The session's member is put right, whatever it says.
    let unknown = Session { member: MemberId::from("mb_nobody"), ..begun.clone() };
    let accepted = db.accept_invitation([1; 32], Joining::New(new.clone()), unknown).await?;
    assert_eq!(accepted, Accepted::Done(new.id.clone()));
    assert!(db.has_members().await?);
    assert_eq!(db.member(&new.id).await?, Some(new.clone()));
    assert_eq!(db.member_by_email("1@team.example").await?, Some(new.clone()));
    assert_eq!(db.member_by_email("2@team.example").await?, None);
    assert_eq!(db.site_members(&home(), None, 9).await?, [(new.clone(), Role::Editor)]);
    let signed_in = db.session_by_hash([9; 32], NOON).await?.expect("the session has begun");
    assert_eq!((signed_in.session, signed_in.member), (begun, new.clone()));
    let roles: Vec<_> = signed_in.memberships.into_iter().map(|one| (one.site, one.member, one.role)).collect();
    assert_eq!(roles, [(home(), new.id, Role::Editor)]);
    assert_eq!(db.invitation_by_hash([1; 32], NOON).await?, None);
    let again = db.accept_invitation([1; 32], Joining::New(member(2)), session(8, &member(2))).await?;
    assert_eq!(again, Accepted::Gone);
    assert_eq!(db.member(&member(2).id).await?, None);
    Ok(())
}

async fn of_two_who_accept_at_once_one_joins(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    for round in 0..5u8 {
        assert!(db.create_invitation(invitation(100 + round, to("st_home", Role::Owner))).await?);
        let (one, other) = (member(10 + 2 * round), member(11 + 2 * round));
        let hash = [100 + round; 32];
        let (first, last) = tokio::join!(
            db.accept_invitation(hash, Joining::New(one.clone()), session(10 + 2 * round, &one)),
            second.accept_invitation(hash, Joining::New(other.clone()), session(11 + 2 * round, &other)),
        );
        let (first, last) = (first?, last?);
        let done = [&first, &last].into_iter().filter(|accepted| matches!(accepted, Accepted::Done(_))).count();
        let gone = [&first, &last].into_iter().filter(|accepted| **accepted == Accepted::Gone).count();
        assert_eq!((done, gone), (1, 1), "{first:?} {last:?}");
    }
    assert_eq!(db.site_members(&home(), None, 99).await?.len(), 5);
    Ok(())
}

async fn an_invitation_that_has_ended_opens_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_invitation(invitation(1, to("st_home", Role::Owner))).await?);
    assert!(db.invitation_by_hash([1; 32], NOON + 999).await?.is_some());
    assert_eq!(db.invitation_by_hash([1; 32], NOON + 1_000).await?, None);
    assert!(db.invitations(&home(), NOON + 1_000).await?.is_empty());
    let late = Session { created_at: NOON + 1_000, expires_at: NOON + 9_000, ..session(1, &member(1)) };
    assert_eq!(db.accept_invitation([1; 32], Joining::New(member(1)), late).await?, Accepted::Gone);
    assert_eq!(db.accept_invitation([2; 32], Joining::New(member(1)), session(1, &member(1))).await?, Accepted::Gone);
    assert!(!db.has_members().await?);
    // The next one sweeps it away.
    let next = Invitation { created_at: NOON + 1_000, expires_at: NOON + 2_000, ..invitation(2, Purpose::Operator) };
    assert!(db.create_invitation(next).await?);
    assert_eq!(db.invitation_by_hash([1; 32], NOON).await?, None);
    Ok(())
}

async fn an_address_is_one_members(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    assert!(db.create_invitation(invitation(2, to("st_home", Role::Viewer))).await?);
    let twin = Member { email: ann.email.clone(), ..member(2) };
    let accepted = db.accept_invitation([2; 32], Joining::New(twin), session(2, &member(2))).await?;
    assert_eq!(accepted, Accepted::EmailTaken);
    assert_eq!(db.member_by_email(&ann.email).await?, Some(ann));
    assert!(db.invitation_by_hash([2; 32], NOON).await?.is_some(), "it can still be used");
    assert_eq!(db.session_by_hash([2; 32], NOON).await?, None);
    Ok(())
}

async fn a_known_member_joins_another_site_and_loses_no_role(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let ann = joined(db, 1, to("st_home", Role::Editor)).await?;
    for (number, purpose) in [(2, to("st_other", Role::Viewer)), (3, to("st_home", Role::Viewer))] {
        assert!(db.create_invitation(invitation(number, purpose)).await?);
        let joining = Joining::Known(ann.id.clone());
        let accepted = db.accept_invitation([number; 32], joining, session(number, &ann)).await?;
        assert_eq!(accepted, Accepted::Done(ann.id.clone()));
    }
    assert_eq!(role(db, &home(), &ann).await?, Some(Role::Editor));
    assert_eq!(role(db, &other(), &ann).await?, Some(Role::Viewer));
    let roles: Vec<_> = db.memberships(&ann.id).await?.into_iter().map(|one| (one.site, one.role)).collect();
    assert_eq!(roles, [(home(), Role::Editor), (other(), Role::Viewer)]);
    assert!(db.memberships(&MemberId::from("mb_nobody")).await?.is_empty());
    assert!(db.create_invitation(invitation(4, Purpose::Operator)).await?);
    db.accept_invitation([4; 32], Joining::Known(ann.id.clone()), session(4, &ann)).await?;
    assert!(db.member(&ann.id).await?.expect("she is there").operator);
    // Somebody who is not there gets nothing, and the invitation stays.
    assert!(db.create_invitation(invitation(5, to("st_home", Role::Owner))).await?);
    let nobody = Joining::Known(MemberId::from("mb_nobody"));
    assert!(db.accept_invitation([5; 32], nobody, session(5, &ann)).await.is_err());
    assert!(db.invitation_by_hash([5; 32], NOON).await?.is_some());
    assert_eq!(db.site_members(&home(), None, 9).await?.len(), 1);
    Ok(())
}

async fn a_link_for_a_password_sets_it_and_ends_every_session(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    let asked = invitation(2, Purpose::Password(ann.id.clone()));
    assert!(db.create_invitation(asked.clone()).await?);
    assert_eq!(db.invitation_by_hash([2; 32], NOON).await?, Some(asked));
    assert!(db.invitations(&home(), NOON).await?.is_empty(), "it is no invitation to the site");
    // It makes nobody a member.
    assert_eq!(db.accept_invitation([2; 32], Joining::New(member(2)), session(2, &ann)).await?, Accepted::Gone);
    let known = Joining::Known(ann.id.clone());
    assert_eq!(db.accept_invitation([2; 32], known, session(2, &ann)).await?, Accepted::Gone);
    let renewed = Joining::Password("$argon2id$new".into());
    let accepted = db.accept_invitation([2; 32], renewed.clone(), session(2, &ann)).await?;
    assert_eq!(accepted, Accepted::Done(ann.id.clone()));
    assert_eq!(db.member(&ann.id).await?.and_then(|ann| ann.password).as_deref(), Some("$argon2id$new"));
    assert_eq!(db.session_by_hash([1; 32], NOON).await?, None, "the old session has ended");
    assert!(db.session_by_hash([2; 32], NOON).await?.is_some());
    // Nor does an invitation to a site set one.
    assert!(db.create_invitation(invitation(3, to("st_home", Role::Viewer))).await?);
    assert_eq!(db.accept_invitation([3; 32], renewed, session(3, &ann)).await?, Accepted::Gone);
    Ok(())
}

/// Makes a link for a member's password.
async fn renewal(db: &Database, number: u8, of: &Member) -> Result<()> {
    assert!(db.create_invitation(invitation(number, Purpose::Password(of.id.clone()))).await?);
    Ok(())
}

async fn holds(db: &Database, number: u8) -> Result<bool> {
    Ok(db.invitation_by_hash([number; 32], NOON).await?.is_some())
}

async fn a_link_for_a_password_ends_with_whatever_changes_about_its_member(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    let bob = joined(db, 2, to("st_home", Role::Viewer)).await?;
    renewal(db, 3, &bob).await?;
    renewal(db, 4, &ann).await?;
    renewal(db, 5, &ann).await?;
    assert!(!holds(db, 4).await?, "the next one ends the one before");
    assert!(db.set_password(&ann.id, "$argon2id$new".into(), [1; 32]).await?);
    assert!(!holds(db, 5).await?, "whoever knew the password has set another");
    assert!(holds(db, 3).await?, "that is somebody else's");
    // Whoever made it was asked about the sites that the member was in then.
    renewal(db, 6, &ann).await?;
    assert!(db.create_invitation(invitation(7, to("st_other", Role::Viewer))).await?);
    db.accept_invitation([7; 32], Joining::Known(ann.id.clone()), session(7, &ann)).await?;
    assert!(!holds(db, 6).await?);
    renewal(db, 8, &ann).await?;
    assert!(db.create_invitation(invitation(9, Purpose::Operator)).await?);
    db.accept_invitation([9; 32], Joining::Known(ann.id.clone()), session(9, &ann)).await?;
    assert!(!holds(db, 8).await?);
    assert!(holds(db, 3).await?);
    Ok(())
}

/// An invitation as a server makes it that has no members yet.
fn first(number: u8) -> Invitation {
    Invitation { email: None, created_by: None, ..invitation(number, Purpose::Operator) }
}

async fn first_invitations_hold_beside_each_other_until_anybody_joins(db: &Database) -> Result<()> {
    furnish(db).await?;
    // What the command line has made for an address is none of them.
    assert!(db.create_invitation(Invitation { created_by: None, ..invitation(20, Purpose::Operator) }).await?);
    for number in 1..=9 {
        let asked = Invitation { created_at: NOON + i64::from(number), ..first(number) };
        assert!(db.invite_first(asked).await?);
    }
    assert_eq!(db.invitation_by_hash([1; 32], NOON).await?, None, "eight hold");
    for number in 2..=9 {
        assert!(db.invitation_by_hash([number; 32], NOON).await?.is_some(), "{number}");
    }
    let ann = member(1);
    let accepted = db.accept_invitation([2; 32], Joining::New(ann.clone()), session(1, &ann)).await?;
    assert_eq!(accepted, Accepted::Done(ann.id.clone()));
    assert_eq!(db.member(&ann.id).await?, Some(Member { operator: true, ..ann.clone() }));
    for number in 3..=9 {
        assert_eq!(db.invitation_by_hash([number; 32], NOON).await?, None, "{number}");
    }
    assert!(!db.invite_first(first(10)).await?);
    assert_eq!(db.invitation_by_hash([10; 32], NOON).await?, None);
    assert!(db.invitation_by_hash([20; 32], NOON).await?.is_some());
    // Whoever joins by another link ends them too.
    assert!(db.delete_member(&ann.id).await?);
    assert!(db.invite_first(first(11)).await?);
    joined(db, 12, to("st_home", Role::Viewer)).await?;
    assert_eq!(db.invitation_by_hash([11; 32], NOON).await?, None);
    Ok(())
}

async fn of_two_who_come_first_one_is(db: &Database) -> Result<()> {
    let second = db.second().await?;
    for round in 0..5u8 {
        let (one, other) = (member(2 * round), member(2 * round + 1));
        assert!(db.invite_first(first(2 * round)).await?);
        assert!(second.invite_first(first(2 * round + 1)).await?);
        let (first, last) = tokio::join!(
            db.accept_invitation([2 * round; 32], Joining::New(one.clone()), session(2 * round, &one)),
            second.accept_invitation([2 * round + 1; 32], Joining::New(other.clone()), session(2 * round + 1, &other)),
        );
        let mut came = [first?, last?];
        came.sort_by_key(|accepted| *accepted == Accepted::Gone);
        assert!(matches!(&came, [Accepted::Done(_), Accepted::Gone]), "{came:?}");
        let operators = db.operators().await?;
        assert_eq!(operators.len(), 1);
        assert!(db.delete_member(&operators[0].id).await?);
    }
    Ok(())
}

/// Makes an invitation in a member's name.
async fn invited(db: &Database, number: u8, by: &Member, purpose: Purpose) -> Result<()> {
    let asked = Invitation { created_by: Some(by.id.clone()), ..invitation(number, purpose) };
    assert!(db.create_invitation(asked).await?);
    Ok(())
}

async fn whoever_owns_a_site_no_more_has_invited_nobody(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    let bob = joined(db, 2, to("st_home", Role::Owner)).await?;
    let eve = joined(db, 3, Purpose::Operator).await?;
    invited(db, 4, &ann, to("st_home", Role::Viewer)).await?;
    for lowered in [true, false] {
        invited(db, 5, &bob, to("st_home", Role::Owner)).await?;
        invited(db, 6, &bob, Purpose::Password(ann.id.clone())).await?;
        assert_eq!(db.set_role(&home(), &bob.id, Role::Owner).await?, Changed::Done);
        assert!(holds(db, 5).await? && holds(db, 6).await?, "he owns it still");
        match lowered {
            true => assert_eq!(db.set_role(&home(), &bob.id, Role::Editor).await?, Changed::Done),
            false => assert_eq!(db.remove_member(&home(), &bob.id).await?, Changed::Done),
        }
        assert!(!holds(db, 5).await? && !holds(db, 6).await?, "{lowered}");
    }
    invited(db, 7, &eve, to("st_home", Role::Owner)).await?;
    invited(db, 8, &eve, Purpose::Operator).await?;
    assert!(db.delete_member(&eve.id).await?);
    assert!(!holds(db, 7).await? && !holds(db, 8).await?);
    assert!(holds(db, 4).await?, "what others have invited to stays");
    // Of one site: what an owner of two has invited to in the other stays.
    assert!(db.create_invitation(invitation(9, to("st_other", Role::Owner))).await?);
    db.accept_invitation([9; 32], Joining::Known(ann.id.clone()), session(9, &ann)).await?;
    invited(db, 10, &ann, to("st_other", Role::Viewer)).await?;
    joined(db, 12, to("st_home", Role::Owner)).await?;
    assert_eq!(db.set_role(&home(), &ann.id, Role::Viewer).await?, Changed::Done);
    assert!(!holds(db, 4).await? && holds(db, 10).await?);
    Ok(())
}

async fn the_first_invitation_is_made_as_long_as_no_member_can_sign_in(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.create_invitation(invitation(1, to("st_home", Role::Owner))).await?);
    let ann = Member { password: None, ..member(1) };
    db.accept_invitation([1; 32], Joining::New(ann.clone()), session(1, &ann)).await?;
    assert!(!db.has_members().await?, "she has no password, and no provider knows her");
    assert!(db.invite_first(Invitation { email: None, created_by: None, ..invitation(2, Purpose::Operator) }).await?);
    assert!(db.set_password(&ann.id, "$argon2id$new".into(), [0; 32]).await?);
    assert!(db.has_members().await?);
    assert!(!db.invite_first(Invitation { email: None, created_by: None, ..invitation(3, Purpose::Operator) }).await?);
    Ok(())
}

async fn invitations_are_their_sites_own(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    assert!(db.create_invitation(invitation(1, to("st_home", Role::Viewer))).await?);
    assert!(db.create_invitation(invitation(2, to("st_other", Role::Viewer))).await?);
    assert_eq!(db.invitations(&other(), NOON).await?.len(), 1);
    assert!(!db.delete_invitation(&other(), &InvitationId::from("in_01")).await?);
    assert!(db.delete_invitation(&home(), &InvitationId::from("in_01")).await?);
    assert!(!db.delete_invitation(&home(), &InvitationId::from("in_01")).await?);
    assert!(db.invitations(&home(), NOON).await?.is_empty());
    assert!(db.invitation_by_hash([2; 32], NOON).await?.is_some());
    Ok(())
}

async fn an_invitation_needs_its_site_and_its_member(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(!db.create_invitation(invitation(1, to("st_gone", Role::Owner))).await?);
    assert!(!db.create_invitation(invitation(1, Purpose::Password(MemberId::from("mb_gone")))).await?);
    assert_eq!(db.invitation_by_hash([1; 32], NOON).await?, None);
    Ok(())
}

async fn a_site_keeps_an_owner(db: &Database) -> Result<()> {
    furnish(db).await?;
    let (ann, bob) =
        (joined(db, 1, to("st_home", Role::Owner)).await?, joined(db, 2, to("st_home", Role::Editor)).await?);
    assert_eq!(db.set_role(&home(), &ann.id, Role::Editor).await?, Changed::LastOwner);
    assert_eq!(db.remove_member(&home(), &ann.id).await?, Changed::LastOwner);
    assert_eq!(role(db, &home(), &ann).await?, Some(Role::Owner));
    assert_eq!(db.set_role(&home(), &ann.id, Role::Owner).await?, Changed::Done, "which changes nothing");
    assert_eq!(db.set_role(&home(), &bob.id, Role::Owner).await?, Changed::Done);
    // Two owners who lower each other at once leave one.
    let second = db.second().await?;
    let (site, ann_id, bob_id) = (home(), ann.id.clone(), bob.id.clone());
    let (one, another) =
        tokio::join!(db.set_role(&site, &ann_id, Role::Viewer), second.set_role(&site, &bob_id, Role::Viewer));
    let mut changed = [one?, another?];
    changed.sort_by_key(|changed| *changed == Changed::LastOwner);
    assert_eq!(changed, [Changed::Done, Changed::LastOwner]);
    let nobody = MemberId::from("mb_nobody");
    assert_eq!(db.set_role(&home(), &nobody, Role::Viewer).await?, Changed::Absent);
    assert_eq!(db.remove_member(&home(), &nobody).await?, Changed::Absent);
    assert_eq!(db.set_role(&other(), &ann.id, Role::Viewer).await?, Changed::Absent);
    Ok(())
}

async fn where_an_operator_is_a_site_may_lose_its_last_owner(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    joined(db, 2, Purpose::Operator).await?;
    assert_eq!(db.set_role(&home(), &ann.id, Role::Viewer).await?, Changed::Done);
    assert_eq!(db.set_role(&home(), &ann.id, Role::Owner).await?, Changed::Done);
    assert_eq!(db.remove_member(&home(), &ann.id).await?, Changed::Done);
    Ok(())
}

async fn whoever_is_in_no_site_any_more_is_forgotten(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    joined(db, 1, to("st_home", Role::Owner)).await?;
    joined(db, 2, to("st_other", Role::Owner)).await?;
    let bob = joined(db, 3, to("st_home", Role::Viewer)).await?;
    assert!(db.create_invitation(invitation(4, to("st_other", Role::Viewer))).await?);
    db.accept_invitation([4; 32], Joining::Known(bob.id.clone()), session(4, &bob)).await?;
    assert!(db.create_invitation(invitation(5, Purpose::Password(bob.id.clone()))).await?);
    assert_eq!(db.remove_member(&home(), &bob.id).await?, Changed::Done);
    assert!(db.member(&bob.id).await?.is_some(), "the other site has him still");
    let signed_in = db.session_by_hash([3; 32], NOON).await?.expect("he is signed in");
    assert_eq!(signed_in.memberships.len(), 1);
    assert_eq!(db.remove_member(&other(), &bob.id).await?, Changed::Done);
    assert_eq!(db.member(&bob.id).await?, None);
    assert_eq!(db.session_by_hash([3; 32], NOON).await?, None);
    assert_eq!(db.invitation_by_hash([5; 32], NOON).await?, None);
    // An operator stays one without a role anywhere.
    let eve = joined(db, 6, Purpose::Operator).await?;
    assert!(db.create_invitation(invitation(7, to("st_home", Role::Viewer))).await?);
    db.accept_invitation([7; 32], Joining::Known(eve.id.clone()), session(7, &eve)).await?;
    assert_eq!(db.remove_member(&home(), &eve.id).await?, Changed::Done);
    assert!(db.member(&eve.id).await?.is_some());
    Ok(())
}

async fn members_are_listed_by_site_in_pages(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    for number in 1..=5 {
        joined(db, number, to("st_home", Role::Viewer)).await?;
    }
    joined(db, 6, to("st_other", Role::Viewer)).await?;
    let ids = |page: Vec<(Member, Role)>| page.into_iter().map(|(member, _)| member.id.0).collect::<Vec<_>>();
    let first = db.site_members(&home(), None, 3).await?;
    assert_eq!(first[0], (member(1), Role::Viewer));
    assert_eq!(ids(first), ["mb_01", "mb_02", "mb_03"]);
    assert_eq!(ids(db.site_members(&home(), Some("mb_03".into()), 3).await?), ["mb_04", "mb_05"]);
    assert!(db.site_members(&SiteId::from("st_gone"), None, 3).await?.is_empty());
    Ok(())
}

async fn a_members_name_and_password_change(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    for number in [2, 3] {
        assert!(db.create_session(session(number, &ann)).await?);
    }
    assert!(db.edit_member(&ann.id, Some("Ann".into()), None).await?);
    assert!(db.edit_member(&ann.id, None, Some(Some("ar".into()))).await?, "which leaves the name as it is");
    assert!(db.set_password(&ann.id, "$argon2id$new".into(), [2; 32]).await?);
    let (name, locale, password) = ("Ann".to_owned(), Some("ar".to_owned()), Some("$argon2id$new".to_owned()));
    assert_eq!(db.member(&ann.id).await?, Some(Member { name, locale, password, ..ann.clone() }));
    let left: Vec<_> = db.sessions(&ann.id, NOON).await?.into_iter().map(|session| session.id.0).collect();
    assert_eq!(left, ["se_02"], "a new password ends the others");
    let nobody = MemberId::from("mb_nobody");
    assert!(db.edit_member(&ann.id, None, None).await?);
    assert_eq!(db.member(&ann.id).await?.and_then(|ann| ann.locale).as_deref(), Some("ar"));
    assert!(db.edit_member(&ann.id, None, Some(None)).await?);
    assert_eq!(db.member(&ann.id).await?.map(|ann| (ann.name, ann.locale)), Some(("Ann".into(), None)));
    assert!(!db.edit_member(&nobody, Some("Ann".into()), None).await?);
    assert!(!db.set_password(&nobody, String::new(), [2; 32]).await?);
    Ok(())
}

async fn a_member_who_is_removed_from_outside_leaves_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    let bob = joined(db, 2, Purpose::Operator).await?;
    assert!(db.create_invitation(invitation(3, Purpose::Password(ann.id.clone()))).await?);
    for member in [&ann, &bob] {
        assert!(db.delete_member(&member.id).await?);
        assert!(!db.delete_member(&member.id).await?);
    }
    assert!(!db.has_members().await?);
    assert!(db.site_members(&home(), None, 9).await?.is_empty());
    for hash in [[1; 32], [2; 32]] {
        assert_eq!(db.session_by_hash(hash, NOON).await?, None);
    }
    assert_eq!(db.invitation_by_hash([3; 32], NOON).await?, None);
    Ok(())
}

async fn a_deleted_site_takes_its_roles_and_invitations_along(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let ann = joined(db, 1, to("st_home", Role::Owner)).await?;
    assert!(db.create_invitation(invitation(2, to("st_home", Role::Viewer))).await?);
    assert!(db.create_invitation(invitation(3, to("st_other", Role::Viewer))).await?);
    assert!(db.delete_site(&home()).await?);
    assert!(db.session_by_hash([1; 32], NOON).await?.expect("she is signed in").memberships.is_empty());
    assert!(db.site_members(&home(), None, 9).await?.is_empty());
    assert_eq!(db.invitation_by_hash([2; 32], NOON).await?, None);
    assert!(db.invitation_by_hash([3; 32], NOON).await?.is_some());
    assert!(db.member(&ann.id).await?.is_some(), "she can be invited to another");
    Ok(())
}
