//! Interface and standard question texts in German.

use super::{Language, Standard, Ui};

/// German.
pub(super) const DE: Language = Language {
    locale: "de",
    ui: Ui {
        label: "Kurze Umfrage",
        close: "Schließen",
        send: "Absenden",
        optional: "freiwillig",
        required: "Bitte beantworten Sie diese Frage.",
        choose: "Bitte wählen Sie einen Wert.",
        more: "Den Rest beantworten",
        thanks: "Vielen Dank für Ihre Antwort!",
        next: "Weiter",
        back: "Zurück",
        step: "Frage {n} von {total}",
        about: "Über diese Umfrage",
        reads: "Ihre Antwort wird von {site} gelesen.",
        anonymous: "Sie ist anonym.",
        identified: "Sie wird mit Ihrem Kundenkonto verknüpft.",
        privacy: "Datenschutz",
        never: "Nicht mehr fragen",
        withdraw: "Meine Antwort zurückziehen",
        withdrawn: "Ihre Antwort wurde zurückgezogen.",
        declined: "Sie werden nicht mehr gefragt.",
        closed: "Diese Umfrage ist geschlossen.",
    },
    standards: [
        Standard {
            text: "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen weiterempfehlen?",
            low: "Sehr unwahrscheinlich",
            high: "Sehr wahrscheinlich",
        },
        Standard {
            text: "Wie zufrieden sind Sie mit Ihrer heutigen Erfahrung?",
            low: "Sehr unzufrieden",
            high: "Sehr zufrieden",
        },
        Standard {
            text: "Wie viel Mühe hat es Sie gekostet, Ihr Anliegen zu erledigen?",
            low: "Sehr wenig Mühe",
            high: "Sehr viel Mühe",
        },
        Standard {
            text: "Wir haben es Ihnen leicht gemacht, Ihr Anliegen zu erledigen. Stimmen Sie zu?",
            low: "Stimme gar nicht zu",
            high: "Stimme voll zu",
        },
    ],
    why: "Was ist der Hauptgrund für Ihre Bewertung?",
};
