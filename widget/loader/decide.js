// Deciding: which survey is due, and why the others are not. Pure; `shared/src/rule/decide.rs` says the same in Rust.
//
// The page's own Array methods are not trusted. What is given here has no prototype that the page could have touched.

import { keys } from './natives.js';

const { imul, round } = Math;
const { parse } = Date;
const encoder = new TextEncoder();
const DAY = 864e5;
const NONE = { __proto__: null };

/** The reasons that time or chance brings: a survey that has no other is eligible. */
export const resting = ['sample', 'answered', 'dismissed', 'shows', 'rest_metric', 'rest_site'];

/** What of a list, if there is one, passes a test. */
const sift = (list, test) => {
  const found = [];
  for (let i = 0; list && i < list.length; i++) if (test(list[i], i)) found[found.length] = list[i];
  return found;
};

const any = (list, test) => !!sift(list, test).length;

/** Whether a list asks for something, and nothing in it passes. */
const lacks = (list, test) => list && list.length && !any(list, test);

/** Whether what happened is what a trigger waits for; its delay is another matter. */
export const fires = (trigger, happening) =>
  trigger.on == happening.on &&
  trigger.name == happening.name &&
  trigger.selector == happening.selector &&
  !(happening.percent < trigger.percent || happening.seconds < trigger.seconds);

/** Whether an address matches a rule. A line break stands for both its ends: no address holds one. */
const matches = ({ match, value }, url) => {
  const start = match == 'contains' ? '' : '\n';
  const whole = start + value + (match == 'prefix' ? '' : start);
  const parts = match == 'glob' ? whole.split('*') : [whole];
  if (value.indexOf('#') < 0) url = url.replace(/#.*/, '');
  if (value[0] == '/') url = url.replace(/^[^/]*\/\/[^/]*/, '');
  return any([url, url.replace(/\?[^#]*/, '')], (text) => {
    let at = 0;
    return !any(parts, (part) => (at = ('\n' + text + '\n').indexOf(part, at) + part.length) < part.length);
  });
};

/** Whether an attribute, which may be absent, is as a rule wants it. */
const holds = ({ is, is_not, at_least, at_most }, value) => {
  const same = (other) => value != null && '' + value == other;
  return is
    ? any(is, same)
    : is_not
      ? !any(is_not, same)
      : /^-?\d+(\.\d+)?$/.test(value) && !(+value < at_least || +value > at_most);
};

/** A visitor's place in a survey's sample, 0 to 9,999: FNV-1a of both ids. */
const bucket = (ids) => {
  let hash = 0x811c9dc5;
  any(encoder.encode(ids), (byte) => void (hash = imul(hash ^ byte, 0x1000193)));
  return (hash >>> 0) % 1e4;
};

/** For each survey of a config, in order, why it is not shown: no reason when it is due. `now` is in ms. */
export const decide = (config, page, visitor, now) => {
  const reasons = [];
  const rest = config.rest || NONE;
  /** Whether a time lies less than so many days back, or ahead. */
  const rests = (time, days) => now - time < days * DAY;
  any(config.surveys, ({ id, metric, touchpoints, position, rules = NONE }, place) => {
    const seen = visitor.surveys?.[id] || NONE;
    const again = rules.again_after_days || 1 / 0;
    const inline = position == 'inline';
    const happened = (trigger) =>
      any(page.happened, (what) => fires(trigger, what) && !(what.ago_s < trigger.delay_s));
    const here = (rule) => matches(rule, page.url);
    const why = {
      consent: page.consent === false,
      signal: any(config.signals, (signal) => page[signal]),
      declined: visitor.declined,
      schedule: now < parse(rules.from) || now >= parse(rules.until),
      touchpoint: lacks(touchpoints, (one) => one == page.touchpoint),
      inline,
      url:
        any(rules.urls, (rule) => rule.not && here(rule)) ||
        lacks(sift(rules.urls, (rule) => !rule.not), here),
      device: lacks(rules.devices, (one) => one == page.device),
      locale: lacks(rules.locales, (one) => RegExp('^' + one + '(-|$)', 'i').test(page.locale)),
      attribute: any(rules.attributes, (rule) => !holds(rule, page.attributes[rule.name])),
      trigger: !inline && !any(rules.triggers || [{ on: 'page_view' }], happened),
      cancelled: !inline && any(rules.cancel, (name) => happened({ on: 'track', name })),
      sample: bucket(visitor.id + '|' + id) >= round((rules.sample_percent ?? 100) * 100),
      answered: rests(seen.answered, again),
      dismissed: rests(seen.dismissed, again),
      shows: seen.shows >= rules.shows && rests(seen.shown, again),
      rest_metric: rests(visitor.metrics?.[metric], rest[metric + '_days']),
      rest_site: rests(visitor.site, rest.site_days),
    };
    reasons[place] = sift(keys(why), (code) => why[code]);
  });
  return reasons;
};

/** Whether a question is asked after a score. */
export const follows = (question, score) =>
  !question.after || any(question.after, (range) => score >= range[0] && score <= range[1]);

/** Whether anything is left to ask after a score. */
export const asksMore = (survey, score) => any(survey.questions, (question, place) => place && follows(question, score));
