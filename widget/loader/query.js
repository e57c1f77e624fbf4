// Queries: values written into an address.

import { keys } from './natives.js';

/** The given values as a query or a fragment, by the sign that starts it. */
export const query = (values, start) => {
  let text = '';
  for (const name of keys(values)) {
    if (values[name] !== undefined) text += (text ? '&' : start) + name + '=' + encodeURIComponent(values[name]);
  }
  return text;
};
