// What only some pages need, fetched when one does: calls of the page's own code, elements, triggers beyond the page view.
//
// A browser may hold this file and the loader in different versions for the five minutes that both are cached: what they
// exchange, `loader` and what `startExtra` returns, may only grow.

import { keys, own, quietly } from './natives.js';
import { startWatch } from './watch.js';

/** What keeps a survey from standing in an element that asks for it by name. */
const FIRM = ['consent', 'signal', 'schedule', 'touchpoint'];

/** Starts the extra part of a running loader. */
export const startExtra = (loader) => {
  const { tag, cards, keeping, visit, fail, getConfig, judge, look, reveal, given, guard, forget } = loader;
  /** What the page's policy lacks. */
  const lacks = new Set();

  /** What the page calls somebody or something, as a text; nothing where it says nothing. */
  const named = (value) => (value === undefined || value === null ? undefined : '' + value);

  /** Takes what the page says about the customer; null takes it back. */
  const describe = (attributes) => {
    for (const name of keys(attributes || {})) {
      const value = attributes[name];
      const isPlain = typeof value == 'string' || typeof value == 'boolean' || Number.isFinite(value);
      if (value === null) delete tag.attributes[name];
      else if (isPlain) tag.attributes[name] = value;
      // The server would refuse every answer that carries it.
      else if (value !== undefined) fail(`The attribute "${name}" is no text, number or boolean, and is left out.`);
    }
  };

  /** What the page can ask for by `bearing(name, …)`, besides `on`. */
  const calls = {
    __proto__: null,
    /** Shows the survey that is due at a touchpoint, or the one that is asked for; `force` asks no rules and is a test. */
    async show({ survey: wanted, touchpoint: at, force } = {}) {
      // Without consent not even the memory is read.
      if (given.off) return;
      const touchpoint = named(at) ?? tag.touchpoint;
      const config = await getConfig(touchpoint);
      const reasons = judge(config, touchpoint);
      const survey = config.surveys.find(
        ({ id }, place) =>
          (!wanted || id == wanted) &&
          (force || reasons[place].every((code) => code == 'trigger' || code == 'cancelled')),
      );
      return survey && reveal(config, survey, touchpoint, force);
    },
    identify({ customer, signature, attributes } = {}) {
      tag.customer = named(customer);
      tag.signature = named(signature);
      describe(attributes);
      for (const { rest } of cards) if (rest) rest.identify();
      return look();
    },
    attributes(attributes) {
      describe(attributes);
      return look();
    },
    track(name, { attributes } = {}) {
      describe(attributes);
      given.asked = given.open;
      visit.happen({ on: 'track', name });
    },
    locale(locale) {
      tag.locale = named(locale) ?? tag.locale;
    },
    /** Why each survey is not shown, in words. */
    async explain() {
      const config = await getConfig(tag.touchpoint);
      // Without consent not even the memory is read.
      const reasons = given.off ? config.surveys.map(() => ['consent']) : judge(config, tag.touchpoint);
      const { explain } = await import(tag.base + 'explain.js');
      return explain(config.surveys, given.asked ? reasons.map((codes) => [...codes, 'open']) : reasons);
    },
    reset() {
      forget();
      // A card that is being made is the former visitor's.
      visit.past = [...visit.past];
      tag.customer = tag.signature = undefined;
      tag.attributes = { __proto__: null };
    },
    async consent(yes) {
      if (yes) return;
      given.asked = false;
      // What earlier pages left is found and cleared by what would send it.
      await loader.more();
      keeping.tell({ on: 'cleared' });
    },
    destroy() {
      for (const card of [...cards]) card.end();
      loader.ended.abort();
      quietly(() => delete window.bearing);
    },
  };

  const fill = async (element, wanted) => {
    const touchpoint = element.getAttribute('touchpoint') || tag.touchpoint;
    const config = await getConfig(touchpoint);
    const surveys = config.surveys.filter(({ id }) => id == wanted);
    const [why] = judge({ ...config, surveys }, touchpoint);
    if (why && !why.some((code) => FIRM.includes(code))) await reveal(config, surveys[0], touchpoint, false, element);
  };

  /** Elements whose survey is on its way. */
  const awaited = new Set();

  /** Fills an element that names a survey, or ends the card of one that has gone. */
  const at = guard(async (element) => {
    const card = [...cards].find(({ host }) => host == element);
    if (!element.isConnected) return card && card.end();
    const wanted = element.getAttribute('survey');
    if (!wanted || card || given.off || awaited.has(element)) return;
    awaited.add(element);
    try {
      await fill(element, wanted);
    } finally {
      awaited.delete(element);
    }
  });

  return {
    /** Fills the elements that stand on the page. */
    scan: () => own('querySelectorAll').call(document, 'bearing-survey').forEach(at),
    /** Takes the triggers to watch for. */
    watch: startWatch(loader),
    call(name, args) {
      // The element's own call is none of the page's.
      if (name == 'at') return at(...args);
      if (calls[name]) return calls[name](...args);
      const message = `Bearing knows no "${name}"; it knows on, ${keys(calls).join(', ')}.`;
      console.warn(message);
      fail(message);
    },
    /** Says once which directives of the page's policy stand in the way: one often shows only after the other. */
    hint({ blockedURI, disposition, effectiveDirective }) {
      if (disposition == 'report') return;
      // No answer could leave this page, so nobody is asked for one; the hosted page in a frame sends its own.
      // Not where it is the renderer's file alone that the policy refuses. Some browsers tell no more than the origin.
      const isOurs = blockedURI.startsWith(tag.embed) || tag.embed.startsWith(blockedURI);
      if (isOurs && effectiveDirective == 'connect-src' && tag.mode != 'iframe') {
        tag.auto = 'off';
        for (const card of [...cards]) if (card.score === undefined) card.end();
      }
      const missing = blockedURI == 'wasm-eval' ? "'wasm-unsafe-eval'" : new URL(tag.base).origin;
      if (!lacks.size) {
        const say = () => console.info(`Bearing: add ${[...lacks].join(', ')} in this page's Content-Security-Policy.`);
        loader.later(say, 1e3);
      }
      lacks.add(missing + ' to ' + effectiveDirective.replace('-elem', ''));
    },
  };
};
