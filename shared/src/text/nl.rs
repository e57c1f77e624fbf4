//! Interface and standard question texts in Dutch.

use super::{Language, Standard, Ui};

/// Dutch.
pub(super) const NL: Language = Language {
    locale: "nl",
    english: "Dutch",
    name: "Nederlands",
    ui: Ui {
        label: "Korte vragenlijst",
        close: "Sluiten",
        send: "Versturen",
        optional: "niet verplicht",
        required: "Beantwoord alstublieft deze vraag.",
        choose: "Kies alstublieft een score.",
        more: "De rest beantwoorden",
        thanks: "Bedankt voor uw antwoord!",
        next: "Volgende",
        back: "Terug",
        step: "Vraag {n} van {total}",
        about: "Over deze vragenlijst",
        reads: "Uw antwoord wordt gelezen door {site}.",
        anonymous: "Uw antwoord is anoniem.",
        identified: "Uw antwoord wordt gekoppeld aan uw klantaccount.",
        privacy: "Privacy",
        never: "Niet meer vragen",
        withdraw: "Mijn antwoord intrekken",
        withdrawn: "Uw antwoord is ingetrokken.",
        declined: "We vragen het u niet meer.",
        closed: "Deze vragenlijst is gesloten.",
        busy: "Uw antwoord kon nu niet worden opgeslagen. Verstuur het over een ogenblik opnieuw.",
        long: "Uw antwoord is te lang. Maak het alstublieft korter.",
        refused: "Uw antwoord kon niet worden aangenomen.",
        away: "Deze pagina is nu niet beschikbaar. Probeer het over een ogenblik opnieuw.",
        empty: "Laat dit veld leeg",
    },
    standards: [
        Standard {
            text: "Hoe waarschijnlijk is het dat u ons aanbeveelt aan een vriend of collega?",
            low: "Helemaal niet waarschijnlijk",
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
            text: "Wij maakten het u gemakkelijk om te doen waarvoor u kwam. In hoeverre bent u het daarmee eens?",
            low: "Helemaal mee oneens",
            high: "Helemaal mee eens",
        },
    ],
    why: "Wat is de belangrijkste reden voor uw score?",
};
