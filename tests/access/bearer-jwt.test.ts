import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  randomPKCECodeVerifier,
} from "openid-client";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSqliteDatabase, type SqliteSettings } from "../support/databases.js";
import { apiAudience } from "../support/oidc-provider.js";
import { readRows } from "../support/read-rows.js";
import { ScriptedBrowser } from "../support/scripted-browser.js";
import { type OidcApp, type OidcAppOptions, startOidcApp, whoAmI } from "./oidc-app.js";

let database: SqliteSettings;
let app: OidcApp;
let clockMs = 0;
const now = () => new Date(Date.now() + clockMs);
afterEach(() => {
  clockMs = 0;
});
beforeAll(async () => {
  database = await createSqliteDatabase();
  app = await startOidcApp(database, { now });
});
/** Another server, and another provider. */
const start = async (options: OidcAppOptions = {}) => startOidcApp(await createSqliteDatabase(), { now, ...options });

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const alice = () => ({ sub: "alice", aud: apiAudience, preferred_username: "Alice", groups: ["project-shop"] });
const aliceIs = {
  viewer: {
    kind: "OIDC",
    name: "Alice",
    globalRole: null,
    memberships: [{ role: "MEMBER", project: { name: "shop" } }],
  },
};
/** Who the server says a token is of, or the status and code with which it is refused. */
async function seen(token: string, by = app) {
  const { status, data, errors } = await by.graphql(token, whoAmI);
  return errors ? `${status} ${errors[0]?.extensions.code}` : data;
}
const keyReads = (of = app) => of.provider.requests.filter((path) => path === "/jwks").length;

/** The access token that the provider gives a program of alice's: the whole flow, with a client of its own. */
async function accessToken(): Promise<string> {
  const client = await discovery(new URL(app.provider.issuer), "cli", "cli", undefined, {
    execute: [allowInsecureRequests],
  });
  const pkceCodeVerifier = randomPKCECodeVerifier();
  const redirectUri = "http://127.0.0.1:1/done";
  const url = buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope: "openid api",
    resource: apiAudience,
    code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const browser = new ScriptedBrowser();
  const done = await browser.logIn(await browser.follow(url), "alice", {
    until: (next) => next.startsWith(redirectUri),
  });
  const checks = { pkceCodeVerifier, idTokenExpected: true };
  const { access_token } = await authorizationCodeGrant(client, new URL(done.url), checks, { resource: apiAudience });
  return access_token;
}

describe("a JWT of the provider as bearer token", () => {
  it("counts as the person whom it is of: the same as that person's session", async () => {
    const token = await accessToken();
    expect(await seen(token)).toEqual(aliceIs);
    const projectId = (await app.data(app.operator, '{ project(name: "shop") { id } }')).project.id;
    const create = (name: string) => `mutation { contactGroupCreate(input: {
      project: "${projectId}", name: "${name}", contacts: [{ type: EMAIL, value: "a@example.org" }]
    }) { userErrors { message } } }`;
    const { browser } = await app.signedIn("alice");
    const outcome = { contactGroupCreate: { userErrors: [] } };
    expect(await app.data(token, create("by-token"))).toEqual(outcome);
    expect((await app.ask(browser, create("by-session"))).body.data).toEqual(outcome);
    const rows = await readRows(database, "SELECT actor_id, actor FROM audit_entry WHERE entity_type = 'ContactGroup'");
    const { actor_id } = rows[0] ?? {};
    expect(rows).toEqual(Array(2).fill({ actor_id, actor: "Alice" }));
  });

  it("takes one statement: for the projects of its groups", async () => {
    const token = await app.provider.sign(alice());
    expect(await app.statementsOf(() => app.graphql(token, "{ viewer { name } }"))).toEqual([
      expect.stringMatching(/FROM .project./),
    ]);
  });

  it.each<[string, () => object, object?]>([
    ["in a list of audiences", () => ({ aud: ["another", apiAudience] })],
    ["a little after its end", () => ({ exp: nowSeconds() - 20 })],
    ["a little before its beginning", () => ({ nbf: nowSeconds() + 20 })],
    ["of a type for access tokens", () => ({}), { typ: "at+jwt" }],
  ])("counts %s", async (_title, claims, header) => {
    expect(await seen(await app.provider.sign({ ...alice(), ...claims() }, { ...header }))).toEqual(aliceIs);
  });

  it.each<[string, () => object, object?]>([
    ["for another audience", () => ({ aud: "another" })],
    ["for the server as a client, which an ID token is", () => ({ aud: "metricsinfra" })],
    ["for no audience", () => ({ aud: undefined })],
    ["of another issuer", () => ({ iss: "https://another.example.org" })],
    ["of no issuer", () => ({ iss: undefined })],
    ["after its end", () => ({ exp: nowSeconds() - 60 })],
    ["without an end", () => ({ exp: undefined })],
    ["before its beginning", () => ({ nbf: nowSeconds() + 60 })],
    ["of nobody", () => ({ sub: undefined })],
    ["of somebody without a name", () => ({ sub: "" })],
    ["that is bound to a key", () => ({ cnf: { jkt: "x" } })],
    ["of a type for something else", () => ({}), { typ: "logout+jwt" }],
    ["with an unknown key", () => ({}), { kid: "unknown" }],
    ["longer than a header should be", () => ({ filler: "x".repeat(8_192) })],
  ])("is refused %s", async (_title, claims, header) => {
    expect(await seen(await app.provider.sign({ ...alice(), ...claims() }, { ...header }))).toBe("401 UNAUTHENTICATED");
  });

  it("is refused after its end by our clock", async () => {
    const token = await app.provider.sign(alice());
    clockMs = 620_000;
    expect(await seen(token)).toEqual(aliceIs);
    clockMs = 640_000;
    expect(await seen(token)).toBe("401 UNAUTHENTICATED");
  });

  it("is refused with any signature but one of the provider's keys", async () => {
    const issuer = app.provider.issuer;
    const claims = { iss: issuer, exp: nowSeconds() + 60, ...alice() };
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const shared = Buffer.from(app.provider.settings.clientSecret);
    const good = await app.provider.sign(alice());
    const [header = "", payload = "", signature = ""] = good.split(".");
    const olga = Buffer.from(JSON.stringify({ ...claims, sub: "olga", groups: ["sre"] })).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const forged = [
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "first" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", jwk: await exportJWK(publicKey) }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(shared),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: "first" })
        .sign(Buffer.from(await exportSPKI(publicKey))),
      new UnsecuredJWT(claims).encode(),
      `${none}.${payload}.${signature}`,
      `${header}.${olga}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.AAAA`,
      `${header}..${signature}`,
      `${good}.${signature}`,
      good.slice(0, -4),
    ];
    for (const token of forged) expect(await seen(token)).toBe("401 UNAUTHENTICATED");
    expect(await seen(good)).toEqual(aliceIs);
  });

  it("leaves no trace in the log, good or bad", async () => {
    const token = await app.provider.sign(alice());
    await seen(token);
    await seen(`${token}x`);
    expect(app.lines.join("")).not.toContain("eyJ");
  });
});

describe("when the provider changes its keys", () => {
  it("takes the new ones at the first token that has one, and the old ones as long as they are published", async () => {
    const own = await start();
    const old = await own.provider.sign(alice());
    expect(await seen(old, own)).toEqual(aliceIs);
    await own.provider.rotateKeys();
    clockMs = 10_000;
    expect([await seen(await own.provider.sign(alice()), own), await seen(old, own)]).toEqual([aliceIs, aliceIs]);
    expect(keyReads(own)).toBe(2);
    await own.provider.rotateKeys({ withdrawOld: true });
    clockMs = 20_000;
    expect([await seen(await own.provider.sign(alice()), own), await seen(old, own)]).toEqual([
      aliceIs,
      "401 UNAUTHENTICATED",
    ]);
  });

  it("forgets a key that was withdrawn within ten minutes, though nobody brings a new one", async () => {
    const own = await start();
    const old = await own.provider.sign({ ...alice(), exp: nowSeconds() + 3_600 });
    expect(await seen(old, own)).toEqual(aliceIs);
    await own.provider.rotateKeys({ withdrawOld: true });
    clockMs = 9 * 60_000;
    expect(await seen(old, own)).toEqual(aliceIs);
    clockMs = 11 * 60_000;
    expect(await seen(old, own)).toBe("401 UNAUTHENTICATED");
  });

  it("asks the provider once for many tokens, and again only after a pause when strangers make up keys", async () => {
    const own = await start();
    const good = await own.provider.sign(alice());
    expect(await Promise.all(Array.from({ length: 20 }, () => seen(good, own)))).toEqual(Array(20).fill(aliceIs));
    expect(keyReads(own)).toBe(1);
    const flood = await Promise.all(
      Array.from({ length: 50 }, (_, index) => own.provider.sign(alice(), { kid: `made-up-${index}` })),
    );
    const answers = () => Promise.all(flood.map((token) => seen(token, own)));
    expect(await answers()).toEqual(Array(50).fill("401 UNAUTHENTICATED"));
    expect(keyReads(own)).toBe(1);
    clockMs = 10_000;
    expect(await answers()).toEqual(Array(50).fill("401 UNAUTHENTICATED"));
    expect(keyReads(own)).toBe(2);
    expect(await seen(good, own)).toEqual(aliceIs);
  });
});

describe("while the provider is away", () => {
  it("says that it cannot tell, as long as it never had the keys", async () => {
    const own = await start({ beforeStart: (provider) => provider.stop() });
    const token = await own.provider.sign(alice());
    expect(await seen(token, own)).toBe("503 UPSTREAM_UNAVAILABLE");
    await own.provider.start();
    clockMs = 10_000;
    expect(await seen(token, own)).toEqual(aliceIs);
  });

  it("goes on with the keys that it has", async () => {
    const own = await start();
    const token = await own.provider.sign({ ...alice(), exp: nowSeconds() + 36_000 });
    expect(await seen(token, own)).toEqual(aliceIs);
    await own.provider.stop();
    clockMs = 2 * 3_600_000;
    expect(await seen(token, own)).toEqual(aliceIs);
    expect(await seen(await own.provider.sign(alice(), { kid: "unknown" }), own)).toBe("401 UNAUTHENTICATED");
  });
});

it.each<[string, (issuer: string) => object]>([
  ["another issuer", () => ({ issuer: "https://another.example.org" })],
  ["keys that anybody on the way can change", () => ({ jwks_uri: "http://192.0.2.1/jwks" })],
  ["no keys", () => ({ jwks_uri: undefined })],
  ["an address to sign in at that is none", () => ({ authorization_endpoint: "javascript:alert(1)" })],
  ["an address for passwords that is not secure", () => ({ token_endpoint: "http://192.0.2.1/token" })],
])("a provider that names %s is not believed", async (_title, lie) => {
  const own = await start();
  const document = await (await fetch(`${own.provider.issuer}/.well-known/openid-configuration`)).json();
  own.provider.interfere = ({ url }, response) => {
    if (url !== "/.well-known/openid-configuration") return false;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ...document, ...lie(own.provider.issuer) }));
    return true;
  };
  expect(await seen(await own.provider.sign(alice()), own)).toBe("503 UPSTREAM_UNAVAILABLE");
  expect((await new ScriptedBrowser().request(`${own.origin}/auth/sign-in`)).status).toBe(503);
});

it("without an audience in the settings no JWT counts, nor is the provider asked", async () => {
  const own = await start({ oidc: { audience: undefined } });
  expect(await seen(await own.provider.sign(alice()), own)).toBe("401 UNAUTHENTICATED");
  expect(own.provider.requests).toEqual([]);
});
