// Tests of delivery: what a reply means, how long to wait, and that what was kept is sent until it is acknowledged.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { fire, network, settled, storage, timers } from './page.js';

const { pause, startDelivery, verdict } = await import('../deliver.js');

const KEY = 'bearing:q:r1';
let reports;
const start = (site = 'pk_1') => startDelivery(site, '/responses', (name, detail) => reports.push([name, detail]));
const response = (seq) => ({ id: 'r1', seq, answers: [] });

beforeEach(() => {
  storage.clear();
  timers.length = 0;
  reports = [];
  Object.assign(network, { requests: [], replies: [], retryAfter: null });
});

test('every status has its meaning', () => {
  for (const status of [200, 201, 202]) assert.equal(verdict(status), 'kept');
  for (const status of [0, 408, 425, 429, 500, 502, 503, 599]) assert.equal(verdict(status), 'later', status);
  for (const status of [400, 401, 403, 404, 409, 410, 413, 415, 422]) assert.equal(verdict(status), 'refused', status);
});

test('pauses grow with full jitter up to five minutes', () => {
  assert.deepEqual([1, 2, 3, 8, 9, 40].map((tries) => pause(tries, null, 1)), [2e3, 4e3, 8e3, 256e3, 3e5, 3e5]);
  assert.equal(pause(5, null, 0), 0);
  assert.equal(pause(5, null, 0.5), 16e3);
});

test('Retry-After is the least pause, and an hour the most of it', () => {
  assert.equal(pause(1, '7', 0), 7e3);
  assert.equal(pause(9, '7', 1), 3e5);
  assert.equal(pause(1, '99999', 0), 36e5);
  for (const odd of ['Wed, 21 Oct 2026 07:28:00 GMT', '', null, undefined, '-5']) assert.equal(pause(1, odd, 0), 0);
});

test('an answer is kept before it is sent, and forgotten once the server has it', async () => {
  const delivery = start();
  delivery.keep(response(0), Date.now() - 500);
  assert.ok(storage.has(KEY));
  assert.equal(network.requests.length, 0);
  await delivery.flush();
  const [{ address, json, keepalive, credentials, headers }] = network.requests;
  assert.deepEqual([address, json.id, json.seq, keepalive, credentials, headers], ['/responses', 'r1', 0, true, 'omit', undefined]);
  assert.ok(json.age_ms.shown >= 500 && json.age_ms.answered < 100);
  assert.equal(storage.size, 0);
  assert.deepEqual(reports, [['delivered', { id: 'r1', seq: 0, status: 200 }]]);
});

test('a failure waits and is tried again, on this page', async () => {
  for (const reply of [503, 429, Error('network'), 201]) {
    // 201 without the server's own words stands for somebody else's page.
    const delivery = start();
    network.replies = [reply];
    network.retryAfter = '3';
    delivery.keep(response(0), 0);
    await delivery.flush();
    assert.ok(storage.has(KEY));
    const [again, ms] = timers.at(-1);
    assert.ok(reply instanceof Error || ms >= 3e3, `${reply} ${ms}`);
    await again();
    assert.equal(storage.size, 0);
    assert.equal(network.requests.at(-1).keepalive, false);
    assert.equal(reports.at(-1)[0], 'delivered');
  }
});

test('a waiting answer leaves on the next page, with its age', async () => {
  network.replies = [Error('network')];
  const first = start();
  first.keep(response(2), 0);
  await first.flush();
  const entry = JSON.parse(storage.get(KEY));
  entry.answered -= 60e3;
  storage.set(KEY, JSON.stringify(entry));
  await start('pk_other').flush();
  assert.equal(network.requests.length, 1, 'another site sends only its own');
  await start().flush();
  assert.ok(network.requests[1].json.age_ms.answered >= 60e3);
  assert.equal(storage.size, 0);
});

test('other 4xx are final and reported', async () => {
  const delivery = start();
  network.replies = [422];
  delivery.keep(response(0), 0);
  await delivery.flush();
  assert.equal(storage.size, 0);
  assert.deepEqual(reports, [['error', { id: 'r1', seq: 0, status: 422 }]]);
});

test('a newer edition is not lost when the older one is acknowledged', async () => {
  const delivery = start();
  const old = delivery.keep(response(0), 0);
  const sending = delivery.flush();
  assert.ok(old.sent);
  delivery.keep(response(1), 0);
  await sending;
  assert.deepEqual(network.requests.map((request) => request.json.seq), [0, 1]);
  assert.equal(storage.size, 0);
});

test('an edition that another tab stored since stays', async () => {
  const delivery = start();
  delivery.keep(response(0), 0);
  storage.set(KEY, '{"newer":true}');
  await delivery.flush();
  assert.equal(storage.get(KEY), '{"newer":true}');
});

test('what was never sent goes when the page goes, once, beside what is under way', async () => {
  const delivery = start();
  network.replies = [Error('network')];
  delivery.keep({ id: 'r0', seq: 0 }, 0);
  await delivery.flush();
  delivery.keep(response(0), 0);
  fire('pagehide');
  fire('pagehide');
  await settled();
  assert.deepEqual(network.requests.map((request) => request.json.id), ['r0', 'r1']);
  assert.equal(network.requests[1].keepalive, true);
});

test('the network coming back ends the pause', async () => {
  const delivery = start();
  network.replies = [Error('network')];
  delivery.keep(response(0), 0);
  await delivery.flush();
  fire('online');
  await settled();
  assert.equal(storage.size, 0);
});

test('answers older than a week, and what nobody can read, are removed', () => {
  const entry = (age) => JSON.stringify({ site: 'pk_1', shown: 0, answered: Date.now() - age, response: response(0) });
  storage.set('bearing:q:old', entry(6048e5 + 1));
  storage.set('bearing:q:broken', '{');
  storage.set('bearing:q:null', 'null');
  storage.set('bearing:q:fresh', entry(1e3));
  storage.set('mine', 'stays');
  start();
  assert.deepEqual([...storage.keys()], ['bearing:q:fresh', 'mine']);
});

test('a store that is forbidden costs nothing but the next page', async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  const denied = () => {
    throw Error('denied');
  };
  Object.defineProperty(globalThis, 'localStorage', { get: denied, configurable: true });
  try {
    const delivery = start();
    delivery.keep(response(0), 0);
    await delivery.flush();
    assert.equal(network.requests.length, 1);
  } finally {
    Object.defineProperty(globalThis, 'localStorage', own);
  }
});

test('a large answer does not use the keepalive share', async () => {
  const delivery = start();
  delivery.keep({ ...response(0), answers: [{ text: 'x'.repeat(9e3) }] }, 0);
  await delivery.flush();
  assert.equal(network.requests[0].keepalive, false);
});
