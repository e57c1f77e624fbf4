//! Interface and standard question texts in Portuguese (Brazil).

use super::{Language, Standard, Ui};

/// Portuguese (Brazil).
pub(super) const PT_BR: Language = Language {
    locale: "pt-BR",
    english: "Portuguese (Brazil)",
    name: "Português (Brasil)",
    ui: Ui {
        label: "Pesquisa rápida",
        close: "Fechar",
        send: "Enviar",
        optional: "opcional",
        required: "Por favor, responda a esta pergunta.",
        choose: "Por favor, escolha uma nota.",
        more: "Responder ao restante",
        thanks: "Agradecemos sua resposta!",
        next: "Avançar",
        back: "Voltar",
        step: "Pergunta {n} de {total}",
        about: "Sobre esta pesquisa",
        reads: "Sua resposta é lida por {site}.",
        anonymous: "Sua resposta é anônima.",
        identified: "Sua resposta fica vinculada à sua conta de cliente.",
        privacy: "Privacidade",
        never: "Não perguntar novamente",
        withdraw: "Retirar minha resposta",
        withdrawn: "Sua resposta foi retirada.",
        declined: "Não perguntaremos novamente.",
        closed: "Esta pesquisa está encerrada.",
        busy: "Não foi possível salvar sua resposta agora. Por favor, envie novamente em instantes.",
        long: "Sua resposta é longa demais. Por favor, encurte-a.",
        refused: "Não foi possível aceitar sua resposta.",
        away: "Esta página não está disponível no momento. Por favor, tente novamente em instantes.",
        empty: "Deixe este campo em branco",
    },
    standards: [
        Standard {
            text: "Qual é a probabilidade de você nos recomendar a um amigo ou colega?",
            low: "Nada provável",
            high: "Extremamente provável",
        },
        Standard {
            text: "Qual é o seu nível de satisfação com a sua experiência de hoje?",
            low: "Muito insatisfeito(a)",
            high: "Muito satisfeito(a)",
        },
        Standard {
            text: "Quanto esforço você precisou fazer para conseguir o que queria?",
            low: "Pouquíssimo esforço",
            high: "Muitíssimo esforço",
        },
        Standard {
            text: "Nós facilitamos o que você queria fazer. Até que ponto você concorda?",
            low: "Discordo totalmente",
            high: "Concordo totalmente",
        },
    ],
    why: "Qual é o principal motivo da sua nota?",
};
