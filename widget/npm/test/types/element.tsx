// What the types of <bearing-survey> allow and refuse in React's JSX: every @ts-expect-error must be an error.

import type {} from '@bearing/widget/react';

export const allowed = <bearing-survey survey="sv_1" touchpoint="home" id="here" className="wide" key="1" />;

// @ts-expect-error the survey is missing
export const missing = <bearing-survey />;
// @ts-expect-error no such attribute
export const unknown = <bearing-survey survey="sv_1" site="pk_1" />;
