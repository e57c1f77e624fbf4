// Tests of reading the tag.

import assert from 'node:assert/strict';
import test from 'node:test';
import './page.js';

const { readTag } = await import('../tag.js');
const { query } = await import('../config.js');
const page = { documentElement: { lang: 'nl' } };
const script = (src, dataset = {}, attributes = []) => ({ src, dataset, attributes });

test('everything is relative to the script, whatever stands in front of it', () => {
  for (const [src, base] of [
    ['https://a.example/bearing.js', 'https://a.example/'],
    ['https://a.example/x/y/bearing.js?site=pk_1', 'https://a.example/x/y/'],
    ['https://a.example/bearing.js?next=/a/b', 'https://a.example/'],
  ]) {
    assert.equal(readTag(script(src, { site: 'pk_2' }), page).base, base);
  }
});

test('the site comes from the attribute, else from the address', () => {
  assert.equal(readTag(script('https://a/b.js?site=pk_1', { site: 'pk_2' }), page).site, 'pk_2');
  assert.equal(readTag(script('https://a/b.js?v=1&site=pk_1#x'), page).site, 'pk_1');
  assert.equal(readTag(script('https://a/b.js'), page).site, undefined);
});

test('attributes keep their names, and the page gives the language', () => {
  const tag = readTag(
    script('https://a/b.js', { test: '' }, [
      { name: 'data-attr-order_total', value: '9' },
      { name: 'data-site', value: 'x' },
    ]),
    page,
  );
  assert.deepEqual(tag.attributes, { order_total: '9' });
  assert.deepEqual([tag.locale, tag.test, tag.auto, tag.touchpoint], ['nl', true, true, '']);
  assert.equal(readTag(script('https://a/b.js', { locale: 'de', auto: 'off' }), page).auto, false);
});

test('queries are encoded and leave out what is not known', () => {
  assert.equal(query({ a: 'x&y', b: undefined, c: 0 }, '?'), '?a=x%26y&c=0');
});
