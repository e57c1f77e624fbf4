//! The audit log in Spanish.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "vio empezar un ataque por {signs} (respuestas apartadas: {apart})",
    attack_ended: "vio terminar un ataque (respuestas sospechosas: {answers})",
    customer_erased: "borró a un cliente (respuestas: {responses})",
    customer_exported: "exportó los datos de un cliente (respuestas: {responses})",
    delivery_replayed: "volvió a enviar un mensaje a un webhook",
    invitation_deleted: "retiró una invitación",
    key_created: "creó la clave {name} ({scope})",
    key_deleted: "revocó una clave",
    member_invited: "invitó a {email} como {role}",
    member_joined: "se unió como {role}",
    member_linked: "inició sesión con {provider} por primera vez",
    member_password_link: "creó un enlace para la nueva contraseña de un miembro",
    member_password_set: "puso una nueva contraseña",
    member_removed: "quitó a {name}",
    member_role_set: "cambió el rol de un miembro de {before} a {role}",
    member_updated: "cambió su cuenta: {fields}",
    response_deleted: "borró una respuesta",
    responses_imported: "importó respuestas: {responses}",
    share_created: "creó el enlace compartido {name}",
    share_deleted: "retiró un enlace compartido",
    site_created: "creó el sitio {name}",
    site_deleted: "eliminó el sitio",
    site_updated: "cambió el sitio: {fields}",
    survey_created: "creó la encuesta {name}",
    survey_paused: "pausó una encuesta",
    survey_published: "publicó la versión {version} de una encuesta",
    survey_updated: "cambió una encuesta: {fields}",
    webhook_created: "creó un webhook hacia {host}",
    webhook_deleted: "eliminó un webhook",
    webhook_rotated: "creó un nuevo secreto para un webhook",
    webhook_tested: "envió un mensaje de prueba a un webhook",
    webhook_updated: "cambió un webhook: {fields}",
};
