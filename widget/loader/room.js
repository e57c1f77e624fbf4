// The room that follow-ups will take: drawn while the renderer is on its way, so that its arrival moves nothing.

import { follows } from './decide.js';
import { build } from './draw.js';

/**
 * What rest.css makes of the same parts, as far as it takes room: that sheet travels with the renderer. A test holds the
 * heights together. What cannot be used yet is faint.
 */
const LOOK =
  '.rest>div{margin-block-start:20px}small{font-size:13px;font-weight:400}' +
  '.choice{display:flex;gap:10px;align-items:center;min-height:44px;padding:8px 12px;border:1px solid var(--line);' +
  'border-radius:8px;margin-block-start:6px}legend+.choice{margin:0}.choice i{flex:none;width:18px;height:18px}' +
  '.steps{display:flex;justify-content:space-between}.steps .send{margin-block-start:0}' +
  '.area{height:92px;border:1px solid var(--muted);border-radius:8px}' +
  '.room{pointer-events:none}.room :is(.choice,.area,.send){opacity:.5}';

/** Adds the look to a card's shadow root, before the renderer's own sheet. */
export const dress = (root) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [root.adoptedStyleSheets[0], sheet];
};

/** The first follow-up of a score as it will stand there, for the eye alone; undefined where nothing follows. */
export const drawRoom = (survey, ui, score) => {
  let first;
  let last = true;
  for (let place = 1; place < survey.questions.length; place++) {
    if (!follows(survey.questions[place], score)) continue;
    if (first) last = false;
    first ||= survey.questions[place];
  }
  if (!first) return;
  const { text, required, choices } = first;
  const name = [text];
  if (!required) name.push(' ', ['small', {}, [ui.optional]]);
  const choice = ([, words]) => ['div', { class: 'choice' }, [['i', {}, []], ['span', {}, [words]]]];
  const question = choices
    ? ['fieldset', { class: 'q' }, [['legend', {}, name], ...choices.map(choice)]]
    : ['div', { class: 'q' }, [['label', {}, name], ['div', { class: 'area' }, []]]];
  return build([
    'div',
    { class: 'rest room', 'aria-hidden': 'true' },
    [
      ['div', {}, [question]],
      ['div', { class: 'steps' }, [['span', { class: 'send' }, [last ? ui.send : ui.next]]]],
    ],
  ]);
};
