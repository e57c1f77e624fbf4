// What the loader needs of the browser, taken at once: a page may later wrap or break what it finds on `window`.

export const { fetch, setTimeout, clearTimeout, crypto } = window;
export const { now } = Date;
export const { parse } = JSON;
export const { keys } = Object;

/** What a call returns; undefined when it throws. */
export const quietly = (call) => {
  try {
    return call();
  } catch {
    // The caller goes on without.
  }
};

/**
 * The page's localStorage, which may be full or forbidden and then throws, even when it is only named: what it does not
 * take lives in memory alone.
 */
export const disk = {
  /** The text under a key, if any. */
  read: (key) => quietly(() => localStorage.getItem(key)),
  write: (key, text) => quietly(() => localStorage.setItem(key, text)),
  remove: (key) => quietly(() => localStorage.removeItem(key)),
  /** The keys that start so. */
  keys: (start) => quietly(() => keys(localStorage).filter((key) => key.startsWith(start))) || [],
};
