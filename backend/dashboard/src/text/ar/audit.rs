//! The audit log in Arabic.

use crate::text::Audit;

/// The words.
pub(super) const TEXT: Audit = Audit {
    attack_began: "رصد بدء هجوم من خلال {signs} (الردود المعزولة: {apart})",
    attack_ended: "رصد انتهاء هجوم (الردود المشبوهة: {answers})",
    customer_erased: "محا عميلًا (الردود: {responses})",
    customer_exported: "صدّر بيانات عميل (الردود: {responses})",
    delivery_replayed: "أعاد إرسال رسالة إلى webhook",
    invitation_deleted: "سحب دعوة",
    key_created: "أنشأ المفتاح {name} ({scope})",
    key_deleted: "أبطل مفتاحًا",
    member_invited: "أنشأ دعوة: {email}، {role}",
    member_joined: "انضم بدور {role}",
    member_linked: "سجّل الدخول عبر {provider} لأول مرة",
    member_password_link: "أنشأ رابطًا لكلمة مرور جديدة لأحد الأعضاء",
    member_password_set: "عيّن كلمة مرور جديدة",
    member_removed: "أزال {name}",
    member_role_set: "غيّر دور أحد الأعضاء من {before} إلى {role}",
    member_updated: "غيّر حسابه: {fields}",
    response_deleted: "محا ردًا",
    responses_imported: "استورد ردودًا: {responses}",
    share_created: "أنشأ الرابط المشترك {name}",
    share_deleted: "سحب رابطًا مشتركًا",
    site_created: "أنشأ الموقع {name}",
    site_deleted: "حذف الموقع",
    site_updated: "غيّر الموقع: {fields}",
    survey_created: "أنشأ الاستبيان {name}",
    survey_paused: "أوقف استبيانًا مؤقتًا",
    survey_published: "نشر الإصدار {version} من استبيان",
    survey_updated: "غيّر استبيانًا: {fields}",
    webhook_created: "أنشأ webhook إلى {host}",
    webhook_deleted: "حذف webhook",
    webhook_rotated: "أنشأ سرًا جديدًا لأحد webhook",
    webhook_tested: "أرسل رسالة تجريبية إلى webhook",
    webhook_updated: "غيّر webhook: {fields}",
};
