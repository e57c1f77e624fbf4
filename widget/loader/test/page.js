// A page for tests: the few globals that the loader takes when its modules are loaded; import this first.

const stored = new Map();

/** What stands in localStorage. */
export const storage = stored;

/** Requests so far, and how the next ones are answered: a status, or an error to throw. */
export const network = { requests: [], replies: [], retryAfter: null };

/** Timers that wait, as `[call, milliseconds]`; the test runs them. */
export const timers = [];

const listeners = {};

/** Tells the page's listeners. */
export const fire = (type) => (listeners[type] || []).forEach((react) => react({}));

const listen = (type, react) => (listeners[type] ||= []).push(react);

globalThis.window = globalThis;
// Keys of the real one are its own enumerable properties; a proxy gives the same view of the map.
globalThis.localStorage = new Proxy(
  {
    getItem: (key) => (stored.has(key) ? stored.get(key) : null),
    setItem: (key, text) => void stored.set(key, text),
    removeItem: (key) => void stored.delete(key),
  },
  {
    ownKeys: () => [...stored.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  },
);
globalThis.setTimeout = (call, ms) => timers.push([call, ms]);
globalThis.clearTimeout = (timer) => timers[timer - 1] && (timers[timer - 1][0] = () => {});
globalThis.addEventListener = listen;
globalThis.document = { addEventListener: listen, visibilityState: 'visible' };
globalThis.fetch = async (address, options) => {
  network.requests.push({ address, ...options, json: JSON.parse(options.body) });
  const status = network.replies.length ? network.replies.shift() : 200;
  if (status instanceof Error) throw status;
  return {
    ok: status < 300,
    status,
    headers: { get: () => network.retryAfter },
    json: async () => (status == 200 ? { results: [{}] } : JSON.parse('<p>')),
  };
};

/** Lets every promise that can go on do so. */
export const settled = () => new Promise((done) => setImmediate(done));
