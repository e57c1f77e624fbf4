// Delivery: does what the queue asks for, from where the loader's own first try or an earlier page has left off.

import { encode } from './answer.js';
import { waitFor } from './display.js';
import { KEY, SMALL, post } from './keep.js';
import { clearTimeout, disk, now, own, quietly, read } from './natives.js';
import { WEEK, begin, step } from './queue.js';

/** What was kept, as the queue has it. */
const entryOf = (entry) => {
  const { answered, response } = entry.kept;
  return Object.assign(entry, { id: response.id, seq: response.seq, at: answered, size: entry.text.length });
};

/**
 * Takes over what the loader (`main.js`) keeps.
 *
 * Correctness rests on the server, which counts an id once: two tabs may send the same answer, nothing is locked.
 */
export const startDelivery = ({ tag, ended, given, cards, keeping, emit, later, listen }) => {
  const state = begin();
  const { vault } = keeping;
  const highest = { __proto__: null };
  let timer;
  /** Set while the page is leaving: a page with an open database is not kept for the way back. */
  let leaving;
  /** What waits for its card's display token, each as the call that lets it go. */
  const waiting = new Set();
  const release = () => {
    for (const go of [...waiting]) go();
  };

  /**
   * Gives an entry the token that its card has by now, and so its copy in localStorage, which the next page reads first,
   * unless another tab has put a newer edition there.
   */
  const label = (entry) => {
    const { card, kept, text } = entry;
    const { response } = kept;
    if (!card?.display) return;
    response.display = card.display;
    entry.text = encode(kept);
    if (disk.read(KEY + response.id) == text) disk.write(KEY + response.id, entry.text);
  };

  /** Sends an edition, with the token if it has come. */
  const attempt = async ({ entry, keepalive }) => {
    const { shown, answered, response } = entry.kept;
    const age = (time) => Math.max(0, now() - time);
    let status = 0;
    let retryAfter;
    let ours;
    label(entry);
    try {
      const value = { ...response, age_ms: { shown: age(shown), answered: age(answered) } };
      const reply = await post(tag.embed + '/responses', value, { keepalive, signal: AbortSignal.timeout?.(1e4) });
      status = reply.status;
      retryAfter = reply.headers.get('retry-after');
      // A café's sign-in page answers 200 too, and an empty proxy 404: only the server's own words count.
      const said = read(await reply.text());
      ours = !!(said.results || said.error);
    } catch {
      // No network, no JSON, or a page that stands in the way: later.
    }
    tell({ on: 'reply', entry, status, retryAfter, ours: !!ours });
  };

  const act = {
    write({ entry }) {
      if (entry.size <= SMALL) disk.write(KEY + entry.id, entry.text);
      if (!leaving || entry.size > SMALL) vault((store) => store.put(entry.text, entry.id));
    },
    remove({ entry: { id, seq } }) {
      // Another tab may have kept a newer edition since.
      const isDone = (text) => !(quietly(() => read(text).response.seq) > seq);
      if (isDone(disk.read(KEY + id))) disk.remove(KEY + id);
      vault((store) => {
        const held = store.get(id);
        const left = {};
        held.onsuccess = () => {
          if (isDone(held.result)) store.delete(id);
          store.count().onsuccess = ({ target }) => (left.result = target.result);
        };
        return left;
        // The last one takes the database with it.
      }).then((left) => left === 0 && quietly(() => indexedDB.deleteDatabase('bearing')));
    },
    send(effect) {
      const { entry } = effect;
      const { card } = entry;
      const go = () => {
        if (!waiting.delete(go)) return;
        // Consent may have been taken back meanwhile: then it is as if there were no network, and nothing is left to try again.
        if (state.entries.some(({ id }) => id == entry.id)) attempt(effect);
        else tell({ on: 'reply', entry, status: 0, ours: false });
      };
      waiting.add(go);
      const isFree = !card || entry.kept.response.withdrawn || leaving || ended.signal.aborted;
      if (isFree || !waitFor(card, go)) go();
    },
    wait({ floor, cap }) {
      clearTimeout(timer);
      timer = later(() => tell({ on: 'due' }), Math.max(floor, Math.random() * cap));
    },
    report({ entry: { id, seq }, status }) {
      if (status < 300) emit('delivered', { id, seq });
      else emit('error', { message: 'refused', code: status, id, seq });
    },
  };
  const tell = (event) => {
    for (const effect of step(state, event, now())) act[effect.effect](effect);
  };

  /** Whether an edition is higher than any that this page has held: one copy may come back after the other is delivered. */
  const isNews = ({ id, seq }) => !(highest[id] >= seq) && ((highest[id] = seq), true);

  /** Takes what earlier pages left, as texts, and sends it. */
  const take = (texts) => {
    const entries = [];
    for (const text of texts) {
      const kept = quietly(() => read(text));
      if (kept && kept.site == tag.site && isNews(kept.response)) entries.push(entryOf({ kept, text }));
    }
    // Without consent what waits is not sent, and does not stay.
    if (given.off) for (const entry of entries) act.remove({ entry });
    else tell({ on: 'loaded', entries });
  };

  keeping.tell = tell;
  keeping.put = (entry) => {
    isNews(entry.kept.response);
    label(entry);
    tell({ on: 'kept', entry: entryOf(entry) });
  };
  const before = keeping.entries.splice(0);
  before.forEach(keeping.put);
  // The card that asked for this file says when its score stands; one that could not have it at first waits no more.
  if (before.some(({ at }) => now() - at >= 1e3)) tell({ on: 'flush' });
  const notice = (on) => {
    leaving = on == 'hidden' || on == 'pagehide';
    if (leaving) for (const { rest } of cards) if (rest) rest.draft();
    if (leaving) release();
    tell({ on });
  };
  for (const type of ['online', 'pageshow', 'pagehide']) listen(type, () => notice(type));
  listen('visibilitychange', () => notice(own('visibilityState')));
  ended.signal.addEventListener('abort', release);
  const names = disk.keys(KEY);
  take(names.map(disk.read));
  // What nobody can read any more, of whatever site, need not stay.
  for (const name of names) {
    if (!quietly(() => now() - read(disk.read(name)).answered < WEEK)) disk.remove(name);
  }
  // A database that is not there is not made by looking for it, unless the browser cannot tell.
  const look = async () => {
    const known = !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name == 'bearing');
    const texts = known && (await vault((store) => store.getAll()));
    if (!texts) return;
    take(texts);
    // Opened a moment before it was deleted, it is there again and empty: every page would come and look.
    if (!texts[0]) indexedDB.deleteDatabase('bearing');
  };
  // Chromium leaves a promise of its own broken where a sandbox forbids the question.
  if (origin != 'null') look().catch(() => {});
};
