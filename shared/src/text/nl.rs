//! Interface and standard question texts in Dutch.

use super::{Language, Standard, Ui};

/// Dutch.
pub(super) const NL: Language = Language {
    locale: "nl",
    ui: Ui {
        label: "Korte vragenlijst",
        close: "Sluiten",
        send: "Versturen",
        optional: "niet verplicht",
        required: "Beantwoord deze vraag, alstublieft.",
        choose: "Kies een cijfer, alstublieft.",
        more: "De rest beantwoorden",
        thanks: "Bedankt voor uw antwoord!",
        next: "Volgende",
        back: "Terug",
        step: "Vraag {n} van {total}",
        about: "Over deze vragenlijst",
        reads: "Uw antwoord wordt gelezen door {site}.",
        anonymous: "Het is anoniem.",
        identified: "Het hoort bij uw klantaccount.",
        privacy: "Privacy",
        never: "Vraag het mij niet meer",
        withdraw: "Mijn antwoord intrekken",
        withdrawn: "Uw antwoord is ingetrokken.",
        declined: "U krijgt geen vragen meer.",
        closed: "Deze vragenlijst is gesloten.",
    },
    standards: [
        Standard {
            text: "Hoe waarschijnlijk is het dat u ons aanbeveelt aan een vriend of collega?",
            low: "Zeer onwaarschijnlijk",
            high: "Zeer waarschijnlijk",
        },
        Standard {
            text: "Hoe tevreden bent u over uw ervaring van vandaag?",
            low: "Zeer ontevreden",
            high: "Zeer tevreden",
        },
        Standard {
            text: "Hoeveel moeite kostte het u om dit voor elkaar te krijgen?",
            low: "Zeer weinig moeite",
            high: "Zeer veel moeite",
        },
        Standard {
            text: "Wij maakten het u gemakkelijk om te doen waarvoor u kwam. Bent u het daarmee eens?",
            low: "Zeer mee oneens",
            high: "Zeer mee eens",
        },
    ],
    why: "Wat is de belangrijkste reden voor uw cijfer?",
};
