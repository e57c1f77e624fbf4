//! Interface and standard question texts in Romanian.

use super::{Language, Standard, Ui};

/// Romanian.
pub(super) const RO: Language = Language {
    locale: "ro",
    english: "Romanian",
    name: "Română",
    ui: Ui {
        label: "Chestionar scurt",
        close: "Închide",
        send: "Trimite",
        optional: "opțional",
        required: "Vă rugăm să răspundeți la această întrebare.",
        choose: "Vă rugăm să alegeți o notă.",
        more: "Celelalte întrebări",
        thanks: "Vă mulțumim pentru răspuns!",
        next: "Înainte",
        back: "Înapoi",
        step: "Întrebarea {n} din {total}",
        about: "Despre acest chestionar",
        reads: "Răspunsul dumneavoastră este citit de {site}.",
        anonymous: "Răspunsul dumneavoastră este anonim.",
        identified: "Răspunsul este asociat contului dumneavoastră de client.",
        privacy: "Confidențialitate",
        never: "Nu mă mai întreba",
        withdraw: "Retrage răspunsul meu",
        withdrawn: "Răspunsul dumneavoastră a fost retras.",
        declined: "Nu vă vom mai întreba.",
        closed: "Acest chestionar este închis.",
        busy: "Răspunsul nu a putut fi salvat acum. Vă rugăm să îl trimiteți din nou peste câteva momente.",
        long: "Răspunsul este prea lung. Vă rugăm să îl scurtați.",
        refused: "Răspunsul nu a putut fi acceptat.",
        away: "Această pagină nu este disponibilă acum. Vă rugăm să încercați din nou peste câteva momente.",
        empty: "Lăsați acest câmp gol",
    },
    standards: [
        Standard {
            text: "Cât de probabil este să ne recomandați unui prieten sau coleg?",
            low: "Deloc probabil",
            high: "Extrem de probabil",
        },
        Standard {
            text: "Cât de mulțumit(ă) sunteți de experiența de astăzi?",
            low: "Foarte nemulțumit(ă)",
            high: "Foarte mulțumit(ă)",
        },
        Standard {
            text: "Cât efort a trebuit să depuneți pentru a face ceea ce v-ați propus?",
            low: "Foarte puțin efort",
            high: "Foarte mult efort",
        },
        Standard {
            text: "V-am ușurat realizarea a ceea ce v-ați propus. În ce măsură sunteți de acord?",
            low: "Dezacord total",
            high: "Acord total",
        },
    ],
    why: "Care este motivul principal al notei acordate?",
};
