// The words of the script's interface: its calls, its events, and the element that shows a survey inline.

/** What the site says about a respondent or an occasion: names `[a-z0-9_]{1,40}`, values of at most 200 characters. */
export type Attributes = Record<string, string | number | boolean>;

/** Attributes to add or change; `null` removes one, `undefined` is ignored. */
export type AttributeChanges = Record<string, string | number | boolean | null | undefined>;

/** Which survey to ask, and how. */
export interface ShowOptions {
  /** Only this survey, `sv_…`. Without it: the first that is due. */
  survey?: string | undefined;
  /** The moment in the customer's journey; without it, the one that the script was loaded with. */
  touchpoint?: string | undefined;
  /** Asks whatever the rules say. The answer is a test and stays outside the score. */
  force?: boolean | undefined;
}

/** Who the visitor is, in the site's own words. */
export interface Identity {
  /** The site's id of its customer. */
  customer?: string | undefined;
  /** HMAC-SHA256 of that id under the site's identity secret, lower-case hex. Made on your server, never in a page. */
  signature?: string | undefined;
  /** Attributes that are known with the customer. */
  attributes?: Attributes | undefined;
}

/** Why a survey is not asked. A newer server may know more codes. */
export type ReasonCode =
  | 'consent'
  | 'signal'
  | 'declined'
  | 'schedule'
  | 'touchpoint'
  | 'inline'
  | 'url'
  | 'device'
  | 'locale'
  | 'attribute'
  | 'trigger'
  | 'cancelled'
  | 'sample'
  | 'answered'
  | 'dismissed'
  | 'shows'
  | 'rest_metric'
  | 'rest_site'
  | 'open'
  | (string & {});

/** Whether one survey would be asked of this visitor on this page now, and if not, why. */
export interface Explanation {
  /** The survey's id. */
  survey: string;
  /** Its published version. */
  version: number;
  /** Whether it is due; true exactly when there is no reason against it. */
  due: boolean;
  /** Every reason against it, as a word for programs and as a sentence. */
  reasons: { code: ReasonCode; text: string }[];
}

/** What the script tells, by name; on `window` the same come as `bearing:<name>` with this as their `detail`. */
export interface BearingEvents {
  /** The script takes calls. */
  ready: { site: string };
  /** A survey can be seen. */
  shown: { survey: string; version: number };
  /** A score was picked, or changed. `id` is the response's. */
  answered: { survey: string; id: string; score: number };
  /** Everything was answered and the thank-you is shown. */
  completed: { survey: string; id: string };
  /** The visitor closed the survey. */
  dismissed: { survey: string };
  /** The server has kept the answer. `seq` counts how often the response has grown, from 0. */
  delivered: { id: string; seq: number };
  /** The visitor took the answer back. */
  withdrawn: { survey: string; id: string };
  /** Something went wrong; the page goes on. `code` is the server's status where it refused the answer `id` for good. */
  error: { message: string; code?: number; id?: string; seq?: number };
}

/** The name of an event. */
export type BearingEvent = keyof BearingEvents;

/** A call that needs no reply: it may be made before the script is there, and then waits for it. */
export type BearingCall =
  | [name: 'show', options?: ShowOptions]
  | [name: 'identify', identity: Identity]
  | [name: 'attributes', attributes: AttributeChanges]
  | [name: 'track', what: string, details?: { attributes?: Attributes | undefined }]
  | [name: 'locale', tag: string]
  | [name: 'reset']
  | [name: 'consent', given: boolean]
  | [name: 'destroy'];

/** The script itself, `window.bearing` once it has loaded. */
export interface Bearing {
  /** Asks now, if a survey is due; what would start one counts as happened. */
  (name: 'show', options?: ShowOptions): unknown;
  /** Says who the visitor is. */
  (name: 'identify', identity: Identity): unknown;
  /** Adds to what is known; `null` removes, `undefined` is ignored. */
  (name: 'attributes', attributes: AttributeChanges): unknown;
  /** Says that something happened which a survey may wait for, or be cancelled by. */
  (name: 'track', what: string, details?: { attributes?: Attributes | undefined }): unknown;
  /** Asks in another language from the next survey on, such as `nl` or `pt-BR`. */
  (name: 'locale', tag: string): unknown;
  /** Tells of every survey whether it is due, and why not. */
  (name: 'explain'): Promise<Explanation[]>;
  /** Hears an event; returns how to stop. `onBearing` does the same and needs no script. */
  <E extends BearingEvent>(name: 'on', event: E, react: (detail: BearingEvents[E]) => void): () => void;
  /** Forgets the visitor and the customer; answers that wait for delivery still go. */
  (name: 'reset'): unknown;
  /** `false` clears what is stored and stops; `true` starts again. */
  (name: 'consent', given: boolean): unknown;
  /** Takes the script away: card, listeners, timers and `window.bearing`. */
  (name: 'destroy'): unknown;
  /** The site's public key; a queue that waits for the script has none. */
  readonly site?: string;
}

/** The attributes of `<bearing-survey>`, which shows a survey where it stands. */
export interface BearingSurveyAttributes {
  /** The survey, `sv_…`. */
  survey: string;
  /** The moment in the customer's journey. */
  touchpoint?: string | undefined;
}

/** The script's events as `window` knows them. */
export type BearingWindowEvents = { [E in BearingEvent as `bearing:${E}`]: CustomEvent<BearingEvents[E]> };

declare global {
  interface Window {
    /** The script, or the queue that waits for it. */
    bearing?: Bearing | undefined;
  }
  interface WindowEventMap extends BearingWindowEvents {}
  interface HTMLElementTagNameMap {
    'bearing-survey': HTMLElement;
  }
}
