// Tests of whole pages: the card from its showing to its end, and the page's calls, with a document that is no browser.

import assert from 'node:assert/strict';
import test from 'node:test';
import { afresh, databases, fire, network, page, storage, timers } from './page.js';
import { Element, blank, body, card, focus, run } from './dom.js';
import { WHY, config, counted, editions, heard, hush, names, pick, press, requests, rest, score, send, serve, start, survey, tree, type, words } from './scene.js';
import { renderer } from './renderer.js';
test('a survey that is due is shown, counted and remembered, and takes no focus', async () => {
  await start();
  assert.deepEqual(names(), ['ready', 'shown']);
  assert.deepEqual(counted(), ['eligible', 'shown']);
  assert.equal(card().firstChild.className.trim(), 'corner');
  assert.equal(focus.element, null);
  assert.ok(storage.has('bearing:v:pk_1'));
  assert.deepEqual(databases.log, []);
});

test('a click is kept and sent at once; the comment follows as the next edition', async () => {
  await start();
  pick(9);
  assert.ok([...storage.keys()].some((key) => key.startsWith('bearing:q:')), 'before anything is fetched');
  await rest();
  assert.deepEqual(editions(), [[0, false, 9]]);
  const [{ context, respondent, survey: id, version }] = requests('/responses');
  assert.deepEqual([context.url, id, version], ['https://shop.example/a', 'sv_1', 1]);
  assert.match(respondent.visitor, /^v_/);
  type({ why: 'because' });
  await send();
  assert.deepEqual(editions(), [[0, false, 9], [1, true, 9, 'because']]);
  assert.deepEqual(names(), ['ready', 'shown', 'answered', 'delivered', 'completed', 'delivered']);
  assert.ok(card().querySelector('.first').hidden);
});

const ASKED = 'https://shop.example/a?token=1&utm_source=mail&utm_source=b&UTM_SOURCE=no&tag=%26#x?utm_source=2';
for (const [what, href, parameters, later, expected] of [
  ['none, where the site names none', ASKED, undefined, ASKED, ''],
  ['those that the site names', ASKED, ['utm_source', 'tag'], ASKED, '?utm_source=mail&utm_source=b&tag=%26'],
  ['none of those that it has not', ASKED, ['ref'], ASKED, ''],
  ['none, where it has none', 'https://shop.example/a', ['utm_source'], 'https://shop.example/a', ''],
  ['none of another page', ASKED, ['utm_source'], 'https://shop.example/b?utm_source=other', ''],
]) {
  test('an address keeps ' + what, async () => {
    location.href = href;
    await start({}, { parameters });
    location.href = later;
    score(0).meet('pointerover');
    await rest();
    pick(9);
    await rest();
    assert.equal(requests('/responses').at(-1).context.url, 'https://shop.example/a' + expected);
  });
}

test('arrow keys through the scale send one answer; Enter does not wait', async () => {
  await start();
  score(0).focus();
  await rest();
  timers.length = 0;
  for (const value of [0, 3, 4]) score(value).meet('click', { detail: 0 });
  await rest();
  assert.deepEqual(editions(), []);
  timers.filter(([, ms]) => ms == 1e3).at(-1)[0]();
  await rest();
  // Each is an edition of its own, and one was sent.
  assert.deepEqual(editions(), [[2, false, 4]]);
  score(5).meet('click', { detail: 0 });
  await rest();
  score(5).meet('keydown', { key: 'Enter' });
  await rest();
  assert.deepEqual(editions(), [[2, false, 4], [3, false, 5]]);
  assert.deepEqual(counted(), ['eligible', 'shown', 'started']);
  assert.deepEqual(renderer.called, [['open', 4], ['score', 5]]);
});

test('a survey without follow-ups thanks by the score’s group, with its link', async () => {
  const link = { url: 'https://reviews.example', text: 'Review us' };
  const alone = survey({ questions: [{ id: 'score', kind: 'nps' }], endings: [{ after: [[9, 10]], text: 'Great!', link }], thanks: 'Own thanks' });
  await start({}, { surveys: [alone] });
  pick(9);
  await rest();
  assert.equal(words(), 'Great!Review us');
  const { href, target, rel } = card().querySelector('a').attributes;
  assert.deepEqual([href, target, rel], ['https://reviews.example', '_blank', 'noopener noreferrer']);
  pick(3);
  await rest();
  assert.equal(words(), 'Own thanks');
  assert.deepEqual(editions(), [[0, true, 9], [1, true, 3]]);
});

test('steps hide the first question and Back brings it again; each step is kept', async () => {
  await start({}, { surveys: [survey({ questions: [{ id: 'score', kind: 'nps' }, WHY, { ...WHY, id: 'more' }] })] });
  pick(9);
  await rest();
  type({ why: 'a' });
  await send();
  assert.ok(card().querySelector('.first').hidden);
  card().querySelector('.more').append(Object.assign(new Element('button'), { attributes: { class: 'back', type: 'button' } }));
  press('back');
  await rest();
  assert.ok(!card().querySelector('.first').hidden);
  await send();
  await send();
  assert.deepEqual(editions().map(([seq, completed]) => [seq, completed]), [[0, false], [1, false], [2, false], [3, true]]);
});

test('what was typed and not sent is an edition when the page is left, once, and when the card is closed', async () => {
  await start();
  pick(9);
  await rest();
  type({ why: 'half' });
  page.visibilityState = 'hidden';
  fire('visibilitychange');
  fire('pagehide');
  await rest();
  assert.deepEqual(editions(), [[0, false, 9], [1, false, 9, 'half']]);
  type({ why: 'half a thought' });
  score(9).meet('keydown', { key: 'Escape' });
  await rest();
  assert.equal(card(), undefined);
  assert.deepEqual(editions().at(-1), [2, false, 9, 'half a thought']);
  assert.ok(!names().includes('dismissed'));
});

test('Escape dismisses and gives the focus back; the page is not asked again', async () => {
  const field = new Element('input');
  body.append(field);
  await start();
  field.focus();
  score(0).focus();
  await rest();
  score(0).meet('keydown', { key: 'Escape' });
  assert.deepEqual([card(), focus.element == field], [undefined, true]);
  assert.deepEqual(counted(), ['eligible', 'shown', 'started', 'dismissed']);
  blank();
  await start();
  assert.equal(card(), undefined);
});

test('Escape closes the card before the rest of the loader is here', async () => {
  await start();
  score(0).meet('keydown', { key: 'Escape' });
  assert.equal(card(), undefined);
  await rest();
  assert.deepEqual(counted(), ['eligible', 'shown', 'dismissed']);
  assert.deepEqual(names(), ['ready', 'shown', 'dismissed']);
});

test('the foot says who reads; "never" ends it all for this visitor', async () => {
  await start();
  score(0).focus();
  await rest();
  const hidden = () => ['anonymous', 'identified', 'withdraw'].map((name) => card().querySelector('.' + name).hidden);
  assert.deepEqual(hidden(), [false, true, true]);
  bearing('identify', { customer: 'c-1' });
  await rest();
  assert.deepEqual(hidden(), [true, false, true]);
  press('never');
  await rest();
  assert.equal(words(), 'Declined.');
  assert.ok(card().querySelector('.ask').hidden);
  timers.filter(([, ms]) => ms == 5e3).at(-1)[0]();
  assert.equal(card(), undefined);
  blank();
  await start({}, { surveys: [survey({ id: 'sv_2' })], trees: [tree('sv_2')] });
  assert.equal(card(), undefined);
});

test('an answer is withdrawn as a further edition that holds nothing', async () => {
  await start();
  pick(9);
  await rest();
  press('withdraw');
  await rest();
  const last = requests('/responses').at(-1);
  assert.deepEqual([last.withdrawn, last.answers, last.id], [true, [], requests('/responses')[0].id]);
  assert.ok(last.seq > 0 && !('respondent' in last) && !('attributes' in last));
  assert.deepEqual([words(), names().at(-2)], ['Withdrawn.', 'withdrawn']);
});

test('identity that comes late is the next edition’s', async () => {
  await start();
  pick(9);
  await rest();
  bearing('identify', { customer: 'c-1', signature: 's', attributes: { plan: 'pro', gone: undefined } });
  await rest();
  pick(10);
  await rest();
  const [one, other] = requests('/responses');
  assert.deepEqual([one.respondent.customer, other.respondent.customer, other.attributes], [undefined, 'c-1', { plan: 'pro' }]);
});

test('without the renderer the rest is the hosted page, which goes on with the same response', async () => {
  for (const broken of [{ works: false }, { js: 'test/none.js' }]) {
    blank();
    storage.clear();
    network.requests = [];
    await start({ customer: 'c-1', 'attr-plan': 'pro' }, { build: { js: 'test/renderer.js', wasm: 'x.wasm', works: true, ...broken } });
    pick(3);
    await rest();
    const address = new URL(card().querySelector('iframe').attributes.src);
    const handed = new URLSearchParams(address.hash.slice(1));
    assert.match(address.pathname, /\/s\/sv_1$/);
    assert.deepEqual(['r', 'seq', 'score', 'customer', 'attr.plan', 'display'].map((name) => handed.get(name)), [requests('/responses')[0].id, '1', '3', 'c-1', 'pro', null]);
    assert.ok(card().querySelector('fieldset').disabled);
    assert.ok(!address.search.includes('c-1'), 'no server logs the customer');
    press('withdraw');
    await rest();
    assert.ok(requests('/responses').at(-1).seq > 1e3, 'the hosted page counts on from where it took over');
  }
});

test('a renderer that traps in the middle ends nothing but itself; a forbidden frame is a link', async () => {
  await start();
  pick(3);
  await rest();
  renderer.traps = true;
  await send();
  const address = card().querySelector('iframe').attributes.src;
  fire('securitypolicyviolation', { blockedURI: new URL(address).origin, disposition: 'report' });
  assert.ok(card().querySelector('iframe'));
  fire('securitypolicyviolation', { blockedURI: address, disposition: 'enforce', effectiveDirective: 'frame-src' });
  assert.equal(card().querySelector('.more').querySelector('a').attributes.href, address);
});

test('where the page lets nothing be sent nobody is asked, unless a frame sends for itself', async () => {
  const forbidden = { blockedURI: 'https://a.example/x', disposition: 'enforce', effectiveDirective: 'connect-src' };
  for (const [dataset, more, stays] of [
    [{}, { disposition: 'report' }, true],
    [{}, { effectiveDirective: 'img-src' }, true],
    // The policy may allow some of the server's paths: answers go, and the rest has the hosted page to fall back to.
    [{}, { blockedURI: new URL('w/x.wasm', import.meta.url.replace('test/card.test.js', '')).href }, true],
    [{ mode: 'iframe' }, {}, true],
    [{}, {}, false],
  ]) {
    afresh();
    blank();
    await start(dataset);
    fire('securitypolicyviolation', { ...forbidden, blockedURI: network.requests[0].address, ...more });
    await rest();
    assert.equal(!!card(), stays, JSON.stringify([dataset, more]));
    assert.equal(names().includes('dismissed'), false);
    bearing('destroy');
    await rest();
  }
});

test('a strict tag stores nothing before the visitor acts and names no visitor', async () => {
  await start({ storage: 'strict' });
  score(0).focus();
  await rest();
  assert.deepEqual([storage.size, databases.held.size], [0, 0]);
  pick(9);
  await rest();
  assert.equal('visitor' in requests('/responses')[0].respondent, false);
  assert.ok(!storage.get('bearing:v:pk_1').includes('"v_'));
});

test('consent is waited for; taken back, it closes the card and clears what is kept', async () => {
  await start({ consent: 'wait' });
  assert.deepEqual([card(), storage.size, network.requests.length], [undefined, 0, 0]);
  bearing('consent', true);
  await rest();
  network.replies = [503, 503, 503];
  pick(9);
  await rest();
  assert.ok([...storage.keys()].some((key) => key.startsWith('bearing:q:')));
  bearing('consent', false);
  await rest();
  assert.deepEqual([card(), storage.size, databases.held.size], [undefined, 0, 0]);
});

test('a card that is being made when consent is taken back never comes', async () => {
  await run({});
  bearing('consent', false);
  await rest();
  assert.equal(card(), undefined);
  assert.deepEqual(names(), ['ready']);
});

test('a modal card is a dialog; an unknown position is a corner', async () => {
  await start({}, { surveys: [survey({ position: 'centre' })], scheme: 'dark' });
  const box = card().firstChild;
  assert.deepEqual([box.localName, box.open, box.className], ['dialog', true, 'centre dark']);
  assert.equal(focus.element, box, 'the focus is on the dialog and on no score');
  assert.deepEqual(counted(), ['eligible', 'shown']);
  // By Escape or a gesture, before anything else of the loader is here.
  box.onclose();
  assert.equal(card(), undefined);
  assert.deepEqual([counted().at(-1), names().at(-1)], ['dismissed', 'dismissed']);
});

test('an element is filled where it stands, whatever the rules say, and has no cross; removed, it is not dismissed', async () => {
  const place = new Element('bearing-survey');
  place.setAttribute('survey', 'sv_1');
  body.append(place);
  await start({}, { surveys: [survey({ position: 'inline', rules: { devices: ['mobile'] } })] });
  assert.equal(place.shadowRoot.firstChild.className.trim(), 'inline');
  assert.equal(place.shadowRoot.querySelector('.close'), null);
  assert.deepEqual(counted(), ['eligible', 'shown']);
  place.remove();
  bearing('at', place);
  await rest();
  assert.ok(!names().includes('dismissed'));
  body.append(place);
  bearing('at', place);
  await rest();
  assert.ok(place.shadowRoot.querySelector('.first'));
});

test('one survey a page view, until the page asks or another begins', async () => {
  await start({}, { surveys: [survey(), survey({ id: 'sv_2' })], trees: [tree('sv_1'), tree('sv_2')] });
  press('close');
  await rest();
  assert.equal(card(), undefined);
  bearing('track', 'anything');
  await rest();
  assert.deepEqual(heard.filter(([name]) => name == 'shown').map(([, { survey: id }]) => id), ['sv_1', 'sv_2']);
});

test('at another address a card that nobody touched goes without a word, and a begun one stays', async () => {
  const urls = [{ match: 'contains', value: '/a' }];
  for (const begun of [false, true]) {
    blank();
    storage.clear();
    hush();
    await start({}, { surveys: [survey({ rules: { urls } })] });
    score(0).meet('pointerover');
    await rest();
    if (begun) pick(9);
    await rest();
    location.href = 'https://shop.example/other';
    timers.filter(([, ms]) => ms == 1e3).forEach(([call]) => call());
    await rest();
    assert.deepEqual([!!card(), names().includes('dismissed')], [begun, false]);
  }
});

test('a page that is hidden is asked when it can be seen', async () => {
  page.visibilityState = 'hidden';
  await start();
  assert.equal(card(), undefined);
  page.visibilityState = 'visible';
  fire('visibilitychange');
  await rest();
  assert.ok(card());
});

test('calls: early ones wait, unknown ones are told of, force is a test, and destroy leaves nothing', async () => {
  globalThis.bearing = { q: [['identify', { customer: 'c-9' }]] };
  await start({ auto: 'off' });
  assert.equal(card(), undefined);
  const warned = [];
  const { warn } = console;
  console.warn = (text) => warned.push(text);
  bearing('nonsense');
  await rest();
  console.warn = warn;
  assert.match(warned.join(), /"nonsense".*show, identify/);
  assert.ok(names().includes('error'));
  const shown = bearing('show', { force: true });
  await rest();
  assert.equal(await shown, 'sv_1');
  pick(9);
  await rest();
  const [{ test: isTest, respondent }] = requests('/responses');
  assert.deepEqual([isTest, respondent.customer, counted()], [true, 'c-9', []]);
  bearing('destroy');
  await rest();
  assert.deepEqual([card(), typeof globalThis.bearing], [undefined, 'undefined']);
});

test('after destroy nothing is heard, counted or shown any more', async () => {
  await start();
  bearing('destroy');
  await rest();
  assert.equal(card(), undefined);
  const before = network.requests.length;
  location.href = 'https://shop.example/other';
  for (const happening of ['visibilitychange', 'online', 'pagehide']) fire(happening);
  for (const [call] of [...timers]) call();
  await rest();
  assert.deepEqual([network.requests.length, card()], [before, undefined]);
});

test('a second tag on the page changes nothing', async () => {
  await start();
  await start({ site: 'pk_2' });
  assert.equal(body.querySelectorAll('bearing-survey').length, 1);
  assert.equal(names().filter((name) => name == 'ready').length, 1);
});

test('a server that is away is an event and no more', async () => {
  const text = config;
  serve();
  await run();
  await rest();
  assert.deepEqual([names(), card()], [['ready', 'error'], undefined]);
  serve(text);
});
