//! Interface and standard question texts in Arabic.

use super::{Language, Standard, Ui};

/// Arabic.
pub(super) const AR: Language = Language {
    locale: "ar",
    ui: Ui {
        label: "استبيان قصير",
        close: "إغلاق",
        send: "إرسال",
        optional: "اختياري",
        required: "يرجى الإجابة عن هذا السؤال.",
        choose: "يرجى اختيار درجة.",
        more: "متابعة الإجابة",
        thanks: "شكرًا على إجابتك!",
        next: "التالي",
        back: "رجوع",
        step: "السؤال {n} من {total}",
        about: "عن هذا الاستبيان",
        reads: "يقرأ {site} إجابتك.",
        anonymous: "الإجابة مجهولة الهوية.",
        identified: "ترتبط الإجابة بحسابك لدينا.",
        privacy: "الخصوصية",
        never: "لا تسألني مرة أخرى",
        withdraw: "سحب إجابتي",
        withdrawn: "تم سحب إجابتك.",
        declined: "لن نسألك مرة أخرى.",
        closed: "هذا الاستبيان مغلق.",
    },
    standards: [
        Standard {
            text: "ما مدى احتمال أن توصي بنا لصديق أو زميل؟", low: "غير محتمل إطلاقًا", high: "محتمل جدًا"
        },
        Standard {
            text: "ما مدى رضاك عن تجربتك اليوم؟", low: "غير راضٍ إطلاقًا", high: "راضٍ جدًا"
        },
        Standard {
            text: "كم من الجهد بذلت لإنجاز ما أردت؟", low: "جهد قليل جدًا", high: "جهد كبير جدًا"
        },
        Standard {
            text: "سهّلنا عليك إنجاز ما جئت من أجله. هل توافق؟", low: "لا أوافق بشدة", high: "أوافق بشدة"
        },
    ],
    why: "ما السبب الرئيسي لدرجتك؟",
};
