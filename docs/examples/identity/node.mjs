// Signs a customer's id for Bearing. In a server: `import { sign } from './node.mjs'`. As a command:
// `BEARING_IDENTITY_SECRET=… node node.mjs cust-42` prints the signature.

import { createHmac } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The signature of `customer`, the id exactly as the page will send it; `secret` as Bearing printed it. */
export function sign(secret, customer) {
  if (!secret) throw new Error('the identity secret is empty');
  if (!customer) throw new Error('the customer id is empty');
  return createHmac('sha256', secret).update(customer, 'utf8').digest('hex');
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(sign(process.env.BEARING_IDENTITY_SECRET, process.argv[2]) + '\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
