// What each part of the loader costs: brotli 11 bytes with all of it, and without each part; `node widget/loader/cost.mjs`.
//
// The npm packages are looked for in `BEARING_NPM`, else where `cargo xtask setup` puts them. Parts share words, so that
// the sum is not the whole. A cut that no longer finds its part fails: mend it here.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/** By file that a browser fetches, the parts that can be cut: the source file, what goes, and what comes in its place. */
const PARTS = {
  'main.js': {
    'deciding by every rule (decide.js)': [
      ['decide.js', /export const decide = .*?\n\};\n/s, 'export const decide = (config) => config.surveys.map(() => []);\n'],
    ],
    'memory, visitor id, rest clocks (memory.js)': [
      ['memory.js', /  const memory = \{.*\n  \};\n  return memory;/s, '  const memory = { record: () => ({}), of: () => ({}), write() {}, note() {} };\n  return memory;'],
    ],
    'keeping an answer (keep.js, encode)': [
      ['keep.js', /    put\(entry\) \{.*?\n    \},\n/s],
      ['keep.js', /    keep\(response, shown, card\) \{.*?\n    \},\n/s, 'keep(){},'],
      ['keep.js', /    async look.*?\n    \},\n/s, 'async look(){},'],
    ],
    'counts (eligible, shown, dismissed)': [
      ['main.js', /    const events = types.*?\.catch\(\(\) => \{\}\);\n/s],
      ['main.js', /  const isNewToday = .*?\n  \};\n/s],
    ],
    'single-page apps (new address)': [
      ['visit.js', /  const turn = .*?else tick\(\);/s],
    ],
    'custom element': [
      ['main.js', /  class Element extends.*?Element\)\);\n/s],
      ['main.js', /    return getExtra\(\)\n.*?\}\);\n/s],
    ],
    'clean fetch and timers from a throw-away frame': [
      ['natives.js', /quietly\(\(\) => \{\n    if \(\/\(native.*?\}\) \|\| window;/s, 'window;'],
    ],
    'polluted prototypes, clobbered document': [
      ['natives.js', /Reflect.get\(Document.prototype, name, document\)/s, 'document[name]'],
      ['natives.js', /\n  parse\(text, \(key.*?value\)\);/s, 'parse(text);'],
    ],
    'policy hint in the console': [
      ['main.js', /  listen\('securitypolicyviolation'.*?  \}\);\n/s],
    ],
    'bearing(), on, early calls': [
      ['main.js', /  const on = .*?  bearing.site/s, 'const bearing=()=>{};  bearing.site'],
    ],
    'first question from its own address': [
      ['config.js', /  return get\(at\(tag, '\/first.*?;\n/s],
    ],
    'positions and schemes': [
      ['card.js', /    position == 'centre' \? 'dialog' : 'section',\n    \{ class.*?,/s, '\'section\',{'],
      ['card.js', /  if \(box.showModal\) \{.*?\n  \}\n/s],
    ],
    'focus goes back': [
      ['card.js', /    \/\/ What had the focus.*?relatedTarget;\n/s],
      ['card.js', /      const focused = .*?;\n/s],
      ['card.js', /      if \(focused && before\).*?;\n/s],
    ],
    'a task each for building, style, layout and counting': [
      ['card.js', /  await new Promise.*?return;\n/s],
      ['card.js', /  getComputedStyle.*?(      card.counted.*?)    \}\);\n  \}\);\n/s, '$1'],
    ],
    'config within the script (sent, config.js)': [
      ['main.js', /  const known = sent.*?\n\n/s],
    ],
    'data-mode=iframe': [
      ['main.js', /      if \(tag.mode.*?;\n/s],
    ],
    'second copy in IndexedDB (vault.js)': [
      ['keep.js', / \|\|\n +\/\/ Chromium leaves.*?'bearing'\)\)\n/s, '\n'],
      ['keep.js', /        vault\(\(store\) => \{.*?'bearing'\)\);\n/s],
      ['keep.js', /      vault\(\(store\).*?;\n/s],
      ['keep.js', /    vault,\n/s],
    ],
  },
  'rest.js': {
    'delivery: queue, effects, retry (queue.js, deliver.js)': [
      ['rest.js', /export \{ startDelivery \} from '.\/deliver.js';\n/s],
    ],
    'of it IndexedDB (vault.js)': [
      ['deliver.js', /      if \(!leaving \|\| .*?;\n/s],
      ['deliver.js', /      vault\(\(store\) => \{.*?'bearing'\)\)\);\n/s],
      ['deliver.js', /  const look = async.*?catch\(\(\) => \{\}\);\n/s],
      ['deliver.js', /  const \{ vault \} = keeping;\n/s],
    ],
    'of it the display token and the wait for it (display.js)': [
      ['display.js', /const ask = async.*?\n\};\n/s, 'const ask = () => {};\n'],
      ['deliver.js', /    const \{ card, kept, text \} = entry;.*?entry\.text\);\n/s],
      ['deliver.js', /      const isFree = .*?go\(\);\n/s, '      go();\n'],
      ['deliver.js', /  ended\.signal.*?\n/s],
      ['deliver.js', /    if \(leaving\) release\(\);\n/s],
    ],
    'foot: never, withdraw, who reads': [
      ['rest.js', / else if \(name == 'never'\).*?part\(ui.withdrawn\);\n      \}/s],
      ['rest.js', /      show\('.anonymous'.*?undefined\);\n/s],
    ],
    'frame, link, heights': [
      ['rest.js', /      const href = hosted\(page.*?place.replaceChildren\(inner\);\n/s],
      ['rest.js', /  listen\('message'.*?\n  \}\);\n/s],
    ],
    'thanks by group with link': [
      ['rest.js', /    const \{ text, link \} = .*?link\);\n/s],
    ],
    'keyboard': [
      ['rest.js', /  for \(const type of \['keydown'.*?\n  \}\n\n/s],
    ],
    'typed text kept on leaving': [
      ['rest.js', /      const typed = .*?card.keep\(false\);\n/s],
    ],
  },
  'extra.js': {
    'triggers: scroll, click, exit, inactivity, delays (watch.js)': [
      ['extra.js', /startWatch\(loader\)/s, '0'],
    ],
    'calls': [
      ['extra.js', /  const calls = \{.*?\n  \};\n/s, '  const calls = {};\n'],
    ],
    'elements': [
      ['extra.js', /  const fill = async .*?\n  \}\);\n/s, '  const at=0;\n'],
    ],
    'policy hint': [
      ['extra.js', /    hint\(.*?\n    \},\n/s],
    ],
  },
  'work.js': {},
};

const packages = process.env.BEARING_NPM || join(process.env.HOME, '.cache/bearing/npm/node_modules');
const source = fileURLToPath(new URL('.', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bearing-cost-'));

/** The bytes of a file that browsers fetch, after the cuts. */
const bytes = (entry, cuts) => {
  cpSync(source, scratch, { recursive: true });
  for (const [file, part, instead] of cuts) {
    const path = join(scratch, file);
    const text = readFileSync(path, 'utf8');
    const cut = text.replace(part, instead || '');
    if (cut == text) throw Error(`${file} holds no ${part}`);
    writeFileSync(path, cut);
  }
  const format = entry == 'main.js' ? 'iife' : 'esm';
  const options = ['--bundle', '--minify', `--format=${format}`, '--legal-comments=none', '--charset=utf8', '--target=es2021'];
  const built = execFileSync('node', [join(packages, 'esbuild/bin/esbuild'), join(scratch, entry), ...options]);
  return brotliCompressSync(built, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
};

try {
  for (const [entry, parts] of Object.entries(PARTS)) {
    const all = bytes(entry, []);
    console.log(`| ${entry == 'main.js' ? 'bearing.js' : entry} | ${all} |`);
    for (const [name, cuts] of Object.entries(parts)) console.log(`| ${name} | ${all - bytes(entry, cuts)} |`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
