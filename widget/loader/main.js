// The script tag's target: reads its tag, asks which survey is due, shows it, and hands on the page's calls.

import { showCard } from './card.js';
import { fetchConfig, firstQuestion, sent } from './config.js';
import { decide, resting } from './decide.js';
import { post, startKeeping } from './keep.js';
import { openMemory } from './memory.js';
import { find, now, own, quietly, setTimeout } from './natives.js';
import { readTag } from './tag.js';
import { startVisit } from './visit.js';

/** Tells the page, as an event on `window`. A listener that throws is the page's own matter and stops nothing here. */
const emit = (name, detail) => dispatchEvent(new CustomEvent('bearing:' + name, { detail }));

const fail = (error) => emit('error', { message: '' + error });

/** An address without what may be private in it. */
const plain = (address) => address.split(/[?#]/)[0] || undefined;

const start = (tag) => {
  const ended = new AbortController();
  const { signal } = ended;
  const cards = new Set();
  const configs = {};
  /** Whether there is no consent (`off`), a card is `open`, and one was `asked` for on this page view. */
  const given = { off: tag.consent == 'wait' };
  const isTest = 'test' in tag;
  let extra;
  let rest;
  let tries = 0;
  const early = window.bearing?.q || [];

  const getConfig = (touchpoint, known) => {
    const key = tag.locale + '|' + touchpoint;
    const forget = () => delete configs[key];
    return (configs[key] ||= fetchConfig(tag, touchpoint, known).then(
      (config) => {
        // A page may stay open for days, and surveys change.
        later(forget, 36e5);
        return config;
      },
      (error) => {
        // Whatever happens next asks again.
        forget();
        throw error;
      },
    ));
  };

  /** Whether nothing is shown by itself just now. */
  const rests = () => tag.auto == 'off' || given.off || own('visibilityState') == 'hidden';

  // The first question waits for it: where it is not here it is on its way while all else is made ready, unless the page
  // has a word to say first.
  const known = sent(tag);
  if (known || (!early[0] && !rests())) getConfig(tag.touchpoint, known).catch(() => {});

  /** A call whose errors are events, and which does nothing any more once the loader has ended. */
  const guard = (react) => (...args) => {
    if (signal.aborted) return;
    try {
      const result = react(...args);
      result?.catch?.(fail);
      return result;
    } catch (error) {
      fail(error);
    }
  };
  const later = (call, ms) => setTimeout(guard(call), ms);
  const listen = (type, react, target = window) =>
    target.addEventListener(type, guard(react), { signal, capture: true, passive: true });

  /** The two files that are fetched when they are needed. */
  const more = () =>
    (rest ||= import(tag.base + 'rest.js?' + tries).then(
      (module) => {
        module.startDelivery(loader);
        return module;
      },
      (error) => {
        // The server is away: some browsers never ask for the same address again.
        rest = undefined;
        later(keeping.look, 5e3 * ++tries);
        throw error;
      },
    ));
  const getExtra = () =>
    (extra ||= import(tag.base + 'extra.js?' + tries).then(
      ({ startExtra }) => startExtra(loader),
      (error) => {
        extra = undefined;
        tries++;
        throw error;
      },
    ));
  /** Fills the elements that stand on the page. */
  const scan = () => {
    if (extra || find('bearing-survey')) {
      return getExtra()
        .then((found) => found.scan())
        .catch((error) => {
          fail(error);
          later(scan, 5e3 * tries);
        });
    }
  };

  const memory = openMemory(tag);
  const keeping = startKeeping(tag, more);

  const device = () => (innerWidth < 600 ? 'mobile' : matchMedia('(pointer:coarse)').matches ? 'tablet' : 'desktop');

  /** Why each survey is not shown. */
  const judge = (config, touchpoint) =>
    decide(
      config,
      {
        __proto__: null,
        url: location.href,
        touchpoint,
        device: device(),
        locale: tag.locale,
        attributes: tag.attributes,
        happened: visit.past.map((what) => ({ __proto__: null, ...what, ago_s: (now() - what.at) / 1e3 })),
        dnt: navigator.doNotTrack == '1',
        gpc: !!navigator.globalPrivacyControl,
        consent: !given.off,
      },
      // A strict tag knows nobody but a customer.
      { __proto__: null, ...memory.record(), ...(tag.strict && tag.customer && { id: tag.customer }) },
      now(),
    );

  /** What responses and counts say of a survey. */
  const about = ({ id, version }, touchpoint) => ({
    survey: id,
    version,
    touchpoint: touchpoint || undefined,
    attributes: { ...tag.attributes },
  });

  /** Whether a survey was eligible for the first time in a day. */
  const isNewToday = (survey) => {
    const seen = memory.of(survey);
    if (now() - seen.eligible < 864e5) return;
    seen.eligible = now();
    memory.write();
    return true;
  };

  /** Closes the cards, without a word of what was typed, and forgets the visitor. */
  const forget = () => {
    for (const card of [...cards]) {
      card.rest = undefined;
      card.end();
    }
    memory.forget();
  };

  /** Counts what happened, without keeping who, and no tests; resolves to the reply, if any. */
  const count = (types, survey, touchpoint, test = isTest) => {
    const events = types
      .filter((type) => !test && (type != 'eligible' || isNewToday(survey)))
      .map((type) => ({ type, ...about(survey, touchpoint), locale: tag.locale, device: device() }));
    // Denominators are worth one try, not a queue.
    if (events[0]) return post(tag.embed + '/events', events).catch(() => {});
  };

  /** Shows a survey, in `host` or in a card of its own unless one is open. */
  const reveal = async (config, survey, touchpoint, forced, host) => {
    const { past } = visit;
    if (!host) {
      if (given.open) return;
      given.open = given.asked = true;
    }
    let card;
    const test = isTest || forced || undefined;
    try {
      const question = await firstQuestion(tag, config, survey);
      if (own('readyState') == 'loading') await new Promise((done) => listen('DOMContentLoaded', done));
      const page = {
        ...loader,
        config,
        touchpoint,
        test,
        about: () => about(survey, touchpoint),
        count: (types) => count(types, survey, touchpoint, test),
        context: {
          url: plain(location.href),
          referrer: plain(own('referrer')),
          locale: tag.locale,
          device: device(),
          title: own('title'),
        },
        /** Whether the survey may still be shown. */
        isDue: () => !given.off && (host ? host.isConnected : visit.past == past),
        closed() {
          cards.delete(card);
          if (!host) given.open = false;
        },
      };
      if (tag.mode == 'iframe') question.root = (await more()).frame(page, survey);
      card = await showCard(page, survey, question, host);
      if (!card) return;
      cards.add(card);
      // Only now does the hosted page find somebody to tell how high it is.
      if (tag.mode == 'iframe') card.ask('identify');
      return survey.id;
    } finally {
      if (!host && !card) {
        given.open = false;
        // Another page view has begun meanwhile.
        if (visit.past != past) later(look);
      }
    }
  };

  /** Asks which survey is due, and shows the one that goes first. */
  const look = async () => {
    if (rests()) return;
    const { touchpoint } = tag;
    const config = await getConfig(touchpoint);
    const triggers = config.surveys.flatMap(({ rules }) => rules?.triggers || []);
    if (triggers[0]) await getExtra().then(({ watch }) => watch(triggers), fail);
    // A card that the page has thrown away is none.
    for (const card of [...cards]) if (!card.root.host.isConnected) card.end();
    const reasons = judge(config, touchpoint);
    let due;
    config.surveys.forEach((survey, place) => {
      if (!due && !given.asked && !given.open && !reasons[place][0]) due = survey;
      else if (reasons[place].every((code) => resting.includes(code))) count(['eligible'], survey, touchpoint);
    });
    if (due) await reveal(config, due, touchpoint);
  };

  const visit = startVisit(
    listen,
    later,
    () => {
      for (const { ask } of cards) ask('turn');
      given.asked = [...cards].some(({ host }) => !host);
      scan();
    },
    guard(look),
  );

  const wake = guard(async () => {
    later(keeping.look);
    await scan();
    visit.begin();
  });

  const loader = {
    tag, ended, cards, given, memory, keeping, visit, guard, later, listen, emit, fail, more, getExtra, getConfig, judge, look, reveal, forget,
  };

  const on = (name, react) => {
    const listener = (event) => react(event.detail);
    addEventListener('bearing:' + name, listener, { signal });
    return () => removeEventListener('bearing:' + name, listener);
  };
  const bearing = guard((name, ...args) => {
    if (name == 'on') return on(...args);
    // Consent that is taken back waits for no file.
    if (name == 'consent') {
      const waited = given.off;
      given.off = !args[0];
      if (given.off) {
        forget();
        keeping.clear();
      } else if (waited) wake();
    }
    return getExtra().then((found) => found.call(name, args));
  });
  bearing.site = tag.site;
  window.bearing = bearing;

  listen('visibilitychange', look);
  listen('pagehide', keeping.send);
  listen('securitypolicyviolation', (event) => {
    if (event.blockedURI.split('/')[2] == tag.base.split('/')[2]) getExtra().then(({ hint }) => hint(event), () => {});
  });
  /** An element that names a survey has come or gone; it may outlive this loader and meet the next. */
  class Element extends HTMLElement {
    connectedCallback() {
      if (this.hasAttribute('survey')) window.bearing?.('at', this);
    }
  }
  Element.prototype.disconnectedCallback = Element.prototype.connectedCallback;
  quietly(() => customElements.define('bearing-survey', Element));

  emit('ready', { site: tag.site });
  for (const call of early) bearing(...call);
  if (!given.off) later(wake);
};

try {
  const script = own('currentScript') || find('script[data-site],script[src*="/bearing.js"]');
  const tag = readTag(script, own('documentElement'));
  if (tag.site && !window.bearing?.site) start(tag);
} catch (error) {
  fail(error);
}
