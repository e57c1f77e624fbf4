// Explaining: what each reason means, in English. The loader imports this file only when a page asks.

const TEXTS = {
  consent: "The visitor has not consented: nothing is shown until the page calls bearing('consent', true).",
  signal: "The browser sends a signal that the site respects: take it out of the site's respect_signals to ask anyway.",
  declined: "The visitor chose not to be asked again: only bearing('reset') forgets that.",
  schedule: "The moment is outside the survey's dates: change from or until.",
  touchpoint:
    "The page is at none of the survey's touchpoints: name one in the tag, or add the page's to touchpoints.",
  inline:
    'The survey stands only where the page has a bearing-survey element for it: add one, or choose another position.',
  url: "The page's address is left out by a rule, or taken by none: compare it with urls.",
  device: "The device is not one of the survey's: add it to devices.",
  locale: "The page's locale is not one of the survey's: add it to locales.",
  attribute: 'An attribute is absent or not as the survey wants it: compare what the page says with attributes.',
  trigger: 'Nothing that starts the survey has happened on this page view, or its delay is not over: see triggers.',
  cancelled: 'The page tracked a name that calls the survey off: it waits for the next page view, see cancel.',
  sample: 'The visitor is not in the sample: raise sample_percent, or try another visitor.',
  answered: 'The visitor has answered the survey: wait until again_after_days are over, or set them.',
  dismissed: 'The visitor has closed the survey: wait until again_after_days are over, or set them.',
  shows: 'The visitor has seen the survey as often as shows allows: raise it, or let it rest again_after_days.',
  rest_metric: "The visitor was asked for this metric too recently: see the metric's days in the site's rest.",
  rest_site: "The visitor was asked something too recently: see site_days in the site's rest.",
  open: 'A card is open, or was on this page view: close it and call show, or wait for the next page view.',
};

/** What `decide` found, in words: for each survey whether it is due, and every reason with what to do. */
export const explain = (surveys, reasons) => {
  const told = [];
  for (let i = 0; i < surveys.length; i++) {
    const texts = [];
    for (let n = 0; n < reasons[i].length; n++) texts[n] = { code: reasons[i][n], text: TEXTS[reasons[i][n]] };
    told[i] = { survey: surveys[i].id, version: surveys[i].version, due: !texts.length, reasons: texts };
  }
  return told;
};
