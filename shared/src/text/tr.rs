//! Interface and standard question texts in Turkish.

use super::{Language, Standard, Ui};

/// Turkish.
pub(super) const TR: Language = Language {
    locale: "tr",
    english: "Turkish",
    name: "Türkçe",
    ui: Ui {
        label: "Kısa anket",
        close: "Kapat",
        send: "Gönder",
        optional: "isteğe bağlı",
        required: "Lütfen bu soruyu yanıtlayın.",
        choose: "Lütfen bir puan seçin.",
        more: "Kalan soruları yanıtla",
        thanks: "Yanıtınız için teşekkür ederiz!",
        next: "İleri",
        back: "Geri",
        step: "Soru {n}/{total}",
        about: "Bu anket hakkında",
        reads: "Yanıtınızı {site} okur.",
        anonymous: "Yanıtınız anonimdir.",
        identified: "Yanıtınız müşteri hesabınızla ilişkilendirilir.",
        privacy: "Gizlilik",
        never: "Bir daha sorma",
        withdraw: "Yanıtımı geri çek",
        withdrawn: "Yanıtınız geri çekildi.",
        declined: "Size bir daha sorulmayacak.",
        closed: "Bu anket kapandı.",
        busy: "Yanıtınız şu anda kaydedilemedi. Lütfen biraz sonra yeniden gönderin.",
        long: "Yanıtınız çok uzun. Lütfen kısaltın.",
        refused: "Yanıtınız kabul edilemedi.",
        away: "Bu sayfa şu anda kullanılamıyor. Lütfen biraz sonra yeniden deneyin.",
        empty: "Bu alanı boş bırakın",
    },
    standards: [
        Standard {
            text: "Bizi bir arkadaşınıza veya iş arkadaşınıza tavsiye etme olasılığınız nedir?",
            low: "Hiç olası değil",
            high: "Son derece olası",
        },
        Standard {
            text: "Bugünkü deneyiminizden ne kadar memnunsunuz?",
            low: "Hiç memnun değilim",
            high: "Çok memnunum",
        },
        Standard {
            text: "İşinizi halletmek için ne kadar çaba harcamanız gerekti?",
            low: "Çok az çaba",
            high: "Çok fazla çaba",
        },
        Standard {
            text: "İşinizi halletmenizi kolaylaştırdık. Buna ne ölçüde katılıyorsunuz?",
            low: "Kesinlikle katılmıyorum",
            high: "Kesinlikle katılıyorum",
        },
    ],
    why: "Verdiğiniz puanın başlıca nedeni nedir?",
};
