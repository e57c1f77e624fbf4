// The visitor's memory: one small record per site of what was shown, answered and dismissed, and the visitor's own id.

import { encode, uuid } from './answer.js';
import { disk, now, parse, quietly } from './natives.js';

/** Opens the memory for a site. Nothing is written before there is something to remember. */
export const openMemory = (site) => {
  const key = 'bearing:v:' + site;
  let record = quietly(() => parse(disk.read(key)));
  // Nobody's text, or somebody else's: start anew.
  if (!record || !record.surveys) record = { visitor: 'v_' + uuid(), surveys: {} };
  return {
    visitor: record.visitor,
    /** What is remembered of a survey: the times of `shown`, `answered`, `dismissed`, `eligible`. */
    of: (survey) => record.surveys[survey] || {},
    /** Remembers that something happened to a survey now. */
    note(survey, what) {
      (record.surveys[survey] ||= {})[what] = now();
      disk.write(key, encode(record));
    },
  };
};
