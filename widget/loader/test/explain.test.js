// Tests of explaining: the same words as the server's, `shared/src/rule/reason.rs`, for every reason that a page can have.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { explain } from '../explain.js';

const file = JSON.parse(readFileSync(new URL('../../../shared/tests/decide.json', import.meta.url)));
const known = [...file.reasons, ...file.reasons_of_the_loader];

test('every reason has the sentence that the server has', () => {
  const codes = known.map(([code]) => code);
  const [told] = explain([{ id: 'sv_a', version: 3 }], [codes]);
  assert.deepEqual(told, {
    survey: 'sv_a',
    version: 3,
    due: false,
    reasons: known.map(([code, text]) => ({ code, text })),
  });
});

test('a survey without a reason is due', () => {
  const surveys = [{ id: 'a', version: 1 }, { id: 'b', version: 2 }];
  const told = explain(surveys, [['url'], []]);
  assert.deepEqual(told.map(({ survey, due }) => [survey, due]), [['a', false], ['b', true]]);
});
