// What follows the first question: the renderer in WebAssembly, or the hosted page in a frame where that cannot run.

import { build } from './draw.js';
import { clearTimeout, fetch, setTimeout } from './natives.js';

/** How long an answered question waits for the renderer, in milliseconds. */
const PATIENCE = 4e3;

/** Fetches the renderer's two files at once; resolves to its module, ready to draw. */
const fetchRenderer = async (base, build) => {
  const bytes = fetch(base + build.wasm);
  bytes.catch(() => {});
  const module = await import(base + build.js);
  await module.default(bytes);
  return module;
};

/**
 * Draws what follows into `place`. `hosted()` gives the address where the rest can be answered instead, and says that
 * it will be; every call into the renderer is guarded, so that its end is never the page's.
 */
export const startRest = (place, base, config, survey, hosted) => {
  let renderer;
  let handle;
  let score;
  let timer;
  let gone;

  /** Shows the hosted page in a frame, or a link to it where the page forbids frames. */
  const fallBack = () => {
    if (gone) return;
    gone = true;
    handle = undefined;
    const address = hosted();
    if (!address) return;
    const link = () =>
      place.replaceChildren(
        build(['a', { class: 'send', href: address, target: '_blank', rel: 'noopener' }, [config.ui.more]]),
      );
    const frame = build(['iframe', { src: address, title: config.ui.label }, []]);
    frame.addEventListener('load', () => clearTimeout(timer));
    document.addEventListener('securitypolicyviolation', (event) => {
      if (address.startsWith(event.blockedURI)) link();
    });
    timer = setTimeout(link, 2 * PATIENCE);
    place.replaceChildren(frame);
  };

  /** Calls into the renderer; whatever goes wrong in there ends it and nothing else. */
  const guard = (call) => {
    try {
      return call();
    } catch {
      fallBack();
    }
  };

  const load = () => (renderer ||= config.build ? fetchRenderer(base, config.build) : Promise.reject());

  return {
    /** Fetches the renderer ahead of need. */
    load: () => load().catch(() => {}),
    /** Draws what follows a score, or redraws it when the score has changed. */
    async follow(value) {
      const first = score === undefined;
      score = value;
      if (handle) return guard(() => handle.score(score));
      if (!first || gone) return;
      timer = setTimeout(fallBack, PATIENCE);
      try {
        const module = await load();
        clearTimeout(timer);
        if (!gone) handle = guard(() => module.open(place, survey, config.ui, score));
      } catch {
        fallBack();
      }
    },
    /** The answers that the form holds; undefined while one is missing. */
    send: () => handle && guard(() => handle.send()),
    /** Whether the renderer draws. */
    draws: () => !!handle,
    /** Ends it: nothing is drawn any more. */
    end() {
      gone = true;
      clearTimeout(timer);
    },
  };
};
