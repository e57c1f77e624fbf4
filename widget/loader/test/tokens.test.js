// Tests of display tokens: an answer carries what the server said of its showing, waits a little for it, and never for good.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { databases, fire, network, page, settled, storage, timers } from './page.js';
import { Element, body, card } from './dom.js';
import { WHY, config, counted, names, pick, press, requests, rest, score, send, start, survey, tree, type } from './scene.js';

const said = (more) => [200, JSON.stringify(more)];
const tokens = () => requests('/responses').map(({ display }) => display);
const holds = (display, bits) => parseInt(createHash('sha256').update(display).digest('hex').slice(0, 8), 16) < 2 ** (32 - bits);
const kept = () => [...storage.entries()].filter(([key]) => key.startsWith('bearing:q:')).map(([, text]) => JSON.parse(text).response);
/** The timer that ends the waiting. */
const patience = () => timers.filter(([, ms]) => ms == 2500).at(-1);

/** A reply that comes when the test wants it. */
const held = () => {
  let answer;
  return [new Promise((done) => (answer = done)), (more) => answer(said(more))];
};

test('an answer and its comment carry the token of their showing', async () => {
  network.replies = [said({ display: 't1' })];
  await start();
  score(0).meet('pointerover');
  await rest();
  pick(9);
  await rest();
  type({ why: 'because' });
  await send();
  await rest();
  assert.deepEqual(tokens(), ['t1', 't1']);
  assert.equal(patience(), undefined, 'nothing was waited for');
});

test('a token that is known is kept with the answer from the click on', async () => {
  network.replies = [said({ display: 't1' })];
  await start();
  score(0).meet('pointerover');
  await rest();
  pick(9);
  assert.deepEqual(kept().map(({ display }) => display), ['t1']);
});

test('a reply without a token, of a proxy or of nobody delays nothing', async () => {
  const garbage = [
    said({ display: null }), said({}), said(null), said([]), said({ display: 7 }), said({ display: '' }),
    said({ display: 'two words' }), said({ display: 'x'.repeat(513) }), said({ display: { __proto__: 't' } }),
    [200, '<p>Sign in</p>'], [502, ''], [429, '{"error":{}}'], Error('network'),
  ];
  for (const reply of garbage) {
    network.requests = [];
    network.replies = [reply];
    body.replaceChildren();
    delete globalThis.bearing;
    storage.clear();
    await start();
    pick(9);
    await rest();
    assert.deepEqual(tokens(), [undefined], `${reply}`);
    assert.equal('display' in requests('/responses')[0], false);
    bearing('destroy');
    await rest();
  }
});

test('what the server asks beside the token is done, and the answer carries token and proof', async () => {
  network.replies = [said({ display: 'tok.en-1', work: 10 })];
  await start();
  pick(9);
  for (let i = 0; i < 20 && !tokens()[0]; i++) await rest();
  const [display] = tokens();
  assert.match(display, /^tok\.en-1~\d+$/);
  assert.ok(holds(display, 10), display);
});

test('work of no bits, of too many or of no number is not begun', async () => {
  for (const work of [0, 25, -1, 'many', null]) {
    network.requests = [];
    network.replies = [said({ display: 't1', work })];
    body.replaceChildren();
    storage.clear();
    delete globalThis.bearing;
    await start();
    pick(9);
    await rest();
    assert.deepEqual(tokens(), ['t1'], `${work}`);
    bearing('destroy');
    await rest();
  }
});

test('an answer waits for a late token and goes as soon as it is here', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start();
  pick(9);
  await rest();
  assert.deepEqual([tokens(), kept().length], [[], 1], 'it is in the browser meanwhile');
  answer({ display: 'late' });
  await rest();
  assert.deepEqual([tokens(), kept()], [['late'], []]);
});

test('after its time an answer goes without; what follows does not wait again, and has the token once it has come', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start({}, { surveys: [survey({ questions: [{ id: 'score', kind: 'nps' }, WHY, { ...WHY, id: 'more' }] })] });
  pick(9);
  await rest();
  patience()[0]();
  await rest();
  assert.deepEqual(tokens(), [undefined]);
  type({ why: 'a' });
  await send();
  await rest();
  assert.deepEqual(tokens(), [undefined, undefined]);
  answer({ display: 'late' });
  await rest();
  type({ why: 'a', more: 'b' });
  await send();
  await rest();
  assert.deepEqual(tokens(), [undefined, undefined, 'late']);
});

test('a page that is left waits for nothing: what waited goes at once, by a request that outlives it, and only once', async () => {
  for (const leave of [() => fire('pagehide'), () => ((page.visibilityState = 'hidden'), fire('visibilitychange'))]) {
    const [reply, answer] = held();
    network.requests = [];
    network.replies = [reply];
    body.replaceChildren();
    storage.clear();
    delete globalThis.bearing;
    page.visibilityState = 'visible';
    await start();
    pick(9);
    await rest();
    assert.deepEqual(tokens(), []);
    leave();
    // Not in a later task: there may be none.
    assert.deepEqual(tokens(), [undefined]);
    assert.equal(network.requests.at(-1).keepalive, true);
    answer({ display: 'late' });
    patience()[0]();
    await rest();
    assert.equal(tokens().length, 1);
    bearing('destroy');
    await rest();
  }
});

test('a score that rests when the page is left goes at once too', async () => {
  const [reply] = held();
  network.replies = [reply];
  await start();
  score(0).focus();
  await rest();
  score(4).meet('click', { detail: 0 });
  await rest();
  assert.deepEqual(tokens(), []);
  fire('pagehide');
  assert.deepEqual(tokens(), [undefined]);
});

test('a page that is left while it works sends the token without its proof', async () => {
  network.replies = [said({ display: 't1', work: 24 })];
  await start();
  pick(9);
  await rest();
  assert.deepEqual(tokens(), []);
  fire('pagehide');
  assert.deepEqual(tokens(), ['t1']);
  bearing('destroy');
  await rest();
});

test('what is typed when the page is left carries the token too', async () => {
  network.replies = [said({ display: 't1' })];
  await start();
  pick(9);
  await rest();
  type({ why: 'half' });
  fire('pagehide');
  await rest();
  assert.deepEqual(tokens(), ['t1', 't1']);
});

test('two cards: each answer carries the token of its own', async () => {
  const place = new Element('bearing-survey');
  place.setAttribute('survey', 'sv_2');
  body.append(place);
  const reply = (events) => said({ display: 't-' + events.at(-1).survey });
  network.replies = [reply, reply];
  await start({}, { surveys: [survey(), survey({ id: 'sv_2', position: 'inline' })], trees: [tree('sv_1'), tree('sv_2')] });
  const roots = body.querySelectorAll('bearing-survey').map(({ shadowRoot }) => shadowRoot);
  assert.equal(roots.length, 2);
  for (const root of roots) root.querySelector('[type=radio][value="9"]').meet('click', { detail: 1 });
  await rest();
  const pairs = requests('/responses').map((response) => [response.survey, response.display]);
  assert.deepEqual(pairs.sort(), [['sv_1', 't-sv_1'], ['sv_2', 't-sv_2']]);
});

test('an answer that was never counted as shown, as a test is, neither waits nor carries anything', async () => {
  await start({ test: '' });
  pick(9);
  await rest();
  assert.deepEqual([counted(), tokens()], [[], [undefined]]);
});

test('consent that is taken back while an answer waits sends nothing, then or later, and leaves nothing', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start();
  pick(9);
  await rest();
  const [go] = patience();
  bearing('consent', false);
  await rest();
  answer({ display: 'late' });
  await rest();
  go();
  fire('pagehide');
  await rest();
  assert.deepEqual([tokens(), kept(), databases.held.size], [[], [], 0]);
});

test('a loader that ends lets go what waits', async () => {
  const [reply] = held();
  network.replies = [reply];
  await start();
  pick(9);
  await rest();
  assert.deepEqual(tokens(), []);
  bearing('destroy');
  await rest();
  assert.deepEqual(tokens(), [undefined]);
});

test('a card that is closed after the score still waits for its token', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start();
  pick(9);
  await rest();
  press('close');
  await rest();
  assert.deepEqual([card(), tokens()], [undefined, []]);
  answer({ display: 'late' });
  await rest();
  assert.deepEqual(tokens(), ['late']);
});

test('taking an answer back carries the token of the answer and waits for none', async () => {
  network.replies = [said({ display: 't1' })];
  await start();
  pick(9);
  await rest();
  press('withdraw');
  await rest();
  const last = requests('/responses').at(-1);
  assert.deepEqual([last.withdrawn, last.display], [true, 't1'], 'nobody else takes it back');
  bearing('destroy');
  await rest();

  // The same while the token is still on its way: the score left with the page, which has come back.
  const [reply] = held();
  network.requests = [];
  network.replies = [reply];
  body.replaceChildren();
  storage.clear();
  delete globalThis.bearing;
  await start();
  pick(9);
  await rest();
  fire('pagehide');
  await rest();
  fire('pageshow', {});
  press('withdraw');
  await rest();
  assert.deepEqual(requests('/responses').map(({ withdrawn }) => withdrawn), [undefined, true]);
});

test('the copy in the browser has the token for the next page, unless another tab has put a newer edition there', async () => {
  for (const newer of [false, true]) {
    const [reply, answer] = held();
    network.requests = [];
    // The showing, the beginning, and a server that cannot take the answer.
    network.replies = [reply, 200, 503];
    body.replaceChildren();
    storage.clear();
    databases.held.clear();
    delete globalThis.bearing;
    await start();
    pick(9);
    await rest();
    const key = [...storage.keys()].find((name) => name.startsWith('bearing:q:'));
    assert.equal('display' in kept()[0], false);
    if (newer) storage.set(key, JSON.stringify({ site: 'pk_1', answered: Date.now(), response: { id: key.slice(10), seq: 7 } }));
    answer({ display: 't1' });
    await rest();
    assert.deepEqual(kept().map(({ seq, display }) => [seq, display]), newer ? [[7, undefined]] : [[0, 't1']]);
    bearing('destroy');
    await rest();
  }
});

test('a strict tag stores no token before the visitor acts', async () => {
  network.replies = [said({ display: 't1' })];
  await start({ storage: 'strict' });
  score(0).focus();
  await rest();
  assert.deepEqual([storage.size, databases.held.size], [0, 0]);
  pick(9);
  await rest();
  assert.deepEqual(tokens(), ['t1']);
});

test('where storage is forbidden the answer carries its token all the same', async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  const denied = () => {
    throw Error('denied');
  };
  Object.defineProperty(globalThis, 'localStorage', { get: denied, configurable: true });
  try {
    network.replies = [said({ display: 't1' })];
    await start();
    pick(9);
    await rest();
    assert.deepEqual(tokens(), ['t1']);
  } finally {
    Object.defineProperty(globalThis, 'localStorage', own);
  }
});

/** A page whose renderer does not come, and what its card hands over. */
const handed = () => {
  const frame = card().querySelector('iframe');
  return frame && new URLSearchParams(new URL(frame.attributes.src).hash.slice(1)).get('display');
};
const without = { build: { js: 'test/none.js', wasm: 'x.wasm', works: true } };

test('the hosted page goes on with the token of the answer, which is taken back with it too', async () => {
  network.replies = [said({ display: 't1' })];
  await start({}, without);
  pick(3);
  await rest();
  assert.equal(handed(), 't1');
  press('withdraw');
  await rest();
  assert.deepEqual(tokens(), ['t1', 't1']);
  assert.equal(requests('/responses').at(-1).withdrawn, true);
});

test('the hosted page waits for a token that is under way, and no longer than the answer does', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start({}, without);
  pick(3);
  await rest();
  assert.equal(handed(), null);
  answer({ display: 't1' });
  await rest();
  assert.equal(handed(), 't1');
  assert.deepEqual(tokens(), ['t1']);
});

test('whoever goes on without a token goes on with the hosted page’s, whatever comes later', async () => {
  const [reply, answer] = held();
  network.replies = [reply];
  await start({}, without);
  pick(3);
  await rest();
  patience()[0]();
  await rest();
  const frame = card().querySelector('iframe');
  assert.equal(handed(), null);
  answer({ display: 'late' });
  await rest();
  assert.deepEqual(tokens(), [undefined]);
  const tell = (source, display) => fire('message', { source, origin: 'file://', data: { bearing: 'display', display } });
  tell({}, 'strange');
  tell(frame.contentWindow, 'theirs');
  press('withdraw');
  await rest();
  assert.deepEqual(tokens(), [undefined, 'theirs']);
});

test('a hosted page that is the whole card has its own token: the card’s is not asked for', async () => {
  let read = false;
  network.replies = [{ ok: true, status: 200, text: async () => ((read = true), '{"display":"t1"}') }];
  await start({ mode: 'iframe' });
  await rest();
  assert.deepEqual([counted(), read], [['eligible', 'shown'], false]);
  assert.ok(names().includes('shown'));
  assert.ok(config);
});

/** A card as `display.js` knows it; what it imports for the work is `code`. */
const one = async (code, more) => {
  const { learn } = await import('../display.js');
  const given = {};
  const base = code && 'data:text/javascript,' + encodeURIComponent(code) + '//';
  const page = { tag: { base: base || new URL('./nowhere/', import.meta.url).href }, given, later: (call, ms) => setTimeout(call, ms) };
  const shown = { page, counted: Promise.resolve({ text: async () => '{"display":"t1","work":18}' }), ...more };
  return [shown, () => learn(shown), given];
};

test('work whose file does not come is not done, and the token goes alone', async () => {
  const [shown, learn] = await one();
  await learn();
  assert.deepEqual([shown.display, shown.told], ['t1', true]);
});

test('the work ends with its card, with consent, and for an answer that waits not before its time', async () => {
  const [shown, learn, given] = await one('export const solve = (t, b, { stop }) => { globalThis.stopped = stop; return new Promise(() => {}); }');
  learn();
  for (let i = 0; i < 50 && !globalThis.stopped; i++) await settled();
  const { stopped } = globalThis;
  assert.ok(!stopped());
  shown.gone = true;
  assert.ok(stopped(), 'closed without an answer');
  const { waitFor } = await import('../display.js');
  assert.ok(waitFor(shown, () => {}));
  assert.ok(!stopped(), 'an answer waits');
  patience()[0]();
  assert.ok(stopped(), 'it has gone');
  shown.gone = false;
  assert.ok(!stopped(), 'the card is open: its comment may carry the proof');
  given.off = true;
  assert.ok(stopped());
});

test('a card that is not counted yet has nothing to be waited for, and is asked again', async () => {
  const [shown, learn] = await one('', { counted: undefined });
  assert.equal(learn(), undefined);
  shown.counted = Promise.resolve({ text: async () => '{"display":"t1"}' });
  await learn();
  assert.equal(shown.display, 't1');
});
