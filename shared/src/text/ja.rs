//! Interface and standard question texts in Japanese.

use super::{Language, Standard, Ui};

/// Japanese.
pub(super) const JA: Language = Language {
    locale: "ja",
    english: "Japanese",
    name: "日本語",
    ui: Ui {
        label: "簡単なアンケート",
        close: "閉じる",
        send: "送信",
        optional: "任意",
        required: "この質問にお答えください。",
        choose: "評価を選択してください。",
        more: "続きに回答する",
        thanks: "ご回答ありがとうございました。",
        next: "次へ",
        back: "戻る",
        step: "{total}問中{n}問目",
        about: "このアンケートについて",
        reads: "ご回答は{site}が確認します。",
        anonymous: "ご回答は匿名です。",
        identified: "ご回答はお客様のアカウントに紐づけられます。",
        privacy: "プライバシー",
        never: "今後は表示しない",
        withdraw: "回答を取り消す",
        withdrawn: "ご回答を取り消しました。",
        declined: "今後は表示しません。",
        closed: "このアンケートは終了しました。",
        busy: "ただいまご回答を保存できませんでした。しばらくしてからもう一度送信してください。",
        long: "ご回答が長すぎます。短くしてください。",
        refused: "ご回答を受け付けられませんでした。",
        away: "ただいまこのページを表示できません。しばらくしてからもう一度お試しください。",
        empty: "この欄は空のままにしてください",
    },
    standards: [
        Standard {
            text: "私たちを友人や同僚に薦める可能性はどのくらいありますか？",
            low: "可能性はまったくない",
            high: "可能性は非常に高い",
        },
        Standard {
            text: "本日のご利用にどのくらい満足されていますか？", low: "非常に不満", high: "非常に満足"
        },
        Standard {
            text: "ご用件を済ませるのに、どのくらいの手間がかかりましたか？",
            low: "ほとんどかからなかった",
            high: "非常にかかった",
        },
        Standard {
            text: "ご用件を簡単に済ませられるようになっていたと思いますか？",
            low: "まったくそう思わない",
            high: "非常にそう思う",
        },
    ],
    why: "その評価を選んだ主な理由をお聞かせください。",
};
