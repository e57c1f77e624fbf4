// The script tag's target: reads its tag, asks which survey is due, shows it, and answers the page's calls.

import { showCard } from './card.js';
import { fetchConfig, firstQuestion } from './config.js';
import { decide } from './decide.js';
import { post, startDelivery } from './deliver.js';
import { openMemory } from './memory.js';
import { now } from './natives.js';
import { readTag } from './tag.js';

/** Tells the page, as an event on `window`. A listener that throws is the page's own matter and stops nothing here. */
const emit = (name, detail) => dispatchEvent(new CustomEvent('bearing:' + name, { detail }));

const fail = (error) => emit('error', { message: '' + error });

/** An address without what may be private in it. */
const plain = (address) => address.split(/[?#]/)[0] || undefined;

const ready = () =>
  new Promise((done) => {
    if (document.readyState == 'loading') document.addEventListener('DOMContentLoaded', done);
    else done();
  });

const start = (tag) => {
  const memory = openMemory(tag.site);
  const delivery = startDelivery(tag.site, tag.embed + '/responses', emit);
  const configs = {};
  let open;

  const context = () => ({
    url: plain(location.href),
    referrer: plain(document.referrer),
    locale: tag.locale,
    device: innerWidth < 600 ? 'mobile' : matchMedia('(pointer:coarse)').matches ? 'tablet' : 'desktop',
    title: document.title,
  });

  /** Shows the survey that is due at a touchpoint, or the one that is asked for; `force` asks no rules and is a test. */
  const show = async ({ survey: wanted, touchpoint = tag.touchpoint, force } = {}) => {
    const config = await (configs[touchpoint] ||= fetchConfig(tag, touchpoint));
    const asked = config.surveys.filter((survey) => !wanted || survey.id == wanted);
    const seen = {};
    for (const { id } of asked) seen[id] = memory.of(id);
    const { locale, device, url } = context();
    const here = { url, touchpoint, device, locale, attributes: tag.attributes, happened: [{ on: 'page_view', ago_s: 0 }] };
    const reasons = decide({ ...config, surveys: asked }, here, { id: memory.visitor, surveys: seen }, now());
    const [survey] = asked.filter((_, place) => force || !reasons[place].length);
    if (!survey || open) return;
    open = true;
    const test = tag.test || !!force;
    const page = { tag, config, touchpoint, test, memory, delivery, emit, fail, context: context() };
    /** Counts what happened, without keeping who, and no tests; resolves to the token of what was shown. */
    page.count = async (types) => {
      const common = {
        survey: survey.id,
        version: survey.version,
        touchpoint: touchpoint || undefined,
        locale: config.locale,
        device: page.context.device,
        attributes: tag.attributes,
      };
      try {
        const events = types.map((type) => ({ type, ...common }));
        if (!test) return (await (await post(tag.embed + '/events', events, true)).json()).display;
      } catch {
        // Denominators are worth one try, not a queue.
      }
    };
    try {
      const question = await firstQuestion(tag, config, survey);
      await ready();
      showCard(page, survey, question, () => (open = false));
    } catch (error) {
      open = false;
      throw error;
    }
  };

  /** What the page can ask for by `bearing(name, …)`. */
  const calls = {
    show,
    /** Hears an event; returns how to stop. */
    on(name, react) {
      const listen = (event) => react(event.detail);
      addEventListener('bearing:' + name, listen);
      return () => removeEventListener('bearing:' + name, listen);
    },
  };
  const early = (window.bearing || {}).q || [];
  const bearing = (name, ...rest) => {
    try {
      const result = calls[name](...rest);
      if (result.catch) result.catch(fail);
      return result;
    } catch (error) {
      fail(error);
    }
  };
  bearing.loaded = true;
  window.bearing = bearing;
  emit('ready');
  for (const call of early) bearing(...call);
  delivery.flush();
  if (tag.auto) bearing('show');
};

try {
  const tag = readTag(document.currentScript, document);
  if (tag.site && !(window.bearing || {}).loaded) start(tag);
} catch (error) {
  fail(error);
}
