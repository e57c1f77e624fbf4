//! The audit log in Dutch.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "zag een aanval beginnen aan {signs} (apart gezette antwoorden: {apart})",
    attack_ended: "zag een aanval eindigen (verdachte antwoorden: {answers})",
    customer_erased: "wiste een klant (antwoorden: {responses})",
    customer_exported: "exporteerde de gegevens van een klant (antwoorden: {responses})",
    delivery_replayed: "stuurde een bericht opnieuw naar een webhook",
    invitation_deleted: "trok een uitnodiging in",
    key_created: "maakte de sleutel {name} ({scope})",
    key_deleted: "trok een sleutel in",
    member_invited: "maakte een uitnodiging: {email}, {role}",
    member_joined: "werd lid als {role}",
    member_linked: "meldde zich voor het eerst aan met {provider}",
    member_password_link: "maakte een link voor een nieuw wachtwoord van een lid",
    member_password_set: "stelde een nieuw wachtwoord in",
    member_removed: "verwijderde {name}",
    member_role_set: "veranderde de rol van een lid van {before} in {role}",
    member_updated: "wijzigde het eigen account: {fields}",
    response_deleted: "wiste een antwoord",
    responses_imported: "importeerde antwoorden: {responses}",
    share_created: "maakte de gedeelde link {name}",
    share_deleted: "trok een gedeelde link in",
    site_created: "maakte de site {name}",
    site_deleted: "verwijderde de site",
    site_updated: "wijzigde de site: {fields}",
    survey_created: "maakte de enquête {name}",
    survey_paused: "pauzeerde een enquête",
    survey_published: "publiceerde versie {version} van een enquête",
    survey_updated: "wijzigde een enquête: {fields}",
    webhook_created: "maakte een webhook naar {host}",
    webhook_deleted: "verwijderde een webhook",
    webhook_rotated: "maakte een nieuw geheim voor een webhook",
    webhook_tested: "stuurde een testbericht naar een webhook",
    webhook_updated: "wijzigde een webhook: {fields}",
};
