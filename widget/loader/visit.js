// The page view: what has happened on it that a survey may wait for, and when another one begins.

import { now } from './natives.js';

/** The address that makes a page view: a place within the page is none, unless it is a route (`#/…`, `#!…`). */
const route = () => location.href.replace(/#(?![/!]).*/, '');

/**
 * Starts noticing. `listen(type, react, target)` listens, `later(call, ms)` sets a timer; `arrived()` is called when a page
 * view begins and `happened()` when there is something new.
 */
export const startVisit = (listen, later, arrived, happened) => {
  let here;
  const visit = {
    /** What has happened, each `at` its time. */
    past: [],
    begin() {
      // What the page said before its first view began, in calls that waited for this script, belongs to that view.
      if (here) visit.past = [];
      here = route();
      arrived();
      visit.happen({ on: 'page_view' });
    },
    happen(what) {
      visit.past.push({ ...what, at: now() });
      happened();
    },
  };
  const turn = () => here && route() != here && visit.begin();
  const tick = () => {
    turn();
    later(tick, 1e3);
  };
  // History is never patched: where the browser does not tell, the address is looked at.
  if (window.navigation) listen('currententrychange', turn, navigation);
  else tick();
  return visit;
};
