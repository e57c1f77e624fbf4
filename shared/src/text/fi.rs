//! Interface and standard question texts in Finnish.

use super::{Language, Standard, Ui};

/// Finnish.
pub(super) const FI: Language = Language {
    locale: "fi",
    english: "Finnish",
    name: "Suomi",
    ui: Ui {
        label: "Lyhyt kysely",
        close: "Sulje",
        send: "Lähetä",
        optional: "vapaaehtoinen",
        required: "Vastaa tähän kysymykseen.",
        choose: "Valitse arvosana.",
        more: "Vastaa loppuihin kysymyksiin",
        thanks: "Kiitos vastauksestasi!",
        next: "Seuraava",
        back: "Takaisin",
        step: "Kysymys {n}/{total}",
        about: "Tietoja tästä kyselystä",
        reads: "Vastauksesi lukee {site}.",
        anonymous: "Vastauksesi on anonyymi.",
        identified: "Vastauksesi yhdistetään asiakastiliisi.",
        privacy: "Tietosuoja",
        never: "Älä kysy uudelleen",
        withdraw: "Peruuta vastaukseni",
        withdrawn: "Vastauksesi on peruutettu.",
        declined: "Emme kysy sinulta uudelleen.",
        closed: "Tämä kysely on suljettu.",
        busy: "Vastaustasi ei voitu tallentaa juuri nyt. Lähetä se hetken kuluttua uudelleen.",
        long: "Vastauksesi on liian pitkä. Lyhennä sitä.",
        refused: "Vastaustasi ei voitu ottaa vastaan.",
        away: "Tämä sivu ei ole juuri nyt käytettävissä. Yritä hetken kuluttua uudelleen.",
        empty: "Jätä tämä kenttä tyhjäksi",
    },
    standards: [
        Standard {
            text: "Kuinka todennäköisesti suosittelisit meitä ystävälle tai kollegalle?",
            low: "En lainkaan todennäköisesti",
            high: "Erittäin todennäköisesti",
        },
        Standard {
            text: "Kuinka tyytyväinen olet tämänpäiväiseen kokemukseesi?",
            low: "Erittäin tyytymätön",
            high: "Erittäin tyytyväinen",
        },
        Standard {
            text: "Kuinka paljon vaivaa asiasi hoitaminen vaati?",
            low: "Erittäin vähän vaivaa",
            high: "Erittäin paljon vaivaa",
        },
        Standard {
            text: "Teimme asiasi hoitamisesta helppoa. Missä määrin olet samaa mieltä?",
            low: "Täysin eri mieltä",
            high: "Täysin samaa mieltä",
        },
    ],
    why: "Mikä on tärkein syy antamaasi arvosanaan?",
};
