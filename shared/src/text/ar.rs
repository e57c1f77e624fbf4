//! Interface and standard question texts in Arabic.

use super::{Language, Standard, Ui};

/// Arabic.
pub(super) const AR: Language = Language {
    locale: "ar",
    english: "Arabic",
    name: "العربية",
    ui: Ui {
        label: "استبيان قصير",
        close: "إغلاق",
        send: "إرسال",
        optional: "اختياري",
        required: "يرجى الإجابة عن هذا السؤال.",
        choose: "يرجى اختيار درجة.",
        more: "الإجابة عن بقية الأسئلة",
        thanks: "شكرًا على إجابتك!",
        next: "التالي",
        back: "رجوع",
        step: "السؤال {n} من {total}",
        about: "عن هذا الاستبيان",
        reads: "الجهة التي تقرأ إجابتك: {site}.",
        anonymous: "إجابتك مجهولة الهوية.",
        identified: "ترتبط إجابتك بحسابك لدينا.",
        privacy: "الخصوصية",
        never: "عدم سؤالي مرة أخرى",
        withdraw: "سحب إجابتي",
        withdrawn: "تم سحب إجابتك.",
        declined: "لن نسألك مرة أخرى.",
        closed: "هذا الاستبيان مغلق.",
        busy: "تعذّر حفظ إجابتك الآن. يرجى إرسالها مرة أخرى بعد قليل.",
        long: "إجابتك طويلة جدًا. يرجى اختصارها.",
        refused: "تعذّر قبول إجابتك.",
        away: "هذه الصفحة غير متاحة الآن. يرجى المحاولة مرة أخرى بعد قليل.",
    },
    standards: [
        Standard {
            text: "ما مدى احتمال أن توصي بنا لصديق أو زميل؟", low: "غير محتمل على الإطلاق", high: "محتمل للغاية"
        },
        Standard {
            text: "ما مدى رضاك عن تجربتك اليوم؟", low: "غير راضٍ إطلاقًا", high: "راضٍ جدًا"
        },
        Standard {
            text: "ما مقدار الجهد الذي بذلته لإنجاز ما أردت؟", low: "جهد قليل جدًا", high: "جهد كبير جدًا"
        },
        Standard {
            text: "لقد سهّلنا عليك إنجاز ما جئت من أجله. إلى أي مدى توافق؟",
            low: "لا أوافق بشدة",
            high: "أوافق بشدة",
        },
    ],
    why: "ما السبب الرئيسي لاختيارك هذه الدرجة؟",
};
