//! The audit log in French.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "a vu commencer une attaque, d’après {signs} (réponses mises à part : {apart})",
    attack_ended: "a vu finir une attaque (réponses suspectes : {answers})",
    customer_erased: "a effacé un client (réponses : {responses})",
    customer_exported: "a exporté les données d’un client (réponses : {responses})",
    delivery_replayed: "a renvoyé un message à un webhook",
    invitation_deleted: "a retiré une invitation",
    key_created: "a créé la clé {name} ({scope})",
    key_deleted: "a révoqué une clé",
    member_invited: "a invité {email} comme {role}",
    member_joined: "a rejoint l’équipe comme {role}",
    member_linked: "s’est connecté avec {provider} pour la première fois",
    member_password_link: "a créé un lien pour le nouveau mot de passe d’un membre",
    member_password_set: "a choisi un nouveau mot de passe",
    member_removed: "a retiré {name}",
    member_role_set: "a changé le rôle d’un membre de {before} en {role}",
    member_updated: "a modifié son compte : {fields}",
    response_deleted: "a effacé une réponse",
    responses_imported: "a importé des réponses : {responses}",
    share_created: "a créé le lien partagé {name}",
    share_deleted: "a retiré un lien partagé",
    site_created: "a créé le site {name}",
    site_deleted: "a supprimé le site",
    site_updated: "a modifié le site : {fields}",
    survey_created: "a créé l’enquête {name}",
    survey_paused: "a suspendu une enquête",
    survey_published: "a publié la version {version} d’une enquête",
    survey_updated: "a modifié une enquête : {fields}",
    webhook_created: "a créé un webhook vers {host}",
    webhook_deleted: "a supprimé un webhook",
    webhook_rotated: "a créé un nouveau secret pour un webhook",
    webhook_tested: "a envoyé un message d’essai à un webhook",
    webhook_updated: "a modifié un webhook : {fields}",
};
