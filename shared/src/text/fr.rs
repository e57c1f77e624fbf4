//! Interface and standard question texts in French.

use super::{Language, Standard, Ui};

/// French.
pub(super) const FR: Language = Language {
    locale: "fr",
    english: "French",
    name: "Français",
    ui: Ui {
        label: "Court questionnaire",
        close: "Fermer",
        send: "Envoyer",
        optional: "facultatif",
        required: "Veuillez répondre à cette question.",
        choose: "Veuillez choisir une note.",
        more: "Répondre aux autres questions",
        thanks: "Merci pour votre réponse\u{202f}!",
        next: "Suivant",
        back: "Retour",
        step: "Question {n} sur {total}",
        about: "À propos de ce questionnaire",
        reads: "Votre réponse est lue par {site}.",
        anonymous: "Votre réponse est anonyme.",
        identified: "Votre réponse est associée à votre compte client.",
        privacy: "Confidentialité",
        never: "Ne plus me demander",
        withdraw: "Retirer ma réponse",
        withdrawn: "Votre réponse a été retirée.",
        declined: "Nous ne vous poserons plus de questions.",
        closed: "Ce questionnaire est clos.",
        busy: "Votre réponse n’a pas pu être enregistrée. Veuillez la renvoyer dans un instant.",
        long: "Votre réponse est trop longue. Veuillez la raccourcir.",
        refused: "Votre réponse n’a pas pu être acceptée.",
        away: "Cette page n’est pas disponible pour le moment. Veuillez réessayer dans un instant.",
        empty: "Laissez ce champ vide",
    },
    standards: [
        Standard {
            text: "Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue\u{202f}?",
            low: "Pas du tout probable",
            high: "Extrêmement probable",
        },
        Standard {
            text: "Dans quelle mesure êtes-vous satisfait(e) de votre expérience d’aujourd’hui\u{202f}?",
            low: "Très insatisfait(e)",
            high: "Très satisfait(e)",
        },
        Standard {
            text: "Quel effort avez-vous dû fournir pour obtenir ce que vous souhaitiez\u{202f}?",
            low: "Effort très faible",
            high: "Effort très important",
        },
        Standard {
            text: "Nous vous avons permis de faire facilement ce que vous souhaitiez. Dans quelle mesure êtes-vous d’accord\u{202f}?",
            low: "Pas du tout d’accord",
            high: "Tout à fait d’accord",
        },
    ],
    why: "Quelle est la principale raison de votre note\u{202f}?",
};
