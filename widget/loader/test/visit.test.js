// Tests of the page view and of what is watched for: addresses, delays, scrolling, clicks, leaving, stillness.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { afresh, fire, listen, page, timers } from './page.js';

const { startVisit } = await import('../visit.js');
const { startWatch } = await import('../watch.js');

let heard;
let looked;
let clock;
const later = (call, ms) => setTimeout(call, ms);
const start = () => {
  const visit = startVisit(listen, later, () => heard.push('arrived'), () => heard.push('happened'));
  const watch = startWatch({ listen, later, look: () => (looked += 1), visit });
  return { visit, watch };
};
/** The kinds of what has happened. */
const kinds = (visit) => visit.past.map(({ on }) => on);
const scrollTo = (top) => {
  page.scrollingElement.scrollTop = top;
  fire('scroll');
};

beforeEach(() => {
  afresh();
  heard = [];
  looked = 0;
  clock = 0;
  globalThis.location = { href: 'https://shop.example/a' };
  globalThis.innerHeight = 1000;
  globalThis.matchMedia = () => ({ matches: false });
  page.scrollingElement.scrollTop = 0;
});

test('a page view begins once, and again at another address but not at a place within the page', () => {
  const { visit } = start();
  visit.begin();
  const tick = () => timers.at(-1)[0]();
  for (const [href, views] of [
    ['https://shop.example/a', 1],
    ['https://shop.example/a#part', 1],
    ['https://shop.example/b', 2],
    ['https://shop.example/b?x=1', 3],
    ['https://shop.example/b?x=1#/route', 4],
    ['https://shop.example/b?x=1#!/route', 5],
  ]) {
    location.href = href;
    tick();
    assert.equal(heard.filter((what) => what == 'arrived').length, views, href);
    assert.deepEqual(kinds(visit), ['page_view']);
  }
});

test('a page that is brought back is viewed anew; one that is shown for the first time is not', () => {
  const { visit } = start();
  visit.begin();
  fire('pageshow', { persisted: false });
  assert.equal(heard.filter((what) => what == 'arrived').length, 1);
  fire('pageshow', { persisted: true });
  assert.equal(heard.filter((what) => what == 'arrived').length, 2);
});

test('a browser that tells of addresses is listened to, and nothing ticks', () => {
  globalThis.navigation = {};
  try {
    const { visit } = start();
    visit.begin();
    assert.equal(timers.length, 0);
    location.href = 'https://shop.example/b';
    fire('currententrychange');
    assert.equal(heard.filter((what) => what == 'arrived').length, 2);
  } finally {
    delete globalThis.navigation;
  }
});

test('what the page said before its first view began belongs to it, and to no later one', () => {
  const { visit } = start();
  visit.happen({ on: 'track', name: 'x' });
  timers.at(-1)[0]();
  visit.begin();
  assert.deepEqual(kinds(visit), ['track', 'page_view']);
  location.href = 'https://shop.example/b';
  timers.at(-1)[0]();
  assert.deepEqual(kinds(visit), ['page_view']);
});

test('the way back to a page that was kept is a page view, and its first showing is none', () => {
  const { visit } = start();
  fire('pageshow', { persisted: true });
  assert.deepEqual(heard, []);
  visit.begin();
  fire('pageshow', { persisted: false });
  visit.happen({ on: 'track', name: 'x' });
  assert.equal(heard.filter((what) => what == 'arrived').length, 1);
  fire('pageshow', { persisted: true });
  assert.equal(heard.filter((what) => what == 'arrived').length, 2);
  assert.deepEqual(kinds(visit), ['page_view']);
});

test('only what a survey waits for is listened to', () => {
  const { visit, watch } = start();
  visit.begin();
  watch([{ on: 'page_view' }, { on: 'track', name: 'x' }]);
  scrollTo(2000);
  fire('click', { composedPath: () => [] });
  assert.deepEqual(kinds(visit), ['page_view']);
});

test('scrolling meets each depth once', () => {
  const { visit, watch } = start();
  visit.begin();
  watch([{ on: 'scroll', percent: 50 }, { on: 'scroll', percent: 100 }]);
  scrollTo(900);
  assert.deepEqual(kinds(visit), ['page_view']);
  scrollTo(1000);
  scrollTo(1000);
  assert.deepEqual(visit.past.slice(1).map(({ percent }) => percent), [50]);
  scrollTo(1999.5);
  assert.deepEqual(visit.past.slice(1).map(({ percent }) => percent), [50, 100]);
});

test('a click counts where it or an element around it fits, inside shadow roots too; a broken selector harms nobody', () => {
  const { visit, watch } = start();
  visit.begin();
  watch([{ on: 'click', selector: '(((' }, { on: 'click', selector: '#pay' }]);
  const element = (id) => ({
    matches(selector) {
      if (selector == '(((') throw SyntaxError();
      return selector == '#' + id;
    },
  });
  fire('click', { composedPath: () => [element('name'), {}, window] });
  assert.deepEqual(kinds(visit), ['page_view']);
  fire('click', { composedPath: () => [element('icon'), element('pay'), window] });
  assert.deepEqual(kinds(visit), ['page_view', 'click']);
});

test('leaving through the upper edge is an intent to leave; through another it is not', () => {
  const { visit, watch } = start();
  visit.begin();
  watch([{ on: 'exit_intent' }]);
  fire('mouseout', { relatedTarget: null, clientY: 300 });
  fire('mouseout', { relatedTarget: {}, clientY: -1 });
  assert.deepEqual(kinds(visit), ['page_view']);
  fire('mouseout', { relatedTarget: null, clientY: -1 });
  assert.deepEqual(kinds(visit), ['page_view', 'exit_intent']);
});

test('without a pointer a fast scroll back up is one, and with a pointer it is not', () => {
  for (const touch of [false, true]) {
    globalThis.matchMedia = () => ({ matches: touch });
    afresh();
    page.scrollingElement.scrollTop = 0;
    const { visit, watch } = start();
    visit.begin();
    watch([{ on: 'exit_intent' }]);
    scrollTo(1500);
    scrollTo(1200);
    assert.deepEqual(kinds(visit), ['page_view']);
    scrollTo(900);
    assert.deepEqual(kinds(visit).includes('exit_intent'), touch);
  }
});

test('stillness counts from the last sign of life', () => {
  const { visit, watch } = start();
  visit.begin();
  watch([{ on: 'inactivity', seconds: 0 }]);
  assert.deepEqual(kinds(visit), ['page_view', 'inactivity']);
  const other = start();
  other.visit.begin();
  other.watch([{ on: 'inactivity', seconds: 60 }]);
  fire('keydown');
  timers.at(-1)[0]();
  assert.deepEqual(kinds(other.visit), ['page_view']);
});

test('the page is looked at again when the first delay of what happened is over', () => {
  const { visit, watch } = start();
  visit.begin();
  timers.length = 0;
  watch([{ on: 'page_view', delay_s: 60 }, { on: 'page_view', delay_s: 5 }, { on: 'track', name: 'x', delay_s: 1 }]);
  const [[look, ms]] = timers;
  assert.ok(ms > 4e3 && ms <= 5e3, `${ms}`);
  look();
  assert.equal(looked, 1);
  visit.happen({ on: 'track', name: 'x' });
  watch([{ on: 'track', name: 'x', delay_s: 1 }]);
  assert.ok(timers.at(-1)[1] <= 1e3);
  assert.equal(timers.length, 2);
});
