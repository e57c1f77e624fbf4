// Delivery: an answer given is kept in the browser before it is sent, and sent until the server has it or a week passed.

import { encode } from './answer.js';
import { clearTimeout, disk, fetch, now, parse, quietly, setTimeout } from './natives.js';

const KEY = 'bearing:q:';
const WEEK = 6048e5;

/** What a reply means: `kept`, `later` or `refused`. Status 0 stands for no reply, or one that is not the server's. */
export const verdict = (status) =>
  status > 199 && status < 300
    ? 'kept'
    : !status || status > 499 || [408, 425, 429].includes(status)
      ? 'later'
      : 'refused';

/**
 * Milliseconds to wait before try number `tries` (1, 2, …): exponential back-off with full jitter, `chance` from 0 to 1;
 * the server's `Retry-After` in seconds is the least, an hour the most it can ask.
 */
export const pause = (tries, retryAfter, chance) =>
  Math.max(Math.min((+retryAfter || 0) * 1e3, 36e5), chance * Math.min(3e5, 1e3 * 2 ** tries));

/** Posts a value as JSON text that needs no preflight. */
export const post = (address, value, keepalive) => {
  const body = encode(value);
  return fetch(address, {
    method: 'POST',
    body,
    credentials: 'omit',
    // The page shares the browser's 64 KiB for requests that outlive it: ours are small, or else ordinary.
    keepalive: keepalive && body.length < 8e3,
    signal: AbortSignal.timeout?.(1e4),
  });
};

/**
 * Starts delivery for a site: `address` takes the responses, `report(name, detail)` hears of the outcome.
 *
 * Correctness rests on the server, which counts an id once: two tabs may send the same answer, nothing is locked.
 */
export const startDelivery = (site, address, report) => {
  /** Response id → the newest edition of the response that waits. */
  const waiting = new Map();
  let tries = 0;
  let retryAfter;
  let timer;
  let busy;

  const send = async (item, leaving) => {
    const { shown, answered, response } = item.entry;
    const age = (time) => Math.max(0, now() - time);
    let status = 0;
    item.sent = true;
    retryAfter = 0;
    try {
      const value = { ...response, age_ms: { shown: age(shown), answered: age(answered) } };
      // A second try goes without keepalive, in case the page had used up its share.
      const reply = await post(address, value, leaving || !tries);
      retryAfter = reply.headers.get('retry-after');
      // A café's sign-in page answers 200 too: only the server's own words count.
      if (!reply.ok || (await reply.json()).results) status = reply.status;
    } catch {
      // No network, or a page that stands in the way: later.
    }
    const outcome = verdict(status);
    if (outcome != 'later') {
      tries = 0;
      drop(item);
      report(outcome == 'kept' ? 'delivered' : 'error', { id: item.id, seq: response.seq, status });
    }
    return outcome;
  };

  /** Forgets an item unless a newer edition took its place, here or in another tab. */
  const drop = (item) => {
    if (waiting.get(item.id) == item) waiting.delete(item.id);
    if (disk.read(KEY + item.id) == item.text) disk.remove(KEY + item.id);
  };

  /** Sends what waits, one after the other; after a failure all of it waits. */
  const flush = async () => {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    while (waiting.size) {
      const [item] = waiting.values();
      if ((await send(item)) == 'later') {
        timer = setTimeout(flush, pause(++tries, retryAfter, Math.random()));
        break;
      }
    }
    busy = false;
  };

  /** The network or the page is back: no need to sit out the pause. */
  const again = () => {
    tries = 0;
    flush();
  };

  /** The page is going: what was never sent goes at once, beside whatever is under way. */
  const leave = () => {
    for (const item of waiting.values()) if (!item.sent) send(item, true);
  };

  for (const key of disk.keys(KEY)) {
    const text = disk.read(key);
    const entry = quietly(() => parse(text));
    if (!entry || !(now() - entry.answered < WEEK)) disk.remove(key);
    else if (entry.site == site) waiting.set(entry.response.id, { id: entry.response.id, entry, text });
  }
  addEventListener('online', again);
  addEventListener('pageshow', again);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => document.visibilityState == 'hidden' && leave());

  return {
    flush,
    /** Keeps a response, in place of its earlier edition; the item says in `sent` whether it was sent since. */
    keep(response, shown) {
      const entry = { site, shown, answered: now(), response };
      const item = { id: response.id, entry, text: encode(entry) };
      waiting.set(item.id, item);
      disk.write(KEY + item.id, item.text);
      return item;
    },
  };
};
