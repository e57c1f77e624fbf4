// Tests of the delivery queue: the scenarios that it shares with `shared/src/delivery.rs`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './page.js';

const { begin, step } = await import('../queue.js');

const scenarios = JSON.parse(readFileSync(new URL('../../../shared/tests/delivery.json', import.meta.url), 'utf8'));

/** What both twins say of an edition and of an entry. */
const edition = ({ id, seq }) => ({ id, seq });
const entry = ({ id, seq, at, size, fresh }) => ({ id, seq, at, size, fresh: !!fresh });

test('there are scenarios, and each has steps', () => {
  assert.ok(scenarios.length >= 20);
  for (const { name, steps } of scenarios) assert.ok(steps.length, name);
});

for (const { name, steps } of scenarios) {
  test(name, () => {
    const state = begin();
    /** Editions as the loader holds them: one object each. */
    const known = new Map();
    const own = (one) => {
      const key = one.id + ' ' + one.seq;
      if (one.size !== undefined) known.set(key, { ...one });
      return known.get(key);
    };
    for (const { now, event, effects, state: expected } of steps) {
      const told = { ...event };
      if (event.entry) told.entry = own(event.entry);
      if (event.entries) told.entries = event.entries.map(own);
      const asked = step(state, told, now).map(({ entry, ...more }) => (entry ? { entry: edition(entry), ...more } : more));
      assert.deepEqual(asked, effects, JSON.stringify(event));
      const found = { ...state, entries: state.entries.map(entry), flying: state.flying.map(edition) };
      assert.deepEqual(found, expected, JSON.stringify(event));
    }
  });
}
