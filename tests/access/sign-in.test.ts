import { afterEach, beforeAll, expect, it } from "vitest";
import { hashOfSecret } from "../../server/access/secret.js";
import { startApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { readRows } from "../support/read-rows.js";
import { ScriptedBrowser } from "../support/scripted-browser.js";
import { groupPatterns, type OidcApp, people, startOidcApp, whoAmI } from "./oidc-app.js";

const sessionCookie = "__Host-session";
const entries = `query ($action: ChangeAction) { auditEntries(filter: { entityType: "Session", action: $action }, first: 1) {
  nodes { action actor actorKind source requestId entityType entityId project { name } before after reason }
} }`;
const unauthenticated = { status: 401, body: { errors: [expect.objectContaining({ message: expect.any(String) })] } };

describeOnEachDatabase((database) => {
  let app: OidcApp;
  let clockMs = 0;
  const now = () => new Date(Date.now() + clockMs);
  afterEach(() => {
    clockMs = 0;
  });
  const minutes = (count: number) => count * 60_000;

  beforeAll(async () => {
    app = await startOidcApp(database.settings, { now });
  });

  const storedSessions = () => readRows(database.settings, "SELECT * FROM session");
  const until = (url: string) => url.startsWith(`${app.origin}/graphql`);
  const newestEntry = async (action: string) =>
    (await app.data(app.operator, entries, { action })).auditEntries.nodes[0];

  it("sends the browser to the provider with code, PKCE, state and nonce, each new", async () => {
    const browser = new ScriptedBrowser();
    const [first, second] = [
      await browser.request(`${app.origin}/auth/sign-in`),
      await browser.request(`${app.origin}/auth/sign-in`),
    ];
    const asked = [first, second].map(({ headers }) => new URL(headers.get("location") ?? ""));
    expect(asked.map((url) => `${url.origin}${url.pathname}`)).toEqual(Array(2).fill(`${app.provider.issuer}/auth`));
    expect(asked.map((url) => Object.fromEntries(url.searchParams))).toEqual(
      Array(2).fill({
        client_id: "metricsinfra",
        response_type: "code",
        redirect_uri: `${app.origin}/auth/callback`,
        scope: "openid profile email groups",
        state: expect.stringMatching(/^[\w-]{43}$/),
        nonce: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: "S256",
      }),
    );
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(asked[0]?.searchParams.get(name)).not.toBe(asked[1]?.searchParams.get(name));
    }
    expect([first.status, first.headers.get("cache-control"), first.headers.get("referrer-policy")]).toEqual([
      303,
      "no-store",
      "no-referrer",
    ]);
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-sign-in=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });

  it("opens a session for whom the provider vouches, with the roles of the groups, and records it", async () => {
    const { browser, landed } = await app.signedIn("alice", "/graphql?query=x&y=%2F#z");
    expect([landed.status, landed.url]).toEqual([303, `${app.origin}/graphql?query=x&y=%2F#z`]);
    expect(landed.headers.getSetCookie()).toEqual([
      "__Host-sign-in=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
      expect.stringMatching(/^__Host-session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect((await app.ask(browser, whoAmI)).body.data).toEqual({
      viewer: {
        kind: "OIDC",
        name: "Alice",
        globalRole: null,
        memberships: [{ role: "MEMBER", project: { name: "shop" } }],
      },
    });

    const secret = browser.cookies.get(sessionCookie) ?? "";
    const [stored, ...others] = await storedSessions();
    expect([stored, others]).toEqual([expect.objectContaining({ hash: hashOfSecret(secret), subject: "alice" }), []]);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(await newestEntry("SIGN_IN")).toEqual({
      action: "SIGN_IN",
      actor: "Alice",
      actorKind: "OIDC",
      source: "127.0.0.1",
      requestId: landed.headers.get("x-request-id"),
      entityType: "Session",
      entityId: stored?.id,
      project: null,
      before: null,
      after: {
        issuer: app.provider.issuer,
        subject: "alice",
        name: "Alice",
        groups: people.alice.groups,
        expiresAt: expect.any(String),
      },
      reason: null,
    });
  });

  it("asks the database twice for a request with a session: for it, and for the projects of its groups", async () => {
    const { browser } = await app.signedIn("alice");
    expect(await app.statementsOf(() => app.ask(browser, "{ viewer { name } }"))).toEqual([
      expect.stringMatching(/FROM .session./),
      expect.stringMatching(/FROM .project./),
    ]);
    const { browser: olgas } = await app.signedIn("olga");
    expect(await app.statementsOf(() => app.ask(olgas, "{ viewer { name } }"))).toHaveLength(1);
  });

  it("gives a new session at every sign-in, and ends the one that the browser had", async () => {
    const { browser } = await app.signedIn("alice");
    const before = browser.cookies.get(sessionCookie) ?? "";
    await browser.follow(`${app.origin}/auth/sign-in`, until);
    const after = browser.cookies.get(sessionCookie) ?? "";
    expect(after).not.toBe(before);
    expect((await app.ask(browser, whoAmI)).status).toBe(200);
    browser.cookies.set(sessionCookie, before);
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
  });

  it("takes no session that somebody planted in the browser before the sign-in", async () => {
    const planted = "p".repeat(43);
    const browser = new ScriptedBrowser();
    browser.cookies.set(sessionCookie, planted);
    await browser.logIn(await browser.follow(`${app.origin}/auth/sign-in`), "alice", { until });
    expect(browser.cookies.get(sessionCookie)).toMatch(/^[\w-]{43}$/);
    expect(browser.cookies.get(sessionCookie)).not.toBe(planted);
    browser.cookies.set(sessionCookie, planted);
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
  });

  it("ends the session at sign-out, records it, and goes on to the provider", async () => {
    const { browser } = await app.signedIn("alice");
    const secret = browser.cookies.get(sessionCookie) ?? "";
    const count = (await storedSessions()).length;
    const answer = await app.ask(browser, "", app.origin, "/auth/sign-out");
    const url = new URL(answer.body.url);
    expect([answer.status, `${url.origin}${url.pathname}`, Object.fromEntries(url.searchParams)]).toEqual([
      200,
      `${app.provider.issuer}/session/end`,
      { client_id: "metricsinfra", post_logout_redirect_uri: `${app.origin}/auth/signed-out` },
    ]);
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    expect(await storedSessions()).toHaveLength(count - 1);
    browser.cookies.set(sessionCookie, secret);
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
    expect(await newestEntry("SIGN_OUT")).toMatchObject({
      action: "SIGN_OUT",
      actor: "Alice",
      actorKind: "OIDC",
      source: "127.0.0.1",
      requestId: answer.headers.get("x-request-id"),
      entityId: expect.stringMatching(/^ses_/),
      before: { subject: "alice", name: "Alice" },
      after: null,
    });
    const bye = await browser.request(`${app.origin}/auth/signed-out`);
    expect([bye.status, bye.text]).toEqual([200, expect.stringContaining("Your session has ended.")]);
  });

  it("signs out who has no session any more", async () => {
    const signedOut = { status: 200, body: { url: `${app.origin}/auth/signed-out` } };
    expect(await app.ask(new ScriptedBrowser(), "", app.origin, "/auth/sign-out")).toMatchObject(signedOut);
  });

  it("notes when somebody was last there, at most once a minute, and ends idle and old sessions", async () => {
    const { browser } = await app.signedIn("alice");
    const updates = async () =>
      (await app.statementsOf(() => app.ask(browser, whoAmI))).filter((sql) => /^UPDATE .session./.test(sql)).length;
    expect(await updates()).toBe(0);
    clockMs = minutes(2);
    expect([await updates(), await updates()]).toEqual([1, 0]);
    clockMs = minutes(61);
    expect((await app.ask(browser, whoAmI)).status).toBe(200);
    clockMs = minutes(61 + 60);
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
    for (clockMs = minutes(61); clockMs < minutes(8 * 60); clockMs += minutes(50)) {
      expect((await app.ask(browser, whoAmI)).status).toBe(200);
    }
    clockMs = minutes(8 * 60);
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
  });

  it("deletes the sessions that are over when somebody signs in", async () => {
    await app.signedIn("alice");
    const old = await storedSessions();
    clockMs = minutes(8 * 60 + 1);
    const later = Math.floor(now().getTime() / 1_000);
    await app.comesBack((claims) => app.provider.sign({ ...claims, sub: "olga", iat: later, exp: later + 600 }), {
      sub: "olga",
    });
    clockMs = 0;
    const left = await storedSessions();
    expect(old.length).toBeGreaterThan(0);
    expect(left.map(({ subject }) => subject)).toEqual(["olga"]);
  });

  it("gives the roles of the settings as they are now, not as they were at sign-in", async () => {
    const { browser } = await app.signedIn("alice");
    await app.close();
    const oidc = { ...app.provider.settings };
    const listen = { port: Number(new URL(app.origin).port), publicUrl: app.origin };
    const later = await startApp(database.settings, {
      listen,
      access: { oidc, groups: [...groupPatterns, { group: "staff", role: "READER" }] },
    });
    expect((await app.ask(browser, whoAmI)).body.data.viewer).toMatchObject({ name: "Alice", globalRole: "READER" });
    await later.close();
    const other = { ...oidc, issuer: "https://another.example.org" };
    await startApp(database.settings, { listen, access: { oidc: other } });
    expect(await app.ask(browser, whoAmI)).toMatchObject(unauthenticated);
  });
});
