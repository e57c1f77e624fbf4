//! Interface and standard question texts in Hungarian.

use super::{Language, Standard, Ui};

/// Hungarian.
pub(super) const HU: Language = Language {
    locale: "hu",
    english: "Hungarian",
    name: "Magyar",
    ui: Ui {
        label: "Rövid kérdőív",
        close: "Bezárás",
        send: "Küldés",
        optional: "nem kötelező",
        required: "Kérjük, válaszoljon erre a kérdésre.",
        choose: "Kérjük, válasszon egy értéket.",
        more: "Tovább a többi kérdéshez",
        thanks: "Köszönjük a válaszát!",
        next: "Következő",
        back: "Vissza",
        step: "{n}/{total}. kérdés",
        about: "A kérdőívről",
        reads: "A válaszát elolvassa: {site}.",
        anonymous: "A válasza névtelen.",
        identified: "A válaszát összekapcsoljuk az ügyfélfiókjával.",
        privacy: "Adatvédelem",
        never: "Ne kérdezzen többet",
        withdraw: "Válaszom visszavonása",
        withdrawn: "A válaszát visszavontuk.",
        declined: "Többet nem fogjuk megkérdezni.",
        closed: "Ez a kérdőív lezárult.",
        busy: "A válaszát most nem sikerült elmenteni. Kérjük, kis idő múlva küldje el újra.",
        long: "A válasza túl hosszú. Kérjük, rövidítse le.",
        refused: "A válaszát nem tudtuk elfogadni.",
        away: "Ez az oldal most nem érhető el. Kérjük, kis idő múlva próbálja újra.",
        empty: "Hagyja üresen ezt a mezőt",
    },
    standards: [
        Standard {
            text: "Mennyire valószínű, hogy ajánlana minket egy barátjának vagy kollégájának?",
            low: "Egyáltalán nem valószínű",
            high: "Rendkívül valószínű",
        },
        Standard {
            text: "Mennyire elégedett a mai tapasztalataival?",
            low: "Nagyon elégedetlen",
            high: "Nagyon elégedett",
        },
        Standard {
            text: "Mennyi erőfeszítést igényelt elintéznie, amit szeretett volna?",
            low: "Nagyon kevés erőfeszítést",
            high: "Nagyon sok erőfeszítést",
        },
        Standard {
            text: "Megkönnyítettük, hogy elintézze, amiért jött. Mennyire ért egyet ezzel?",
            low: "Egyáltalán nem értek egyet",
            high: "Teljesen egyetértek",
        },
    ],
    why: "Mi az értékelésének fő oka?",
};
