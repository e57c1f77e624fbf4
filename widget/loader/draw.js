// Drawing: element trees become elements, inside the shadow root of the one element that is added to the page.

import { create, keys } from './natives.js';

/** The node of a tree: a text, or `[tag, {attribute: value}, [children]]`. No HTML is parsed, no style is set. */
export const build = (tree) => {
  if (typeof tree == 'string') return tree;
  const [tag, attributes, children] = tree;
  const element = create(tag);
  for (const name of keys(attributes)) element.setAttribute(name, attributes[name]);
  for (const child of children) element.append(build(child));
  return element;
};

/** The open shadow root of `host`, else of a new `<bearing-survey>` that is not on the page yet, styled and empty. */
export const makeRoot = (host, css, dir) => {
  const at = host || create('bearing-survey');
  at.dir = dir;
  const root = at.shadowRoot || at.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  // A `<style>` would be refused under a strict policy, even in a shadow root; an adopted sheet is not.
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  return root;
};
