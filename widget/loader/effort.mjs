// How long a proof of work takes, here and in node: `node widget/loader/effort.mjs [bits] [tokens]`; 18 bits and 50 tokens.
//
// In slices, as on a page: beside the time from the beginning to the end it says how long the page was held at most.

import { createHash, randomBytes } from 'node:crypto';
import { solve } from './work.js';

const bits = +(process.argv[2] || 18);
const count = +(process.argv[3] || 50);

const whole = [];
const slices = [];
let tries = 0;
for (let i = 0; i < count; i++) {
  // As long as a token may well be.
  const token = randomBytes(60).toString('base64url');
  const later = (call) =>
    setTimeout(() => {
      const begun = performance.now();
      call();
      slices.push(performance.now() - begun);
    });
  const begun = performance.now();
  const proved = await solve(token, bits, { later, now: Date.now, stop: () => false });
  whole.push(performance.now() - begun);
  tries += +proved.split('~')[1] + 1;
  const hash = createHash('sha256').update(proved).digest();
  if (Math.clz32(hash.readUInt32BE()) < Math.min(bits, 32)) throw Error(proved + ' is no proof');
}

const at = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const busy = slices.reduce((sum, one) => sum + one, 0);
console.log(`${bits} bits, ${count} tokens: median ${at(whole, 0.5).toFixed(0)} ms, p95 ${at(whole, 0.95).toFixed(0)} ms`);
console.log(`slices: median ${at(slices, 0.5).toFixed(1)} ms, p99 ${at(slices, 0.99).toFixed(1)} ms; ${(tries / busy).toFixed(0)} hashes a ms`);
