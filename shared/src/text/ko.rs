//! Interface and standard question texts in Korean.

use super::{Language, Standard, Ui};

/// Korean.
pub(super) const KO: Language = Language {
    locale: "ko",
    english: "Korean",
    name: "한국어",
    ui: Ui {
        label: "간단한 설문조사",
        close: "닫기",
        send: "보내기",
        optional: "선택 사항",
        required: "이 질문에 답해 주세요.",
        choose: "점수를 선택해 주세요.",
        more: "나머지 질문에 답하기",
        thanks: "답변해 주셔서 감사합니다!",
        next: "다음",
        back: "이전",
        step: "질문 {n}/{total}",
        about: "설문조사 안내",
        reads: "{site}에서 답변을 확인합니다.",
        anonymous: "답변은 익명으로 처리됩니다.",
        identified: "답변은 고객 계정과 연결됩니다.",
        privacy: "개인정보 보호",
        never: "다시 묻지 않기",
        withdraw: "내 답변 철회하기",
        withdrawn: "답변이 철회되었습니다.",
        declined: "다시 묻지 않겠습니다.",
        closed: "종료된 설문조사입니다.",
        busy: "지금은 답변을 저장할 수 없습니다. 잠시 후 다시 보내 주세요.",
        long: "답변이 너무 깁니다. 줄여 주세요.",
        refused: "답변을 접수할 수 없습니다.",
        away: "지금은 이 페이지를 사용할 수 없습니다. 잠시 후 다시 시도해 주세요.",
        empty: "이 칸은 비워 두세요",
    },
    standards: [
        Standard {
            text: "저희를 친구나 동료에게 추천하실 가능성은 얼마나 되나요?",
            low: "가능성 전혀 없음",
            high: "가능성 매우 높음",
        },
        Standard {
            text: "오늘의 경험에 얼마나 만족하셨나요?", low: "매우 불만족", high: "매우 만족"
        },
        Standard {
            text: "원하시는 일을 처리하는 데 얼마나 많은 노력이 필요했나요?",
            low: "매우 적은 노력",
            high: "매우 많은 노력",
        },
        Standard {
            text: "원하시는 일을 쉽게 처리하실 수 있도록 해 드렸습니다. 이에 얼마나 동의하시나요?",
            low: "전혀 동의하지 않음",
            high: "매우 동의함",
        },
    ],
    why: "그 점수를 주신 가장 큰 이유는 무엇인가요?",
};
