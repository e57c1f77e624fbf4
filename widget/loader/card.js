// The card: one survey on the page, from its first question to the thanks, and what the visitor does with it.

import { uuid } from './answer.js';
import { query } from './config.js';
import { asksMore } from './decide.js';
import { attach } from './draw.js';
import { clearTimeout, keys, now, setTimeout } from './natives.js';
import { startRest } from './rest.js';

/** How long a score that was not clicked rests before it is sent, in milliseconds: arrow keys pass over the others. */
const REST = 1e3;

/**
 * Shows a survey. `page` is what the card needs of the loader: `tag`, `config`, `test`, `touchpoint`, `context`,
 * `memory`, `delivery`, `count(types)`, `emit(name, detail)` and `fail(error)`; `closed()` is called when it is gone.
 */
export const showCard = (page, survey, { root: tree, css }, closed) => {
  const { tag, config, memory, delivery, emit } = page;
  const { ui } = config;
  const id = uuid();
  const shown = now();
  let score;
  let settled;
  let seq = -1;
  let item;
  let timer;
  let before;
  let follow = [];
  let started;
  let clicked;
  let display;

  const root = attach(
    [
      'section',
      { 'aria-label': ui.label, lang: config.locale },
      [
        tree,
        ['div', { class: 'more' }, []],
        ['p', { role: 'status' }, []],
        ['button', { type: 'button', class: 'close', 'aria-label': ui.close }, []],
      ],
    ],
    css,
    config.dir,
  );
  const [first, more, status, cross] = root.firstChild.children;

  const rest = startRest(more, tag.base, config, survey, () => {
    if (!asksMore(survey, score)) return thank();
    // From here on the hosted page writes this response.
    first.firstChild.disabled = true;
    const response = { r: id, seq: seq + 1, score, customer: tag.customer, signature: tag.signature };
    if (page.test) response.test = 1;
    for (const name of keys(tag.attributes)) response['attr.' + name] = tag.attributes[name];
    // In the fragment, which no server logs.
    return tag.base + 's/' + survey.id + query({ lang: config.locale, touchpoint: page.touchpoint }, '?') + query(response, '#');
  });

  /** Keeps the whole response so far; another edition begins once the last one was sent. */
  const keep = (completed) => {
    if (!item || item.sent) seq++;
    item = delivery.keep(
      {
        id,
        seq,
        survey: survey.id,
        version: survey.version,
        touchpoint: page.touchpoint || undefined,
        completed,
        test: page.test || undefined,
        answers: [{ question: survey.questions[0].id, value: score }, ...follow],
        respondent: { visitor: memory.visitor, customer: tag.customer, signature: tag.signature },
        attributes: tag.attributes,
        context: page.context,
        display,
      },
      shown,
    );
    memory.note(survey.id, 'answered');
  };

  const complete = () => emit('completed', { survey: survey.id, id });

  const thank = () => {
    status.className = 'thanks';
    status.textContent = survey.thanks || ui.thanks;
  };

  const isScore = (target) => target.form == first && target.type == 'radio';

  const start = () => {
    if (!started) page.count(['started']);
    started = true;
  };

  /** The score stands, for now: it is sent, and what follows it is drawn. */
  const settle = () => {
    clearTimeout(timer);
    delivery.flush();
    if (score === settled) return;
    settled = score;
    emit('answered', { survey: survey.id, id, score });
    const left = asksMore(survey, score);
    status.className = status.textContent = '';
    if (left || rest.draws()) rest.follow(score);
    else thank();
    if (!left) complete();
  };

  /** Takes a score: kept at once; it stands at once after a click, else when it has rested. */
  const choose = (value, atOnce) => {
    clearTimeout(timer);
    if (value !== score) {
      start();
      score = value;
      keep(!asksMore(survey, score));
    }
    if (atOnce) settle();
    else timer = setTimeout(settle, REST);
  };

  const submit = (form) => {
    settle();
    const answers = form != first && rest.send();
    if (!answers) return;
    follow = answers;
    keep(true);
    delivery.flush();
    first.hidden = true;
    complete();
  };

  const close = () => {
    if (score === undefined) {
      memory.note(survey.id, 'dismissed');
      page.count(['dismissed']);
      emit('dismissed', { survey: survey.id });
    }
    rest.end();
    settle();
    const focused = root.activeElement;
    root.host.remove();
    if (focused && before) before.focus();
    closed();
  };

  /** Fetches the renderer at the first sign of interest, unless the visitor asked to save data. */
  const interest = () => {
    if (survey.questions[1] && !(navigator.connection || {}).saveData) rest.load();
  };

  const on = (type, react) =>
    root.addEventListener(type, (event) => {
      try {
        react(event);
      } catch (error) {
        page.fail(error);
      }
    });
  on('pointerover', interest);
  on('focusin', (event) => {
    interest();
    // What had the focus before gets it back; inside the card, `before` stays.
    if (event.relatedTarget && !root.contains(event.relatedTarget)) before = event.relatedTarget;
    if (isScore(event.target)) start();
  });
  on('click', ({ target, detail }) => {
    // Arrow keys fire trusted clicks too, without a count. A click on a label counts; the browser then clicks its radio
    // button, and not every browser counts that.
    if (target == cross) close();
    else if (isScore(target)) choose(+target.value, detail || clicked);
    clicked = !isScore(target) && target.closest('label') && detail;
  });
  on('submit', (event) => {
    event.preventDefault();
    submit(event.target);
  });
  for (const type of ['keydown', 'keyup', 'keypress']) {
    on(type, (event) => {
      const { key, target } = event;
      // The page's shortcuts are not meant while somebody types here, and it cannot tell.
      event.stopPropagation();
      if (type != 'keydown' || event.isComposing) return;
      if (key == 'Escape') close();
      // A form without a button is not sent by Enter on its radio buttons.
      if (key == 'Enter' && isScore(target)) settle();
    });
  }

  page.count(['eligible', 'shown']).then((token) => (display = token || undefined));
  memory.note(survey.id, 'shown');
  emit('shown', { survey: survey.id });
};
