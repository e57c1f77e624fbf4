// The vault: a second copy of each waiting answer, in IndexedDB, which survives a browser that is killed at once.

import { quietly } from './natives.js';

let last = Promise.resolve();

/**
 * Does some work on the store, after what was asked before; resolves to its request's result, or to nothing where there is
 * no database, it fails or never answers: localStorage has the answer too. Nothing stays open, since a page with an open
 * database is not kept for the way back.
 */
export const vault = (work) =>
  (last = last.then(
    () =>
      new Promise((done) => {
        const asked = indexedDB.open('bearing', 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore('q');
        asked.onerror = () => done();
        asked.onsuccess = () => {
          let request;
          const end = () => {
            asked.result.close();
            done(quietly(() => request.result));
          };
          try {
            const change = asked.result.transaction('q', 'readwrite', { durability: 'strict' });
            change.oncomplete = change.onabort = end;
            request = work(change.objectStore('q'));
          } catch {
            end();
          }
        };
      }),
  ).catch(() => {}));
