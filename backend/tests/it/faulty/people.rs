//! The faulty store's members, sessions, links and the log of what they did.

use super::*;

#[async_trait]
impl MemberStore for FaultyStore {
    async fn has_members(&self) -> Result<bool> {
        self.store.has_members().await
    }
    async fn member(&self, id: &MemberId) -> Result<Option<Member>> {
        self.store.member(id).await
    }
    async fn member_by_email(&self, email: &str) -> Result<Option<Member>> {
        self.store.member_by_email(email).await
    }
    async fn operators(&self) -> Result<Vec<Member>> {
        self.store.operators().await
    }
    async fn edit_member(&self, id: &MemberId, name: Option<String>, locale: Option<Option<String>>) -> Result<bool> {
        self.switch.write()?;
        self.store.edit_member(id, name, locale).await
    }
    async fn set_password(&self, id: &MemberId, password: String, keep: [u8; 32]) -> Result<bool> {
        self.switch.write()?;
        self.store.set_password(id, password, keep).await
    }
    async fn site_members(&self, site: &SiteId, after: Option<MemberId>, limit: u32) -> Result<Vec<(Member, Role)>> {
        self.store.site_members(site, after, limit).await
    }
    async fn memberships(&self, member: &MemberId) -> Result<Vec<Membership>> {
        self.store.memberships(member).await
    }
    async fn set_role(&self, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed> {
        self.switch.write()?;
        self.store.set_role(site, member, role).await
    }
    async fn remove_member(&self, site: &SiteId, member: &MemberId) -> Result<Changed> {
        self.switch.write()?;
        self.store.remove_member(site, member).await
    }
    async fn delete_member(&self, id: &MemberId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_member(id).await
    }
    async fn create_invitation(&self, invitation: Invitation) -> Result<bool> {
        self.switch.write()?;
        self.store.create_invitation(invitation).await
    }
    async fn invite_first(&self, invitation: Invitation) -> Result<bool> {
        self.switch.write()?;
        self.store.invite_first(invitation).await
    }
    async fn invitations(&self, site: &SiteId, now: i64) -> Result<Vec<Invitation>> {
        self.store.invitations(site, now).await
    }
    async fn invitations_for(&self, email: &str, now: i64) -> Result<Vec<Invitation>> {
        self.store.invitations_for(email, now).await
    }
    async fn invitation_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Invitation>> {
        self.store.invitation_by_hash(hash, now).await
    }
    async fn delete_invitation(&self, site: &SiteId, id: &InvitationId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_invitation(site, id).await
    }
    async fn accept_invitation(&self, hash: [u8; 32], joining: Joining, session: Session) -> Result<Accepted> {
        self.switch.write()?;
        self.store.accept_invitation(hash, joining, session).await
    }
}

#[async_trait]
impl IdentityStore for FaultyStore {
    async fn member_by_identity(&self, identity: &Identity) -> Result<Option<Member>> {
        self.store.member_by_identity(identity).await
    }
    async fn link_identity(&self, member: &MemberId, identity: Identity, now: i64) -> Result<Linked> {
        self.switch.write()?;
        self.store.link_identity(member, identity, now).await
    }
}

#[async_trait]
impl SessionStore for FaultyStore {
    async fn create_session(&self, session: Session) -> Result<bool> {
        self.switch.write()?;
        self.store.create_session(session).await
    }
    async fn session_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>> {
        self.store.session_by_hash(hash, now).await
    }
    async fn touch_session(&self, id: &SessionId, seen_at: i64, expires_at: i64) -> Result<()> {
        self.switch.write()?;
        self.store.touch_session(id, seen_at, expires_at).await
    }
    async fn sessions(&self, member: &MemberId, now: i64) -> Result<Vec<Session>> {
        self.store.sessions(member, now).await
    }
    async fn end_session(&self, member: &MemberId, id: &SessionId) -> Result<bool> {
        self.switch.write()?;
        self.store.end_session(member, id).await
    }
}

#[async_trait]
impl AuditStore for FaultyStore {
    async fn record(&self, entry: AuditEntry) -> Result<i64> {
        self.switch.write()?;
        self.store.record(entry).await
    }
    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<Recorded>> {
        self.store.audit(site, before, limit).await
    }
    async fn audit_chain(&self, site: Option<&SiteId>, after: i64, limit: u32) -> Result<Vec<Recorded>> {
        self.store.audit_chain(site, after, limit).await
    }
    async fn audit_chains(&self) -> Result<Vec<Option<SiteId>>> {
        self.store.audit_chains().await
    }
}

#[async_trait]
impl ShareStore for FaultyStore {
    async fn create_share(&self, share: Share) -> Result<bool> {
        self.switch.write()?;
        self.store.create_share(share).await
    }
    async fn shares(&self, site: &SiteId) -> Result<Vec<Share>> {
        self.store.shares(site).await
    }
    async fn share_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Share>> {
        self.store.share_by_hash(hash, now).await
    }
    async fn delete_share(&self, site: &SiteId, id: &ShareId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_share(site, id).await
    }
    async fn touch_share(&self, site: &SiteId, id: &ShareId, at: i64) -> Result<()> {
        self.switch.write()?;
        self.store.touch_share(site, id, at).await
    }
}
