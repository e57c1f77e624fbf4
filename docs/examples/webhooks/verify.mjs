import { createHmac, timingSafeEqual } from "node:crypto";

// Whether Bearing sent this: `body` as the Buffer that came, header names in lower case.
export function verify(secret, headers, body, tolerance = 300) {
  const { "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": signatures } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(sent)) <= tolerance)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64");
  const wanted = Buffer.from(`v1,${digest}`);
  return signatures
    .split(" ")
    .map((signature) => Buffer.from(signature))
    .some((signature) => signature.length === wanted.length && timingSafeEqual(signature, wanted));
}

// As a command: WEBHOOK_SECRET=whsec_… node verify.mjs ID TIMESTAMP SIGNATURES < body
if (process.argv[1] === (await import("node:url")).fileURLToPath(import.meta.url)) {
  const [id, sent, signatures] = process.argv.slice(2);
  const headers = { "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": signatures };
  const body = (await import("node:fs")).readFileSync(0);
  process.exit(verify(process.env.WEBHOOK_SECRET, headers, body) ? 0 : 1);
}
