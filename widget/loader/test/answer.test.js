// Tests of the encoder and the ids.

import assert from 'node:assert/strict';
import test from 'node:test';
import './page.js';

const { encode, uuid } = await import('../answer.js');

const values = [
  null, true, false, 0, -1, 9.5, 1e21, '', 'plain', 'quote " and \\ backslash', 'line\nbreak\ttab\r', '\0\x01\x1f\x7f',
  '\u2028\u2029', '😀 𝄞 ‏عربي', '</script>', [], {}, [[], [{}]], { a: [1, { b: 'c' }] }, { 'odd "key"\n': 1 },
  { __proto__: null, own: 1 },
];

test('what is encoded reads back as it was', () => {
  for (const value of values) assert.deepEqual(JSON.parse(encode(value)), JSON.parse(JSON.stringify(value)), encode(value));
  assert.deepEqual(JSON.parse(encode(values)), JSON.parse(JSON.stringify(values)));
});

test('undefined properties are left out', () => {
  assert.equal(encode({ a: undefined, b: 1, c: undefined, d: 2 }), '{"b":1,"d":2}');
  assert.equal(encode({ a: undefined }), '{}');
});

test('random texts and trees read back', () => {
  let seed = 1;
  const chance = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const text = () => Array.from({ length: chance(12) }, () => String.fromCodePoint(chance(0xd7ff))).join('');
  const tree = (depth) => {
    const kind = chance(depth ? 5 : 3);
    if (kind == 0) return chance(1e6) / 7;
    if (kind < 3) return text();
    const items = Array.from({ length: chance(4) }, () => tree(depth - 1));
    return kind == 3 ? items : Object.fromEntries(items.map((item) => [text(), item]));
  };
  for (let i = 0; i < 2000; i++) {
    const value = tree(4);
    assert.deepEqual(JSON.parse(encode(value)), value);
  }
});

test('polluted prototypes do not bend it', () => {
  const clean = values.map((value) => encode(value));
  const { stringify } = JSON;
  const { map, forEach, join } = Array.prototype;
  try {
    Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => 'POLLUTED';
    Object.prototype.evil = 'x';
    JSON.stringify = Array.prototype.map = Array.prototype.forEach = Array.prototype.join = () => 'POLLUTED';
    for (let i = 0; i < values.length; i++) assert.ok(encode(values[i]) === clean[i]);
  } finally {
    delete Object.prototype.toJSON;
    delete Array.prototype.toJSON;
    delete String.prototype.toJSON;
    delete Object.prototype.evil;
    JSON.stringify = stringify;
    Object.assign(Array.prototype, { map, forEach, join });
    for (const name of ['map', 'forEach', 'join']) Object.defineProperty(Array.prototype, name, { enumerable: false });
  }
});

test('ids are UUIDs of version 7, made of the time, and differ', () => {
  const seen = new Set();
  let last = '';
  for (let i = 0; i < 1000; i++) {
    const before = Date.now();
    const id = uuid();
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = parseInt(id.slice(0, 13).replace('-', ''), 16);
    assert.ok(time >= before && time <= Date.now());
    assert.ok(id.slice(0, 13) >= last, 'ids of later milliseconds sort later');
    last = id.slice(0, 13);
    seen.add(id);
  }
  assert.equal(seen.size, 1000);
});
