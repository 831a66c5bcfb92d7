import { request } from "node:http";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

type Access = NonNullable<TestSettings["access"]>;
type Headers = Readonly<Record<string, string | readonly string[]>>;

const groups: Access["groups"] = [
  { group: "project-{name}", role: "MEMBER" },
  { group: "project-{name}-admins", role: "ADMIN" },
  { group: "sre", role: "OPERATOR" },
];
const refused = [401, "UNAUTHENTICATED"];
const logLines: string[] = [];
let nowMs = Date.parse("2026-01-01T00:00:00Z");
const warnings = () => logLines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);

beforeEach(() => {
  logLines.length = 0;
  nowMs += 3_600_000;
});

async function startWith(access: Access, more: TestSettings = {}): Promise<TestApp> {
  const onLog = (line: string) => logLines.push(line);
  const app = await startApp(await createSqliteDatabase(), { access, onLog, now: () => new Date(nowMs), ...more });
  for (const name of ["web", "shop"]) {
    await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`);
  }
  return app;
}

/** Sends headers as they are, which `fetch` would join, refuse or change; gives the viewer, or status and codes. */
async function viewerOf(app: TestApp, headers: Headers): Promise<unknown> {
  const body = JSON.stringify({ query: "{ viewer { kind name globalRole memberships { role project { name } } } }" });
  const { port, pathname } = new URL(app.url);
  const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
    const sent = request(
      {
        port,
        path: pathname,
        method: "POST",
        host: "127.0.0.1",
        headers: { "content-type": "application/json", ...headers },
      },
      (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          answer += chunk;
        });
        response.once("end", () => resolve([response.statusCode ?? 0, answer]));
      },
    );
    // As bytes: Node would write the headers together with a text, in the text's encoding.
    sent.once("error", reject).end(Buffer.from(body));
  });
  const { data, errors } = JSON.parse(text);
  if (errors) return [status, ...errors.map((error: { extensions: { code: string } }) => error.extensions.code)];
  const { kind, name, globalRole, memberships } = data.viewer;
  const roles = memberships.map((held: { role: string; project: { name: string } }) => [held.project.name, held.role]);
  return { kind, name, globalRole, roles: Object.fromEntries(roles) };
}

describe("headers of a listed proxy", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startWith({ proxyHeader: { addresses: ["127.0.0.0/8"] }, groups });
  });

  it("say who is asking, and the groups what they may do", async () => {
    const headers = {
      "x-remote-user": "alice",
      "X-Remote-Groups": "project-web-admins, project-shop,project-none,other,",
    };
    expect(await viewerOf(app, headers)).toEqual({
      kind: "PROXY_HEADER",
      name: "alice",
      globalRole: null,
      roles: { web: "ADMIN", shop: "MEMBER" },
    });
    expect(await viewerOf(app, { "x-remote-user": "root", "x-remote-groups": "sre" })).toEqual({
      kind: "PROXY_HEADER",
      name: "root",
      globalRole: "OPERATOR",
      roles: {},
    });
  });

  it("are a way in that anybody may know of", async () => {
    const ways = await fetch(new URL("/auth/ways", app.url));
    expect(await ways.json()).toEqual({ ways: ["API_TOKEN", "PROXY_HEADER"] });
  });

  it("without groups give no role, and without a user nobody", async () => {
    expect(await viewerOf(app, { "x-remote-user": "alice" })).toEqual({
      kind: "PROXY_HEADER",
      name: "alice",
      globalRole: null,
      roles: {},
    });
    expect(await viewerOf(app, { "x-remote-groups": "sre" })).toEqual(refused);
    for (const user of ["", "  ", "\u00c2\u00a0"]) {
      expect(await viewerOf(app, { "x-remote-user": user, "x-remote-groups": "sre" })).toEqual(refused);
    }
  });

  it("given twice prove nothing", async () => {
    expect(await viewerOf(app, { "x-remote-user": ["alice", "root"] })).toEqual(refused);
    expect(await viewerOf(app, { "x-remote-user": ["alice", "alice"] })).toEqual(refused);
    const groupLists = ["project-web", "sre"];
    expect(await viewerOf(app, { "x-remote-user": "alice", "x-remote-groups": groupLists })).toEqual(refused);
  });

  it("are UTF-8, and nothing else", async () => {
    const bytes = (text: string) => Buffer.from(text).toString("latin1");
    expect(await viewerOf(app, { "x-remote-user": bytes("jürgen") })).toMatchObject({ name: "jürgen" });
    expect(await viewerOf(app, { "x-remote-user": "j\u00fcrgen" })).toEqual(refused);
    // Another kind of space makes another group.
    const groupList = bytes("sre\u00a0,\ufeffsre,project-web\u2003");
    expect(await viewerOf(app, { "x-remote-user": "alice", "x-remote-groups": groupList })).toMatchObject({
      globalRole: null,
      roles: {},
    });
  });

  it("come second to a token, good or bad, and do not mind what a proxy asked the browser for", async () => {
    const headers = { "x-remote-user": "alice" };
    expect(await viewerOf(app, { ...headers, authorization: `Bearer ${app.operator}` })).toMatchObject({
      kind: "API_TOKEN",
    });
    for (const token of ["Bearer mi_wrong", "Bearer other", "Bearer two words", "bearer", "mi_wrong", "Token abc"]) {
      expect(await viewerOf(app, { ...headers, authorization: token })).toEqual(refused);
    }
    expect(await viewerOf(app, { ...headers, "x-auth-token": "other" })).toEqual(refused);
    expect(await viewerOf(app, { ...headers, "x-auth-token": ["", ""] })).toEqual(refused);
    for (const scheme of ["Basic YTpi", "Negotiate YII=", 'Digest username="a"', "NTLM TlRM"]) {
      expect(await viewerOf(app, { ...headers, authorization: scheme })).toMatchObject({ name: "alice" });
    }
  });

  it("stand in the change log as their user, who is the same one in every request", async () => {
    const create = 'mutation { projectCreate(input: { name: "once" }) { project { id } userErrors { code } } }';
    const headers = { "x-remote-user": "root", "x-remote-groups": "sre", "idempotency-key": "one" };
    const [first, repeated] = [
      await app.graphql(null, create, {}, headers),
      await app.graphql(null, create, {}, headers),
    ];
    expect(repeated.data).toEqual(first.data);
    const { auditEntries } = await app.data(app.operator, "{ auditEntries(first: 1) { nodes { actor actorKind } } }");
    expect(auditEntries.nodes).toEqual([{ actor: "root", actorKind: "PROXY_HEADER" }]);
    const other = await app.graphql(null, create, {}, { ...headers, "x-remote-user": "admin" });
    expect(other.data.projectCreate).toEqual({ project: null, userErrors: [{ code: "TAKEN" }] });
  });
});

describe("the settings", () => {
  it("name the headers, what stands between groups, and networks of either kind", async () => {
    const proxyHeader = {
      user: "X-WebAuth-User",
      groups: "X-WebAuth-Groups",
      name: "X-WebAuth-Name",
      separator: "|",
      addresses: ["192.0.2.0/24", "::ffff:127.0.0.0/104"],
    };
    const app = await startWith({ proxyHeader, groups });
    const headers = { "x-webauth-user": "u123", "x-webauth-groups": "a,b|project-web", "x-webauth-name": "Alice" };
    expect(await viewerOf(app, headers)).toMatchObject({ name: "Alice", roles: { web: "MEMBER" } });
    expect(await viewerOf(app, { ...headers, "x-webauth-name": "" })).toMatchObject({ name: "u123" });
    expect(await viewerOf(app, { ...headers, "x-webauth-name": ["Alice", "Bob"] })).toEqual(refused);
    expect(await viewerOf(app, { "x-remote-user": "alice" })).toEqual(refused);
  });

  it.each([
    [{ addresses: [] }, /Too small/],
    [{ addresses: ["everywhere"] }, /An address, or a network/],
    [{ addresses: ["10.0.0.0/8"], user: "a b" }, /The name of a header/],
    [{ addresses: ["10.0.0.0/8"], groups: "x-remote-USER" }, /a user's name is no group/],
  ])("%j are refused", async (proxyHeader, message) => {
    await expect(startWith({ proxyHeader })).rejects.toThrow(message);
  });
});

describe("headers from anywhere else", () => {
  const headers = { "x-remote-user": "root", "x-remote-groups": "sre" };

  it("are passed over, and logged once a minute for each address, never with what they say", async () => {
    const app = await startWith({ proxyHeader: { addresses: ["192.0.2.0/24"] }, groups });
    for (let time = 0; time < 3; time++) expect(await viewerOf(app, headers)).toEqual(refused);
    const warning = {
      level: 40,
      time: expect.any(String),
      peer: "127.0.0.1",
      msg: "Headers that say who is asking were ignored: they come from no address in access.proxyHeader.addresses",
    };
    expect(warnings()).toEqual([warning]);
    nowMs += 61_000;
    expect(await viewerOf(app, headers)).toEqual(refused);
    expect(warnings()).toEqual([warning, warning]);
    expect(logLines.filter((line) => /root|sre/.test(line))).toEqual([]);
  });

  it("are passed over too when another header says that they come from the proxy", async () => {
    const app = await startWith(
      { proxyHeader: { addresses: ["192.0.2.1"] }, groups },
      { listen: { port: 0, trustedProxies: ["127.0.0.1"] } },
    );
    const forged = { ...headers, "x-forwarded-for": "192.0.2.1", forwarded: "for=192.0.2.1", "x-real-ip": "192.0.2.1" };
    expect(await viewerOf(app, forged)).toEqual(refused);
  });

  it("mean nothing without the setting, and are not worth a warning", async () => {
    const app = await startWith({ groups });
    expect(await viewerOf(app, headers)).toEqual(refused);
    expect(warnings()).toEqual([]);
  });

  it("leave those alone who come with a token, or with nothing", async () => {
    const app = await startWith({ proxyHeader: { addresses: ["192.0.2.0/24"] }, groups });
    expect(await viewerOf(app, { ...headers, authorization: `Bearer ${app.operator}` })).toMatchObject({
      name: "test",
    });
    expect(await viewerOf(app, {})).toEqual(refused);
    expect(warnings()).toEqual([]);
  });
});

describe("on a socket that speaks both versions of IP", () => {
  it("an IPv4 address counts as one", async () => {
    const app = await startWith(
      { proxyHeader: { addresses: ["127.0.0.1"] }, groups },
      { listen: { port: 0, host: "::" } },
    );
    expect(
      await viewerOf({ ...app, url: app.url.replace("[::]", "127.0.0.1") }, { "x-remote-user": "alice" }),
    ).toMatchObject({
      name: "alice",
    });
  });
});
