// What the loader needs of the browser, taken at once: a page may later wrap or break what it finds on `window`.

export const { crypto } = window;
export const { now } = Date;
export const { keys } = Object;
export const { isArray } = Array;

/** JSON as values that inherit nothing: a page may have put names on `Object.prototype`. */
export const read = (text) =>
  parse(text, (key, value) => (value && typeof value == 'object' && !isArray(value) ? { __proto__: null, ...value } : value));

/** What a call returns; undefined when it throws. */
export const quietly = (call) => {
  try {
    return call();
  } catch {
    // The caller goes on without.
  }
};

/** The document's own property: a page's `<form name=body>` stands before the real one on `document` itself. */
export const own = (name) => Reflect.get(Document.prototype, name, document);

/** A new element. */
export const create = (tag) => own('createElement').call(document, tag);

/** The first element that a selector matches. */
export const find = (selector) => own('querySelector').call(document, selector);

/** The functions as the browser made them: a throw-away frame lends its own where the page has wrapped any. */
const { fetch: get, setTimeout: wait, clearTimeout: stop, JSON: json } =
  quietly(() => {
    if (/(native code.*){3}/s.test('' + window.fetch + window.setTimeout + window.JSON.parse)) return;
    const frame = create('iframe');
    own('documentElement').append(frame);
    const { fetch, setTimeout, clearTimeout, JSON } = frame.contentWindow;
    frame.remove();
    return { fetch, setTimeout, clearTimeout, JSON };
  }) || window;
export const fetch = get.bind(window);
export const setTimeout = wait.bind(window);
export const clearTimeout = stop.bind(window);
const { parse } = json;

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
