// Drawing: element trees become elements, inside the shadow root of the one element that is added to the page.

/** The node of a tree: a text, or `[tag, {attribute: value}, [children]]`. No HTML is parsed, no style is set. */
export const build = (tree) => {
  if (typeof tree == 'string') return document.createTextNode(tree);
  const [tag, attributes, children] = tree;
  const element = document.createElement(tag);
  for (const name of Object.keys(attributes)) element.setAttribute(name, attributes[name]);
  for (const child of children) element.appendChild(build(child));
  return element;
};

/** Adds `<bearing-survey>` with a tree in its open shadow root; returns the root. */
export const attach = (tree, css, dir) => {
  const host = document.createElement('bearing-survey');
  host.dir = dir;
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  // A `<style>` would be refused under a strict policy, even in a shadow root; an adopted sheet is not.
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  root.appendChild(build(tree));
  document.body.appendChild(host);
  return root;
};
