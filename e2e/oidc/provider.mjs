// A provider to sign in by, of people who are made up: npm's oidc-provider behind one form without a password.
//
// It is told by environment where its packages are (NPM), where people go back to (REDIRECT) and who there is (PEOPLE, claims by
// the name that they sign in with); it prints `ready` with its address, and ends with its standard input.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const { default: Provider } = await import(pathToFileURL(`${process.env.NPM}/oidc-provider/lib/index.js`));
const people = JSON.parse(process.env.PEOPLE);

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
// By name: to a browser a page there is another site than one at 127.0.0.1.
const issuer = `http://localhost:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "bearing", client_secret: "a-secret-of-both", redirect_uris: [process.env.REDIRECT] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  cookies: { keys: ["made up"] },
  // Its own forms load a font from elsewhere.
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
});

const callback = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/sign-in/")) return callback(request, response);
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end('<form method="post"><input name="login" aria-label="Name"><button>Go on</button></form>');
  }
  let body = "";
  for await (const piece of request) body += piece;
  const accountId = new URLSearchParams(body).get("login");
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { login: { accountId }, consent });
});
console.log(`ready ${issuer}`);
process.stdin.resume().on("end", () => process.exit(0));
