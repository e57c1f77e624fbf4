//! Interface and standard question texts in Czech.

use super::{Language, Standard, Ui};

/// Czech.
pub(super) const CS: Language = Language {
    locale: "cs",
    english: "Czech",
    name: "Čeština",
    ui: Ui {
        label: "Krátký průzkum",
        close: "Zavřít",
        send: "Odeslat",
        optional: "nepovinné",
        required: "Odpovězte prosím na tuto otázku.",
        choose: "Vyberte prosím hodnocení.",
        more: "Odpovědět na další otázky",
        thanks: "Děkujeme za vaši odpověď!",
        next: "Další",
        back: "Zpět",
        step: "Otázka {n} z {total}",
        about: "O tomto průzkumu",
        reads: "Vaši odpověď čte {site}.",
        anonymous: "Vaše odpověď je anonymní.",
        identified: "Vaše odpověď je propojena s vaším zákaznickým účtem.",
        privacy: "Ochrana soukromí",
        never: "Už se neptat",
        withdraw: "Vzít odpověď zpět",
        withdrawn: "Vaše odpověď byla vzata zpět.",
        declined: "Už se vás nebudeme ptát.",
        closed: "Tento průzkum je uzavřen.",
        busy: "Vaši odpověď se teď nepodařilo uložit. Odešlete ji prosím za chvíli znovu.",
        long: "Vaše odpověď je příliš dlouhá. Zkraťte ji prosím.",
        refused: "Vaši odpověď nelze přijmout.",
        away: "Tato stránka teď není dostupná. Zkuste to prosím za chvíli znovu.",
        empty: "Toto pole nechte prázdné",
    },
    standards: [
        Standard {
            text: "Jak je pravděpodobné, že nás doporučíte přátelům nebo kolegům?",
            low: "Vůbec není pravděpodobné",
            high: "Velmi pravděpodobné",
        },
        Standard {
            text: "Jak jste spokojen/a s dnešní zkušeností s námi?",
            low: "Velmi nespokojen/a",
            high: "Velmi spokojen/a",
        },
        Standard {
            text: "Kolik úsilí vás stálo vyřízení vaší záležitosti?",
            low: "Velmi málo úsilí",
            high: "Velmi mnoho úsilí",
        },
        Standard {
            text: "Vyřízení vaší záležitosti jsme vám usnadnili. Do jaké míry souhlasíte?",
            low: "Rozhodně nesouhlasím",
            high: "Rozhodně souhlasím",
        },
    ],
    why: "Jaký je hlavní důvod vašeho hodnocení?",
};
