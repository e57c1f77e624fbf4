// The display token: what the server said when a card was counted, with the proof of work that it asks for under attack.

import { now, read } from './natives.js';

/** How long an answer that is due waits for its card's token and proof, in milliseconds. */
export const PATIENCE = 2500;

/** The most bits that are worked for: at more than that a phone would work for minutes, and whoever asks is no server of ours. */
const MOST_WORK = 24;

const ask = async (card) => {
  const { tag, given, later } = card.page;
  try {
    const { display, work } = read(await (await card.counted).text());
    // A café's sign-in page answers too.
    if (!/^[!-~]{1,512}$/.test(display)) return;
    card.display = display;
    if (!(work > 0 && work <= MOST_WORK)) return;
    const { solve } = await import(tag.base + 'work.js');
    // Where the card has gone, an answer may still wait for it a little.
    const stop = () => given.off || (card.gone && !(now() - card.due < PATIENCE));
    card.display = (await solve(display, work, { later, now, stop })) || display;
  } catch {
    // Without a token, or without its proof: an answer counts all the same.
  } finally {
    card.told = true;
  }
};

/**
 * Asks, once, for what the server said of a card's showing, as soon as that is counted: `card.display` is what is known of
 * it so far, and `card.told` whether more will come. Nothing where there is nothing to wait for.
 */
export const learn = (card) => (card.learning ||= card.counted && ask(card));
