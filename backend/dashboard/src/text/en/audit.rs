//! The audit log in English.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "saw an attack begin by {signs} (answers set apart: {apart})",
    attack_ended: "saw an attack end (suspicious answers: {answers})",
    customer_erased: "erased a customer (responses: {responses})",
    customer_exported: "exported what is held on a customer (responses: {responses})",
    delivery_replayed: "sent a message to a webhook again",
    invitation_deleted: "took back an invitation",
    key_created: "made the key {name} ({scope})",
    key_deleted: "revoked a key",
    member_invited: "invited {email} as {role}",
    member_joined: "joined as {role}",
    member_linked: "signed in with {provider} for the first time",
    member_password_link: "made a link for a member’s new password",
    member_password_set: "set a new password",
    member_removed: "removed {name}",
    member_role_set: "changed a member’s role from {before} to {role}",
    member_updated: "changed their account: {fields}",
    response_deleted: "erased a response",
    responses_imported: "brought responses in: {responses}",
    share_created: "made the shared link {name}",
    share_deleted: "took back a shared link",
    site_created: "made the site {name}",
    site_deleted: "deleted the site",
    site_updated: "changed the site: {fields}",
    survey_created: "made the survey {name}",
    survey_paused: "paused a survey",
    survey_published: "published version {version} of a survey",
    survey_updated: "changed a survey: {fields}",
    webhook_created: "made a webhook to {host}",
    webhook_deleted: "deleted a webhook",
    webhook_rotated: "made a new secret for a webhook",
    webhook_tested: "sent a test message to a webhook",
    webhook_updated: "changed a webhook: {fields}",
};
