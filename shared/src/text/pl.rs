//! Interface and standard question texts in Polish.

use super::{Language, Standard, Ui};

/// Polish.
pub(super) const PL: Language = Language {
    locale: "pl",
    english: "Polish",
    name: "Polski",
    ui: Ui {
        label: "Krótka ankieta",
        close: "Zamknij",
        send: "Wyślij",
        optional: "nieobowiązkowe",
        required: "Proszę odpowiedzieć na to pytanie.",
        choose: "Proszę wybrać ocenę.",
        more: "Przejdź do dalszych pytań",
        thanks: "Dziękujemy za odpowiedź!",
        next: "Dalej",
        back: "Wstecz",
        step: "Pytanie {n} z {total}",
        about: "O tej ankiecie",
        reads: "Odpowiedź czyta {site}.",
        anonymous: "Odpowiedź jest anonimowa.",
        identified: "Odpowiedź jest powiązana z kontem klienta.",
        privacy: "Prywatność",
        never: "Nie pytaj ponownie",
        withdraw: "Wycofaj moją odpowiedź",
        withdrawn: "Odpowiedź została wycofana.",
        declined: "Nie będziemy więcej pytać.",
        closed: "Ta ankieta jest zamknięta.",
        busy: "Nie udało się teraz zapisać odpowiedzi. Proszę wysłać ją ponownie za chwilę.",
        long: "Odpowiedź jest za długa. Proszę ją skrócić.",
        refused: "Nie można przyjąć tej odpowiedzi.",
        away: "Ta strona jest teraz niedostępna. Proszę spróbować ponownie za chwilę.",
        empty: "Proszę zostawić to pole puste",
    },
    standards: [
        Standard {
            text: "Jakie jest prawdopodobieństwo, że poleci nas Pan/Pani znajomym lub współpracownikom?",
            low: "Zupełnie nieprawdopodobne",
            high: "Niezwykle prawdopodobne",
        },
        Standard {
            text: "Jak bardzo jest Pan/Pani zadowolony/a z dzisiejszych doświadczeń z nami?",
            low: "Bardzo niezadowolony/a",
            high: "Bardzo zadowolony/a",
        },
        Standard {
            text: "Ile wysiłku kosztowało Pana/Panią załatwienie tej sprawy?",
            low: "Bardzo mało wysiłku",
            high: "Bardzo dużo wysiłku",
        },
        Standard {
            text: "Ułatwiliśmy Panu/Pani załatwienie tej sprawy. W jakim stopniu się Pan/Pani z tym zgadza?",
            low: "Zdecydowanie się nie zgadzam",
            high: "Zdecydowanie się zgadzam",
        },
    ],
    why: "Jaki jest główny powód tej oceny?",
};
