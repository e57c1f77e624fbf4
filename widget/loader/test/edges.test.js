// Tests of what comes between: a card that is being made, a mind that changes, files that fail, elements used twice.

import assert from 'node:assert/strict';
import test from 'node:test';
import { databases, fire, network, settled, storage, timers } from './page.js';
import { Element, body, card, run } from './dom.js';
import { WHY, config, counted, editions, heard, names, pick, press, requests, rest, score, send, start, survey, type } from './scene.js';

/** Where none of the loader's other files lie. */
const NOWHERE = new URL('./nowhere/', import.meta.url).href;

test('a changed mind is a higher edition, and a page that is left sends the last one alone', async () => {
  await run({}, NOWHERE);
  await rest();
  pick(3);
  pick(9);
  fire('pagehide');
  await settled();
  assert.deepEqual(editions(), [[1, false, 9]]);
  // Back by the browser's cache.
  pick(10);
  fire('pagehide');
  await settled();
  assert.deepEqual(editions(), [[1, false, 9], [2, false, 10]]);
  const kept = [...storage.entries()].filter(([key]) => key.startsWith('bearing:q:'));
  assert.deepEqual(kept.map(([, text]) => JSON.parse(text).response.seq), [2]);
});

test('elements whose file does not come hold up nothing', async () => {
  const place = new Element('bearing-survey');
  place.setAttribute('survey', 'sv_2');
  body.append(place);
  await run({}, NOWHERE);
  await rest();
  assert.ok(names().includes('shown'));
  assert.ok(timers.some(([, ms]) => ms == 5e3), 'it is tried again');
  assert.ok(names().includes('error'));
});

test('a file that could not be fetched is asked for again at the next act', async () => {
  // The pointer passes while the network is away.
  await run({}, NOWHERE);
  await rest();
  const shadow = card();
  score(9).meet('pointerover');
  await rest();
  const before = heard.filter(([name]) => name == 'error').length;
  score(9).meet('pointerover');
  await rest();
  assert.ok(heard.filter(([name]) => name == 'error').length > before);
  assert.equal(card(), shadow);
});

test('an element that is filled again hears its own card alone', async () => {
  const place = new Element('bearing-survey');
  place.setAttribute('survey', 'sv_1');
  body.append(place);
  await start({ auto: 'off' }, { surveys: [survey({ position: 'inline' })] });
  const choose = (value) => place.shadowRoot.querySelector(`[type=radio][value="${value}"]`).meet('click', { detail: 1 });
  choose(3);
  await rest();
  place.remove();
  bearing('at', place);
  await rest();
  body.append(place);
  bearing('at', place);
  await rest();
  choose(9);
  await rest();
  place.shadowRoot.querySelector('.withdraw').meet('click', { detail: 1 });
  await rest();
  const withdrawn = requests('/responses').filter((response) => response.withdrawn).map(({ id }) => id);
  assert.deepEqual(withdrawn, [requests('/responses').find(({ answers }) => answers[0]?.value == 9).id]);
});

test('consent that is taken back waits for no file', async () => {
  // Another site's answer, from another part of the same shop.
  storage.set('bearing:q:2', '{"site":"pk_2"}');
  await run({}, NOWHERE);
  await rest();
  pick(9);
  bearing('consent', false);
  assert.deepEqual([card(), [...storage.keys()]], [undefined, ['bearing:q:2']]);
  storage.clear();
  fire('pagehide');
  await rest();
  assert.deepEqual([editions(), storage.size, databases.held.size], [[], 0, 0]);
});

test('a card that is being made belongs to its page view', async () => {
  const urls = [{ match: 'contains', value: '/a' }];
  Object.assign(config, { surveys: [survey({ rules: { urls } })] });
  await run();
  // The config has come, and the card is in the making.
  location.href = 'https://shop.example/other';
  timers.filter(([, ms]) => ms == 1e3).forEach(([call]) => call());
  await rest();
  assert.deepEqual([card(), names()], [undefined, ['ready']]);
});

test('a score after which nothing is asked is complete', async () => {
  await start({}, { surveys: [survey({ questions: [{ id: 'score', kind: 'nps' }, { ...WHY, after: [[0, 6]] }] })] });
  pick(9);
  await rest();
  assert.deepEqual(editions(), [[0, true, 9]]);
});

test('what was said to another score does not travel with the new one', async () => {
  const after = [[0, 6]];
  await start({}, { surveys: [survey({ questions: [{ id: 'score', kind: 'nps' }, { ...WHY, after }, { ...WHY, id: 'more' }] })] });
  pick(3);
  await rest();
  type({ why: 'bad' });
  await send();
  pick(9);
  await rest();
  assert.deepEqual(editions().at(-1), [2, false, 9]);
});

test('attributes that are no plain values are left out with a word, and never spoil an answer', async () => {
  await start();
  bearing('identify', { customer: 42, attributes: { seats: Number(undefined), since: new Date(), plan: 'pro', trial: false } });
  await rest();
  assert.equal(heard.filter(([name]) => name == 'error').length, 2);
  pick(9);
  await rest();
  const [{ attributes, respondent }] = requests('/responses');
  assert.deepEqual([attributes, respondent.customer], [{ plan: 'pro', trial: false }, '42']);
});

test('whom an edition has named stays named', async () => {
  await start({ customer: 'c-1' });
  pick(3);
  await rest();
  bearing('identify', {});
  await rest();
  assert.deepEqual([card().querySelector('.identified').hidden, card().querySelector('.anonymous').hidden], [false, true]);
});

test('a frame is heard from its first word, and an answer in it is no dismissal', async () => {
  await start({ mode: 'iframe' });
  const frame = card().querySelector('iframe');
  const say = (data) => fire('message', { source: frame.contentWindow, origin: 'file://', data });
  say({ bearing: 'height', height: 300 });
  assert.equal(frame.style.height, '300px');
  say({ bearing: 'answered' });
  press('close');
  await rest();
  assert.deepEqual([names().includes('completed'), names().includes('dismissed'), counted()], [true, false, ['eligible', 'shown']]);
});

test('a page that stays open asks for the config again after an hour', async () => {
  await start();
  const asked = () => network.requests.filter(({ address }) => address.includes('?locale=')).length;
  assert.equal(asked(), 1);
  timers.filter(([, ms]) => ms == 36e5).forEach(([call]) => call());
  bearing('show');
  await rest();
  assert.equal(asked(), 2);
});
