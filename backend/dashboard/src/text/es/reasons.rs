//! Why a survey is not shown, in Spanish.

use bearing_shared::rule::Reason;

/// What is so, and what to do.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Consent => {
            "El visitante no ha dado su consentimiento: no se muestra nada hasta que la página llame a bearing('consent', true)."
        }
        Reason::Signal => {
            "El navegador envía una señal que el sitio respeta: desactívela en los ajustes, en Descansos, para preguntar de todos modos."
        }
        Reason::Declined => "El visitante eligió que no se le vuelva a preguntar: solo bearing('reset') lo olvida.",
        Reason::Schedule => "El momento está fuera de las fechas de la encuesta: cambie el comienzo o el final.",
        Reason::Touchpoint => {
            "La página no está en ninguno de los puntos de contacto de la encuesta: nombre uno en la etiqueta o añada el de la página a la encuesta."
        }
        Reason::Inline => {
            "La encuesta solo aparece donde la página tiene un elemento bearing-survey para ella: añada uno o elija otra posición."
        }
        Reason::Url => {
            "La dirección de la página queda excluida por una regla o ninguna la admite: compárela con las reglas sobre páginas."
        }
        Reason::Device => "El dispositivo no es uno de los de la encuesta: añádalo a sus dispositivos.",
        Reason::Locale => {
            "El idioma de la página no es uno de los de la encuesta: añádalo a los idiomas en que se muestra."
        }
        Reason::Attribute => {
            "Un atributo falta o no es como la encuesta lo quiere: compare lo que dice la página con las reglas sobre atributos."
        }
        Reason::Trigger => {
            "En esta página no ha ocurrido nada que inicie la encuesta, o su espera no ha terminado: vea cuándo se muestra."
        }
        Reason::Cancelled => "La página registró un nombre que cancela la encuesta: espera a la siguiente página.",
        Reason::Sample => {
            "El visitante no está en el {percent} al que se pregunta: aumente la parte o pruebe con otro visitante."
        }
        Reason::Answered => {
            "El visitante respondió a la encuesta: espere a que pasen los días antes de volver a preguntar, o fíjelos."
        }
        Reason::Dismissed => {
            "El visitante cerró la encuesta: espere a que pasen los días antes de volver a preguntar, o fíjelos."
        }
        Reason::Shows => {
            "El visitante vio la encuesta tantas veces como se permite: suba ese número o fije tras cuántos días se vuelve a preguntar."
        }
        Reason::RestMetric => {
            "Al visitante se le preguntó por esta métrica hace muy poco: vea sus días en Descansos, en los ajustes."
        }
        Reason::RestSite => {
            "Al visitante se le preguntó algo hace muy poco: vea los días entre dos encuestas en Descansos, en los ajustes."
        }
        Reason::Open => "Hay una tarjeta abierta, o la hubo en esta página: ciérrela o espere a la siguiente página.",
        Reason::NotPublished => "La encuesta es un borrador: publíquela.",
        Reason::Paused => "La encuesta está en pausa: publíquela de nuevo.",
        Reason::Silenced => "El sitio no muestra ninguna encuesta por ahora: desactívelo en Etiqueta, en los ajustes.",
        Reason::Full => "La encuesta tiene tantas respuestas como puede tener: suba ese número y publíquela.",
    }
}
