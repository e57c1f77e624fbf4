//! Interface and standard question texts in Portuguese.

use super::{Language, Standard, Ui};

/// Portuguese.
pub(super) const PT: Language = Language {
    locale: "pt",
    english: "Portuguese",
    name: "Português",
    ui: Ui {
        label: "Questionário breve",
        close: "Fechar",
        send: "Enviar",
        optional: "opcional",
        required: "Responda a esta pergunta, por favor.",
        choose: "Escolha uma pontuação, por favor.",
        more: "Responder ao resto",
        thanks: "Obrigado pela sua resposta!",
        next: "Seguinte",
        back: "Voltar",
        step: "Pergunta {n} de {total}",
        about: "Sobre este questionário",
        reads: "A sua resposta é lida por {site}.",
        anonymous: "A sua resposta é anónima.",
        identified: "A sua resposta fica associada à sua conta de cliente.",
        privacy: "Privacidade",
        never: "Não voltar a perguntar",
        withdraw: "Retirar a minha resposta",
        withdrawn: "A sua resposta foi retirada.",
        declined: "Não voltaremos a perguntar-lhe.",
        closed: "Este questionário está encerrado.",
        busy: "Não foi possível guardar a sua resposta. Envie-a novamente dentro de momentos, por favor.",
        long: "A sua resposta é demasiado longa. Encurte-a, por favor.",
        refused: "Não foi possível aceitar a sua resposta.",
        away: "Esta página não está disponível neste momento. Tente novamente dentro de momentos, por favor.",
        empty: "Deixe este campo vazio",
    },
    standards: [
        Standard {
            text: "Qual é a probabilidade de nos recomendar a um amigo ou colega?",
            low: "Nada provável",
            high: "Extremamente provável",
        },
        Standard {
            text: "Qual é o seu grau de satisfação com a sua experiência de hoje?",
            low: "Muito insatisfeito/a",
            high: "Muito satisfeito/a",
        },
        Standard {
            text: "Quanto esforço teve de fazer para conseguir o que pretendia?",
            low: "Muito pouco esforço",
            high: "Muitíssimo esforço",
        },
        Standard {
            text: "Tornámos fácil aquilo que pretendia fazer. Em que medida concorda?",
            low: "Discordo totalmente",
            high: "Concordo totalmente",
        },
    ],
    why: "Qual é o principal motivo da sua pontuação?",
};
