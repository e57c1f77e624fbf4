//! Interface and standard question texts in Italian.

use super::{Language, Standard, Ui};

/// Italian.
pub(super) const IT: Language = Language {
    locale: "it",
    english: "Italian",
    name: "Italiano",
    ui: Ui {
        label: "Breve sondaggio",
        close: "Chiudi",
        send: "Invia",
        optional: "facoltativo",
        required: "La preghiamo di rispondere a questa domanda.",
        choose: "La preghiamo di scegliere un punteggio.",
        more: "Altre domande",
        thanks: "Grazie per la sua risposta!",
        next: "Avanti",
        back: "Indietro",
        step: "Domanda {n} di {total}",
        about: "Informazioni sul sondaggio",
        reads: "La sua risposta viene letta da {site}.",
        anonymous: "La sua risposta è anonima.",
        identified: "La sua risposta viene collegata al suo account cliente.",
        privacy: "Privacy",
        never: "Non chiedermelo più",
        withdraw: "Ritira la mia risposta",
        withdrawn: "La sua risposta è stata ritirata.",
        declined: "Non glielo chiederemo più.",
        closed: "Questo sondaggio è chiuso.",
        busy: "Non è stato possibile salvare la sua risposta. La preghiamo di inviarla di nuovo tra poco.",
        long: "La sua risposta è troppo lunga. La preghiamo di accorciarla.",
        refused: "Non è stato possibile accettare la sua risposta.",
        away: "Questa pagina non è disponibile al momento. La preghiamo di riprovare tra poco.",
        empty: "Lasci vuoto questo campo",
    },
    standards: [
        Standard {
            text: "Con quale probabilità ci consiglierebbe a un amico o a un collega?",
            low: "Per niente probabile",
            high: "Estremamente probabile",
        },
        Standard {
            text: "Quanto è soddisfatto/a della sua esperienza di oggi?",
            low: "Molto insoddisfatto/a",
            high: "Molto soddisfatto/a",
        },
        Standard {
            text: "Quanto sforzo ha dovuto fare per ottenere ciò che desiderava?",
            low: "Pochissimo sforzo",
            high: "Moltissimo sforzo",
        },
        Standard {
            text: "Le abbiamo reso facile fare ciò che desiderava. In che misura è d’accordo?",
            low: "Fortemente in disaccordo",
            high: "Fortemente d’accordo",
        },
    ],
    why: "Qual è il motivo principale del suo punteggio?",
};
