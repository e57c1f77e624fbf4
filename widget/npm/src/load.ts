// Loading the script: one tag a page, put there once, and a promise that says what became of it.

import { script } from './call.js';
import type { Attributes, Bearing } from './types.js';

/** What the tag would say in its `data-` attributes. */
export interface LoadOptions {
  /** Where the script is: `https://HOST/bearing.js` on your Bearing server, or below your own origin behind a proxy. */
  src: string;
  /** The site's public key, `pk_…`. */
  site: string;
  /** The moment in the customer's journey. */
  touchpoint?: string | undefined;
  /** The language of the survey; without it the page's `lang`, else the browser's. */
  locale?: string | undefined;
  /** Your own id of a signed-in customer. */
  customer?: string | undefined;
  /** Its signature, made on your server. */
  signature?: string | undefined;
  /** What scores should be split by. */
  attributes?: Attributes | undefined;
  /** `strict` stores nothing before the visitor acts. */
  storage?: 'standard' | 'strict' | undefined;
  /** `false`: nothing is shown by itself, only by `bearing('show')`. */
  auto?: boolean | undefined;
  /** Answers are tests: kept, outside every score. */
  test?: boolean | undefined;
  /** `iframe`: the card frames the hosted form from its first question on, for pages that allow frames only. */
  mode?: 'auto' | 'iframe' | undefined;
  /** `wait`: nothing is stored or shown before `bearing('consent', true)`. */
  consent?: 'wait' | undefined;
  /** The nonce of the page's Content-Security-Policy, where that asks for one. */
  nonce?: string | undefined;
}

/** The part of Trusted Types that this needs. */
interface Policy {
  createScriptURL(address: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

interface Ours {
  tag: HTMLScriptElement;
  started: Promise<Bearing>;
  script?: Bearing;
}

/** What this module is loading or has loaded. */
let ours: Ours | undefined;

/** Made once: a page may allow each name a single time. */
let policy: Policy | undefined;

/**
 * Loads the script and resolves to it when it takes calls. Called again for the same site, it returns the same promise
 * and ignores the other options; where the tag stands in the HTML already, it waits for that one.
 *
 * Rejects when the options are wrong, when the page has another site already, and when the script cannot be loaded
 * (content blockers do that) or called on a server; these last two make no noise where nobody asks for the promise.
 * After a failure and after `bearing('destroy')`, the next call starts anew.
 */
export const load = (options: LoadOptions): Promise<Bearing> => {
  if (typeof document === 'undefined') {
    const message = 'load() needs a page; call it in the browser alone, such as in useEffect or onMounted.';
    return quiet(Promise.reject(Error(message)));
  }
  // `destroy` took the script away: its tag is a thing of the past.
  if (ours?.script && script() != ours.script) forget();
  const there = ours?.tag ?? othersTag();
  const running = script();
  const site = running?.site ?? (there && siteOf(there));
  if (site && site != options.site) {
    const message = `This page shows the surveys of ${site}, so not those of ${options.site}: one page, one site.`;
    return Promise.reject(Error(message));
  }
  if (ours) return ours.started;
  if (running) return Promise.resolve(running);
  if (there) return quiet(start(there));
  try {
    const tag = makeTag(options);
    const started = quiet(start(tag));
    const mine: Ours = { tag, started };
    ours = mine;
    started.then(
      (script) => (mine.script = script),
      () => mine == ours && forget(),
    );
    (document.head || document.documentElement).append(tag);
    return started;
  } catch (error) {
    return Promise.reject(error);
  }
};

/** Makes the next call begin with nothing. */
const forget = () => {
  ours?.tag.remove();
  ours = undefined;
};

/** A tag in the page's HTML, unless its time is over: it ran and was destroyed, or it failed. */
const othersTag = (): HTMLScriptElement | undefined => {
  const tags = document.querySelectorAll<HTMLScriptElement>('script[data-site^="pk_"],script[src*="site=pk_"]');
  const tag = [...tags].find((tag) => /^pk_/.test(siteOf(tag) ?? ''));
  return tag && (script() || document.readyState != 'complete') ? tag : undefined;
};

/** The site that a tag names. */
const siteOf = (tag: HTMLScriptElement) => new URL(tag.src, document.baseURI).searchParams.get('site') ?? tag.dataset.site;

/** The same promise, whose failure is nobody's error unless somebody waits for it: a blocked survey breaks no page. */
const quiet = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

/** Resolves when the tag's script takes calls. */
const start = (tag: HTMLScriptElement): Promise<Bearing> =>
  new Promise((resolve, reject) => {
    const listening = new AbortController();
    const { signal } = listening;
    const fail = (message: string) => {
      listening.abort();
      reject(Error(message));
    };
    const look = () => {
      const running = script();
      if (running) {
        listening.abort();
        resolve(running);
      }
      return running;
    };
    const missing = () =>
      fail(`${tag.src} did not load: its server is away, or a content blocker or this page's script-src forbids it.`);
    // A page that is drawn ahead of a visit may start its scripts when the visit comes.
    const waits = () => look() || (document as { prerendering?: boolean }).prerendering;
    window.addEventListener('bearing:ready', look, { signal });
    window.addEventListener('bearing:error', ({ detail }) => fail(detail.message), { signal });
    tag.addEventListener('load', () => waits() || fail(`${tag.src} is there, but no script of Bearing.`), { signal });
    tag.addEventListener('error', missing, { signal });
    // The tag of somebody else may have failed before; the page's own `load` event comes after every script.
    window.addEventListener('load', () => waits() || missing(), { signal });
  });

/** The tag as an owner would have written it. */
const makeTag = (options: LoadOptions): HTMLScriptElement => {
  const { src, site, touchpoint, locale, customer, signature, storage, mode, consent } = options;
  if (!/^pk_\w+$/.test(site)) throw TypeError(`A site's public key starts with "pk_", unlike ${JSON.stringify(site)}.`);
  const address = new URL(src, document.baseURI);
  if (!/^https?:$/.test(address.protocol)) throw TypeError(`src is ${JSON.stringify(src)}, but must be https or http.`);
  // What the server must know to put the surveys into the script stands in the address.
  for (const [name, value] of Object.entries({ site, touchpoint, locale })) {
    if (value !== undefined) address.searchParams.set(name, value);
  }
  const tag = document.createElement('script');
  const data = { site, touchpoint, locale, customer, signature, storage, mode, consent };
  for (const [name, value] of Object.entries(data)) {
    if (value !== undefined) tag.dataset[name] = value;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    // HTML would make capital letters small, and the server would refuse the rest together with the answer.
    if (!/^[a-z0-9_]{1,40}$/.test(name)) {
      throw TypeError(`The attribute ${JSON.stringify(name)} needs a name of 1 to 40 letters from a-z, 0-9 and _.`);
    }
    tag.setAttribute('data-attr-' + name, String(value));
  }
  if (options.auto === false) tag.dataset.auto = 'off';
  if (options.test) tag.dataset.test = '';
  if (options.nonce) tag.nonce = options.nonce;
  tag.async = true;
  const trusted = trust(address.href) as string;
  try {
    tag.src = trusted;
  } catch {
    throw Error(
      'This page enforces Trusted Types without a policy named "bearing": add that name to trusted-types in its ' +
        'Content-Security-Policy, or write the script tag into its HTML.',
    );
  }
  return tag;
};

/** What Trusted Types let a script's address be; the address itself where there are none. */
const trust = (address: string): unknown => {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return address;
  try {
    policy ??= types.createPolicy('bearing', { createScriptURL: (address) => address });
    return policy.createScriptURL(address);
  } catch {
    // The page's list of policies lacks this one: harmless, unless it also enforces them.
    return address;
  }
};
