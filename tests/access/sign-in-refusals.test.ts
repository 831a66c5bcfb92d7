import { createHash } from "node:crypto";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSqliteDatabase, type SqliteSettings } from "../support/databases.js";
import { readRows } from "../support/read-rows.js";
import { type Page, ScriptedBrowser } from "../support/scripted-browser.js";
import { waitFor } from "../support/wait-for.js";
import { type OidcApp, startOidcApp, whoAmI } from "./oidc-app.js";

let database: SqliteSettings;
let app: OidcApp;
let strangersKey: CryptoKey;
let clockMs = 0;
afterEach(() => {
  clockMs = 0;
});
beforeAll(async () => {
  database = await createSqliteDatabase();
  app = await startOidcApp(database, {
    now: () => new Date(Date.now() + clockMs),
    upstreams: { timeoutSeconds: 2 },
  });
  strangersKey = (await generateKeyPair("RS256")).privateKey;
});

/** What a person is told, after checking that the page holds nothing else and gives no session. */
function told(page: Page) {
  const [, style = ""] = /<style>([^<]*)<\/style>/.exec(page.text) ?? [];
  const hash = createHash("sha256").update(style).digest("base64");
  expect(Object.fromEntries(page.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  expect(page.headers.getSetCookie().filter((cookie) => cookie.startsWith("__Host-session"))).toEqual([]);
  const body = page.text.slice(page.text.indexOf("</style>") + "</style>".length);
  const [, message, link, requestId] =
    /^\n<h1>You are not signed in<\/h1>\n<p>([^<]*)<\/p>\n<p><a href="([^"<]*)">Try again<\/a><\/p>\n<p><small>Request ([\w-]+)<\/small><\/p>\n<\/html>\n$/.exec(
      body,
    ) ?? [];
  expect(requestId).toBe(page.headers.get("x-request-id"));
  return { status: page.status, message: message?.replaceAll("&#39;", "'"), link };
}

const elsewhere = "This sign-in was begun in another window or browser, or is over already.";
const used = "This sign-in was used already, or took too long.";
const untrusted =
  "What the provider said about you does not hold. If it happens again, tell the operators of this server: its clock or the provider's may be wrong.";
const misconfigured =
  "This server and the provider are not set up for each other. Tell the operators of this server; its log says more.";
const again = "/auth/sign-in?return=%2Fgraphql";
const host = () => new URL(app.provider.issuer).host;

/** A browser that has logged in at the provider and was not sent to the callback yet. */
async function beforeCallback() {
  const browser = new ScriptedBrowser();
  const form = await browser.follow(`${app.origin}/auth/sign-in`);
  const callback = await browser.logIn(form, "alice", { until: (url) => url.startsWith(app.origin) });
  return { browser, callback: new URL(callback.url) };
}

/** The attempt in the browser's cookie, altered. */
function alterAttempt(browser: ScriptedBrowser, changes: object): void {
  const attempt = JSON.parse(Buffer.from(browser.cookies.get("__Host-sign-in") ?? "", "base64url").toString());
  const altered = Buffer.from(JSON.stringify({ ...attempt, ...changes })).toString("base64url");
  browser.cookies.set("__Host-sign-in", altered);
}

const refusals = () => readRows(database, "SELECT * FROM audit_entry WHERE action = 'REFUSED' ORDER BY at, id");

describe("the way back from the provider", () => {
  it("is refused without the cookie of the browser that began", async () => {
    const { callback } = await beforeCallback();
    const stranger = new ScriptedBrowser();
    expect(told(await stranger.request(callback))).toEqual({ status: 400, message: elsewhere, link: "/auth/sign-in" });
    expect(await refusals()).toEqual([]);
  });

  it.each(["", "e30", "!", Buffer.from('{"state":1}').toString("base64url"), "x".repeat(3_000)])(
    "is refused with a cookie that is none of ours (%#)",
    async (cookie) => {
      const { browser, callback } = await beforeCallback();
      browser.cookies.set("__Host-sign-in", cookie);
      expect(told(await browser.request(callback))).toEqual({ status: 400, message: elsewhere, link: "/auth/sign-in" });
    },
  );

  it.each([
    ["another state", (url: URL) => url.searchParams.set("state", "other")],
    ["no state", (url: URL) => url.searchParams.delete("state")],
    ["two states", (url: URL) => url.searchParams.append("state", "other")],
  ])("is refused with %s, and the sign-in that was begun may go on", async (_title, alter) => {
    const { browser, callback } = await beforeCallback();
    const forged = new URL(callback);
    alter(forged);
    expect(told(await browser.request(forged))).toEqual({ status: 400, message: elsewhere, link: again });
    expect((await browser.request(callback)).status).toBe(303);
  });

  it("is refused with another nonce, and the person that the provider named is recorded", async () => {
    const { browser, callback } = await beforeCallback();
    alterAttempt(browser, { nonce: "other" });
    const page = await browser.request(callback);
    expect(told(page)).toEqual({ status: 403, message: untrusted, link: again });
    expect(await refusals()).toEqual([
      expect.objectContaining({
        actor: "alice",
        actor_kind: "OIDC",
        actor_id: expect.stringMatching(/^usr_[0-9a-f]{32}$/),
        source: "127.0.0.1",
        request_id: page.headers.get("x-request-id"),
        entity_type: "Session",
        entity_id: expect.stringMatching(/^ses_/),
        project_id: null,
        before: null,
        after: null,
        reason: 'UNTRUSTED: unexpected ID Token "nonce" claim value',
      }),
    ]);
  });

  it("is refused to who does not have the verifier of the code", async () => {
    const { browser, callback } = await beforeCallback();
    alterAttempt(browser, { verifier: "v".repeat(43) });
    expect(told(await browser.request(callback))).toEqual({ status: 400, message: used, link: again });
  });

  it("counts once: neither the same browser nor one with its cookie can repeat it", async () => {
    const { browser, callback } = await beforeCallback();
    const attempt = browser.cookies.get("__Host-sign-in") ?? "";
    expect((await browser.request(callback)).status).toBe(303);
    expect(told(await browser.request(callback))).toEqual({ status: 400, message: elsewhere, link: "/auth/sign-in" });
    const thief = new ScriptedBrowser();
    thief.cookies.set("__Host-sign-in", attempt);
    expect(told(await thief.request(callback))).toEqual({ status: 400, message: used, link: again });
  });

  it("is refused when it took too long", async () => {
    const { browser, callback } = await beforeCallback();
    clockMs = 600_000;
    const page = await browser.request(callback);
    clockMs = 0;
    const message = "This sign-in took longer than 10 minutes.";
    expect(told(page)).toEqual({ status: 400, message, link: again });
  });

  it("tells who was turned away by the provider, without the provider's words", async () => {
    const browser = new ScriptedBrowser();
    const form = await browser.follow(`${app.origin}/auth/sign-in?return=/graphql%3Fa=1`);
    const page = await browser.logIn(form, "alice", { password: "wrong" });
    const message = "The sign-in was cancelled, or the provider does not let you in here.";
    expect(told(page)).toEqual({ status: 403, message, link: "/auth/sign-in?return=%2Fgraphql%3Fa%3D1" });
  });

  it.each([
    ["error=invalid_scope", 500, misconfigured],
    ["error=%3Cscript%3E&error_description=%3Cscript%3E", 500, misconfigured],
    ["error=temporarily_unavailable", 503, "temporarily_unavailable"],
    ["", 403, untrusted],
  ])("tells of the provider's answer %s", async (answer, status, message) => {
    const { browser, callback } = await beforeCallback();
    const { state = "", iss = "" } = Object.fromEntries(callback.searchParams);
    const page = await browser.request(`${app.origin}/auth/callback?${answer}&${new URLSearchParams({ state, iss })}`);
    const expected =
      message === "temporarily_unavailable" ? `The sign-in provider "${host()}" answered ${message}.` : message;
    expect(told({ ...page, text: page.text.replaceAll("&#34;", "'") })).toEqual({
      status,
      message: expected.replaceAll('"', "'"),
      link: again,
    });
  });
});

describe("what the provider says of the person", () => {
  const link = "/auth/sign-in?return=%2Fgraphql%3Fa%3D1";
  const nowSeconds = () => Math.floor(Date.now() / 1_000);

  it("is taken from a token that holds, within the tolerance of the clocks", async () => {
    const within = { iat: nowSeconds() + 20, exp: nowSeconds() - 20 };
    for (const { iat, exp } of [within, { ...within, iat: nowSeconds(), nbf: nowSeconds() + 20 }]) {
      const { page, browser } = await app.comesBack((claims) => app.provider.sign({ ...claims, iat, exp }));
      expect([page.status, page.headers.get("location")]).toEqual([303, "/graphql?a=1"]);
      expect((await app.ask(browser, whoAmI)).status).toBe(200);
    }
  });

  it.each<[string, (claims: Record<string, unknown>) => Promise<string>]>([
    ["an audience that is not us", (claims) => app.provider.sign({ ...claims, aud: "another" })],
    ["an audience besides us", (claims) => app.provider.sign({ ...claims, aud: ["metricsinfra", "another"] })],
    ["another issuer", (claims) => app.provider.sign({ ...claims, iss: "https://another.example.org" })],
    ["no nonce", (claims) => app.provider.sign({ ...claims, nonce: undefined })],
    ["no subject", (claims) => app.provider.sign({ ...claims, sub: undefined })],
    ["an empty subject", (claims) => app.provider.sign({ ...claims, sub: "" })],
    ["an expiry long past", (claims) => app.provider.sign({ ...claims, exp: nowSeconds() - 60 })],
    ["no expiry", (claims) => app.provider.sign({ ...claims, exp: undefined })],
    ["a beginning long after now", (claims) => app.provider.sign({ ...claims, nbf: nowSeconds() + 60 })],
    ["a making long after now", (claims) => app.provider.sign({ ...claims, iat: nowSeconds() + 60 })],
    ["a making long ago", (claims) => app.provider.sign({ ...claims, iat: nowSeconds() - 660 })],
    [
      "the signature of another key by the same name",
      async (claims) => {
        return new SignJWT({ iss: app.provider.issuer, ...claims })
          .setProtectedHeader({ alg: "RS256", kid: "first" })
          .sign(strangersKey);
      },
    ],
    [
      "the client's secret as the key",
      (claims) =>
        new SignJWT({ iss: app.provider.issuer, ...claims })
          .setProtectedHeader({ alg: "HS256" })
          .sign(Buffer.from(app.provider.settings.clientSecret)),
    ],
    ["no signature", async (claims) => new UnsecuredJWT({ iss: app.provider.issuer, ...claims }).encode()],
    ["no token at all", async () => "not a token"],
  ])("is not taken from a token with %s", async (_title, token) => {
    const { page } = await app.comesBack(token);
    expect(told(page)).toEqual({ status: 403, message: untrusted, link });
  });

  it("is not taken from another's user info", async () => {
    const { page } = await app.comesBack((claims) => app.provider.sign(claims), { sub: "olga", groups: ["sre"] });
    expect(told(page)).toEqual({ status: 403, message: untrusted, link });
  });

  it("is not taken when there are more groups than we keep; that is recorded with the person's name", async () => {
    const groups = Array.from({ length: 1_001 }, (_, index) => `group-${index}`);
    const { page } = await app.comesBack((claims) => app.provider.sign({ ...claims, groups, email: "a@example.org" }));
    expect(told(page)).toEqual({ status: 500, message: misconfigured, link });
    expect((await refusals()).at(-1)).toMatchObject({
      actor: "a@example.org",
      reason: "MISCONFIGURED: more than 1000 groups",
    });
    const { page: fits } = await app.comesBack((claims) => app.provider.sign({ ...claims, groups: groups.slice(1) }));
    expect(fits.status).toBe(303);
  });

  const json = "application/json";
  it.each([
    [
      "an error of its own",
      { status: 500, type: "text/html", body: "<h1>secret-word</h1>" },
      "answered something unexpected",
    ],
    ["no JSON", { status: 200, type: "text/html", body: "<h1>secret-word</h1>" }, "answered something unexpected"],
    ["too much", { status: 200, type: json, body: `"${"x".repeat(1024 * 1024)}"` }, "answered with too many bytes"],
  ])("is waited for no longer when it answers %s", async (_title, answer, what) => {
    const { page } = await app.comesBack(() => answer);
    const message = `The sign-in provider &#34;${host()}&#34; ${what}.`;
    expect(told(page)).toEqual({ status: 503, message, link });
  });

  it("is waited for no longer than the settings say", async () => {
    const { page } = await app.comesBack(() => new Promise(() => {}));
    const message = `The sign-in provider &#34;${host()}&#34; did not answer in time.`;
    expect(told(page)).toEqual({ status: 503, message, link });
  });

  it.each([
    ["does not know our secret", { status: 401, type: json, body: '{"error":"invalid_client"}' }, 500, misconfigured],
    ["breaks its JSON", { status: 200, type: json, body: '{"access_token":"secret-access-token' }, 403, untrusted],
  ])("is not taken when the provider %s", async (_title, answer, status, message) => {
    const { page } = await app.comesBack(() => answer);
    expect(told(page)).toEqual({ status, message, link });
  });
});

describe("while the provider is away", () => {
  it("the server starts, tokens work, sign-in says that it cannot be done, and can be once the provider is there", async () => {
    const late = await startOidcApp(await createSqliteDatabase(), {
      now: () => new Date(Date.now() + clockMs),
      beforeStart: (provider) => provider.stop(),
    });
    expect((await late.data(late.operator, "{ viewer { globalRole } }")).viewer).toEqual({ globalRole: "OPERATOR" });
    const browser = new ScriptedBrowser();
    const message = `The sign-in provider &#34;${new URL(late.provider.issuer).host}&#34; refused the connection.`;
    const page = await browser.request(`${late.origin}/auth/sign-in?return=/graphql`);
    expect(told(page)).toEqual({ status: 503, message, link: again });
    await late.provider.start();
    clockMs = 5_000;
    expect((await browser.follow(`${late.origin}/auth/sign-in`)).text).toContain("Log in");
  });

  it("who is signed in stays so, and can sign out here", async () => {
    const { browser } = await app.signedIn("alice");
    await app.provider.stop();
    expect((await app.ask(browser, whoAmI)).status).toBe(200);
    expect(await app.ask(browser, "", app.origin, "/auth/sign-out")).toMatchObject({ status: 200 });
    expect(await app.ask(browser, whoAmI)).toMatchObject({ status: 401 });
    await app.provider.start();
  });
});

it.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example/",
  "/.//evil.example",
  "/%0d%0aset-cookie:x=y",
  "/a\r\nset-cookie: x=y",
  "javascript:alert(1)",
  "/auth/sign-in",
])("leads nobody elsewhere after sign-in (%s)", async (path) => {
  const { landed } = await app.signedIn("alice", path);
  const location = landed.headers.get("location") ?? "";
  expect(new URL(location, app.origin).origin).toBe(app.origin);
  expect(["/graphql", "/%0d%0aset-cookie:x=y"]).toContain(location);
  expect(landed.headers.getSetCookie().map((cookie) => cookie.replace(/=.*/, ""))).toEqual([
    "__Host-sign-in",
    "__Host-session",
  ]);
});

/** All that the log says of sign-ins that fail: fixed texts, which quote nothing that was sent. */
const reasons = [
  "This sign-in was begun in another window or browser, or is over already.",
  "This sign-in took longer than 10 minutes.",
  "invalid_grant",
  "access_denied",
  "invalid_scope",
  "invalid_client",
  "an unknown error",
  "more than 1000 groups",
  'The sign-in provider "HOST" answered temporarily_unavailable.',
  'The sign-in provider "HOST" answered something unexpected.',
  'The sign-in provider "HOST" answered with too many bytes.',
  'The sign-in provider "HOST" did not answer in time.',
  'no authorization code in "callbackParameters"',
  'unexpected ID Token "nonce" claim value',
  'unexpected JWT "aud" (audience) claim value',
  'ID Token "aud" (audience) claim includes additional untrusted audiences',
  'unexpected JWT "iss" (issuer) claim value',
  'JWT "nonce" (nonce) claim missing',
  'JWT "sub" (subject) claim missing',
  '"expectedSubject" must not be empty',
  'unexpected JWT "exp" (expiration time) claim value, expiration is past current timestamp',
  'JWT "exp" (expiration time) claim missing',
  'unexpected JWT "nbf" (not before) claim value',
  '"iat" claim timestamp check failed (it should be in the past)',
  '"iat" claim timestamp check failed (too far in the past)',
  "signature verification failed",
  'unexpected JWT "alg" header parameter',
  "Invalid JWT",
  'unexpected "response" body "sub" property value',
  'failed to parse "response" body as JSON',
];

it("the log tells why sign-ins failed, and holds no code, token, cookie or secret", async () => {
  const { browser, callback } = await beforeCallback();
  const secrets = [...browser.cookies.values(), ...callback.searchParams.values()];
  alterAttempt(browser, { nonce: "other" });
  await browser.request(callback);
  secrets.push(...(await app.signedIn("alice")).browser.cookies.values());
  const told = () => app.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "A sign-in failed");
  await waitFor(() => told().length > 0, { what: "a line of the log" });
  expect(told().map(({ reason }) => reason.replace(host(), "HOST"))).toSatisfy((seen: string[]) =>
    seen.every((reason) => reasons.includes(reason)),
  );
  const text = app.lines.join("");
  const hidden = [...secrets, app.provider.settings.clientSecret, app.operator, "secret-code", "secret-access-token"];
  expect(hidden.filter((secret) => secret !== app.provider.issuer && text.includes(secret))).toEqual([]);
  expect(text).not.toMatch(/secret-word|eyJ|alice@example\.org/);
});

it("refused sign-ins fill no log", async () => {
  const quiet = await startOidcApp(await createSqliteDatabase(), { now: () => new Date("2026-01-01T00:00:00Z") });
  const browser = new ScriptedBrowser();
  for (let n = 0; n < 70; n++) await browser.request(`${quiet.origin}/auth/callback?error=access_denied`);
  expect(quiet.lines.filter((line) => JSON.parse(line).msg === "A sign-in failed")).toHaveLength(60);
});

it("an address that begins too often has to wait, and has neither the provider nor the database asked", async () => {
  const hurried = await startOidcApp(await createSqliteDatabase(), { limits: { rate: { signInsPerMinute: 3 } } });
  const { browser } = await hurried.signedIn("alice"); // two of the three
  const page = await browser.request(`${hurried.origin}/auth/callback?error=access_denied`);
  expect(page.status).toBe(400);
  const statements = await hurried.statementsOf(async () => {
    for (const path of ["/auth/sign-in", "/auth/callback?code=a&state=b"]) {
      const refused = await browser.request(`${hurried.origin}${path}`);
      const message = expect.stringMatching(/^Too many sign-ins came from this address\. Wait \d+ s\.$/);
      expect(told(refused)).toEqual({ status: 429, message, link: "/auth/sign-in" });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    const signOut = await browser.request(`${hurried.origin}/auth/sign-out`, {
      method: "POST",
      headers: { origin: hurried.origin },
    });
    expect([signOut.status, JSON.parse(signOut.text).errors[0].extensions.code]).toEqual([429, "RATE_LIMITED"]);
  });
  expect(statements).toEqual([]);
  expect((await hurried.ask(browser, whoAmI)).body.data.viewer.name).toBe("Alice");
});
