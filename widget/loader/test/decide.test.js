// Tests of deciding: which survey is due, and what follows a score.

import assert from 'node:assert/strict';
import test from 'node:test';
import { asksMore, due, follows, hides } from '../decide.js';

const anywhere = { id: 'a' };
const checkout = { id: 'b', touchpoints: ['checkout', 'thanks'] };

test('a survey is shown at its touchpoints, or anywhere when it names none', () => {
  assert.equal(hides(anywhere, '', {}), '');
  assert.equal(hides(anywhere, 'checkout', {}), '');
  assert.equal(hides(checkout, 'thanks', {}), '');
  assert.equal(hides(checkout, '', {}), 'touchpoint');
  assert.equal(hides(checkout, 'check', {}), 'touchpoint');
});

test('an answered or dismissed survey rests; one that was only shown does not', () => {
  assert.equal(hides(anywhere, '', { shown: 1 }), '');
  assert.equal(hides(anywhere, '', { shown: 1, dismissed: 2 }), 'dismissed');
  assert.equal(hides(anywhere, '', { shown: 1, answered: 2 }), 'answered');
});

test('the first that is due goes first', () => {
  const memory = (id) => (id == 'a' ? { answered: 1 } : {});
  assert.deepEqual(due([anywhere, checkout], 'checkout', memory), [checkout]);
  assert.deepEqual(due([anywhere, checkout], 'checkout', () => ({})), [anywhere, checkout]);
  assert.deepEqual(due([anywhere, checkout], '', memory), []);
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
