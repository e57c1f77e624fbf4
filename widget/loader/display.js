// The display token: what the server said when a card was counted, with the proof of work that it asks for under attack.

import { now, read } from './natives.js';

/** How long an answer that is due waits for its card's token and proof, in milliseconds. */
const PATIENCE = 2500;

/** The most bits that are worked for: more would take minutes, and no server of ours asks for that. */
const MOST_WORK = 24;

/** Sets `card.display` to what is known of the token so far, and `card.told` when there will be no more. */
const ask = async (card) => {
  const { tag, given, later } = card.page;
  try {
    const { display, work } = read(await (await card.counted).text());
    // A café's sign-in page answers too.
    if (typeof display != 'string' || !/^[!-~]{1,512}$/.test(display)) return;
    // The hosted page may have gone on with the response, and with a token of its own.
    if (card.display !== undefined) return;
    card.display = display;
    if (!(work > 0 && work <= MOST_WORK)) return;
    const { solve } = await import(tag.base + 'work.js');
    // Where the card has gone, an answer may still wait for it a little.
    const stop = () => given.off || (card.gone && (!card.due || card.late));
    card.display = (await solve(display, work, { later, now, stop })) || display;
  } catch {
    // Without a token, or without its proof: an answer counts all the same.
  } finally {
    card.told = true;
  }
};

/** Asks, once, for what the server said of a card's showing, as soon as that is counted. */
export const learn = (card) => (card.learning ||= card.counted && ask(card));

/**
 * Whether a card's token or proof is worth waiting for; then `go` is called when both are here or the time is over, which
 * begins with the card's first answer that is due.
 */
export const waitFor = (card, go) => {
  const learning = learn(card);
  if (!learning || card.told) return false;
  card.due ||= new Promise((done) => card.page.later(() => done((card.late = true)), PATIENCE));
  learning.then(go);
  card.due.then(go);
  return true;
};
