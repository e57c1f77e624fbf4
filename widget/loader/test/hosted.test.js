// Tests of the hosted page's script: the work that goes with its display token.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';

const src = new URL('../hosted.js', import.meta.url).href;
let runs = 0;

/** Runs the script on a page whose form has this `display` field, or none; resolves once its work is done. */
const run = async (display, from = src) => {
  const form = { querySelector: (selector) => (selector == '[name=display]' ? display : null), addEventListener() {} };
  globalThis.location = { hash: '' };
  globalThis.document = { querySelector: (selector) => (selector == 'form' ? form : null), currentScript: { src: from } };
  globalThis.self = globalThis.parent = {};
  await import(src + '?' + ++runs);
  const before = display?.value;
  for (let i = 0; i < 200 && display?.value == before; i++) await new Promise((done) => setTimeout(done));
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
