// Proof of work: finds the number that makes the SHA-256 of a display token begin with zeros, while the page stays smooth.
//
// A SHA-256 of our own: SubtleCrypto is missing on pages without TLS, and one call of it takes longer than many hashes
// here. No worker: the page's policy may forbid one. This file imports nothing and is imported only while a site is under
// attack, by `display.js` and by the hosted page.

/** How long the page is held at a time, in milliseconds. */
const SLICE = 8;

/** The most tries at a time: the clock may be coarse on purpose. */
const TRIES = 8192;

/** The 64 constants of the rounds, and what the hash starts from: roots of the first primes, as FIPS 180-4 has them. */
const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);
for (let number = 2, found = 0; found < 64; number++) {
  let by = 2;
  while (number % by) by++;
  if (by < number) continue;
  if (found < 8) START[found] = (Math.sqrt(number) % 1) * 2 ** 32;
  ROUNDS[found++] = (Math.cbrt(number) % 1) * 2 ** 32;
}

const words = new Int32Array(64);

/** Takes the 64 bytes at a place into the state. */
const take = (state, bytes, at) => {
  for (let i = 0; i < 16; i++, at += 4) {
    words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15];
    const y = words[i - 2];
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = words[i - 16] + low + words[i - 7] + high;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const turnE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const turnA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const one = (h + turnE + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
    const two = (turnA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
};

/** A hash that can be asked for many endings of one beginning: that one is taken in once, as far as it fills blocks. */
const hashing = (text) => {
  const bytes = new TextEncoder().encode(text);
  const whole = bytes.length & ~63;
  const before = START.slice();
  for (let at = 0; at < whole; at += 64) take(before, bytes, at);
  const kept = bytes.length - whole;
  const last = new Uint8Array(128);
  last.set(bytes.subarray(whole));
  const state = new Int32Array(8);
  /** The eight words of the hash of the text and an ending of at most 48 signs of ASCII; the next call writes over them. */
  return (ending) => {
    let end = kept;
    for (let i = 0; i < ending.length; i++) last[end++] = ending.charCodeAt(i);
    const room = end < 56 ? 64 : 128;
    const length = (whole + end) * 8;
    last.fill(0, end);
    last[end] = 128;
    for (let i = 1; i < 5; i++) last[room - i] = length >>> (8 * i - 8);
    state.set(before);
    take(state, last, 0);
    if (room > 64) take(state, last, 64);
    return state;
  };
};

/** The SHA-256 of a text, as eight words. */
export const sha256 = (text) => hashing(text)('');

/** How many zero bits eight words begin with. */
export const zeros = (state) => {
  let count = 0;
  for (let i = 0; i < 8; i++) {
    count += Math.clz32(state[i]);
    if (state[i]) break;
  }
  return count;
};

/**
 * Resolves to `token~number` whose SHA-256 begins with at least so many zero bits. `later(call)` is to call in a task of
 * its own, `now()` tells milliseconds, and once `stop()` is true the work ends with nothing.
 */
export const solve = (token, bits, { later, now, stop }) =>
  new Promise((done) => {
    const start = token + '~';
    const hash = hashing(start);
    let number = 0;
    const work = () => {
      if (stop()) return done();
      const begun = now();
      for (let tries = 1; tries <= TRIES; tries++) {
        if (zeros(hash('' + number)) >= bits) return done(start + number);
        number++;
        if (!(tries % 64) && !(now() - begun < SLICE)) break;
      }
      later(work);
    };
    later(work);
  });
