//! Interface and standard question texts in Hebrew.

use super::{Language, Standard, Ui};

/// Hebrew.
pub(super) const HE: Language = Language {
    locale: "he",
    english: "Hebrew",
    name: "עברית",
    ui: Ui {
        label: "סקר קצר",
        close: "סגירה",
        send: "שליחה",
        optional: "לא חובה",
        required: "נא לענות על שאלה זו.",
        choose: "נא לבחור ציון.",
        more: "לשאלות הנוספות",
        thanks: "תודה על תשובתך!",
        next: "הבא",
        back: "חזרה",
        step: "שאלה {n} מתוך {total}",
        about: "על הסקר",
        reads: "התשובה שלך נקראת על ידי {site}.",
        anonymous: "התשובה שלך אנונימית.",
        identified: "התשובה שלך מקושרת לחשבון הלקוח שלך.",
        privacy: "פרטיות",
        never: "לא לשאול אותי שוב",
        withdraw: "ביטול התשובה שלי",
        withdrawn: "התשובה שלך בוטלה.",
        declined: "לא נשאל אותך שוב.",
        closed: "הסקר סגור.",
        busy: "לא ניתן לשמור את התשובה שלך כרגע. נא לשלוח אותה שוב בעוד רגע.",
        long: "התשובה שלך ארוכה מדי. נא לקצר אותה.",
        refused: "לא ניתן לקבל את התשובה שלך.",
        away: "הדף אינו זמין כרגע. נא לנסות שוב בעוד רגע.",
        empty: "השאירו שדה זה ריק",
    },
    standards: [
        Standard {
            text: "עד כמה סביר שתמליצו עלינו לחברים או לעמיתים?", low: "כלל לא סביר", high: "סביר ביותר"
        },
        Standard {
            text: "מה מידת שביעות הרצון שלך מהחוויה היום?", low: "מאוד לא מרוצה", high: "מאוד מרוצה"
        },
        Standard {
            text: "כמה מאמץ נדרש ממך כדי להשיג את מה שרצית?", low: "מאמץ מועט מאוד", high: "מאמץ רב מאוד"
        },
        Standard {
            text: "הקלנו עליך לעשות את מה שלשמו הגעת. מהי מידת הסכמתך?",
            low: "חוסר הסכמה מוחלט",
            high: "הסכמה מלאה",
        },
    ],
    why: "מה הסיבה העיקרית לציון שנתת?",
};
