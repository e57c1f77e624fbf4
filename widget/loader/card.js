// The card: one survey on the page with its first question, and the score, which is kept at once.

import { uuid } from './answer.js';
import { asksMore } from './decide.js';
import { build, makeRoot } from './draw.js';
import { now, own } from './natives.js';

/**
 * Shows a survey in `host`, or in an element of its own; resolves to nothing when it may not be shown any more. `page` is the
 * loader (`main.js`) with the `config`, `touchpoint`, `test`, `context`, `about()`, `count(types)`, `isDue()` and `closed()` of
 * this showing. Building, styling, laying out, painting and counting are a task each: the page's own work comes between.
 */
export const showCard = async (page, survey, { root: tree, css }, host) => {
  const { tag, config, memory, emit, guard, given } = page;
  const { ui } = config;
  let clicked;
  let rest;

  const position = host ? 'inline' : survey.position || 'corner';
  const root = makeRoot(host, css, config.dir);
  const box = build([
    position == 'centre' ? 'dialog' : 'section',
    { class: position + ' ' + (config.scheme || ''), 'aria-label': ui.label, lang: config.locale },
    [
      tree,
      ['div', { class: 'more' }, []],
      ['div', { role: 'status' }, []],
      ['button', { type: 'button', class: 'close', 'aria-label': ui.close }, []],
    ],
  ]);
  if (host) box.lastChild.remove();
  await new Promise((done) => page.later(done));
  if (!page.isDue()) return;

  const shown = now();
  let before = own('activeElement');
  root.replaceChildren(box);
  if (!host) own('body').append(root.host);

  /** What follows the first question, from its own file: calls one of its functions, once it is here. */
  const ask = guard(async (name, ...args) => {
    const { startRest } = await page.more();
    if (!given.off) return (card.rest = rest ||= startRest(card))[name](...args);
  });

  /** The card, as what else of the loader works on it. */
  const card = {
    page,
    survey,
    host,
    root,
    box,
    first: box.querySelector('.first'),
    id: uuid(),
    ask,
    seq: -1,
    /** What was answered after the score. */
    answers: () => [],
    /** Keeps the whole response so far, as another edition: what has gone out under a number never changes. */
    keep(completed, more) {
      card.seq++;
      // Whom an edition has named stays named.
      card.named ||= tag.customer;
      const response = {
        ...page.about(),
        id: card.id,
        seq: card.seq,
        completed,
        test: page.test,
        answers: [{ question: survey.questions[0].id, value: card.score }, ...card.answers()],
        respondent: {
          visitor: tag.strict ? undefined : memory.record().id,
          customer: tag.customer,
          signature: tag.signature,
        },
        context: page.context,
        ...more,
      };
      page.keeping.keep(response, shown, card);
      memory.note(survey, 'answered');
    },
    /** Takes the card away: `dismissed` by the visitor, or not. */
    end(dismissed) {
      if (card.gone) return;
      card.gone = true;
      card.rest?.end();
      if (dismissed && card.score === undefined) {
        memory.note(survey, 'dismissed');
        page.count(['dismissed']);
        emit('dismissed', { survey: survey.id });
      }
      const focused = root.activeElement;
      if (host) root.replaceChildren();
      else root.host.remove();
      if (focused && before) before.focus();
      page.closed();
    },
  };

  const isScore = (target) => target.form == card.first && target.value;
  // Before anybody listens: the focus that a dialog gives itself is no sign of interest. It is on the dialog and on no
  // score, which would look chosen.
  if (box.showModal) {
    // The browser closes it by Escape or by a gesture.
    box.onclose = guard(() => card.end(true));
    box.showModal();
    box.tabIndex = -1;
    box.focus();
  }
  // An element's root outlives its cards.
  const on = (type, react) => root.addEventListener(type, guard((event) => card.gone || react(event)));
  on('pointerover', () => ask('load'));
  on('keydown', ({ key }) => {
    // What else the keys do is in the file that the focus has sent for.
    if (key == 'Escape' && !rest && !host) card.end(true);
  });
  on('focusin', ({ relatedTarget }) => {
    ask('load');
    // What had the focus before gets it back; inside the card, `before` stays.
    if (relatedTarget && !root.contains(relatedTarget)) before = relatedTarget;
  });
  on('click', (event) => {
    const { target, detail } = event;
    if (target.className == 'close') card.end(true);
    else if (isScore(target)) {
      if (+target.value !== card.score) {
        card.score = +target.value;
        card.keep(!asksMore(survey, card.score));
      }
      // Arrow keys fire trusted clicks too, without a count. A click on a label counts; the browser then clicks its radio
      // button, and not every browser counts that.
      ask('choose', detail || clicked)?.catch(() => (box.children[2].textContent = ui.thanks));
    } else if (target.type == 'submit') {
      // A sandboxed frame may send no form.
      event.preventDefault();
      ask('submit', target.form);
    } else if (target.type == 'button') ask('press', target.className);
    clicked = !isScore(target) && target.closest('label') && detail;
  });
  on('submit', (event) => {
    event.preventDefault();
    ask('submit', event.target);
  });

  // Styled now, then laid out, then painted, and counted when all that is done.
  getComputedStyle(box).color;
  page.later(() => {
    box.offsetHeight;
    page.later(() => {
      if (card.gone) return;
      card.counted = page.count(['eligible', 'shown']);
      memory.note(survey, 'shown');
      emit('shown', { survey: survey.id, version: survey.version });
    });
  });
  return card;
};
