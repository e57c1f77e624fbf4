// A document for tests of whole pages under plain Node: elements with what the loader asks of them, and no more.

import { page } from './page.js';

/** `tag`, `.class`, `[name=value]`, `[name="value"]` and what stands together of them; several between commas. */
const fits = (element, selector) =>
  selector.split(',').some((one) => {
    const parts = one.match(/^[\w-]+|\.[\w-]+|\[[^\]]+\]/g);
    return parts.every((part) => {
      if (part[0] == '.') return element.className.split(' ').includes(part.slice(1));
      if (part[0] != '[') return element.localName == part;
      const [name, value] = part.slice(1, -1).split('=');
      return value === undefined ? element.hasAttribute(name) : element.getAttribute(name) == value.replaceAll('"', '');
    });
  });

/** What has the focus. */
export const focus = { element: null };

export class Element {
  getBoundingClientRect() {
    return { height: 0 };
  }
  constructor(localName) {
    Object.assign(this, { localName, attributes: {}, childNodes: [], listeners: {}, parentNode: null, hidden: false });
    this.style = { setProperty: (name, value) => (this.style[name] = value) };
    if (localName == 'dialog') this.showModal = () => (this.open = true);
    if (localName == 'iframe') this.contentWindow = {};
  }
  get children() {
    return this.childNodes.filter((node) => node instanceof Element);
  }
  get firstChild() {
    return this.childNodes[0];
  }
  get lastChild() {
    return this.childNodes.at(-1);
  }
  get className() {
    return this.attributes.class || '';
  }
  get type() {
    return this.attributes.type ?? (this.localName == 'button' ? 'submit' : undefined);
  }
  get value() {
    return this.attributes.value;
  }
  get form() {
    return this.closest('form');
  }
  get textContent() {
    return this.childNodes.map((node) => (node instanceof Element ? (node.hidden ? '' : node.textContent) : node)).join('');
  }
  set textContent(text) {
    this.replaceChildren(text);
  }
  get isConnected() {
    return this == root || !!(this.parentNode || this.host)?.isConnected;
  }
  get activeElement() {
    return this.contains(focus.element) ? focus.element : null;
  }
  setAttribute(name, value) {
    this.attributes[name] = '' + value;
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  hasAttribute(name) {
    return name in this.attributes;
  }
  append(...nodes) {
    for (const node of nodes) {
      if (node instanceof Element) {
        node.remove();
        node.parentNode = this;
      }
      this.childNodes.push(node);
    }
  }
  replaceChildren(...nodes) {
    for (const child of this.children) child.parentNode = null;
    this.childNodes = [];
    this.append(...nodes);
  }
  remove() {
    if (this.parentNode) this.parentNode.childNodes = this.parentNode.childNodes.filter((node) => node != this);
    this.parentNode = null;
  }
  contains(other) {
    return !!other && (other == this || this.contains(other.parentNode));
  }
  matches(selector) {
    return fits(this, selector);
  }
  closest(selector) {
    return this.localName && this.matches(selector) ? this : this.parentNode ? this.parentNode.closest(selector) : null;
  }
  all() {
    return this.children.flatMap((child) => [child, ...child.all()]);
  }
  querySelector(selector) {
    return this.all().find((element) => fits(element, selector)) || null;
  }
  querySelectorAll(selector) {
    return this.all().filter((element) => fits(element, selector));
  }
  attachShadow() {
    this.shadowRoot = new Element('');
    this.shadowRoot.host = this;
    return this.shadowRoot;
  }
  addEventListener(type, react) {
    (this.listeners[type] ||= []).push(react);
  }
  /** Something happens to it, as the shadow root hears it: up to there and no further. */
  meet(type, more) {
    const event = { type, target: this, preventDefault: () => (event.prevented = true), stopPropagation() {}, ...more };
    for (let at = this; at; at = at.parentNode) (at.listeners[type] || []).forEach((react) => react(event));
    return event;
  }
  focus() {
    const relatedTarget = focus.element;
    focus.element = this;
    this.meet('focusin', { relatedTarget });
  }
}

const root = new Element('html');
const body = new Element('body');
root.append(body);

Object.assign(globalThis, {
  navigator: { language: 'en' },
  HTMLElement: class {},
  customElements: { define() {} },
  CSSStyleSheet: class {
    replaceSync() {}
  },
  getComputedStyle: () => ({}),
  matchMedia: () => ({ matches: false }),
  innerWidth: 1280,
  innerHeight: 800,
  location: { href: 'https://shop.example/a?secret=1' },
});
const say = (name, value) => Object.defineProperty(Document.prototype, name, { value, configurable: true, writable: true });
say('createElement', (name) => new Element(name));
say('querySelector', (selector) => root.querySelector(selector));
say('querySelectorAll', (selector) => root.querySelectorAll(selector));
say('documentElement', root);
say('body', body);
say('readyState', 'complete');
say('referrer', '');
say('title', 'Shop');

/** Where the loader lies: what it imports comes from here. */
const BASE = new URL('../', import.meta.url).href;

/** An empty page; the next loader is a new one. */
export const blank = () => {
  body.replaceChildren();
  focus.element = null;
  delete globalThis.bearing;
  location.href = 'https://shop.example/a?secret=1';
  page.visibilityState = 'visible';
};

let count = 0;

/** Runs the loader for a tag with these `data-…` attributes, from where its other files are looked for. */
export const run = async (dataset = {}, base = BASE) => {
  const attributes = Object.entries(dataset).map(([name, value]) => ({ name: 'data-' + name, value }));
  say('currentScript', { src: base + 'bearing.js', dataset: { site: 'pk_1', ...dataset }, attributes });
  await import('../main.js?' + ++count);
};

/** The page's body, and the card's shadow root. */
export { body };
export const card = () => body.querySelector('bearing-survey')?.shadowRoot;
