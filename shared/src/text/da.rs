//! Interface and standard question texts in Danish.

use super::{Language, Standard, Ui};

/// Danish.
pub(super) const DA: Language = Language {
    locale: "da",
    english: "Danish",
    name: "Dansk",
    ui: Ui {
        label: "Kort undersøgelse",
        close: "Luk",
        send: "Send",
        optional: "valgfrit",
        required: "Besvar venligst dette spørgsmål.",
        choose: "Vælg venligst en vurdering.",
        more: "Besvar resten",
        thanks: "Tak for dit svar!",
        next: "Næste",
        back: "Tilbage",
        step: "Spørgsmål {n} af {total}",
        about: "Om denne undersøgelse",
        reads: "Dit svar læses af {site}.",
        anonymous: "Dit svar er anonymt.",
        identified: "Dit svar knyttes til din kundekonto.",
        privacy: "Privatliv",
        never: "Spørg mig ikke igen",
        withdraw: "Træk mit svar tilbage",
        withdrawn: "Dit svar er trukket tilbage.",
        declined: "Vi spørger dig ikke igen.",
        closed: "Denne undersøgelse er lukket.",
        busy: "Dit svar kunne ikke gemmes lige nu. Send det venligst igen om et øjeblik.",
        long: "Dit svar er for langt. Gør det venligst kortere.",
        refused: "Dit svar kunne ikke modtages.",
        away: "Denne side er ikke tilgængelig lige nu. Prøv venligst igen om et øjeblik.",
        empty: "Lad dette felt stå tomt",
    },
    standards: [
        Standard {
            text: "Hvor sandsynligt er det, at du vil anbefale os til en ven eller kollega?",
            low: "Slet ikke sandsynligt",
            high: "Meget sandsynligt",
        },
        Standard {
            text: "Hvor tilfreds er du med din oplevelse i dag?",
            low: "Meget utilfreds",
            high: "Meget tilfreds",
        },
        Standard {
            text: "Hvor stor en indsats krævede det af dig at få det klaret?",
            low: "Meget lille indsats",
            high: "Meget stor indsats",
        },
        Standard {
            text: "Vi gjorde det nemt for dig at klare det, du kom for. Hvor enig er du?",
            low: "Helt uenig",
            high: "Helt enig",
        },
    ],
    why: "Hvad er den vigtigste grund til din vurdering?",
};
