//! The account, and whoever has no site yet, in Arabic.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "أنت",
    name: "الاسم",
    as_browser: "مثل المتصفح",
    password: "كلمة المرور",
    current: "كلمة المرور الحالية",
    new: "كلمة المرور الجديدة",
    new_hint: "10 أحرف على الأقل. تنتهي كل جلسة أخرى.",
    too_short: "كلمة المرور 10 أحرف على الأقل.",
    change_password: "تغيير كلمة المرور",
    sessions: "أين سجّلت الدخول",
    this_one: "هذه الجلسة",
    unknown: "جهاز غير معروف",
    since: "منذ {date}",
    seen: "آخر ظهور {ago}",
    end: "إنهاء",
    end_of: "إنهاء الجلسة {name}",
    end_others: "إنهاء كل الجلسات الأخرى",
    ended: "تم الإنهاء.",
    first_site: "موقعك الأول",
    first_site_lead: "موقع واحد أو منتج واحد: استبياناته وردوده وأعضاؤه معًا.",
    origin: "العنوان",
    origin_hint: "مثل https://shop.example. فارغ: يمكن لصفحات أي مصدر إرسال الردود.",
    make_site: "إنشاء الموقع",
    no_site: "لا يوجد موقع متاح لك بعد",
    no_site_lead: "اطلب دعوة من مالك الموقع، أو اطلب ممن يدير هذا الخادم إنشاء موقع. سجّلت الدخول باسم {email}.",
};
