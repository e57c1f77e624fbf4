//! The audit log in German.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "hat den Beginn eines Angriffs bemerkt an {signs} (beiseitegelegte Antworten: {apart})",
    attack_ended: "hat das Ende eines Angriffs bemerkt (verdächtige Antworten: {answers})",
    customer_erased: "hat einen Kunden gelöscht (Antworten: {responses})",
    customer_exported: "hat die Daten eines Kunden exportiert (Antworten: {responses})",
    delivery_replayed: "hat eine Nachricht erneut an einen Webhook gesendet",
    invitation_deleted: "hat eine Einladung zurückgezogen",
    key_created: "hat den Schlüssel {name} erstellt ({scope})",
    key_deleted: "hat einen Schlüssel widerrufen",
    member_invited: "hat eine Einladung erstellt: {email}, {role}",
    member_joined: "ist als {role} beigetreten",
    member_linked: "hat sich zum ersten Mal mit {provider} angemeldet",
    member_password_link: "hat einen Link für das neue Passwort eines Mitglieds erstellt",
    member_password_set: "hat ein neues Passwort gesetzt",
    member_removed: "hat {name} entfernt",
    member_role_set: "hat die Rolle eines Mitglieds von {before} in {role} geändert",
    member_updated: "hat das eigene Konto geändert: {fields}",
    response_deleted: "hat eine Antwort gelöscht",
    responses_imported: "hat Antworten importiert: {responses}",
    share_created: "hat den geteilten Link {name} erstellt",
    share_deleted: "hat einen geteilten Link zurückgezogen",
    site_created: "hat die Website {name} angelegt",
    site_deleted: "hat die Website gelöscht",
    site_updated: "hat die Website geändert: {fields}",
    survey_created: "hat die Umfrage {name} angelegt",
    survey_paused: "hat eine Umfrage pausiert",
    survey_published: "hat Version {version} einer Umfrage veröffentlicht",
    survey_updated: "hat eine Umfrage geändert: {fields}",
    webhook_created: "hat einen Webhook zu {host} angelegt",
    webhook_deleted: "hat einen Webhook gelöscht",
    webhook_rotated: "hat ein neues Geheimnis für einen Webhook erzeugt",
    webhook_tested: "hat eine Testnachricht an einen Webhook gesendet",
    webhook_updated: "hat einen Webhook geändert: {fields}",
};
