//! Interface and standard question texts in English.

use super::{Language, Standard, Ui};

/// English.
pub(super) const EN: Language = Language {
    locale: "en",
    english: "English",
    name: "English",
    ui: Ui {
        label: "Short survey",
        close: "Close",
        send: "Send",
        optional: "optional",
        required: "Please answer this question.",
        choose: "Please choose a score.",
        more: "Answer the rest",
        thanks: "Thank you for your answer!",
        next: "Next",
        back: "Back",
        step: "Question {n} of {total}",
        about: "About this survey",
        reads: "Your answer is read by {site}.",
        anonymous: "It is anonymous.",
        identified: "It is linked to your customer account.",
        privacy: "Privacy",
        never: "Don’t ask me again",
        withdraw: "Withdraw my answer",
        withdrawn: "Your answer was withdrawn.",
        declined: "You will not be asked again.",
        closed: "This survey is closed.",
        busy: "Your answer could not be saved just now. Please send it again in a moment.",
        long: "Your answer is too long. Please shorten it.",
        refused: "Your answer could not be accepted.",
        away: "This page is not available just now. Please try again in a moment.",
        empty: "Leave this empty",
    },
    standards: [
        Standard {
            text: "How likely are you to recommend us to a friend or colleague?",
            low: "Not at all likely",
            high: "Extremely likely",
        },
        Standard {
            text: "How satisfied are you with your experience today?",
            low: "Very dissatisfied",
            high: "Very satisfied",
        },
        Standard {
            text: "How much effort did you have to put in to get this done?",
            low: "Very low effort",
            high: "Very high effort",
        },
        Standard {
            text: "We made it easy for you to do what you came for. To what extent do you agree?",
            low: "Strongly disagree",
            high: "Strongly agree",
        },
    ],
    why: "What is the main reason for your score?",
};
