import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../sdk/index.js";
import { faults, faultTimeoutMs, forward, hang, json, type StandIn, startStandIn } from "../clients/stand-in.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { type Keystone, type KeystoneLogin, startKeystone } from "../support/keystone.js";
import type { Answer } from "../support/post-graphql.js";
import { waitFor } from "../support/wait-for.js";

type KeystoneSettings = NonNullable<NonNullable<TestSettings["access"]>["keystone"]>;

const whoAmI = "{ viewer { kind name globalRole everyProjectRole memberships { role project { name } } } }";
const logLines: string[] = [];
let keystone: Keystone;
/** Stands before Keystone: counts what is asked of it, and can be cut off. */
let gate: StandIn;
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);
/** Ids in OpenStack of the projects that are here too, by name. */
const openstackIds: Record<string, string> = {};
let alice: KeystoneLogin;

beforeAll(async () => {
  keystone = await startKeystone();
  gate = await startStandIn(forward(keystone.url));
  for (const name of ["web", "shop", "closed"]) openstackIds[name] = await keystone.project(name);
  alice = await keystone.user("alice");
  await keystone.grant(alice, "member", inProject("web"));
}, 180_000);

beforeEach(() => {
  gate.answerWith(forward(keystone.url));
});

const inProject = (name: string) => ({ projectId: openstackIds[name] ?? "" });

async function startWith(settings: Partial<KeystoneSettings> = {}): Promise<TestApp> {
  const access = { keystone: { url: `${gate.url}/v3`, timeoutSeconds: 30, ...settings } };
  const app = await startApp(await createSqliteDatabase(), { access, now, onLog: (line) => logLines.push(line) });
  const create = "mutation ($input: ProjectCreateInput!) { projectCreate(input: $input) { project { id } } }";
  for (const [name, openstackId] of Object.entries(openstackIds)) {
    await app.data(app.operator, create, { input: { name, openstackId } });
  }
  return app;
}

const ask = (app: TestApp, token: string, query = whoAmI): Promise<Answer> =>
  app.graphql(null, query, {}, { "x-auth-token": token });

/** Who the server takes the token's holder for; its status and code when it takes it for nobody. */
async function holderOf(app: TestApp, token: string): Promise<unknown> {
  const { status, data, errors } = await ask(app, token);
  if (errors !== undefined) return [status, ...errors.map(({ extensions }) => extensions.code)];
  const { kind, name, globalRole, everyProjectRole, memberships } = data.viewer;
  const roles = memberships.map((held: { role: string; project: { name: string } }) => [held.project.name, held.role]);
  return { kind, name, globalRole, everyProjectRole, roles: Object.fromEntries(roles) };
}

const holder = (name: string, roles: Record<string, string>, globalRole: string | null = null) => ({
  kind: "KEYSTONE",
  name: `${name}@Default`,
  globalRole,
  everyProjectRole: null,
  roles,
});
const refused = [401, "UNAUTHENTICATED"];
const unavailable = [503, "UPSTREAM_UNAVAILABLE"];
const pass = (seconds: number) => {
  aheadMs += seconds * 1_000;
};

/** How often Keystone was asked while `work` ran. */
async function requestsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = gate.requests.length;
  await work();
  return gate.requests.slice(before);
}

describe("a Keystone token", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startWith();
  });

  it.each([
    ["reader", "VIEWER"],
    ["member", "MEMBER"],
    ["admin", "ADMIN"],
  ])("of a project's %s makes a %s there, and nothing elsewhere", async (role, expected) => {
    const user = await keystone.user(`a-${role}`);
    await keystone.grant(user, role, inProject("web"));
    await keystone.grant(user, role, inProject("shop"));
    const token = await keystone.token(user, inProject("web"));
    expect(await holderOf(app, token)).toEqual(holder(`a-${role}`, { web: expected }));
    const { data } = await ask(
      app,
      token,
      '{ web: project(name: "web") { viewerRole } shop: project(name: "shop") { id } }',
    );
    expect(data).toEqual({ web: { viewerRole: expected }, shop: null });
  });

  it("stands in the change log as user and domain, who is the same one with every token", async () => {
    const client = createClient({ url: app.url, keystoneToken: () => keystone.token(alice, inProject("web")) });
    const project = (await client.projects.find("web"))?.id ?? "";
    const job = { project, name: "once", staticTargets: [{ host: "10.0.0.1", port: 1 }] };
    const create = () => client.scrapeJobs.create(job, { idempotencyKey: "one" });
    const [{ scrapeJob: first }, { scrapeJob: repeated }] = [await create(), await create()];
    expect(repeated).toEqual(first);
    const { auditEntries } = await app.data(app.operator, "{ auditEntries(first: 1) { nodes { actor actorKind } } }");
    expect(auditEntries.nodes).toEqual([{ actor: "alice@Default", actorKind: "KEYSTONE" }]);
  });

  it("is a way in that anybody may know of", async () => {
    const ways = await fetch(new URL("/auth/ways", app.url));
    expect(await ways.json()).toEqual({ ways: ["API_TOKEN", "KEYSTONE"] });
  });

  it("without a scope, or for a project that is not here, signs in without roles", async () => {
    const elsewhere = { projectId: await keystone.project("elsewhere") };
    await keystone.grant(alice, "admin", elsewhere);
    for (const scope of ["unscoped", elsewhere] as const) {
      expect(await holderOf(app, await keystone.token(alice, scope))).toEqual(holder("alice", {}));
    }
  });

  it("for the whole system gives nothing unless the settings say so", async () => {
    const token = await keystone.token(keystone.admin, "system");
    expect(await holderOf(app, token)).toEqual(holder("admin", {}));
  });

  it("of an application credential gives the credential's roles, and one for other services alone nothing", async () => {
    const user = await keystone.user("robot-maker");
    await keystone.grant(user, "admin", inProject("web"));
    const withRole = async (name: string, more: object) =>
      credentialToken(user, { name, roles: [{ name: "reader" }], ...more });
    expect(await holderOf(app, await withRole("plain", {}))).toEqual(holder("robot-maker", { web: "VIEWER" }));
    const access_rules = [{ path: "/v2.1/servers", method: "GET", service: "compute" }];
    expect(await holderOf(app, await withRole("ruled", { access_rules }))).toEqual(refused);
  });

  it("follows the project that has the id in OpenStack now", async () => {
    const [user, projectId] = [await keystone.user("mover"), await keystone.project("moved")];
    await keystone.grant(user, "member", { projectId });
    const token = await keystone.token(user, { projectId });
    expect(await holderOf(app, token)).toEqual(holder("mover", {}));
    const create = "mutation ($input: ProjectCreateInput!) { projectCreate(input: $input) { project { id } } }";
    const { projectCreate } = await app.data(app.operator, create, {
      input: { name: "first", openstackId: projectId },
    });
    expect(await holderOf(app, token)).toEqual(holder("mover", { first: "MEMBER" }));
    await app.data(app.operator, "mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }", projectCreate.project);
    await app.data(app.operator, create, { input: { name: "second", openstackId: projectId } });
    expect(await holderOf(app, token)).toEqual(holder("mover", { second: "MEMBER" }));
  });

  it("is asked about once by all who bring it at the same time, and again when the answer is old", async () => {
    const token = await keystone.token(alice, inProject("web"));
    const validation = "GET /v3/auth/tokens?nocatalog=";
    expect(await requestsOf(() => Promise.all([1, 2, 3].map(() => ask(app, token))))).toEqual([validation]);
    pass(59);
    expect(await requestsOf(() => ask(app, token))).toEqual([]);
    pass(2);
    expect(await requestsOf(() => ask(app, token))).toEqual([validation]);
  });

  it("ends with its role: what was known lives on for the cache's time and no longer", async () => {
    const user = await keystone.user("leaver");
    await keystone.grant(user, "admin", inProject("web"));
    const token = await keystone.token(user, inProject("web"));
    expect(await holderOf(app, token)).toEqual(holder("leaver", { web: "ADMIN" }));
    await keystone.revoke(user, "admin", openstackIds.web ?? "");
    expect(await holderOf(app, token)).toEqual(holder("leaver", { web: "ADMIN" }));
    pass(61);
    expect(await holderOf(app, token)).toEqual(refused);
  });

  it("ends with its project, and with its user's password", async () => {
    const user = await keystone.user("closer");
    await keystone.grant(user, "member", inProject("closed"));
    const tokens = [await keystone.token(user, inProject("closed")), await keystone.token(user, "unscoped")];
    const holders = () => Promise.all(tokens.map((token) => holderOf(app, token)));
    expect(await holders()).toEqual([holder("closer", { closed: "MEMBER" }), holder("closer", {})]);
    await keystone.call("PATCH", `/v3/projects/${openstackIds.closed}`, { project: { enabled: false } });
    pass(61);
    expect(await holders()).toEqual([refused, holder("closer", {})]);
    await keystone.call("PATCH", `/v3/users/${user.id}`, { user: { password: "another" } });
    pass(61);
    expect(await holders()).toEqual([refused, refused]);
  });

  it("is refused once it has expired, and believed no longer than that", async () => {
    const brief = await keystone.startSibling(5);
    const token = await brief.token(alice, inProject("web"));
    expect(await holderOf(app, token)).toEqual(holder("alice", { web: "MEMBER" }));
    // Known for another minute, were it not for its end.
    await waitFor(async () => Array.isArray(await holderOf(app, token)), {
      what: "the token to expire",
      deadlineMs: 30_000,
    });
    expect(await holderOf(app, token)).toEqual(refused);
    await brief.process.stop();
  }, 120_000);

  it("that is none is refused, and asked about once in a while", async () => {
    const asked = () => requestsOf(async () => expect(await holderOf(app, "gAAAAABnonsense")).toEqual(refused));
    expect([(await asked()).length, (await asked()).length]).toEqual([1, 0]);
    pass(6);
    expect((await asked()).length).toBe(1);
  });

  it.each([
    ["is empty", ""],
    ["is too long for one", "a".repeat(2_049)],
    ["holds a space", "a b"],
    ["is not ASCII", "\u00e9\u00e8"],
    ["is one of ours", `mi_${"a".repeat(43)}`],
  ])("that %s is refused without asking", async (_, token) => {
    const asked = await requestsOf(async () => expect(await holderOf(app, token)).toEqual(refused));
    expect(asked).toEqual([]);
  });

  it("is passed over where an API token is given too, good or bad", async () => {
    const token = await keystone.token(alice, inProject("web"));
    const both = async (bearer: string) =>
      (await app.graphql(bearer, whoAmI, {}, { "x-auth-token": token })).data?.viewer;
    expect(await both(app.operator)).toMatchObject({ kind: "API_TOKEN", name: "test" });
    expect(await both("mi_wrong")).toBeUndefined();
  });
});

/** What Keystone itself says of a token. */
async function isValid(token: string): Promise<boolean> {
  const headers = { "x-auth-token": token, "x-subject-token": token };
  return (await fetch(`${keystone.url}/v3/auth/tokens`, { method: "HEAD", headers })).ok;
}

/** A token by an application credential that `user` makes in the project "web". */
async function credentialToken(user: KeystoneLogin, credential: object): Promise<string> {
  const secret = "s3cret";
  const response = await fetch(`${keystone.url}/v3/users/${user.id}/application_credentials`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-auth-token": await keystone.token(user, inProject("web")) },
    body: JSON.stringify({ application_credential: { secret, ...credential } }),
  });
  const { application_credential } = (await response.json()) as { application_credential: { id: string } };
  const identity = { id: application_credential.id, secret };
  return keystone.authenticate({ methods: ["application_credential"], application_credential: identity });
}

describe("the settings", () => {
  it("say what Keystone's roles are worth, and which domains' users are let in", async () => {
    const app = await startWith({
      roles: { reader: "MEMBER" },
      systemRoles: { admin: "OPERATOR", reader: "READER" },
      domains: ["Default"],
    });
    const user = await keystone.user("somebody");
    await keystone.grant(user, "admin", inProject("web"));
    await keystone.grant(user, "reader", "system");
    expect(await holderOf(app, await keystone.token(user, inProject("web")))).toEqual(
      holder("somebody", { web: "MEMBER" }),
    );
    expect(await holderOf(app, await keystone.token(user, "system"))).toEqual(holder("somebody", {}, "READER"));
    expect(await holderOf(app, await keystone.token(keystone.admin, "system"))).toEqual(
      holder("admin", {}, "OPERATOR"),
    );
    const { domain } = (await keystone.call("POST", "/v3/domains", { domain: { name: "foreign" } })) as {
      domain: { id: string };
    };
    const stranger = await keystone.user("stranger", domain.id);
    await keystone.grant(stranger, "admin", inProject("web"));
    expect(await holderOf(app, await keystone.token(stranger, inProject("web")))).toEqual(refused);
  });
});

it("a stream stays open as long as Keystone vouches for the token that opened it", async () => {
  const app = await startWith({ systemRoles: { admin: "OPERATOR" }, cacheSeconds: 0 });
  const token = await keystone.token(keystone.admin, "system");
  const response = await fetch(`${app.url}/stream`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", "x-auth-token": token },
    body: JSON.stringify({ query: "subscription { revisions }" }),
  });
  let isOpen = true;
  const end = response.text().finally(() => {
    isOpen = false;
  });
  const looks = gate.requests.length;
  await waitFor(() => gate.requests.length > looks + 1, { what: "two more looks at the token", deadlineMs: 60_000 });
  expect(isOpen).toBe(true);
  const headers = { "x-auth-token": token, "x-subject-token": token };
  await fetch(`${keystone.url}/v3/auth/tokens`, { method: "DELETE", headers });
  expect(await end).toMatch(/^event: next\ndata: \{"data":\{"revisions":\d+\}\}$/m);
}, 120_000);

describe("with a user of the server's own in Keystone", () => {
  let app: TestApp;
  let service: KeystoneLogin;
  beforeAll(async () => {
    service = await keystone.user("metricsinfra");
    await keystone.grant(service, "reader", "system");
    app = await startWith({ serviceUser: { username: "metricsinfra", password: service.password } });
  });

  it("a token counts for all enabled projects of its user, by groups and inheritance too", async () => {
    const user = await keystone.user("roamer");
    const { group } = (await keystone.call("POST", "/v3/groups", { group: { name: "team" } })) as {
      group: { id: string };
    };
    await keystone.call("PUT", `/v3/groups/${group.id}/users/${user.id}`);
    const { roles } = (await keystone.call("GET", "/v3/roles?name=member")) as { roles: { id: string }[] };
    await keystone.call("PUT", `/v3/projects/${openstackIds.shop}/groups/${group.id}/roles/${roles[0]?.id}`);
    await keystone.grant(user, "admin", inProject("web"));
    await keystone.grant(user, "admin", inProject("closed"));
    for (const scope of ["unscoped", inProject("shop")] as const) {
      expect(await holderOf(app, await keystone.token(user, scope))).toEqual(
        holder("roamer", { web: "ADMIN", shop: "MEMBER" }),
      );
    }
  });

  it("a token that was made for less counts for no more", async () => {
    const [trustor, trustee] = [await keystone.user("trustor"), await keystone.user("trustee")];
    for (const name of ["web", "shop"]) await keystone.grant(trustor, "admin", inProject(name));
    await keystone.grant(trustee, "admin", inProject("shop"));
    const credential = await credentialToken(trustor, { name: "little", roles: [{ name: "reader" }] });
    expect(await holderOf(app, credential)).toEqual(holder("trustor", { web: "VIEWER" }));

    const trust = {
      trustor_user_id: trustor.id,
      trustee_user_id: trustee.id,
      project_id: openstackIds.web,
      impersonation: true,
      roles: [{ name: "member" }],
    };
    const made = await fetch(`${keystone.url}/v3/OS-TRUST/trusts`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-auth-token": await keystone.token(trustor, inProject("web")) },
      body: JSON.stringify({ trust }),
    });
    const { trust: trusted } = (await made.json()) as { trust: { id: string } };
    const token = await keystone.authenticate(
      { methods: ["password"], password: { user: { id: trustee.id, password: trustee.password } } },
      { trustId: trusted.id },
    );
    expect(await holderOf(app, token)).toEqual(holder("trustor", { web: "MEMBER" }));
  });

  it("signs that user in again when its token was revoked", async () => {
    const tokens = await Promise.all([1, 2].map(() => keystone.token(alice, inProject("web"))));
    expect(await holderOf(app, tokens[0] ?? "")).toEqual(holder("alice", { web: "MEMBER" }));
    // A new password revokes all tokens, of the same second too; the old one again keeps the settings good.
    for (const password of ["meanwhile", service.password]) {
      await keystone.call("PATCH", `/v3/users/${service.id}`, { user: { password } });
    }
    const fresh = async () => isValid(await keystone.token(service, "system"));
    await waitFor(fresh, { what: "a new token that is not revoked" });
    const asked = await requestsOf(async () =>
      expect(await holderOf(app, tokens[1] ?? "")).toEqual(holder("alice", { web: "MEMBER" })),
    );
    expect([...asked.slice(0, 3), ...asked.slice(3).sort()]).toEqual([
      "GET /v3/auth/tokens?nocatalog=",
      "POST /v3/auth/tokens?nocatalog=",
      "GET /v3/auth/tokens?nocatalog=",
      "GET /v3/auth/projects",
      `GET /v3/role_assignments?user.id=${alice.id}&effective=&include_names=`,
    ]);
  });

  it("is unavailable while Keystone does not let that user in, and does not go on trying", async () => {
    const locked = await startWith({ serviceUser: { username: "metricsinfra", password: "wrong" } });
    const token = await keystone.token(alice, inProject("web"));
    const asked = await requestsOf(async () => {
      for (let time = 0; time < 3; time++) expect(await holderOf(locked, token)).toEqual(unavailable);
    });
    expect(asked).toEqual(["POST /v3/auth/tokens?nocatalog="]);
    pass(6);
    expect((await requestsOf(() => ask(locked, token))).length).toBe(1);
    expect(await holderOf(locked, "gAAAAABnonsense")).toEqual(unavailable);
  });

  it("is unavailable where that user may not look", async () => {
    const powerless = await keystone.user("powerless");
    await keystone.grant(powerless, "reader", inProject("web"));
    const serviceUser = { username: "powerless", password: powerless.password, project: "web" };
    const app = await startWith({ serviceUser });
    expect(await holderOf(app, await keystone.token(alice, inProject("web")))).toEqual(unavailable);
  });
});

describe("while Keystone is away", () => {
  let app: TestApp;
  let known: string;
  beforeAll(async () => {
    app = await startWith();
  });
  beforeEach(async () => {
    known = await keystone.token(alice, inProject("web"));
    expect(await holderOf(app, known)).toEqual(holder("alice", { web: "MEMBER" }));
  });

  // Those that take the whole deadline, or much memory, are shown once and with `HttpJson`.
  const quickFaults = faults.filter(({ name }) => !/^(hangs|stops|answers 100 MB)/.test(name));
  it.each(quickFaults.map((fault) => [fault.name, fault] as const))(
    "(it %s) who is known goes on for the cache's time, API tokens work, and others get 503",
    async (_, { answer, says }) => {
      const other = await keystone.token(alice, inProject("web"));
      gate.answerWith(answer);
      expect(await holderOf(app, known)).toEqual(holder("alice", { web: "MEMBER" }));
      expect(await app.data(app.operator, "{ viewer { kind } }")).toEqual({ viewer: { kind: "API_TOKEN" } });
      const { status, errors } = await ask(app, other);
      expect([status, errors?.[0]?.message]).toEqual([503, `Keystone "identity" ${says}`]);
      pass(61);
      expect(await holderOf(app, known)).toEqual(unavailable);
      gate.answerWith(forward(keystone.url));
      expect(await holderOf(app, other)).toEqual(holder("alice", { web: "MEMBER" }));
    },
  );

  it("(it hangs) it is given up on at the deadline", async () => {
    const impatient = await startWith({ timeoutSeconds: faultTimeoutMs / 1_000 });
    gate.answerWith(hang);
    const { status, errors } = await ask(impatient, known);
    const message = `Keystone "identity" did not answer within ${faultTimeoutMs} ms.`;
    expect([status, errors?.map((error) => error.message)]).toEqual([503, [message]]);
  });

  it.each([
    ["an answer without a token", json({})],
    ["a token without a user", json({ token: { expires_at: "2100-01-01T00:00:00Z" } })],
    ["a token without an end", json({ token: { user: { id: "a", name: "a", domain: { name: "a" } } } })],
    ["another server's 404", json({ message: "nothing here" }, 404)],
    ["another server's 401", json("who are you?", 401)],
    ["a 403", json({ error: { code: 403, message: "no" } }, 403)],
  ])("(it gives %s) nobody is taken for anybody", async (_, answer) => {
    gate.answerWith(answer);
    expect(await holderOf(app, "gAAAAABanother")).toEqual(unavailable);
  });

  it("the log says so, and holds no token", async () => {
    gate.answerWith(json("boom", 500));
    logLines.length = 0;
    const token = await keystone.token(alice, inProject("web"));
    await ask(app, token);
    const failures = logLines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
    expect(failures.map(({ msg, err }) => [msg, err.message])).toEqual([
      ["A request failed", 'Keystone "identity" answered with status 500.'],
    ]);
    expect(logLines.filter((line) => line.includes(token))).toEqual([]);
  });
});

it("without Keystone in the settings a token of it is refused", async () => {
  const app = await startApp(await createSqliteDatabase());
  expect(await holderOf(app, await keystone.token(alice, inProject("web")))).toEqual(refused);
});
