// Keeping: an answer is written in the browser at once. Sending it is the queue's, which is fetched before most can answer.

import { encode } from './answer.js';
import { disk, fetch, now } from './natives.js';
import { vault } from './vault.js';

export const KEY = 'bearing:q:';

/** The most characters of an answer that may outlive its page, or stand in localStorage. */
export const SMALL = 8192;

/** Posts a value as JSON text that needs no preflight, by a request that outlives the page unless the options say no. */
export const post = (address, value, options) =>
  fetch(address, { method: 'POST', body: encode(value), credentials: 'omit', keepalive: true, ...options });

/** Starts keeping for a tag's site; `more()` fetches the queue, which then takes over. */
export const startKeeping = ({ site, embed }, more) => {
  const keeping = {
    /** What was kept before the queue is here. */
    entries: [],
    vault,
    /** Takes an event: the queue does. */
    tell() {},
    /** Keeps an entry: a response and what is stored of it. */
    put(entry) {
      const { id } = entry.kept.response;
      // An edition is all of its response: it takes the place of the one before.
      keeping.entries = [...keeping.entries.filter(({ kept }) => kept.response.id != id), entry];
      vault((store) => store.put(entry.text, id));
      if (entry.text.length <= SMALL) disk.write(KEY + id, entry.text);
    },
    /** Keeps a response, which is all of the answer so far; its card knows what the server said of the showing. */
    keep(response, shown, card) {
      const kept = { site, shown, answered: now(), response };
      keeping.put({ kept, text: encode(kept), card });
    },
    /** Forgets what this page has kept, and waits for no file to do so; the last answer takes the database with it. */
    clear() {
      for (const { kept } of keeping.entries) {
        const { id } = kept.response;
        disk.remove(KEY + id);
        vault((store) => {
          store.delete(id);
          return store.count();
        }).then((left) => left === 0 && indexedDB.deleteDatabase('bearing'));
      }
      keeping.entries = [];
      keeping.tell({ on: 'cleared' });
    },
    /** Sends what no queue has taken, for better or worse: the page may be left for good. */
    send() {
      for (const { kept } of keeping.entries) {
        const age = (time) => Math.max(0, now() - time);
        post(embed + '/responses', {
          ...kept.response,
          age_ms: { shown: age(kept.shown), answered: age(kept.answered) },
        }).catch(() => {});
      }
    },
    /** Fetches the queue if something waits, here or from an earlier page. */
    async look() {
      try {
        if (
          keeping.entries[0] ||
          disk.keys(KEY)[0] ||
          // Chromium leaves a promise of its own broken where a sandbox forbids the question.
          (origin != 'null' && (await indexedDB.databases()).some(({ name }) => name == 'bearing'))
        ) {
          await more();
        }
      } catch {
        // Nobody can look, or the server is away.
      }
    },
  };
  return keeping;
};
