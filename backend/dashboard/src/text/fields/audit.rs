//! Words of the audit log: what somebody did, as it follows the name.

use bearing_shared::api::audit::Action;

crate::text::said::words! {
/// What was done, an action a sentence without its beginning. Places in braces are filled from the entry.
#[expect(missing_docs, reason = "each is the action's name")]
pub struct Audit {
    pub attack_began: &'static str,
    pub attack_ended: &'static str,
    pub customer_erased: &'static str,
    pub customer_exported: &'static str,
    pub delivery_replayed: &'static str,
    pub invitation_deleted: &'static str,
    pub key_created: &'static str,
    pub key_deleted: &'static str,
    pub member_invited: &'static str,
    pub member_joined: &'static str,
    pub member_linked: &'static str,
    pub member_password_link: &'static str,
    pub member_password_set: &'static str,
    pub member_removed: &'static str,
    pub member_role_set: &'static str,
    pub member_updated: &'static str,
    pub response_deleted: &'static str,
    pub responses_imported: &'static str,
    pub share_created: &'static str,
    pub share_deleted: &'static str,
    pub site_created: &'static str,
    pub site_deleted: &'static str,
    pub site_updated: &'static str,
    pub survey_created: &'static str,
    pub survey_paused: &'static str,
    pub survey_published: &'static str,
    pub survey_updated: &'static str,
    pub webhook_created: &'static str,
    pub webhook_deleted: &'static str,
    pub webhook_rotated: &'static str,
    pub webhook_tested: &'static str,
    pub webhook_updated: &'static str,
}
}

impl Audit {
    /// The words of an action.
    pub fn of(&self, action: Action) -> &'static str {
        match action {
            Action::AttackBegan => self.attack_began,
            Action::AttackEnded => self.attack_ended,
            Action::CustomerErased => self.customer_erased,
            Action::CustomerExported => self.customer_exported,
            Action::DeliveryReplayed => self.delivery_replayed,
            Action::InvitationDeleted => self.invitation_deleted,
            Action::KeyCreated => self.key_created,
            Action::KeyDeleted => self.key_deleted,
            Action::MemberInvited => self.member_invited,
            Action::MemberJoined => self.member_joined,
            Action::MemberLinked => self.member_linked,
            Action::MemberPasswordLink => self.member_password_link,
            Action::MemberPasswordSet => self.member_password_set,
            Action::MemberRemoved => self.member_removed,
            Action::MemberRoleSet => self.member_role_set,
            Action::MemberUpdated => self.member_updated,
            Action::ResponseDeleted => self.response_deleted,
            Action::ResponsesImported => self.responses_imported,
            Action::ShareCreated => self.share_created,
            Action::ShareDeleted => self.share_deleted,
            Action::SiteCreated => self.site_created,
            Action::SiteDeleted => self.site_deleted,
            Action::SiteUpdated => self.site_updated,
            Action::SurveyCreated => self.survey_created,
            Action::SurveyPaused => self.survey_paused,
            Action::SurveyPublished => self.survey_published,
            Action::SurveyUpdated => self.survey_updated,
            Action::WebhookCreated => self.webhook_created,
            Action::WebhookDeleted => self.webhook_deleted,
            Action::WebhookRotated => self.webhook_rotated,
            Action::WebhookTested => self.webhook_tested,
            Action::WebhookUpdated => self.webhook_updated,
        }
    }
}
