//! Interface and standard question texts in Chinese (Simplified).

use super::{Language, Standard, Ui};

/// Chinese (Simplified).
pub(super) const ZH: Language = Language {
    locale: "zh",
    english: "Chinese (Simplified)",
    name: "简体中文",
    ui: Ui {
        label: "简短问卷",
        close: "关闭",
        send: "提交",
        optional: "选填",
        required: "请回答此问题。",
        choose: "请选择一个分数。",
        more: "回答其余问题",
        thanks: "感谢您的回答！",
        next: "下一题",
        back: "上一题",
        step: "第 {n} 题，共 {total} 题",
        about: "关于本问卷",
        reads: "您的回答将由 {site} 查看。",
        anonymous: "您的回答是匿名的。",
        identified: "您的回答会与您的客户账户关联。",
        privacy: "隐私",
        never: "不再询问",
        withdraw: "撤回我的回答",
        withdrawn: "您的回答已撤回。",
        declined: "我们不会再询问您。",
        closed: "本问卷已关闭。",
        busy: "暂时无法保存您的回答，请稍后重新提交。",
        long: "您的回答过长，请缩短。",
        refused: "无法接受您的回答。",
        away: "此页面暂时无法使用，请稍后再试。",
        empty: "请将此处留空",
    },
    standards: [
        Standard {
            text: "您有多大可能将我们推荐给朋友或同事？", low: "完全不可能", high: "极有可能"
        },
        Standard { text: "您对今天的体验有多满意？", low: "非常不满意", high: "非常满意" },
        Standard { text: "您为办成这件事花费了多少精力？", low: "非常少", high: "非常多" },
        Standard {
            text: "我们让您轻松办成了想办的事。您在多大程度上同意？", low: "非常不同意", high: "非常同意"
        },
    ],
    why: "您打这个分数的主要原因是什么？",
};
