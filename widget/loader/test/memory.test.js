// Tests of the visitor's memory: what is written when, by whom, and what a strict tag never writes.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { afresh, storage } from './page.js';

const { openMemory } = await import('../memory.js');

const KEY = 'bearing:v:pk_1';
const survey = { id: 'sv_1', metric: 'nps' };
const stored = () => storage.has(KEY) && JSON.parse(storage.get(KEY));

beforeEach(afresh);

test('nothing is written before there is something to remember, and the visitor stays the same', () => {
  const memory = openMemory({ site: 'pk_1' });
  const { id } = memory.record();
  assert.match(id, /^v_/);
  assert.equal(memory.record().id, id);
  assert.equal(storage.size, 0);
  memory.note(survey, 'shown');
  assert.equal(stored().id, id);
  assert.equal(openMemory({ site: 'pk_1' }).record().id, id);
});

test('showings, answers and dismissals move the clocks of survey, metric and site', () => {
  const memory = openMemory({ site: 'pk_1' });
  for (const what of ['shown', 'answered', 'dismissed']) {
    memory.note(survey, what);
    const { surveys, metrics, site } = stored();
    assert.equal(typeof surveys.sv_1[what], 'number');
    assert.deepEqual([metrics.nps, site], [surveys.sv_1[what], surveys.sv_1[what]]);
  }
});

test('showings are counted since the last rest, answer or dismissal', () => {
  const memory = openMemory({ site: 'pk_1' });
  const capped = { ...survey, rules: { shows: 2 } };
  const shows = () => stored().surveys.sv_1.shows;
  for (const expected of [1, 2, 1]) {
    memory.note(capped, 'shown');
    assert.equal(shows(), expected);
  }
  memory.note(capped, 'answered');
  assert.equal(shows(), 0);
});

test('what another tab wrote since is not lost', () => {
  const one = openMemory({ site: 'pk_1' });
  const other = openMemory({ site: 'pk_1' });
  one.note(survey, 'shown');
  other.note({ id: 'sv_2', metric: 'ces' }, 'answered');
  one.note(survey, 'dismissed');
  assert.deepEqual(Object.keys(stored().surveys).sort(), ['sv_1', 'sv_2']);
});

test('a strict tag writes nothing before the visitor acts, then one record without an id', () => {
  const memory = openMemory({ site: 'pk_1', strict: true });
  memory.note(survey, 'shown');
  memory.of(survey).eligible = 1;
  memory.write();
  assert.equal(storage.size, 0);
  assert.equal(typeof memory.record().surveys.sv_1.shown, 'number', 'this page view knows');
  memory.note(survey, 'answered');
  assert.deepEqual([stored().id, typeof stored().surveys.sv_1.answered, storage.size], [undefined, 'number', 1]);
  assert.notEqual(openMemory({ site: 'pk_1', strict: true }).record().id, memory.record().id, 'another draw each page view');
});

test('what stands there may be nobody’s text, and inherits nothing', () => {
  for (const text of ['{', 'null', '5', '"x"', '[]']) {
    storage.set(KEY, text);
    assert.deepEqual(Object.keys(openMemory({ site: 'pk_1' }).record().surveys), [], text);
  }
  try {
    Object.prototype.declined = 1;
    const memory = openMemory({ site: 'pk_1' });
    assert.equal(memory.record().declined, undefined);
    memory.note(survey, 'shown');
    assert.equal(memory.record().declined, undefined);
    assert.equal(memory.of(survey).declined, undefined);
  } finally {
    delete Object.prototype.declined;
  }
});

test('forgetting leaves nothing, and the next visitor is another', () => {
  const memory = openMemory({ site: 'pk_1' });
  const { id } = memory.record();
  memory.note(survey, 'shown');
  memory.forget();
  assert.equal(storage.size, 0);
  assert.notEqual(memory.record().id, id);
});
