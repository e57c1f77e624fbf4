// Answers on their way out: an id for each response, and JSON that the page cannot bend.

import { crypto, isArray, keys, now } from './natives.js';

const hex = (number, digits) => (number + 16 ** digits).toString(16).slice(1);

/** A UUIDv7: the time in milliseconds, then 72 bits of chance. */
export const uuid = () => {
  let digits = hex(now(), 12);
  for (const byte of crypto.getRandomValues(new Uint8Array(10))) digits += hex(byte, 2);
  return digits.replace(/(.{8})(....).(...).(...)/, '$1-$2-7$3-8$4-');
};

/**
 * A value as JSON; properties that are undefined are left out. Not `JSON.stringify`: a page that defines
 * `Array.prototype.toJSON`, as old libraries do, makes that write nonsense. Nothing inherited is read here.
 */
export const encode = (value) => {
  let text = '';
  if (typeof value == 'string') {
    return '"' + value.replace(/["\\\0-\x1f]/g, (sign) => '\\u' + hex(sign.charCodeAt(0), 4)) + '"';
  }
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) text += (text ? ',' : '') + encode(value[i]);
    return '[' + text + ']';
  }
  if (value && typeof value == 'object') {
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const item = value[names[i]];
      if (item !== undefined) text += (text ? ',' : '') + encode(names[i]) + ':' + encode(item);
    }
    return '{' + text + '}';
  }
  return '' + value;
};
