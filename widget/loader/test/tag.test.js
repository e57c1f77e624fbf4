// Tests of reading the tag.

import assert from 'node:assert/strict';
import test from 'node:test';
import './page.js';

const { readTag } = await import('../tag.js');
const { query } = await import('../query.js');
const root = { lang: 'nl' };
const script = (src, dataset = {}, attributes = []) => ({ src, dataset, attributes });

test('everything is relative to the script, whatever stands in front of it', () => {
  for (const [src, base, site] of [
    ['https://a.example/bearing.js', 'https://a.example/', 'pk_2'],
    ['https://a.example/x/y/bearing.js?site=pk_1', 'https://a.example/x/y/', 'pk_1'],
    ['https://a.example/bearing.js?next=/a/b', 'https://a.example/', 'pk_2'],
    ['https://a.example/x/bearing.js#a/b?c', 'https://a.example/x/', 'pk_2'],
  ]) {
    const tag = readTag(script(src, { site: 'pk_2' }), root);
    assert.deepEqual([tag.base, tag.embed], [base, base + 'v1/embed/' + site]);
  }
});

test('the address goes before the attributes: the server has written its config for it', () => {
  assert.equal(readTag(script('https://a/b.js?site=pk_1', { site: 'pk_2' }), root).site, 'pk_1');
  assert.equal(readTag(script('https://a/b.js?v=1&site=pk_1#x'), root).site, 'pk_1');
  assert.ok(!readTag(script('https://a/b.js'), root).site);
  const tag = readTag(script('https://a/b.js?touchpoint=a%26b&locale=fr', { touchpoint: 'x', locale: 'de' }), root);
  assert.deepEqual([tag.touchpoint, tag.locale], ['a&b', 'fr']);
  for (const src of ['https://a/b.js?locale=', 'https://a/b.js']) {
    assert.equal(readTag(script(src, { locale: '' }), root).locale, 'nl', 'an empty locale is none');
  }
  const odd = readTag(script('https://a/b.js?base=//evil/&embed=//evil/&attributes=x&__proto__=x'), root);
  assert.deepEqual([odd.base, odd.embed, { ...odd.attributes }], ['https://a/', 'https://a/v1/embed/undefined', {}]);
});

test('attributes keep their names, and the page gives the language', () => {
  const attributes = [
    { name: 'data-attr-order_total', value: '9' },
    { name: 'data-site', value: 'x' },
  ];
  const tag = readTag(script('https://a/b.js', { test: '' }, attributes), root);
  assert.deepEqual({ ...tag.attributes }, { order_total: '9' });
  assert.deepEqual([tag.locale, tag.touchpoint, tag.strict, 'test' in tag], ['nl', '', false, true]);
  assert.equal(tag.attributes.constructor, undefined, 'nothing is inherited');
  const said = readTag(script('https://a/b.js', { locale: 'de', auto: 'off', storage: 'strict', touchpoint: 't' }), root);
  assert.deepEqual([said.locale, said.auto, said.strict, said.touchpoint], ['de', 'off', true, 't']);
});

test('queries are encoded and leave out what is not known', () => {
  assert.equal(query({ a: 'x&y', b: undefined, c: 0 }, '?'), '?a=x%26y&c=0');
});
