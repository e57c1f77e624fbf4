// Tests of the package as npm installed it, in Node: what it holds, and that it is harmless where there is no page.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';

const manifest = createRequire(import.meta.url).resolve('@bearing/widget/package.json');
const folder = dirname(manifest);
const about = JSON.parse(readFileSync(manifest, 'utf8'));

test('it holds its modules and types, a licence and a manual, and nothing else', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const modules = ['call', 'index', 'load', 'types'].flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
  const others = ['LICENSE', 'README.md', 'package.json', 'react.d.ts', 'types-only.js', 'vue.d.ts'];
  assert.deepEqual(files.sort(), [...modules, ...others].sort());
});

test('it depends on nothing and has no side effects', () => {
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(about[kind], undefined, kind);
  }
  assert.equal(about.sideEffects, false);
  assert.match(about.version, /^\d+\.\d+\.\d+$/);
});

test('without a page it does nothing and throws nothing', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const { bearing, load, onBearing, ...more } = await import('@bearing/widget');
  assert.deepEqual(Object.keys(more), []);
  assert.equal(bearing('track', 'ticket_closed'), undefined);
  assert.equal(onBearing('answered', assert.fail)(), undefined);
  // Not waited for: Node ends with an error when a rejection is nobody's.
  load({ src: 'https://HOST/bearing.js', site: 'pk_1' });
  await assert.rejects(load({ src: 'https://HOST/bearing.js', site: 'pk_1' }), /needs a page/);
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
});

test('the entry points of the frameworks hold types alone', async () => {
  for (const name of ['react', 'vue']) {
    assert.deepEqual(Object.keys(await import('@bearing/widget/' + name)), []);
  }
});
