// What follows the first question, fetched at the first sign of interest: the renderer's steps, the thanks, the foot, the
// hosted page, and the patience with what could not be delivered.
//
// A browser may hold this file and the loader in different versions for the five minutes that both are cached: what they
// exchange, `card`, `page` and what this file returns, may only grow.

import { encode } from './answer.js';
import { asksMore, follows } from './decide.js';
import { learn, waitFor } from './display.js';
import { build } from './draw.js';
import { clearTimeout, fetch, keys, now, own } from './natives.js';
import { query } from './query.js';
import { dress, drawRoom } from './room.js';

export { startDelivery } from './deliver.js';

/** How long a score that was not clicked rests before it is sent, in milliseconds: arrow keys pass over the others. */
const REST = 1e3;

/** How long an answered question waits for the renderer, in milliseconds. */
const PATIENCE = 4e3;

/** How long the words stand that say goodbye, in milliseconds. */
const GOODBYE = 5e3;

/** The address of a survey's hosted page; what is `known` goes behind `start`: a fragment is logged by no server. */
const hosted = ({ tag, config, touchpoint, test }, survey, known, start) => {
  const all = { ...known, customer: tag.customer, signature: tag.signature, test: test ? 1 : undefined };
  for (const name of keys(tag.attributes)) all['attr.' + name] = tag.attributes[name];
  const where = { lang: config.locale, touchpoint: touchpoint || undefined };
  return tag.base + 's/' + survey.id + query(where, '?') + query(all, start);
};

/** An address that was `cut` to its page, with the parameters that the site keeps; as it was where the page has turned since. */
const withKept = (cut, address, names) => {
  const [page, ...query] = address.split('#')[0].split('?');
  const kept = query.join('?').split('&').filter((part) => names.includes(part.split('=')[0]));
  return page == cut && kept[0] ? page + '?' + kept.join('&') : cut;
};

/** A frame, which may say how high it is and that it has been answered. */
const frameTree = (page, src) => ['iframe', { src, title: page.config.ui.label }, []];

/** The first question as the hosted page in a frame, for pages that allow frames only. */
export const frame = (page, survey) => frameTree(page, hosted(page, survey, {}, '&'));

/** Starts what follows the first question of a card; every call into the renderer is guarded, so that its end is no end. */
export const startRest = (card) => {
  const { page, survey, root, box, first } = card;
  const { tag, config, memory, keeping, emit, guard, later, listen } = page;
  const { ui } = config;
  const [, place, status] = box.children;
  const { context } = page;
  if (config.parameters) {
    context.url = withKept(context.url, location.href, config.parameters);
    context.referrer = withKept(context.referrer, own('referrer'), config.parameters);
  }
  let module;
  let handle;
  let asked;
  let over;
  let handed;
  let settled;
  let timer;
  let started;
  let said = [];

  // What was said to another score is not said to this one.
  card.answers = () =>
    said.filter(({ question }) => follows(survey.questions.find(({ id }) => id == question), card.score));

  const show = (selector, shown) => {
    const part = box.querySelector(selector);
    if (part) part.hidden = !shown;
  };

  /** Fetches the renderer's two files at once; resolves to its module, ready to draw. */
  const load = () =>
    (module ||= (async () => {
      const bytes = fetch(tag.base + config.build.wasm);
      bytes.catch(() => {});
      const found = await import(tag.base + config.build.js);
      await found.default(bytes);
      return found;
    })());

  /** Says words in the live region, with a link perhaps. */
  const say = (words, link) => {
    const look = link && { class: 'send link', href: link.url, target: '_blank', rel: 'noopener noreferrer' };
    status.replaceChildren(build(['p', { class: 'thanks' }, [words]]));
    if (link) status.append(build(['p', {}, [['a', look, [link.text]]]]));
  };

  const thank = () => {
    const { text, link } = (survey.endings || []).find((ending) => follows(ending, card.score)) || {};
    say(text || survey.thanks || ui.thanks, link);
  };

  /** Holds the room of what follows at a height at least, in pixels; without one it takes what it needs. */
  const hold = (height) => place.style.setProperty('min-height', height ? height + 'px' : '');
  const height = (element) => element.getBoundingClientRect().height;

  /**
   * Makes the room of the score's follow-up within the visitor's own act: the card grows now and not when the renderer
   * draws. While keys pass over the scores it grows only.
   */
  const reserve = () => {
    const room = !over && drawRoom(survey, ui, card.score);
    if (!room) return;
    const before = height(place);
    if (handle) place.append(room);
    else place.replaceChildren(room);
    hold(Math.max(before, height(room)));
    if (handle) room.remove();
  };

  const complete = () => emit('completed', { survey: survey.id, id: card.id });

  /** The hosted page in a frame, or a link to it where the page forbids frames. */
  const fallBack = (error) => {
    if (over || card.gone) return;
    over = true;
    handle = undefined;
    hold();
    place.replaceChildren();
    if (!asksMore(survey, card.score)) return thank();
    // From here on the hosted page writes this response.
    first.firstChild.disabled = true;
    // Not every browser fires an event for a policy that stops WebAssembly; each has words of its own for it.
    if (/unsafe-eval|CSP/.test(error)) {
      page.getExtra().then(({ hint }) => hint({ blockedURI: 'wasm-eval', effectiveDirective: 'script-src' }), () => {});
    }
    const handOver = () => {
      if (handed || card.gone) return;
      handed = true;
      // A token that comes later than this is not the response's: the page goes on with its own.
      const display = (card.display ??= '') || undefined;
      const href = hosted(page, survey, { r: card.id, seq: card.seq + 1, score: card.score, display }, '#');
      const link = () =>
        place.replaceChildren(build(['a', { class: 'send', href, target: '_blank', rel: 'noopener' }, [ui.more]]));
      const inner = build(frameTree(page, href));
      let loaded;
      inner.addEventListener('load', () => (loaded = true));
      listen('securitypolicyviolation', ({ blockedURI, disposition }) => {
        if (disposition != 'report' && href.startsWith(blockedURI)) link();
      });
      later(() => loaded || link(), 2 * PATIENCE);
      place.replaceChildren(inner);
    };
    if (!waitFor(card, handOver)) handOver();
  };

  // The hosted page says how high it is, and when it has been answered.
  listen('message', ({ source, origin, data }) => {
    const inner = box.querySelector('iframe');
    if (!inner || source != inner.contentWindow || !tag.base.startsWith(origin + '/')) return;
    if (data.bearing == 'display' && handed) card.display ||= data.display;
    if (data.bearing == 'height' && data.height > 0) inner.style.setProperty('height', Math.min(data.height, 2e3) + 'px');
    if (data.bearing == 'answered') {
      // Closing the card is no dismissal any more; which score it was the frame keeps to itself.
      card.score ??= null;
      memory.note(survey, 'answered');
      complete();
    }
  });

  /** Calls into the renderer; whatever goes wrong in there ends it and nothing else. */
  const call = (react) => {
    try {
      return handle && react();
    } catch {
      fallBack();
    }
  };

  /** Nothing is asked any more: the card says goodbye. */
  const part = (words) => {
    over = true;
    handle = undefined;
    for (const element of box.children) element.hidden = !element.matches('[role=status],.close');
    say(words);
  };

  const isScore = (target) => target && target.form == first && target.type == 'radio';
  const start = (target) => {
    if (started || !isScore(target)) return;
    started = true;
    page.count(['started']);
  };
  const on = (type, react) => root.addEventListener(type, guard((event) => card.gone || react(event)));
  on('focusin', ({ target }) => start(target));
  for (const type of ['keydown', 'keyup', 'keypress']) {
    on(type, (event) => {
      const { key, target } = event;
      // The page's shortcuts are not meant while somebody types here, and it cannot tell.
      event.stopPropagation();
      if (type != 'keydown' || event.isComposing) return;
      if (key == 'Escape' && !card.host) card.end(true);
      // A form without a button is not sent by Enter on its radio buttons.
      if (key == 'Enter' && isScore(target)) settle();
    });
  }

  /** The score stands, for now: it is sent, and what follows it is drawn, or redrawn when it has changed. */
  const settle = async () => {
    clearTimeout(timer);
    keeping.tell({ on: 'flush' });
    if (card.score === settled) return;
    settled = card.score;
    emit('answered', { survey: survey.id, id: card.id, score: settled });
    const left = asksMore(survey, settled);
    if (!left) complete();
    if (card.gone || over) return;
    rest.identify();
    status.replaceChildren();
    call(() => handle.score(settled));
    if (!left && !handle) {
      hold();
      place.replaceChildren();
      return thank();
    }
    if (asked) return;
    asked = true;
    later(() => handle || fallBack(), PATIENCE);
    try {
      const { open } = await load();
      if (over) return;
      status.replaceChildren();
      // The room stays held, and what is drawn into it is as high.
      place.replaceChildren();
      handle = open(place, survey, ui, card.score);
    } catch (error) {
      fallBack(error);
    }
  };

  const rest = {
    /** Fetches the renderer ahead of need, where there is anything for it to draw and the visitor did not ask to save data. */
    load: () => survey.questions[1] && !(navigator.connection || {}).saveData && load().catch(() => {}),
    /** The card says whether the answer is anonymous: as it is now, since the page may name the customer later. */
    identify() {
      const isKnown = tag.customer || card.named;
      show('.anonymous', !isKnown);
      show('.identified', isKnown);
      show('.withdraw', card.score !== undefined);
    },
    /** The page has another address: a card that nobody has touched leaves where its survey does not belong. */
    turn() {
      if (started || card.host) return;
      const [why] = page.judge({ ...config, surveys: [survey] }, page.touchpoint);
      if (why.includes('url') || why.includes('touchpoint')) card.end();
    },
    /** The visitor has taken a score: it stands at once after a click, else when it has rested. */
    choose(atOnce) {
      start(first.querySelector('[type=radio]'));
      // What the card says of itself goes below what follows, and stays when the questions go. Not before: whoever is
      // about to click it would miss it, and lose the focus.
      const foot = box.querySelector('.ask > .foot');
      if (foot) box.append(foot);
      clearTimeout(timer);
      reserve();
      if (!atOnce) timer = later(settle, REST);
      else {
        settle();
        if (handle) hold();
      }
    },
    /** The visitor pressed Next or Send, or Enter. */
    submit(form) {
      settle();
      if (form == first) return;
      hold();
      const sent = call(() => handle.send());
      // A fault's words leave at the first touch, and nothing moves under the finger.
      if (!sent) return handle && hold(height(place));
      box.scrollTop = 0;
      over = sent.done;
      first.hidden = over || !sent.first;
      said = sent.answers;
      card.keep(over);
      keeping.tell({ on: 'flush' });
      if (over) complete();
    },
    /** The card goes. */
    end() {
      rest.draft();
      settle();
    },
    /** Keeps what was typed and not sent. */
    draft() {
      const typed = !over && call(() => handle.answers());
      if (!typed || encode(typed) == encode(card.answers())) return;
      said = typed;
      card.keep(false);
    },
    /** The visitor pressed another button, told by its class. */
    press(name) {
      if (name == 'back') {
        hold();
        const step = call(() => handle.back());
        if (!step) return;
        first.hidden = !step.first;
        box.scrollTop = 0;
      } else if (name == 'never') {
        memory.record().declined = now();
        memory.open = true;
        memory.write();
        page.count(['dismissed']);
        emit('dismissed', { survey: survey.id });
        part(ui.declined);
        later(() => card.end(), GOODBYE);
      } else if (name == 'withdraw') {
        // The hosted page counts on from where it took over.
        card.seq += 1e3;
        card.keep(false, { withdrawn: true, answers: [], attributes: undefined, respondent: undefined, context: undefined });
        keeping.tell({ on: 'flush' });
        emit('withdrawn', { survey: survey.id, id: card.id });
        part(ui.withdrawn);
      }
    },
  };
  dress(root);
  rest.identify();
  // While the visitor makes up their mind. A card that is a hosted page is not counted yet, and its form has a token of its own.
  learn(card);
  // The focus that a dialog gives itself is no beginning.
  if (!box.showModal) start(root.activeElement);
  // A score from when this file could not be fetched, or whose own call comes next.
  if (card.score != null) rest.choose();
  return rest;
};
