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
      here = route();
      arrived();
      visit.happen({ on: 'page_view' });
    },
    happen(what) {
      visit.past.push({ ...what, at: now() });
      happened();
    },
  };
  const turn = ({ persisted }) => {
    if (!here || (!persisted && route() == here)) return;
    // Not on the first view: what the page said in calls that waited for this script belongs to it.
    visit.past = [];
    visit.begin();
  };
  const tick = () => {
    turn({});
    later(tick, 1e3);
  };
  // History is never patched: where the browser does not tell, the address is looked at.
  if (window.navigation) listen('currententrychange', turn, navigation);
  else tick();
  // The way back to a page that the browser had kept as it was.
  listen('pageshow', turn);
  return visit;
};
