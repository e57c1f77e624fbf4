// The tag: what the page's author wrote on the script element that loads Bearing, and in its address.

/** Reads a script element's settings, under the names of its `data-…` attributes; `page` is its document's root element. */
export const readTag = (script, page) => {
  const attributes = { __proto__: null };
  for (const { name, value } of script.attributes) {
    if (name.startsWith('data-attr-')) attributes[name.slice(10)] = value;
  }
  const { src } = script;
  const { searchParams } = new URL(src);
  const tag = {
    __proto__: null,
    touchpoint: '',
    ...script.dataset,
    // What the server knew when it wrote its config into the script.
    ...Object.fromEntries(searchParams),
    attributes,
    // Everything else is fetched relative to the script, so that a proxy may stand in front under any path.
    base: new URL('.', src).href,
  };
  tag.locale ||= page.lang || navigator.language;
  tag.embed = tag.base + 'v1/embed/' + tag.site;
  tag.strict = tag.storage == 'strict';
  return tag;
};
