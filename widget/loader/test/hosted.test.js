// Tests of the hosted page's script: the response that it goes on with, and the work that goes with its display token.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';

const src = new URL('../hosted.js', import.meta.url).href;
let runs = 0;

/** Runs the script on a page whose form has this `display` field, or none; resolves once its work is done. */
const run = async (display, from = src, hash = '') => {
  const found = { '[name=display]': display };
  const classes = [];
  if (hash) Object.assign(found, { '[name=id]': {}, '[name=seq]': {}, '.scale [value="3"]': {}, '.scale [value="0"]': {} });
  const form = { querySelector: (selector) => found[selector] ?? null, addEventListener() {}, classList: { add: (name) => classes.push(name) }, action: '' };
  globalThis.location = { hash };
  globalThis.document = { querySelector: (selector) => (selector == 'form' ? form : null), currentScript: { src: from } };
  globalThis.self = globalThis.parent = {};
  await import(src + '?' + ++runs);
  const before = display?.value;
  for (let i = 0; i < 200 && display?.value == before; i++) await new Promise((done) => setTimeout(done));
  return { classes, found };
};
const field = (value, work) => ({ value, dataset: work === undefined ? {} : { work } });

test('while the site is under attack the field gets its proof', async () => {
  const display = field('tok.en', '8');
  await run(display);
  assert.match(display.value, /^tok\.en~\d+$/);
  assert.equal(createHash('sha256').update(display.value).digest()[0], 0);
});

test('in peace, without a field, and for a proof that is there nothing is done', async () => {
  for (const display of [field('tok.en'), field('tok.en', ''), field('tok.en~7', '8'), null]) {
    const before = display?.value;
    await run(display);
    assert.equal(display?.value, before);
  }
});

test('where the file does not come the token stays as it is', async () => {
  const display = field('tok.en', '8');
  await run(display, new URL('./nowhere/hosted.js', import.meta.url).href);
  assert.equal(display.value, 'tok.en');
});

test('a response that goes on keeps the token that it has', async () => {
  const handed = (more) => `#r=01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11&seq=1&score=3${more}`;
  for (const [hash, work, expected] of [
    [handed('&display=card.s'), undefined, /^card\.s$/],
    [handed('&display=card.s'), '8', /^card\.s~\d+$/],
    [handed('&display=card.s~7'), '8', /^card\.s~7$/],
    [handed(''), undefined, /^own$/],
    [handed('&display='), undefined, /^own$/],
    ['#display=card.s', undefined, /^own$/],
  ]) {
    const display = field('own', work);
    await run(display, src, hash);
    assert.match(display.value, expected, hash);
  }
});

test('a response that goes on is asked for the score where the address does not say it', async () => {
  for (const [score, known] of [['3', 3], ['0', 0], ['99'], ['"]'], ['']]) {
    const { classes, found } = await run(null, src, `#r=01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11&seq=1&score=${score}`);
    assert.deepEqual([found['[name=id]'].value.length, found['[name=seq]'].value], [36, '1']);
    const checked = [0, 3].filter((value) => found[`.scale [value="${value}"]`].checked);
    assert.deepEqual([classes, checked], known === undefined ? [[], []] : [['scored'], [known]], score);
  }
  const { found } = await run(null, src, '#r=01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11&seq=1');
  assert.deepEqual([found['[name=seq]'].value, found['.scale [value="0"]'].checked], ['1', undefined]);
});
