// What the types of calls and events allow, and what they refuse: every @ts-expect-error must be an error.

import { bearing, load, onBearing } from '@bearing/widget';
import type { Bearing, BearingEvents, Explanation } from '@bearing/widget';

const src = 'https://HOST/bearing.js';

export async function allowed(): Promise<Explanation[]> {
  const script: Bearing = await load({
    src,
    site: 'pk_1',
    touchpoint: 'checkout',
    locale: 'nl',
    customer: 'cust-42',
    signature: '00',
    attributes: { plan: 'pro', seats: 3, trial: false },
    storage: 'strict',
    auto: false,
    test: true,
    mode: 'iframe',
    consent: 'wait',
    nonce: 'n',
  });
  for (const call of [bearing, script]) {
    call('show');
    call('show', { survey: 'sv_1', touchpoint: 'home', force: true });
    call('identify', { customer: 'cust-42', signature: '00', attributes: { plan: 'pro' } });
    call('attributes', { plan: null, seats: undefined, trial: true });
    call('track', 'ticket_closed', { attributes: { plan: 'pro' } });
    call('locale', 'nl');
    call('reset');
    call('consent', false);
    call('destroy');
  }
  const stop: () => void = script('on', 'answered', ({ survey, id, score }) => [survey, id, score.toFixed()]);
  stop();
  onBearing('delivered', ({ id, seq }) => [id, seq.toFixed()]);
  onBearing('error', ({ message, code }: BearingEvents['error']) => message + code);
  addEventListener('bearing:shown', ({ detail }) => detail.version.toFixed());
  window.bearing?.('track', 'ticket_closed');
  document.createElement('bearing-survey').setAttribute('survey', 'sv_1');
  document.querySelector('bearing-survey')?.remove();
  return script('explain');
}

export function refused(script: Bearing): void {
  // @ts-expect-error the site is missing
  load({ src });
  // @ts-expect-error no such storage
  load({ src, site: 'pk_1', storage: 'none' });
  // @ts-expect-error no such call
  bearing('shwo');
  // @ts-expect-error its reply would be lost
  bearing('explain');
  // @ts-expect-error a name is missing
  bearing('track');
  // @ts-expect-error no such option
  script('show', { surveys: 'sv_1' });
  // @ts-expect-error consent is said, not meant
  script('consent', 'yes');
  // @ts-expect-error no such event
  onBearing('closed', () => {});
  // @ts-expect-error a dismissal has no score
  onBearing('dismissed', ({ score }) => score);
  // @ts-expect-error no such event
  script('on', 'closed', () => {});
  // @ts-expect-error a score is a number
  addEventListener('bearing:answered', ({ detail }) => detail.score.trim());
}
