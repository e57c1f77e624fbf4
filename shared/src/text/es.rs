//! Interface and standard question texts in Spanish.

use super::{Language, Standard, Ui};

/// Spanish.
pub(super) const ES: Language = Language {
    locale: "es",
    english: "Spanish",
    name: "Español",
    ui: Ui {
        label: "Encuesta breve",
        close: "Cerrar",
        send: "Enviar",
        optional: "opcional",
        required: "Responda a esta pregunta, por favor.",
        choose: "Elija una puntuación, por favor.",
        more: "Responder al resto",
        thanks: "¡Gracias por su respuesta!",
        next: "Siguiente",
        back: "Atrás",
        step: "Pregunta {n} de {total}",
        about: "Acerca de esta encuesta",
        reads: "Su respuesta la lee {site}.",
        anonymous: "Su respuesta es anónima.",
        identified: "Su respuesta queda vinculada a su cuenta de cliente.",
        privacy: "Privacidad",
        never: "No volver a preguntarme",
        withdraw: "Retirar mi respuesta",
        withdrawn: "Su respuesta se ha retirado.",
        declined: "No volveremos a preguntarle.",
        closed: "Esta encuesta está cerrada.",
        busy: "No se ha podido guardar su respuesta. Vuelva a enviarla dentro de un momento, por favor.",
        long: "Su respuesta es demasiado larga. Acórtela, por favor.",
        refused: "No se ha podido aceptar su respuesta.",
        away: "Esta página no está disponible en este momento. Vuelva a intentarlo más tarde, por favor.",
        empty: "Deje este campo vacío",
    },
    standards: [
        Standard {
            text: "¿Con qué probabilidad nos recomendaría a un amigo o colega?",
            low: "Nada probable",
            high: "Extremadamente probable",
        },
        Standard {
            text: "¿Cuál es su grado de satisfacción con su experiencia de hoy?",
            low: "Muy insatisfecho/a",
            high: "Muy satisfecho/a",
        },
        Standard {
            text: "¿Cuánto esfuerzo tuvo que hacer para conseguir lo que quería?",
            low: "Muy poco esfuerzo",
            high: "Muchísimo esfuerzo",
        },
        Standard {
            text: "Le hemos facilitado hacer lo que necesitaba. ¿En qué medida está de acuerdo?",
            low: "Totalmente en desacuerdo",
            high: "Totalmente de acuerdo",
        },
    ],
    why: "¿Cuál es el motivo principal de su puntuación?",
};
