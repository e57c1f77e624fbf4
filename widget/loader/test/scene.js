// Whole pages under test: the server's config, the card on the page, and what a visitor and the network do.

import { beforeEach } from 'node:test';
import { afresh, network, settled } from './page.js';
import { Element, blank, card, run } from './dom.js';
import { renderer } from './renderer.js';

const radio = (value) => ['label', {}, [['input', { type: 'radio', name: 'q.score', value }, []], '' + value]];
const part = (tag, name) => [tag, { class: name, ...(tag == 'button' && { type: 'button' }) }, [name]];
export const tree = (survey) => ({
  survey,
  version: 1,
  root: [
    'div',
    { class: 'ask' },
    [
      ['form', { class: 'first' }, [['fieldset', {}, [0, 3, 4, 5, 9, 10].map(radio)]]],
      ['details', { class: 'foot' }, [part('span', 'anonymous'), part('span', 'identified'), part('button', 'never'), part('button', 'withdraw')]],
    ],
  ],
});
export const WHY = { id: 'why', kind: 'text', text: 'Why?' };
const UI = { label: 'Survey', send: 'Send', next: 'Next', optional: 'optional', close: 'Close', thanks: 'Thanks!', more: 'More', declined: 'Declined.', withdrawn: 'Withdrawn.' };
export const survey = (more) => ({ id: 'sv_1', version: 1, metric: 'nps', questions: [{ id: 'score', kind: 'nps' }, WHY], ...more });

/** What the server sends, and the events so far. */
export let config;
export let heard;

/** Another config, or none. */
export const serve = (other) => (config = other);

/** Forgets the events. */
export const hush = () => (heard = []);

export const requests = (end) => network.requests.filter(({ address }) => address.endsWith(end)).map(({ json }) => json);
export const counted = () => requests('/events').flat().map(({ type }) => type);
export const editions = () => requests('/responses').map(({ seq, completed, answers }) => [seq, completed, ...answers.map((a) => a.value ?? a.text)]);
export const names = () => heard.map(([name]) => name);
export const score = (value) => card().querySelector(`[type=radio][value="${value}"]`);
export const pick = (value) => score(value).meet('click', { detail: 1 });
export const press = (name) => card().querySelector('.' + name).meet('click', { detail: 1 });
export const words = () => card().querySelector('[role=status]').textContent;
export const type = async (typed) => Object.assign(renderer, { typed });
/** The page sends Next or Send of the renderer's form. */
export const send = async () => {
  card().querySelector('.more').append(new Element('form'));
  card().querySelector('.more').querySelector('form').meet('submit');
  await settled();
};
/** Waits for every import and request; imports of files take longer than a promise. */
export const rest = async () => {
  for (let i = 0; i < 8; i++) {
    await settled();
    await new Promise((done) => setImmediate(done));
    await import('../rest.js?0');
    await import('../extra.js?0');
  }
};

globalThis.dispatchEvent = ({ type, detail }) => heard.push([type.slice(8), detail]);
globalThis.CustomEvent = class {
  constructor(type, { detail }) {
    Object.assign(this, { type, detail });
  }
};
const post = globalThis.fetch;
const reply = async (address, options) => {
  if (options?.method) return post(address, options);
  if (address.endsWith('.wasm')) return { ok: config.build.works };
  network.requests.push({ address, ...options });
  return { ok: true, text: async () => JSON.stringify(config) };
};

export const start = async (dataset, more) => {
  Object.assign(config, more);
  await run(dataset);
  await rest();
};

beforeEach(() => {
  afresh();
  blank();
  heard = [];
  config = { locale: 'en', dir: 'ltr', ui: UI, css: '', surveys: [survey()], trees: [tree('sv_1')], build: { js: 'test/renderer.js', wasm: 'x.wasm', works: true } };
  Object.assign(renderer, { traps: false, typed: {}, called: [] });
});

// The loader takes the browser's functions when its first module is loaded.
globalThis.fetch = Object.assign((...args) => reply(...args), { toString: () => 'function fetch() { [native code] }' });
