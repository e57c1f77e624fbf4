// The delivery queue: which waiting answer is sent when. Pure; `shared/src/delivery.rs` says the same in Rust, at length.

import { SMALL } from './keep.js';

/** An answer this old is given up, in milliseconds. */
export const WEEK = 6048e5;

/** Whether the server has spoken its last word: it has the answer, or will never take it. */
const isFinal = (status) => status < 500 && ![408, 425, 429].includes(status);

/** A queue that holds nothing. */
export const begin = () => ({ entries: [], asked: false, flying: [], tries: 0, silent: 0, before: 0 });

/**
 * Takes an event at `now`, in ms; changes the state and returns what has to be done, in order.
 *
 * An entry is `{ id, seq, at, size, fresh }` and whatever else its owner keeps on it; a newer edition is another object.
 */
export const step = (state, event, now) => {
  const effects = [];
  const { on, entry } = event;
  const others = (list, one) => list.filter(({ id }) => id != one.id);
  const tell = (effect, entry, more) => effects.push({ effect, entry, ...more });
  const drop = (one) => {
    state.entries = others(state.entries, one);
    tell('remove', one);
  };
  const send = (one, keepalive) => {
    one.fresh = false;
    state.flying.push(one);
    tell('send', one, { keepalive: keepalive && one.size <= SMALL });
  };
  const fresh = () => state.entries.filter((one) => one.fresh).pop();
  const flush = () => {
    for (const one of state.entries) if (now - one.at >= WEEK) drop(one);
    // Arrow keys pass over scores that are not meant: what is fresh waits until it is asked for.
    const next = (state.asked && fresh()) || state.entries.find((one) => !one.fresh);
    // One at a time; a second try goes without keepalive, in case the page had used up its share.
    if (next && !state.flying[0] && now >= state.before) send(next, next.fresh || !state.tries);
  };
  const put = (one) => (state.entries = [...others(state.entries, one), one]);

  if (on == 'kept') {
    entry.fresh = true;
    state.asked = false;
    if (put(entry).length <= 50) tell('write', entry);
  } else if (on == 'loaded') {
    for (const one of event.entries) {
      if (!state.entries.some(({ id, seq }) => id == one.id && seq >= one.seq)) put(one);
    }
    flush();
  } else if (on == 'cleared') {
    state.entries.forEach(drop);
  } else if (on == 'reply') {
    const { status, ours } = event;
    const newest = state.entries.includes(entry);
    state.flying = state.flying.filter((one) => one != entry);
    state.silent = ours ? 0 : state.silent + 1;
    if (ours && isFinal(status)) {
      state.tries = state.before = 0;
      if (newest) drop(entry);
      tell('report', entry, { status });
      flush();
    } else {
      const floor = Math.min((+event.retryAfter || 0) * 1e3, 36e5);
      state.tries++;
      state.before = now + floor;
      if (newest) put(entry);
      if (state.silent < 3) tell('wait', undefined, { floor, cap: Math.min(3e5, 1e3 * 2 ** state.tries) });
    }
  } else if (on == 'hidden' || on == 'pagehide') {
    const last = fresh();
    if (last) send(last, true);
  } else {
    // `flush`, `due`, `visible`, `online` or `pageshow`.
    if (on == 'online' || on == 'pageshow') state.silent = 0;
    if (on != 'flush' && state.silent > 2) return effects;
    if (on == 'flush') state.asked = true;
    if (on == 'due') state.before = 0;
    else if (on != 'flush') state.tries = 0;
    flush();
  }
  return effects;
};
