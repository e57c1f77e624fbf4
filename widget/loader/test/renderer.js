// A renderer for tests: a box for each follow-up, one a step; `renderer` is what the test makes of it.

/** Whether it traps, what stands in the boxes, and what was called. */
export const renderer = { traps: false, typed: {}, called: [] };

export default async (bytes) => {
  if (!(await bytes).ok) throw Error('no wasm');
};

export const open = (place, survey, ui, score) => {
  const asks = survey.questions.slice(1);
  let step = 0;
  const guard = (name, react) => (...args) => {
    renderer.called.push([name, ...args]);
    if (renderer.traps) throw Error('trap');
    return react(...args);
  };
  const answers = () => asks.filter(({ id }) => renderer.typed[id]).map(({ id }) => ({ question: id, text: renderer.typed[id] }));
  renderer.called.push(['open', score]);
  return {
    score: guard('score', () => {}),
    answers: guard('answers', answers),
    send: guard('send', () => ({ answers: answers(), done: ++step >= asks.length, step, first: step == 0 })),
    back: guard('back', () => ({ step: --step, first: step == 0 })),
  };
};
