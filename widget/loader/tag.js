// The tag: what the page's author wrote on the script element that loads Bearing.

/** Reads a script element's settings; `page` is its document. */
export const readTag = (script, page) => {
  const data = script.dataset;
  const address = script.src;
  const attributes = {};
  for (const { name, value } of script.attributes) {
    if (name.startsWith('data-attr-')) attributes[name.slice(10)] = value;
  }
  const site = data.site || (/[?&]site=([^&#]+)/.exec(address) || [])[1];
  // Everything else is fetched relative to the script, so that a proxy may stand in front under any path.
  const base = address.replace(/[^/]*([?#].*)?$/, '');
  return {
    base,
    site,
    embed: base + 'v1/embed/' + site,
    touchpoint: data.touchpoint || '',
    locale: data.locale || page.documentElement.lang || navigator.language,
    customer: data.customer,
    signature: data.signature,
    attributes,
    test: 'test' in data,
    auto: data.auto != 'off',
  };
};
