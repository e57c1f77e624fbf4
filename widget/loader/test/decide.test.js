// Tests of deciding: the cases that it shares with `shared/src/rule/decide.rs`, and what follows a score.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './page.js';

const { asksMore, decide, fires, follows, resting } = await import('../decide.js');
const file = JSON.parse(readFileSync(new URL('../../../shared/tests/decide.json', import.meta.url)));
const { base, cases } = file;
const reasons = file.reasons.map(([code]) => code);

/** A case's inputs: the base, changed by what the case names. */
const filled = ({ name, survey, rules, config, page, visitor, reasons, ...others }) => {
  assert.deepEqual(others, {}, name + ': the case has a property that nothing reads');
  const only = { ...base.survey, ...survey, ...(rules && { rules }) };
  return [{ surveys: [only], ...config }, { ...base.page, ...page }, { ...base.visitor, ...visitor }, base.now];
};

test('the file of cases is the one that both languages know', () => {
  assert.ok(cases.length >= 60, 'only ' + cases.length + ' cases');
  for (const reason of reasons) {
    const given = cases.filter((one) => one.reasons.flat().includes(reason)).length;
    assert.ok(given && given < cases.length, reason);
  }
});

for (const one of cases) {
  test(one.name, () => assert.deepEqual(decide(...filled(one)), one.reasons));
}

test('resting reasons come last and in order', () => {
  assert.deepEqual(reasons.slice(-resting.length), resting);
});

test('the page has no say, whatever it has done to arrays', () => {
  const kept = ['some', 'filter', 'map', 'every', 'find', 'includes', 'forEach', 'push', 'toJSON', Symbol.iterator];
  const own = kept.map((name) => Object.getOwnPropertyDescriptor(Array.prototype, name));
  const inputs = cases.map(filled);
  const found = [];
  for (let i = 0; i < kept.length; i++) {
    Object.defineProperty(Array.prototype, kept[i], { value: () => assert.fail('' + kept[i]), configurable: true });
  }
  try {
    for (let i = 0; i < inputs.length; i++) {
      found[i] = decide(inputs[i][0], inputs[i][1], inputs[i][2], inputs[i][3]);
    }
  } finally {
    for (let i = 0; i < kept.length; i++) {
      if (own[i]) Object.defineProperty(Array.prototype, kept[i], own[i]);
      else delete Array.prototype[kept[i]];
    }
  }
  assert.deepEqual(found, cases.map((one) => one.reasons));
});

test('a trigger fires without its delay', () => {
  assert.ok(fires({ on: 'page_view', delay_s: 60 }, { on: 'page_view', ago_s: 0 }));
  assert.ok(!fires({ on: 'scroll', percent: 50 }, { on: 'scroll', percent: 49 }));
});

test('follow-ups are asked after their scores, both ends included, zero too', () => {
  const low = { after: [[0, 6]] };
  for (const [score, asked] of [[0, true], [6, true], [7, false], [10, false]]) assert.equal(follows(low, score), asked);
  const ends = { after: [[0, 2], [9, 10]] };
  assert.deepEqual([0, 2, 3, 8, 9, 10].map((score) => follows(ends, score)), [true, true, false, false, true, true]);
  assert.ok(follows({}, 5));
});

test('nothing is left to ask without a follow-up of the score', () => {
  assert.equal(asksMore({ questions: [{}] }, 9), false);
  assert.equal(asksMore({ questions: [{}, { after: [[0, 6]] }] }, 9), false);
  assert.equal(asksMore({ questions: [{}, { after: [[0, 6]] }] }, 0), true);
});
