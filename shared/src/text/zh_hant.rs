//! Interface and standard question texts in Chinese (Traditional).

use super::{Language, Standard, Ui};

/// Chinese (Traditional).
pub(super) const ZH_HANT: Language = Language {
    locale: "zh-Hant",
    english: "Chinese (Traditional)",
    name: "繁體中文",
    ui: Ui {
        label: "簡短問卷",
        close: "關閉",
        send: "送出",
        optional: "選填",
        required: "請回答此問題。",
        choose: "請選擇一個分數。",
        more: "回答其餘問題",
        thanks: "感謝您的回答！",
        next: "下一題",
        back: "上一題",
        step: "第 {n} 題，共 {total} 題",
        about: "關於本問卷",
        reads: "您的回答將由 {site} 檢視。",
        anonymous: "您的回答是匿名的。",
        identified: "您的回答會與您的客戶帳戶連結。",
        privacy: "隱私權",
        never: "不再詢問",
        withdraw: "撤回我的回答",
        withdrawn: "您的回答已撤回。",
        declined: "我們不會再詢問您。",
        closed: "本問卷已關閉。",
        busy: "目前無法儲存您的回答，請稍後再次送出。",
        long: "您的回答過長，請縮短。",
        refused: "無法接受您的回答。",
        away: "此頁面目前無法使用，請稍後再試。",
        empty: "請將此處留空",
    },
    standards: [
        Standard {
            text: "您有多大可能會將我們推薦給朋友或同事？", low: "完全不可能", high: "極有可能"
        },
        Standard { text: "您對今天的體驗有多滿意？", low: "非常不滿意", high: "非常滿意" },
        Standard { text: "您為了完成這件事花費了多少心力？", low: "非常少", high: "非常多" },
        Standard {
            text: "我們讓您輕鬆完成了想辦的事。您同意的程度如何？", low: "非常不同意", high: "非常同意"
        },
    ],
    why: "您給這個分數的主要原因是什麼？",
};
