// Deciding: which survey is due. Pure: the config, the page's touchpoint and the visitor's memory go in, reasons come out.

/** Why a survey is not shown, as one word; empty when it is due. `seen` is what the visitor's memory holds of it. */
export const hides = (survey, touchpoint, seen) =>
  survey.touchpoints && !survey.touchpoints.includes(touchpoint)
    ? 'touchpoint'
    : seen.answered
      ? 'answered'
      : seen.dismissed
        ? 'dismissed'
        : '';

/** The surveys that are due, the one that goes first first; `memory(id)` gives what is remembered of a survey. */
export const due = (surveys, touchpoint, memory) =>
  surveys.filter((survey) => !hides(survey, touchpoint, memory(survey.id)));

/** Whether a question is asked after a score. */
export const follows = (question, score) =>
  !question.after || question.after.some(([low, high]) => score >= low && score <= high);

/** Whether anything is left to ask after a score. */
export const asksMore = (survey, score) => survey.questions.slice(1).some((question) => follows(question, score));
