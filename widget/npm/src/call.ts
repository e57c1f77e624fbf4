// Calls to the script, queued while it is not there, and events from it.

import type { Bearing, BearingCall, BearingEvent, BearingEvents } from './types.js';

/** The script, once it takes calls; a queue that waits for it knows no site. */
export const script = (): Bearing | undefined => (window.bearing?.site ? window.bearing : undefined);

/** What stands in for the script until it has loaded: it replays what it finds in `q`. */
const queue = (): Bearing => {
  const q: BearingCall[] = [];
  const later = (...call: BearingCall) => q.push(call);
  return Object.assign(later, { q }) as unknown as Bearing;
};

/**
 * Calls the script: at once when it is there, else as soon as it is. On a server it does nothing. The two calls with a
 * reply have functions of their own: `onBearing` for `on`, and for `explain` the script that `load` resolves to.
 */
export const bearing = (...call: BearingCall): void => {
  if (typeof window === 'undefined') return;
  window.bearing ??= queue();
  (window.bearing as (...call: BearingCall) => unknown)(...call);
};

/**
 * Hears an event of the script, whether that has loaded or not; returns how to stop. On a server it does nothing.
 * The returned function is what React's `useEffect` and Vue's `onUnmounted` want.
 */
export const onBearing = <E extends BearingEvent>(
  event: E,
  react: (detail: BearingEvents[E]) => void,
): (() => void) => {
  if (typeof window === 'undefined') return () => {};
  const listen = (heard: Event) => react((heard as CustomEvent<BearingEvents[E]>).detail);
  window.addEventListener('bearing:' + event, listen);
  return () => window.removeEventListener('bearing:' + event, listen);
};
