// Types for React's JSX: `<bearing-survey survey="sv_…">`, by `import type {} from '@bearing/widget/react'`.

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { BearingSurveyAttributes } from '@bearing/widget';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'bearing-survey': DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & BearingSurveyAttributes;
    }
  }
}
