import { beforeAll, describe, expect, it } from "vitest";
import { createSqliteDatabase, type SqliteSettings } from "../support/databases.js";
import { readRows } from "../support/read-rows.js";
import { ScriptedBrowser } from "../support/scripted-browser.js";
import { type OidcApp, startOidcApp, whoAmI } from "./oidc-app.js";

let database: SqliteSettings;
let app: OidcApp;
/** The browser of an operator, and what somebody has who only took its cookie. */
let browser: ScriptedBrowser;
let thief: ScriptedBrowser;
beforeAll(async () => {
  database = await createSqliteDatabase();
  app = await startOidcApp(database);
  ({ browser } = await app.signedIn("olga"));
  thief = new ScriptedBrowser();
  thief.cookies.set("__Host-session", browser.cookies.get("__Host-session") ?? "");
});

const projects = () => readRows(database, "SELECT name FROM project");
const sessions = () => readRows(database, "SELECT id FROM session");
const create = (name: string) => `mutation { projectCreate(input: { name: "${name}" }) { project { name } } }`;
const refused = () => ({
  status: 403,
  body: {
    errors: [
      {
        message: `A request with a session cookie must come from a page of ${app.origin}, and say so in its Origin header. Programs send a token instead.`,
        extensions: { code: "FORBIDDEN", requestId: expect.any(String) },
      },
    ],
  },
});

it("a page of ours reads, writes and streams with the cookie", async () => {
  expect(await app.ask(browser, create("mine"))).toMatchObject({
    status: 200,
    body: { data: { projectCreate: { project: { name: "mine" } } } },
  });
  const abort = new AbortController();
  const response = await fetch(`${app.url}/stream`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      origin: app.origin,
      cookie: `__Host-session=${browser.cookies.get("__Host-session")}`,
    },
    body: JSON.stringify({ query: "subscription { revisions }" }),
    signal: abort.signal,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  abort.abort();
});

describe.each([
  ["without an Origin", () => null],
  ["from another site", () => "https://evil.example"],
  ["from a page without an origin", () => "null"],
  ["from another port", () => `${app.origin.replace(/\d+$/, "")}1`],
  ["from another scheme", () => app.origin.replace("http:", "https:")],
  ["from a host that begins alike", () => `${app.origin}.evil.example`],
  ["from an origin that is written otherwise", () => `${app.origin}/`],
])("a stolen cookie %s", (_title, from) => {
  it("cannot read", async () => {
    const { headers, ...answer } = await app.ask(thief, whoAmI, from());
    expect(answer).toEqual(refused());
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("cannot write", async () => {
    const before = await projects();
    const { headers: _, ...answer } = await app.ask(thief, create("stolen"), from());
    expect(answer).toEqual(refused());
    expect(await projects()).toEqual(before);
  });

  it("cannot open a stream", async () => {
    const { headers: _, ...answer } = await app.ask(thief, "subscription { revisions }", from(), "/graphql/stream");
    expect(answer).toEqual(refused());
  });

  it("cannot sign out", async () => {
    const before = await sessions();
    const { headers, ...answer } = await app.ask(thief, "", from(), "/auth/sign-out");
    expect([answer, headers.getSetCookie()]).toEqual([refused(), []]);
    expect(await sessions()).toEqual(before);
  });
});

it("the same holds for a cookie that is worth nothing, so that a stranger learns nothing", async () => {
  const stranger = new ScriptedBrowser();
  stranger.cookies.set("__Host-session", "x".repeat(43));
  const { headers: _, ...answer } = await app.ask(stranger, whoAmI, "https://evil.example");
  expect(answer).toEqual(refused());
  expect((await app.ask(stranger, whoAmI)).status).toBe(401);
});

it("two cookies or two origins are no way round it", async () => {
  const cookie = `__Host-session=${"x".repeat(43)}; __Host-session=${browser.cookies.get("__Host-session")}`;
  const send = (headers: [string, string][]) =>
    fetch(app.url, {
      method: "POST",
      headers: [["content-type", "application/json"], ...headers],
      body: JSON.stringify({ query: whoAmI }),
    });
  const first = await send([
    ["cookie", cookie],
    ["origin", app.origin],
  ]);
  expect(first.status).toBe(401);
  const { status } = await send([
    ["cookie", `__Host-session=${browser.cookies.get("__Host-session")}`],
    ["origin", app.origin],
    ["origin", "https://evil.example"],
  ]);
  expect(status).toBe(403);
});

it("no preflight of another site is answered with leave to go on", async () => {
  for (const path of ["/graphql", "/graphql/stream", "/auth/sign-out", "/auth/ways"]) {
    const { headers } = await fetch(`${app.origin}${path}`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

it("requests with a token need no Origin, and count as the token's, whatever cookie comes along", async () => {
  const viewer = async (headers: Record<string, string>) => {
    const { status, data } = await app.graphql(null, "{ viewer { kind name } }", {}, headers);
    return { status, viewer: data?.viewer };
  };
  const cookie = `__Host-session=${browser.cookies.get("__Host-session")}`;
  const token = { status: 200, viewer: { kind: "API_TOKEN", name: "test" } };
  expect(await viewer({ authorization: `Bearer ${app.operator}` })).toEqual(token);
  expect(await viewer({ authorization: `Bearer ${app.operator}`, cookie, origin: "https://evil.example" })).toEqual(
    token,
  );
  for (const bearer of ["mi_revoked", "eyJ.eyJ.eyJ", "anything"]) {
    const headers = { authorization: `Bearer ${bearer}`, cookie, origin: app.origin };
    expect(await viewer(headers)).toEqual({ status: 401, viewer: undefined });
  }
  expect(await viewer({ "x-auth-token": "gAAAA", cookie, origin: app.origin })).toEqual({
    status: 401,
    viewer: undefined,
  });
});

it("anybody may know which ways in there are, and no more", async () => {
  const response = await fetch(`${app.origin}/auth/ways`);
  expect([response.status, response.headers.get("cache-control"), await response.json()]).toEqual([
    200,
    "no-store",
    { ways: ["API_TOKEN", "OIDC"] },
  ]);
});
