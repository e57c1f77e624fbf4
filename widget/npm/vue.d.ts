// Types for Vue's templates: `<bearing-survey survey="sv_…">`, by `import type {} from '@bearing/widget/vue'`.

import type { DefineComponent } from 'vue';
import type { BearingSurveyAttributes } from '@bearing/widget';

declare module 'vue' {
  interface GlobalComponents {
    'bearing-survey': DefineComponent<BearingSurveyAttributes>;
  }
}
