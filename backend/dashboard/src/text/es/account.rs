//! The account, and whoever has no site yet, in Spanish.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "Usted",
    name: "Nombre",
    as_browser: "Como el navegador",
    password: "Contraseña",
    current: "Contraseña actual",
    new: "Contraseña nueva",
    new_hint: "Al menos 10 caracteres. Las demás sesiones terminan.",
    too_short: "Una contraseña tiene al menos 10 caracteres.",
    change_password: "Cambiar la contraseña",
    sessions: "Dónde ha iniciado sesión",
    this_one: "Esta sesión",
    unknown: "Dispositivo desconocido",
    since: "Desde el {date}",
    seen: "vista {ago}",
    end: "Terminar",
    end_of: "Terminar la sesión {name}",
    end_others: "Terminar las demás",
    ended: "Terminado.",
    first_site: "Su primer sitio",
    first_site_lead: "Un sitio web o un producto: sus encuestas, respuestas y miembros van juntos.",
    origin: "Dirección",
    origin_hint: "Como https://shop.example. Vacío: las páginas de cualquier origen pueden enviar respuestas.",
    make_site: "Crear el sitio",
    no_site: "Todavía no tiene ningún sitio",
    no_site_lead: "Pida una invitación a un propietario del sitio, o a quien lleva este servidor que cree un sitio. Ha iniciado sesión como {email}.",
};
