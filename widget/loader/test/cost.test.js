// The cost table: every cut still finds its part, and docs/EMBED.md names the same parts.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const names = (text) => [...text.matchAll(/^\| ([^|]+?) \| \d+ \|$/gm)].map(([, name]) => name);

test('the documented cost table names what the command prints', () => {
  const at = (path) => new URL(path, import.meta.url);
  const printed = names(execFileSync(process.execPath, [at('../cost.mjs').pathname], { encoding: 'utf8' }));
  assert.ok(printed.length > 20, printed.join());
  const documented = names(readFileSync(at('../../../docs/EMBED.md'), 'utf8'));
  assert.deepEqual(documented, printed, 'put what `node widget/loader/cost.mjs` prints into docs/EMBED.md');
});
