//! Interface and standard question texts in Norwegian Bokmål.

use super::{Language, Standard, Ui};

/// Norwegian Bokmål.
pub(super) const NB: Language = Language {
    locale: "nb",
    english: "Norwegian Bokmål",
    name: "Norsk bokmål",
    ui: Ui {
        label: "Kort undersøkelse",
        close: "Lukk",
        send: "Send",
        optional: "valgfritt",
        required: "Vennligst svar på dette spørsmålet.",
        choose: "Vennligst velg en vurdering.",
        more: "Svar på resten",
        thanks: "Takk for svaret ditt!",
        next: "Neste",
        back: "Tilbake",
        step: "Spørsmål {n} av {total}",
        about: "Om denne undersøkelsen",
        reads: "Svaret ditt leses av {site}.",
        anonymous: "Svaret ditt er anonymt.",
        identified: "Svaret ditt knyttes til kundekontoen din.",
        privacy: "Personvern",
        never: "Ikke spør meg igjen",
        withdraw: "Trekk tilbake svaret mitt",
        withdrawn: "Svaret ditt er trukket tilbake.",
        declined: "Vi spør deg ikke igjen.",
        closed: "Denne undersøkelsen er avsluttet.",
        busy: "Svaret ditt kunne ikke lagres akkurat nå. Vennligst send det på nytt om et øyeblikk.",
        long: "Svaret ditt er for langt. Vennligst kort det ned.",
        refused: "Svaret ditt kunne ikke tas imot.",
        away: "Denne siden er ikke tilgjengelig akkurat nå. Vennligst prøv igjen om et øyeblikk.",
        empty: "La dette feltet stå tomt",
    },
    standards: [
        Standard {
            text: "Hvor sannsynlig er det at du vil anbefale oss til en venn eller kollega?",
            low: "Slett ikke sannsynlig",
            high: "Svært sannsynlig",
        },
        Standard {
            text: "Hvor fornøyd er du med opplevelsen din i dag?",
            low: "Svært misfornøyd",
            high: "Svært fornøyd",
        },
        Standard {
            text: "Hvor mye innsats krevde det av deg å få gjort dette?",
            low: "Svært liten innsats",
            high: "Svært stor innsats",
        },
        Standard {
            text: "Vi gjorde det enkelt for deg å gjøre det du kom for. Hvor enig er du?",
            low: "Helt uenig",
            high: "Helt enig",
        },
    ],
    why: "Hva er hovedgrunnen til vurderingen din?",
};
