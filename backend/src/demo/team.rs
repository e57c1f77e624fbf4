//! The sample site's team and what it did in two years: members, keys and shared links, each noted in the audit log.
//!
//! Everything is done by the store's own methods, at the times when a team would have. Nobody can sign in as one of
//! them: they have no password, and every secret here is random and kept by nobody.

use std::collections::BTreeMap;

use bearing_shared::api::audit::Action;
use bearing_shared::id::{InvitationId, KeyId, MemberId, SessionId, ShareId, SiteId, SurveyId};
use bearing_shared::metric::Metric;
use bearing_storage::{
    Accepted, Actor, ActorKind, AuditEntry, Invitation, InvitationPurpose, Joining, Key, Member, Result, Role, Scope,
    Session, Share, Store, StoreError,
};

use super::sample::DAYS;
use super::visit::Place;
use super::{DAY_MS, surveys};
use crate::auth::share::{Hold, PREFIX};
use crate::{auth, chance};

const MINUTE_MS: i64 = 60_000;
/// How long an invitation lasts, as the dashboard makes it.
const INVITED_MS: i64 = 7 * DAY_MS;

/// When the surveys were opened: in the morning of the day before the first sample answer.
pub(super) fn opening(now: i64) -> i64 {
    at(now, DAYS + 1, 9, 40)
}

/// A time of day (UTC) so many days before the day of `now`, ms since 1970 UTC.
fn at(now: i64, days_ago: i32, hour: i64, minute: i64) -> i64 {
    let today = now.div_euclid(DAY_MS) - i64::from(days_ago);
    today * DAY_MS + (hour * 60 + minute) * MINUTE_MS
}

/// Makes the team and what it did, in the order of time.
///
/// # Errors
/// What the store says.
pub(super) async fn make(store: &dyn Store, site: &SiteId, places: &BTreeMap<Place, SurveyId>, now: i64) -> Result<()> {
    let then = |days_ago: i32, hour: i64, minute: i64| at(now, days_ago, hour, minute);
    let team = Team { store, site };
    let mara = team.join(None, ("Mara Lindqvist", "mara"), Role::Owner, opening(now) - 20 * MINUTE_MS).await?;
    for (number, (place, id)) in (1..).zip(places) {
        let (name, opened) = (surveys::survey(*place).name, opening(now) + number * MINUTE_MS);
        team.note(opened, &mara, Action::SurveyCreated, &id.0, &[("name", &name)]).await?;
        team.note(opened, &mara, Action::SurveyPublished, &id.0, &[("version", "1")]).await?;
    }
    let jonas = team.join(Some(&mara), ("Jonas Weber", "jonas"), Role::Viewer, then(688, 8, 15)).await?;
    let orders = team.key(&mara, "Order system", Scope::Write, then(640, 10, 5)).await?;
    let trial = team.key(&mara, "Spreadsheet, on trial", Scope::Read, then(531, 15, 48)).await?;
    team.revoke(&mara, &trial, then(510, 9, 2)).await?;
    team.promote(&mara, &jonas, (Role::Viewer, Role::Editor), then(402, 11, 30)).await?;
    let autumn = Hold { filter: held(&[("touchpoint", Place::ThankYou.touchpoint())]), comments: false };
    let autumn = team.share(&jonas, ("Autumn sale", &autumn), then(365, 14, 10), None).await?;
    team.take_back(&jonas, &autumn, then(301, 16, 44)).await?;
    team.join(Some(&mara), ("Priya Raman", "priya"), Role::Viewer, then(214, 9, 25)).await?;
    // While paying on a phone was broken.
    let agency = held(&[("metric", Metric::Ces.name()), ("touchpoint", Place::Checkout.touchpoint())]);
    let agency = Hold { filter: agency, comments: true };
    let agency = team.share(&jonas, ("Checkout, for the agency", &agency), then(160, 10, 52), None).await?;
    let board = Hold { filter: held(&[("metric", Metric::Nps.name()), ("attr.plan", "business")]), comments: false };
    let board = team.share(&mara, ("Board meeting", &board), then(33, 13, 5), Some(90)).await?;
    team.invite(&mara, "sam", Role::Editor, then(2, 15, 12)).await?;
    // What is looked at every day, and what was looked at once.
    store.touch_keys(vec![(orders, now - 12 * MINUTE_MS)]).await?;
    store.touch_share(site, &agency, then(1, 16, 20)).await?;
    store.touch_share(site, &board, then(31, 8, 3)).await
}

fn held(parts: &[(&str, &str)]) -> BTreeMap<String, String> {
    parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What the site's own rules say of what was just made is a mistake of the sample's.
fn made(is_made: bool, what: &str) -> Result<()> {
    if is_made { Ok(()) } else { Err(StoreError::Driver(format!("the sample's {what} was not made"))) }
}

/// Whoever does something, as the audit log names them.
struct Person {
    id: MemberId,
    name: String,
}

/// Who acts in which site.
struct Team<'a> {
    store: &'a dyn Store,
    site: &'a SiteId,
}

impl Team<'_> {
    async fn note(&self, at: i64, by: &Person, action: Action, object: &str, detail: &[(&str, &str)]) -> Result<()> {
        let entry = AuditEntry {
            at,
            site: Some(self.site.clone()),
            actor: Actor { kind: ActorKind::Member, id: by.id.0.clone(), name: by.name.clone() },
            action: action.name().to_owned(),
            object: object.to_owned(),
            detail: held(detail),
        };
        self.store.record(entry).await.map(drop)
    }

    /// Invites whoever has an address at the sample shop; what the link's secret hashes to.
    async fn invite_by(&self, by: Option<&Person>, address: &str, role: Role, at: i64) -> Result<[u8; 32]> {
        let (email, hash) = (format!("{address}@gloam.example"), auth::hash(&chance::secret("")));
        let invitation = Invitation {
            id: InvitationId(chance::id(InvitationId::PREFIX)),
            hash,
            purpose: InvitationPurpose::Join { site: self.site.clone(), role },
            email: Some(email.clone()),
            created_by: by.map(|by| by.id.clone()),
            created_at: at,
            expires_at: at + INVITED_MS,
        };
        let id = invitation.id.clone();
        made(self.store.create_invitation(invitation).await?, "invitation")?;
        if let Some(by) = by {
            let detail = [("role", role.name()), ("email", email.as_str())];
            self.note(at, by, Action::MemberInvited, &id.0, &detail).await?;
        }
        Ok(hash)
    }

    async fn invite(&self, by: &Person, address: &str, role: Role, at: i64) -> Result<()> {
        self.invite_by(Some(by), address, role, at).await.map(drop)
    }

    /// Invites somebody, who joins half an hour later; the first is invited by nobody.
    async fn join(&self, by: Option<&Person>, (name, address): (&str, &str), role: Role, at: i64) -> Result<Person> {
        let hash = self.invite_by(by, address, role, at).await?;
        let joined_at = if by.is_some() { at + 31 * MINUTE_MS } else { at };
        let member = Member {
            id: MemberId(chance::id(MemberId::PREFIX)),
            email: format!("{address}@gloam.example"),
            name: name.to_owned(),
            password: None,
            operator: false,
            locale: None,
            created_at: joined_at,
        };
        // It has ended before anybody could use it, and nobody knows its secret.
        let session = Session {
            id: SessionId(chance::id(SessionId::PREFIX)),
            hash: auth::hash(&chance::secret("")),
            member: member.id.clone(),
            created_at: joined_at,
            seen_at: joined_at,
            expires_at: joined_at + MINUTE_MS,
            client: String::new(),
        };
        let begun = session.id.clone();
        let mut accepted = self.store.accept_invitation(hash, Joining::New(member.clone()), session.clone()).await?;
        if accepted == Accepted::EmailTaken {
            // Left by a sample that was interrupted or deleted.
            let known = self.store.member_by_email(&member.email).await?.map_or(member.id, |known| known.id);
            accepted = self.store.accept_invitation(hash, Joining::Known(known), session).await?;
        }
        let Accepted::Done(id) = accepted else {
            return Err(StoreError::Driver("the sample's member did not join".into()));
        };
        self.store.end_session(&id, &begun).await?;
        let person = Person { id, name: name.to_owned() };
        self.note(joined_at, &person, Action::MemberJoined, &person.id.0, &[("role", role.name())]).await?;
        Ok(person)
    }

    async fn promote(&self, by: &Person, whom: &Person, (before, role): (Role, Role), at: i64) -> Result<()> {
        self.store.set_role(self.site, &whom.id, role).await?;
        let detail = [("before", before.name()), ("role", role.name())];
        self.note(at, by, Action::MemberRoleSet, &whom.id.0, &detail).await
    }

    async fn key(&self, by: &Person, name: &str, scope: Scope, at: i64) -> Result<KeyId> {
        let id = KeyId(chance::id(KeyId::PREFIX));
        let hash = auth::hash(&chance::secret("sk_"));
        let (site, name) = (self.site.clone(), name.to_owned());
        let key = Key { id: id.clone(), site, hash, scope, name: name.clone(), created_at: at, last_used_at: None };
        made(self.store.create_key(key).await?, "key")?;
        self.note(at, by, Action::KeyCreated, &id.0, &[("name", &name), ("scope", scope.name())]).await?;
        Ok(id)
    }

    async fn revoke(&self, by: &Person, key: &KeyId, at: i64) -> Result<()> {
        self.store.delete_key(self.site, key).await?;
        self.note(at, by, Action::KeyDeleted, &key.0, &[]).await
    }

    /// Makes a shared link that ends after `days`.
    async fn share(&self, by: &Person, (name, hold): (&str, &Hold), at: i64, days: Option<i64>) -> Result<ShareId> {
        let id = ShareId(chance::id(ShareId::PREFIX));
        let share = Share {
            id: id.clone(),
            site: self.site.clone(),
            hash: auth::hash(&chance::secret(PREFIX)),
            name: name.to_owned(),
            filter: serde_json::to_string(hold).map_err(|error| StoreError::Driver(error.to_string()))?,
            created_by: Some(by.id.clone()),
            created_at: at,
            expires_at: days.map(|days| at + days * DAY_MS),
            last_used_at: None,
        };
        made(self.store.create_share(share).await?, "shared link")?;
        let filter: Vec<String> = hold.filter.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let comments = if hold.comments { "yes" } else { "no" };
        let detail = [("name", name), ("filter", &filter.join(", ")), ("comments", comments)];
        self.note(at, by, Action::ShareCreated, &id.0, &detail).await?;
        Ok(id)
    }

    async fn take_back(&self, by: &Person, share: &ShareId, at: i64) -> Result<()> {
        self.store.delete_share(self.site, share).await?;
        self.note(at, by, Action::ShareDeleted, &share.0, &[]).await
    }
}
