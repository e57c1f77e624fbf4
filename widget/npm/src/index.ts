// What the package offers: `load` brings the script, `bearing` calls it, `onBearing` hears it; the rest is types.

export { bearing, onBearing } from './call.js';
export { load } from './load.js';
export type { LoadOptions } from './load.js';
export type * from './types.js';
