// Tests of keeping and delivery: what was kept is in the browser twice before it is sent, and sent until it is acknowledged.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { afresh, databases, fire, listen, network, page, settled, storage, timers } from './page.js';

const { startKeeping } = await import('../keep.js');
const { startDelivery } = await import('../deliver.js');

const KEY = 'bearing:q:r1';
let reports;
let asked;
let ended;
const later = (call, ms) => setTimeout(call, ms);

/** A page's keeping, still without the queue. */
const keep = (site = 'pk_1') => startKeeping({ site }, () => (asked = true));

/** The queue takes over. */
const deliver = (keeping, site = 'pk_1', cards = new Set(), given = {}) => {
  const emit = (name, detail) => reports.push([name, detail]);
  startDelivery({ tag: { site, embed: '/e' }, ended, given, cards, keeping, emit, later, listen });
  return keeping;
};
const start = (site) => deliver(keep(site), site);
const response = (seq, more) => ({ id: 'r1', seq, answers: [], ...more });
const vaulted = () => [...(databases.held.get('bearing')?.get('q').keys() || [])];

beforeEach(() => {
  afresh();
  page.visibilityState = 'visible';
  reports = [];
  asked = false;
  ended = new AbortController();
});

test('an answer is written at once, before anything else is here, and the queue sends it when it comes', async () => {
  const keeping = keep();
  keeping.keep(response(0), Date.now() - 500);
  assert.ok(storage.has(KEY));
  assert.equal(network.requests.length, 0);
  deliver(keeping);
  assert.equal(network.requests.length, 0, 'it may be a score that arrow keys pass over');
  keeping.tell({ on: 'flush' });
  const [{ address, json, keepalive, credentials, headers }] = network.requests;
  assert.deepEqual([address, json.id, json.seq, keepalive, credentials, headers], ['/e/responses', 'r1', 0, true, 'omit', undefined]);
  assert.ok(json.age_ms.shown >= 500 && json.age_ms.answered < 100);
  await settled();
  assert.equal(storage.size, 0);
  assert.deepEqual(reports, [['delivered', { id: 'r1', seq: 0 }]]);
});

test('what waited for the queue longer than a score rests goes at once', async () => {
  const keeping = keep();
  keeping.keep(response(0), Date.now() - 9e3);
  keeping.entries[0].kept.answered -= 1e3;
  deliver(keeping);
  await settled();
  assert.deepEqual(reports, [['delivered', { id: 'r1', seq: 0 }]]);
});

test('the second copy stands in IndexedDB until the acknowledgement, strictly, and the database goes with the last', async () => {
  network.replies = [Error('network')];
  const keeping = start();
  keeping.keep(response(0), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  assert.deepEqual([vaulted(), storage.has(KEY)], [['r1'], true]);
  assert.ok(databases.log.includes('strict'));
  timers.at(-1)[0]();
  await settled();
  assert.deepEqual([vaulted(), storage.size, databases.held.size], [[], 0, 0]);
  const opened = databases.log.filter((what) => what == 'strict').length;
  assert.equal(databases.log.filter((what) => what == 'close').length, opened, 'nothing stays open');
});

test('what only IndexedDB kept is sent from the next page, and the higher edition of an id wins', async () => {
  const entry = (seq) => JSON.stringify({ site: 'pk_1', shown: 0, answered: Date.now() - 5, response: response(seq) });
  // The browser was killed: localStorage has lost the answer, or is at an earlier edition.
  for (const [local, sent] of [[undefined, [1]], [entry(0), [0, 1]], [entry(2), [2]]]) {
    afresh();
    databases.held.set('bearing', new Map([['q', new Map([['r1', entry(1)]])]]));
    if (local) storage.set(KEY, local);
    start();
    await settled();
    assert.deepEqual(network.requests.map(({ json }) => json.seq), sent);
    assert.deepEqual([vaulted(), storage.size], [[], 0]);
  }
});

test('no database is made by looking for one', async () => {
  start();
  await settled();
  assert.deepEqual([databases.log, databases.held.size], [[], 0]);
});

test('a page asks for the queue when an earlier one left something, in either place', async () => {
  await keep().look();
  assert.equal(asked, false);
  storage.set(KEY, '{}');
  await keep().look();
  assert.equal(asked, true);
  asked = false;
  storage.clear();
  databases.held.set('bearing', new Map([['q', new Map()]]));
  await keep().look();
  assert.equal(asked, true);
});

test('a failure waits with full jitter and is tried again without keepalive', async () => {
  for (const reply of [503, 429, Error('network'), [200, '<p>Sign in</p>'], [404, 'no upstream']]) {
    const keeping = start();
    network.replies = [reply];
    network.retryAfter = '3';
    keeping.keep(response(0), 0);
    keeping.tell({ on: 'flush' });
    await settled();
    assert.ok(storage.has(KEY), `${reply}`);
    const [again, ms] = timers.at(-1);
    assert.ok(reply instanceof Error ? ms >= 0 && ms <= 2e3 : ms >= 3e3, `${reply} ${ms}`);
    again();
    await settled();
    assert.equal(storage.size, 0);
    assert.equal(network.requests.at(-1).keepalive, false);
    assert.equal(reports.at(-1)[0], 'delivered');
  }
});

test('a fetch that throws at once counts as no network', async () => {
  const keeping = start();
  network.replies = [Error('wrapped')];
  keeping.keep(response(0), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  assert.ok(storage.has(KEY) && timers.length);
});

test('a waiting answer leaves on the next page, with its age and no other difference', async () => {
  network.replies = [Error('network')];
  const first = start();
  first.keep(response(2), 0);
  first.tell({ on: 'flush' });
  await settled();
  const entry = JSON.parse(storage.get(KEY));
  entry.answered -= 60e3;
  storage.set(KEY, JSON.stringify(entry));
  databases.held.clear();
  start('pk_other');
  await settled();
  assert.equal(network.requests.length, 1, 'another site sends only its own');
  start();
  await settled();
  const [one, other] = network.requests.map(({ json }) => json);
  assert.ok(other.age_ms.answered >= 60e3);
  assert.deepEqual({ ...other, age_ms: 0 }, { ...one, age_ms: 0 });
  assert.equal(storage.size, 0);
});

test('other 4xx in the words of the server are final and reported', async () => {
  const keeping = start();
  network.replies = [422];
  keeping.keep(response(0), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  assert.equal(storage.size, 0);
  assert.deepEqual(reports, [['error', { message: 'refused', code: 422, id: 'r1', seq: 0 }]]);
});

test('an edition that another tab stored since stays', async () => {
  const keeping = start();
  keeping.keep(response(0), 0);
  const newer = JSON.stringify({ response: response(1) });
  storage.set(KEY, newer);
  await settled();
  databases.held.get('bearing').get('q').set('r1', newer);
  keeping.tell({ on: 'flush' });
  await settled();
  assert.deepEqual([storage.get(KEY), vaulted()], [newer, ['r1']]);
});

test('a leaving page keeps what was typed, sends what was never sent once, and opens no database', async () => {
  const cards = new Set();
  const keeping = deliver(keep(), 'pk_1', cards);
  cards.add({ rest: { draft: () => cards.clear() || keeping.keep(response(1), 0) } });
  fire('pagehide');
  fire('pagehide');
  await settled();
  assert.deepEqual(network.requests.map(({ json, keepalive }) => [json.seq, keepalive]), [[1, true]]);
  assert.ok(!databases.log.includes('strict') || databases.log.includes('close'));
  assert.deepEqual(vaulted(), []);
});

test('a page that is hidden leaves; one that is seen again tries again', async () => {
  const keeping = start();
  network.replies = [Error('network')];
  keeping.keep(response(0), 0);
  page.visibilityState = 'hidden';
  fire('visibilitychange');
  await settled();
  assert.equal(network.requests.length, 1);
  page.visibilityState = 'visible';
  fire('visibilitychange');
  await settled();
  assert.equal(storage.size, 0);
});

test('the network coming back ends the pause', async () => {
  const keeping = start();
  network.replies = [Error('network')];
  keeping.keep(response(0), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  fire('online');
  await settled();
  assert.equal(storage.size, 0);
});

test('answers older than a week, and what nobody can read, are removed; what is not ours stays', async () => {
  const entry = (age, site) => JSON.stringify({ site, shown: 0, answered: Date.now() - age, response: response(0) });
  storage.set('bearing:q:old', entry(6048e5 + 1, 'pk_other'));
  storage.set('bearing:q:broken', '{');
  storage.set('bearing:q:null', 'null');
  storage.set('bearing:q:fresh', entry(1e3, 'pk_other'));
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
    const keeping = start();
    keeping.keep(response(0), 0);
    keeping.tell({ on: 'flush' });
    await settled();
    assert.equal(network.requests.length, 1);
  } finally {
    Object.defineProperty(globalThis, 'localStorage', own);
  }
});

test('a large answer uses neither the keepalive share nor localStorage, but IndexedDB', async () => {
  network.replies = [503];
  const keeping = start();
  keeping.keep(response(0, { answers: [{ text: 'x'.repeat(9e3) }] }), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  assert.equal(network.requests[0].keepalive, false);
  assert.deepEqual([storage.size, vaulted()], [0, ['r1']]);
});

test('without consent what an earlier page left is removed and not sent', async () => {
  const kept = JSON.stringify({ site: 'pk_1', shown: 0, answered: Date.now(), response: response(0) });
  storage.set(KEY, kept);
  databases.held.set('bearing', new Map([['q', new Map([['r1', kept], ['r2', kept.replace('r1', 'r2')]])]]));
  deliver(keep(), 'pk_1', new Set(), { off: true });
  await settled();
  assert.deepEqual([network.requests.length, storage.size, databases.held.size], [0, 0, 0]);
});

test('consent taken back removes both copies', async () => {
  network.replies = [503];
  const keeping = start();
  keeping.keep(response(0), 0);
  keeping.tell({ on: 'flush' });
  await settled();
  keeping.tell({ on: 'cleared' });
  await settled();
  assert.deepEqual([storage.size, databases.held.size], [0, 0]);
});

// The last test: a database that never answers holds up the vault for good.
test('a database that fails, or never answers, costs nothing but the second copy', async () => {
  for (const open of [indexedDB.open, () => ({}), () => { throw Error('denied'); }]) {
    const own = indexedDB.open;
    databases.fails = true;
    indexedDB.open = open;
    reports = [];
    const keeping = start();
    keeping.keep(response(0), 0);
    keeping.tell({ on: 'flush' });
    await settled();
    indexedDB.open = own;
    assert.deepEqual(reports, [['delivered', { id: 'r1', seq: 0 }]]);
  }
});
