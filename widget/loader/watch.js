// Watching: scrolling, clicks, leaving and stillness, each listened to only once a survey waits for it.

import { fires } from './decide.js';
import { clearTimeout, now, own, quietly } from './natives.js';

/** Starts watching for the loader; what it returns takes the triggers to watch for, and looks again after a delay. */
export const startWatch = ({ listen, later, look, visit }) => {
  const watched = {};
  let triggers = [];
  let active = now();
  let timer;

  /** Notes each trigger of a kind that has come true on this page view. */
  const meet = (kind, test) => {
    for (const trigger of triggers) {
      const isNew = trigger.on == kind && !visit.past.some((what) => fires(trigger, what));
      // What stands for a selector may be none.
      if (isNew && quietly(() => test(trigger))) visit.happen(trigger);
    }
  };

  /** How far the page is scrolled, in px, and how far it can be. */
  const depth = () => {
    const { scrollTop, scrollHeight, clientHeight } = own('scrollingElement');
    return [scrollTop, scrollHeight - clientHeight];
  };

  const tick = () => {
    meet('inactivity', ({ seconds }) => now() - active >= seconds * 1e3);
    later(tick, 1e3);
  };

  const kinds = {
    scroll() {
      listen('scroll', () => {
        const [top, way] = depth();
        // Zoomed pages end at fractions of a pixel.
        meet('scroll', ({ percent }) => (top + 1) * 100 >= way * percent);
      });
    },
    click() {
      listen('click', (event) => {
        const path = event.composedPath();
        meet('click', ({ selector }) => path.some((element) => element.matches && element.matches(selector)));
      });
    },
    exit_intent() {
      let [from] = depth();
      let since = 0;
      const leave = () => meet('exit_intent', () => true);
      listen('mouseout', (event) => !event.relatedTarget && event.clientY <= 0 && leave());
      // Without a pointer that could leave: half a window back up within half a second.
      listen('scroll', () => {
        const [top] = depth();
        if (top > from || now() - since > 500) [from, since] = [top, now()];
        else if (from - top > innerHeight / 2 && matchMedia('(hover:none)').matches) leave();
      });
    },
    inactivity() {
      for (const type of ['pointermove', 'pointerdown', 'keydown', 'scroll', 'wheel']) listen(type, () => (active = now()));
      tick();
    },
  };

  return (wanted) => {
    triggers = wanted;
    let wait;
    for (const trigger of triggers) {
      const { on, delay_s } = trigger;
      if (kinds[on] && !watched[on]) kinds[on]();
      watched[on] = true;
      for (const what of visit.past) {
        const left = what.at + delay_s * 1e3 - now();
        if (left > 0 && !(left > wait) && fires(trigger, what)) wait = left;
      }
    }
    clearTimeout(timer);
    if (wait) timer = later(look, wait);
  };
};
