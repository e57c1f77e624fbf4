//! Interface and standard question texts in German.

use super::{Language, Standard, Ui};

/// German.
pub(super) const DE: Language = Language {
    locale: "de",
    english: "German",
    name: "Deutsch",
    ui: Ui {
        label: "Kurze Umfrage",
        close: "Schließen",
        send: "Absenden",
        optional: "freiwillig",
        required: "Bitte beantworten Sie diese Frage.",
        choose: "Bitte wählen Sie eine Bewertung.",
        more: "Weitere Fragen beantworten",
        thanks: "Vielen Dank für Ihre Antwort!",
        next: "Weiter",
        back: "Zurück",
        step: "Frage {n} von {total}",
        about: "Über diese Umfrage",
        reads: "Ihre Antwort wird von {site} gelesen.",
        anonymous: "Ihre Antwort ist anonym.",
        identified: "Ihre Antwort wird mit Ihrem Kundenkonto verknüpft.",
        privacy: "Datenschutz",
        never: "Nicht mehr fragen",
        withdraw: "Meine Antwort zurückziehen",
        withdrawn: "Ihre Antwort wurde zurückgezogen.",
        declined: "Sie werden nicht mehr gefragt.",
        closed: "Diese Umfrage ist geschlossen.",
        busy: "Ihre Antwort konnte gerade nicht gespeichert werden. Bitte senden Sie sie gleich noch einmal.",
        long: "Ihre Antwort ist zu lang. Bitte kürzen Sie sie.",
        refused: "Ihre Antwort konnte nicht angenommen werden.",
        away: "Diese Seite ist gerade nicht verfügbar. Bitte versuchen Sie es gleich noch einmal.",
        empty: "Bitte leer lassen",
    },
    standards: [
        Standard {
            text: "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen weiterempfehlen?",
            low: "Überhaupt nicht wahrscheinlich",
            high: "Äußerst wahrscheinlich",
        },
        Standard { text: "Wie zufrieden sind Sie heute mit uns?", low: "Sehr unzufrieden", high: "Sehr zufrieden" },
        Standard {
            text: "Wie viel Mühe hat es Sie gekostet, Ihr Anliegen zu erledigen?",
            low: "Sehr wenig Mühe",
            high: "Sehr viel Mühe",
        },
        Standard {
            text: "Wir haben es Ihnen leicht gemacht, Ihr Anliegen zu erledigen. Inwieweit stimmen Sie zu?",
            low: "Stimme überhaupt nicht zu",
            high: "Stimme voll und ganz zu",
        },
    ],
    why: "Was ist der Hauptgrund für Ihre Bewertung?",
};
