//! Interface and standard question texts in Swedish.

use super::{Language, Standard, Ui};

/// Swedish.
pub(super) const SV: Language = Language {
    locale: "sv",
    english: "Swedish",
    name: "Svenska",
    ui: Ui {
        label: "Kort enkät",
        close: "Stäng",
        send: "Skicka",
        optional: "valfritt",
        required: "Svara på den här frågan, tack.",
        choose: "Välj ett betyg, tack.",
        more: "Svara på resten",
        thanks: "Tack för ditt svar!",
        next: "Nästa",
        back: "Tillbaka",
        step: "Fråga {n} av {total}",
        about: "Om den här enkäten",
        reads: "Ditt svar läses av {site}.",
        anonymous: "Ditt svar är anonymt.",
        identified: "Ditt svar kopplas till ditt kundkonto.",
        privacy: "Integritet",
        never: "Fråga mig inte igen",
        withdraw: "Ta tillbaka mitt svar",
        withdrawn: "Ditt svar har tagits tillbaka.",
        declined: "Vi frågar dig inte igen.",
        closed: "Den här enkäten är stängd.",
        busy: "Ditt svar kunde inte sparas just nu. Skicka det igen om en stund.",
        long: "Ditt svar är för långt. Korta gärna ner det.",
        refused: "Ditt svar kunde inte tas emot.",
        away: "Den här sidan är inte tillgänglig just nu. Försök igen om en stund.",
        empty: "Lämna det här fältet tomt",
    },
    standards: [
        Standard {
            text: "Hur troligt är det att du skulle rekommendera oss till en vän eller kollega?",
            low: "Inte alls troligt",
            high: "Mycket troligt",
        },
        Standard { text: "Hur nöjd är du med din upplevelse i dag?", low: "Mycket missnöjd", high: "Mycket nöjd" },
        Standard {
            text: "Hur mycket ansträngning krävdes för att få det här gjort?",
            low: "Mycket liten ansträngning",
            high: "Mycket stor ansträngning",
        },
        Standard {
            text: "Vi gjorde det enkelt för dig att göra det du kom för. Hur väl instämmer du?",
            low: "Instämmer inte alls",
            high: "Instämmer helt",
        },
    ],
    why: "Vilken är den främsta anledningen till ditt betyg?",
};
