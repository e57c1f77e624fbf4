// Tests of the proof of work: the hash is SHA-256, the proof holds, and the page gets its turns.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { sha256, solve, zeros } from '../work.js';

const hex = (state) => Buffer.from(state.buffer).swap32().toString('hex');
const real = (text) => createHash('sha256').update(text).digest();
const bitsOf = (bytes) => {
  const text = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (text + '1').indexOf('1');
};
const turns = { later: setImmediate, now: Date.now, stop: () => false };

test('the published examples of SHA-256 come out', () => {
  for (const [text, expected] of [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
    ['a'.repeat(1e6), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ]) {
    assert.equal(hex(sha256(text).slice()), expected);
  }
});

test('every length around the blocks and every alphabet hashes as node hashes it', () => {
  for (let length = 0; length < 300; length++) {
    for (const text of ['x'.repeat(length), '📝é'.repeat(length)]) assert.equal(hex(sha256(text).slice()), real(text).toString('hex'));
  }
});

test('zeros are counted across words', () => {
  for (const [words, expected] of [
    [[-1], 0],
    [[1], 31],
    [[0x00003fff], 18],
    [[0, 0x10000000], 35],
    [[0, 0, 0, 0, 0, 0, 0, 0], 256],
  ]) {
    assert.equal(zeros(Int32Array.from([...words, ...Array(8).fill(0)].slice(0, 8))), expected);
  }
});

test('the proof is the first number that holds, whatever the token’s length', async () => {
  for (let length = 1; length < 140; length += 3) {
    const token = 't'.repeat(length);
    const proved = await solve(token, 6, turns);
    assert.match(proved, new RegExp(`^${token}~\\d+$`));
    let first = 0;
    while (bitsOf(real(token + '~' + first)) < 6) first++;
    assert.equal(proved, token + '~' + first);
  }
});

test('a token of any alphabet is hashed as UTF-8', async () => {
  assert.ok(bitsOf(real(await solve('Ω📝', 12, turns))) >= 12);
});

test('the page gets a turn after 8 ms by its clock, and after 8,192 tries by a clock that stands still', async () => {
  const run = async (now) => {
    let slices = 0;
    const later = (call) => void (slices++, setImmediate(call));
    const proved = await solve('token', 16, { ...turns, later, now });
    return [slices, +proved.split('~')[1] + 1];
  };
  let clock = 0;
  const [ticking, tries] = await run(() => clock++);
  // It looks at the clock every 64 tries: eight looks later a slice is over.
  assert.equal(ticking, Math.ceil(tries / (8 * 64)));
  const [still] = await run(() => 0);
  assert.equal(still, Math.ceil(tries / 8192));
});

test('work that is stopped ends with nothing', async () => {
  let slices = 0;
  const stop = () => slices == 3;
  const later = (call) => void (slices++, setImmediate(call));
  assert.equal(await solve('token', 200, { ...turns, later, now: () => 0, stop }), undefined);
  assert.equal(slices, 3);
});

test('of two pieces of work at once neither disturbs the other', async () => {
  const all = await Promise.all(['a', 'b', 'c'].map((token) => solve(token.repeat(70), 14, turns)));
  for (const proved of all) assert.ok(bitsOf(real(proved)) >= 14, proved);
});
