//! The account, and whoever has no site yet, in Dutch.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "U",
    name: "Naam",
    as_browser: "Zoals de browser",
    password: "Wachtwoord",
    current: "Huidig wachtwoord",
    new: "Nieuw wachtwoord",
    new_hint: "Minstens 10 tekens. Elke andere sessie eindigt.",
    too_short: "Een wachtwoord heeft minstens 10 tekens.",
    change_password: "Wachtwoord wijzigen",
    sessions: "Waar u bent aangemeld",
    this_one: "Deze sessie",
    unknown: "Onbekend apparaat",
    since: "Sinds {date}",
    seen: "laatst gezien {ago}",
    end: "Beëindigen",
    end_of: "Sessie {name} beëindigen",
    end_others: "Alle andere beëindigen",
    ended: "Beëindigd.",
    first_site: "Uw eerste site",
    first_site_lead: "Een site is één website of product: de enquêtes, antwoorden en leden horen bij elkaar.",
    origin: "Adres",
    origin_hint: "Zoals https://shop.example. Leeg: pagina’s van elke herkomst mogen antwoorden sturen.",
    make_site: "Site maken",
    no_site: "Er is nog geen site voor u",
    no_site_lead: "Vraag een eigenaar van de site om een uitnodiging, of wie deze server beheert om een site te maken. U bent aangemeld als {email}.",
};
