// Runs the loader's `decide` over cases that a Rust test made up; prints the reasons as one JSON array.

import { readFileSync } from 'node:fs';
import '../../widget/loader/test/page.js';

const { decide } = await import('../../widget/loader/decide.js');
const cases = JSON.parse(readFileSync(process.argv[2]));
console.log(JSON.stringify(cases.map(({ config, page, visitor, now }) => decide(config, page, visitor, now))));
