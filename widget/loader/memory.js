// The visitor's memory: one small record per site of what was shown, answered and dismissed, and the visitor's own id.

import { encode, uuid } from './answer.js';
import { disk, now, quietly, read } from './natives.js';

/**
 * Opens the memory for a site. Nothing is written before there is something to remember; in strict mode not before the
 * visitor has acted, and never an id.
 */
export const openMemory = ({ site, strict }) => {
  const key = 'bearing:v:' + site;
  let kept;
  const memory = {
    /** Where it stands. */
    key,
    /** Whether it may be written. */
    open: !strict,
    /** The record as deciding wants it, as it is now: another tab may have written since. */
    record: () =>
      (kept = {
        __proto__: null,
        id: 'v_' + uuid(),
        surveys: { __proto__: null },
        metrics: { __proto__: null },
        ...kept,
        // What stands there may be nobody's text.
        ...((memory.open || !kept) && quietly(() => read(disk.read(key)))),
      }),
    /** What is remembered of a survey; a change of it is noted by `write`. */
    of: (survey) => (memory.record().surveys[survey.id] ||= { __proto__: null }),
    write: () => memory.open && disk.write(key, encode({ ...kept, id: strict ? undefined : kept.id })),
    /** Remembers that a survey was `shown`, `answered` or `dismissed` now. */
    note(survey, what) {
      const seen = memory.of(survey);
      const { shows } = survey.rules || {};
      seen.shows = what != 'shown' ? 0 : seen.shows >= shows ? 1 : (seen.shows || 0) + 1;
      seen[what] = kept.site = kept.metrics[survey.metric] = now();
      memory.open ||= what != 'shown';
      memory.write();
    },
    /** Forgets the visitor. */
    forget() {
      kept = undefined;
      memory.open = !strict;
      disk.remove(key);
    },
  };
  return memory;
};
