// A page for tests: the few globals that the loader takes when its modules are loaded; import this first.

const stored = new Map();

/** What stands in localStorage. */
export const storage = stored;

/**
 * Requests so far, and how the next ones are answered: a status, an error to throw, or `[status, text]`; a promise of one of
 * these, or a function that is told the request's JSON.
 */
export const network = { requests: [], replies: [], retryAfter: null };

/** Timers that wait, as `[call, milliseconds]`; the test runs them. */
export const timers = [];

/** The databases: name → store → key → value; what is done to them, and whether they fail. */
export const databases = { held: new Map(), log: [], fails: false };

const listeners = {};

/** Listens as the loader's `listen` does. */
export const listen = (type, react) => (listeners[type] ||= []).push(react);

/** Tells the page's listeners. */
export const fire = (type, event = {}) => (listeners[type] || []).forEach((react) => react(event));

/** Forgets every listener. */
export const deaf = () => Object.keys(listeners).forEach((type) => delete listeners[type]);

globalThis.origin = 'https://shop.example';
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
// What has no time to wait for is the next task.
globalThis.setTimeout = (call, ms) => (ms ? timers.push([call, ms]) : void setImmediate(call));
globalThis.clearTimeout = (timer) => timers[timer - 1] && (timers[timer - 1][0] = () => {});
globalThis.addEventListener = listen;
/** What the document says of itself. */
export const page = { visibilityState: 'visible', scrollingElement: { scrollTop: 0, scrollHeight: 3000, clientHeight: 1000 } };
globalThis.Document = class {
  get visibilityState() {
    return page.visibilityState;
  }
  get scrollingElement() {
    return page.scrollingElement;
  }
};
globalThis.document = new Document();
globalThis.fetch = async (address, options = {}) => {
  network.requests.push({ address, ...options, json: options.body && JSON.parse(options.body) });
  const given = network.replies.length ? network.replies.shift() : 200;
  const reply = await (typeof given == 'function' ? given(network.requests.at(-1).json) : given);
  if (reply instanceof Error) throw reply;
  if (reply.text) return reply;
  const [status, text] = Array.isArray(reply) ? reply : [reply, reply < 400 ? '{"results":[{}]}' : '{"error":{}}'];
  return { ok: status < 300, status, headers: { get: () => network.retryAfter }, text: async () => text };
};
// The three functions look like the browser's own: else the loader borrows others.
for (const name of ['fetch', 'setTimeout', 'clearTimeout']) {
  globalThis[name].toString = () => `function ${name}() { [native code] }`;
}

/** An IndexedDB with as much as the vault asks of it; every step comes later, as in a browser. */
globalThis.indexedDB = {
  databases: async () => [...databases.held.keys()].map((name) => ({ name })),
  deleteDatabase: (name) => void (databases.log.push('delete'), databases.held.delete(name)),
  open(name) {
    const request = {};
    setImmediate(() => {
      if (databases.fails) return request.onerror();
      const isNew = !databases.held.has(name);
      if (isNew) databases.held.set(name, new Map());
      const stores = databases.held.get(name);
      request.result = {
        createObjectStore: (store) => stores.set(store, new Map()),
        close: () => databases.log.push('close'),
        transaction(store, mode, options) {
          databases.log.push(options.durability);
          const held = stores.get(store);
          const asked = [];
          const ask = (result) => asked[asked.push({ result }) - 1];
          const change = {
            objectStore: () => ({
              put: (value, key) => ask(held.set(key, value) && key),
              delete: (key) => ask(void held.delete(key)),
              get: (key) => ask(held.get(key)),
              count: () => ask(held.size),
              getAll: () => ask([...held.values()]),
            }),
          };
          setImmediate(() => {
            // What is asked in a reply is asked of the same transaction.
            for (const target of asked) if (target.onsuccess) target.onsuccess({ target });
            change.oncomplete();
          });
          return change;
        },
      };
      if (isNew) request.onupgradeneeded();
      request.onsuccess();
    });
    return request;
  },
};

/** Lets every promise that can go on do so. */
export const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise((done) => setImmediate(done));
};

/** Everything as at first. */
export const afresh = () => {
  storage.clear();
  timers.length = 0;
  databases.held.clear();
  Object.assign(databases, { log: [], fails: false });
  Object.assign(network, { requests: [], replies: [], retryAfter: null });
  deaf();
};
