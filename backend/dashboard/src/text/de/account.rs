//! The account, and whoever has no site yet, in German.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "Sie",
    name: "Name",
    as_browser: "Wie der Browser",
    password: "Kennwort",
    current: "Jetziges Kennwort",
    new: "Neues Kennwort",
    new_hint: "Mindestens 10 Zeichen. Jede andere Sitzung endet.",
    too_short: "Ein Kennwort hat mindestens 10 Zeichen.",
    change_password: "Kennwort ändern",
    sessions: "Wo Sie angemeldet sind",
    this_one: "Diese Sitzung",
    unknown: "Unbekanntes Gerät",
    since: "Seit {date}",
    seen: "zuletzt gesehen {ago}",
    end: "Beenden",
    end_of: "Sitzung {name} beenden",
    end_others: "Alle anderen beenden",
    ended: "Beendet.",
    first_site: "Ihre erste Website",
    first_site_lead: "Eine Website oder ein Produkt: Umfragen, Antworten und Mitglieder gehören zusammen.",
    origin: "Adresse",
    origin_hint: "Etwa https://shop.example. Leer: Seiten jeder Herkunft dürfen Antworten senden.",
    make_site: "Website anlegen",
    no_site: "Noch ist keine Website für Sie offen",
    no_site_lead: "Bitten Sie einen Eigentümer der Website um eine Einladung, oder wer diesen Server betreibt, eine Website anzulegen. Sie sind angemeldet als {email}.",
};
