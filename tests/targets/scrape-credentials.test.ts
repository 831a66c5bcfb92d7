import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { createSqliteDatabase, describeOnEachDatabase } from "../support/databases.js";

const fields = "id version credentials { kind username hasSecret secret secretProblem }";
const outcome = "diff { field before after } revision userErrors { code message path }";
const create = `mutation ($input: ScrapeJobCreateInput!, $dryRun: Boolean! = false) {
  scrapeJobCreate(input: $input, dryRun: $dryRun) { scrapeJob { ${fields} } ${outcome} }
}`;
const update = `mutation ($id: ID!, $input: ScrapeJobUpdateInput!, $dryRun: Boolean! = false) {
  scrapeJobUpdate(id: $id, input: $input, dryRun: $dryRun) { scrapeJob { ${fields} } ${outcome} }
}`;
const read = `query ($id: ID!) { node(id: $id) { ... on ScrapeJob { ${fields} } } }`;
const password = "Zq9hunter2 {{ä}}";
const token = "Zq9hunter2.token";
const reference = expect.stringMatching(/^sec_[0-9a-z]{26}$/);

/** The forms in which a text might be found again. */
const formsOf = (text: string) =>
  [text, Buffer.from(text).toString("base64").slice(4, -4), Buffer.from(text).toString("hex")].map((form) =>
    form.toLowerCase(),
  );
const leaks = (text: string) =>
  [...formsOf(password), ...formsOf(token), "zq9hunter2"].filter((form) => text.toLowerCase().includes(form));

describeOnEachDatabase((database) => {
  let app: TestApp;
  let project: string;
  let member: string;
  let agent: string;
  const log: string[] = [];

  beforeAll(async () => {
    const now = () => new Date("2026-01-01T00:00:00Z");
    app = await startApp(database.settings, { now, onLog: (line) => void log.push(line) });
    const query = `mutation { projectCreate(input: { name: "tools" }) { project { id } } }`;
    project = (await app.data(app.operator, query)).projectCreate.project.id;
    member = await app.token({ [project]: "MEMBER" });
    agent = await app.token("AGENT");
  });

  const targets = (...hosts: readonly string[]) => ({ staticTargets: hosts.map((host) => ({ host, port: 9100 })) });
  const withPassword = { basicAuth: { username: "prom", password } };
  let made = 0;
  const createJob = async (values: object, dryRun = false) => {
    const input = { project, name: `job ${made++}`, scheme: "HTTPS", ...targets("a.example"), ...values };
    return (await app.data(member, create, { input, dryRun })).scrapeJobCreate;
  };
  const updateJob = async (id: string, input: object, dryRun = false) =>
    (await app.data(member, update, { id, input, dryRun })).scrapeJobUpdate;
  const secretOf = async (id: string) => (await app.data(agent, read, { id })).node.credentials?.secret;
  const mistakes = (path: string, code = "INVALID") => [
    { code, message: expect.any(String), path: ["input", ...path.split(".")] },
  ];

  it("are stored, and told to agents; people see all of it but the secret", async () => {
    const { scrapeJob, diff, userErrors } = await createJob({ credentials: withPassword });
    expect(userErrors).toEqual([]);
    const shown = { kind: "BASIC_AUTH", username: "prom", hasSecret: true, secret: null, secretProblem: null };
    expect(scrapeJob.credentials).toEqual(shown);
    const { id } = scrapeJob;
    const change = { kind: "BASIC_AUTH", username: "prom", secret: reference };
    expect(diff).toContainEqual({ field: "credentials", before: null, after: change });
    for (const role of ["READER", { [project]: "VIEWER" }, { [project]: "ADMIN" }] as const) {
      expect((await app.data(await app.token(role), read, { id })).node.credentials).toEqual(shown);
    }
    expect((await app.data(agent, read, { id })).node.credentials).toEqual({ ...shown, secret: password });
    const bearer = await createJob({ credentials: { bearerToken: token } });
    expect(bearer.scrapeJob.credentials).toEqual({ ...shown, kind: "BEARER_TOKEN", username: null });
    expect(await secretOf(bearer.scrapeJob.id)).toBe(token);
    expect((await createJob({})).scrapeJob.credentials).toBeNull();
  });

  it("stay, are replaced or cleared by a change, and a new secret shows as a change", async () => {
    const { id } = (await createJob({ credentials: withPassword })).scrapeJob;
    expect((await updateJob(id, { enabled: false })).userErrors).toEqual([]);
    expect(await secretOf(id)).toBe(password);
    const renamed = await updateJob(id, { credentials: { basicAuth: { username: "other", keepPassword: true } } });
    expect(renamed.scrapeJob.credentials).toMatchObject({ username: "other" });
    expect(await secretOf(id)).toBe(password);
    const again = await updateJob(id, { credentials: { basicAuth: { username: "other", password } } });
    expect(again.diff).toEqual([
      {
        field: "credentials",
        before: { kind: "BASIC_AUTH", username: "other", secret: reference },
        after: { kind: "BASIC_AUTH", username: "other", secret: reference },
      },
    ]);
    const dry = await updateJob(id, { credentials: { bearerToken: token } }, true);
    expect(dry.diff[0].after).toEqual({ kind: "BEARER_TOKEN", username: null, secret: "(new secret)" });
    expect(await secretOf(id)).toBe(password);
    await updateJob(id, { credentials: { bearerToken: token } });
    expect(await secretOf(id)).toBe(token);
    expect((await updateJob(id, { credentials: null })).scrapeJob.credentials).toBeNull();
    expect((await updateJob(id, { credentials: null })).diff).toEqual([]);
  });

  it("that are malformed are refused with their place", async () => {
    const basic = (values: object) => ({ basicAuth: { username: "prom", password: "x", ...values } });
    const cases: [credentials: object, path: string, code?: string][] = [
      [basic({ username: "" }), "basicAuth.username"],
      [basic({ username: "a:b" }), "basicAuth.username"],
      [basic({ username: "a\r\nb" }), "basicAuth.username"],
      [basic({ username: "{{ .x }}" }), "basicAuth.username"],
      [basic({ username: "x".repeat(256) }), "basicAuth.username"],
      [basic({ password: "" }), "basicAuth.password"],
      [basic({ password: null }), "basicAuth.password"],
      [basic({ password: " x" }), "basicAuth.password"],
      [basic({ password: "x\n" }), "basicAuth.password"],
      [basic({ password: "a\u0000b" }), "basicAuth.password"],
      [basic({ password: "x".repeat(1025) }), "basicAuth.password"],
      [basic({ keepPassword: true }), "basicAuth.keepPassword"],
      [basic({ password: null, keepPassword: true }), "basicAuth.keepPassword", "NOT_FOUND"],
      [{ bearerToken: "" }, "bearerToken"],
      [{ bearerToken: "a b" }, "bearerToken"],
      [{ bearerToken: "a\r\nX: y" }, "bearerToken"],
      [{ bearerToken: "é" }, "bearerToken"],
    ];
    const { id } = (await createJob({ credentials: { bearerToken: token } })).scrapeJob;
    for (const [credentials, path, code] of cases) {
      const userErrors = mistakes(`credentials.${path}`, code);
      expect([credentials, (await createJob({ credentials })).userErrors]).toEqual([credentials, userErrors]);
      expect([credentials, (await updateJob(id, { credentials })).userErrors]).toEqual([credentials, userErrors]);
    }
    for (const credentials of [{}, { ...basic({}), bearerToken: "x" }, { bearerToken: null }, { other: {} }]) {
      const { errors } = await app.graphql(member, create, { input: { project, name: "x", credentials } });
      expect([credentials, errors?.[0]?.extensions.code]).toEqual([credentials, "BAD_USER_INPUT"]);
    }
    expect(await secretOf(id)).toBe(token);
  });

  it("are for scrapes and HTTP probes over HTTPS", async () => {
    const credentials = { bearerToken: token };
    expect((await createJob({ credentials, probe: { http: { path: "/x" } } })).userErrors).toEqual([]);
    for (const probe of [{ tcp: { tls: true } }, { dns: { queryName: "a" } }]) {
      expect((await createJob({ credentials, probe })).userErrors).toEqual(mistakes("credentials"));
    }
    expect((await createJob({ credentials, scheme: "HTTP" })).userErrors).toEqual([
      {
        code: "INVALID",
        message: "Credentials are only sent over HTTPS: set the scheme to HTTPS.",
        path: ["input", "credentials"],
      },
    ]);
    const follows = { http: { followRedirects: true } };
    expect((await createJob({ credentials, probe: follows })).userErrors).toEqual(
      mistakes("probe.http.followRedirects"),
    );
    const { id } = (await createJob({ credentials })).scrapeJob;
    expect((await updateJob(id, { scheme: "HTTP", credentials })).userErrors).toEqual(mistakes("credentials"));
    expect((await updateJob(id, { scheme: null })).userErrors.length).toBeGreaterThan(0);
    expect((await updateJob(id, { probe: { tcp: {} } })).userErrors).toEqual(mistakes("credentials"));
  });

  it("that are stored go to nobody to whom they did not go before: whoever may not read them cannot have them sent", async () => {
    const { id } = (await createJob({ credentials: withPassword, ...targets("a.example", "b.example") })).scrapeJob;
    const http = (values: object) => ({ probe: { http: { path: "/metrics", ...values } } });
    const elsewhere: object[] = [
      targets("evil.example"),
      targets("a.example", "evil.example"),
      { staticTargets: [{ host: "a.example", port: 9101 }] },
      { metricsPath: "/evil/metrics" },
      http({ hostHeader: "evil.example" }),
      http({ path: "/evil" }),
      http({ verifyTls: false }),
      { openstackDiscovery: { port: 9100 } },
    ];
    for (const input of elsewhere) {
      for (const kept of [{}, { credentials: { basicAuth: { username: "prom", keepPassword: true } } }]) {
        expect([input, (await updateJob(id, { ...input, ...kept })).userErrors]).toEqual([
          input,
          [
            {
              code: "INVALID",
              message: "The stored secret is not sent to other targets: give the credentials again.",
              path: ["input", "credentials"],
            },
          ],
        ]);
      }
    }
    const harmless = [{ scrapeInterval: "1m" }, http({}), targets("b.example"), { name: "renamed" }, targets()];
    for (const input of harmless) expect([input, (await updateJob(id, input)).userErrors]).toEqual([input, []]);
    expect((await updateJob(id, { ...targets("new.example"), credentials: withPassword })).userErrors).toEqual([]);
  });

  it("that are stored do not outlive the verification of whoever answers", async () => {
    const probe = (verifyTls: boolean) => ({ probe: { http: { verifyTls } } });
    const { id } = (await createJob({ credentials: withPassword, ...probe(true) })).scrapeJob;
    const kept = { credentials: { basicAuth: { username: "prom", keepPassword: true } } };
    for (const input of [probe(false), { ...probe(false), ...kept }]) {
      expect((await updateJob(id, input)).userErrors).toMatchObject([
        { code: "INVALID", path: ["input", "credentials"] },
      ]);
    }
    expect((await updateJob(id, { ...probe(false), credentials: withPassword })).userErrors).toEqual([]);
    for (const input of [probe(false), probe(true)]) expect((await updateJob(id, input)).userErrors).toEqual([]);
  });

  it("come back in no answer to people, no row, no log line and no change log", async () => {
    const { id } = (await createJob({ credentials: withPassword })).scrapeJob;
    const answers: unknown[] = [];
    for (const dryRun of [true, false]) {
      for (const input of [
        { credentials: { bearerToken: token } },
        { credentials: withPassword },
        { credentials: { basicAuth: { username: "a:b", password } } },
        { credentials: { bearerToken: `${token} two` } },
        { credentials: { bearerToken: [token] } },
        { credentials: { basicAuth: { username: "a", password: { password } } } },
        { credentials: withPassword, expectedVersion: 99 },
      ]) {
        const { data, errors } = await app.graphql(member, update, { id, input, dryRun });
        answers.push(data, errors);
      }
    }
    answers.push(await app.data(app.operator, "{ auditEntries(first: 100) { nodes { before after reason } } }"));
    expect(leaks(JSON.stringify(answers))).toEqual([]);
    expect(await secretOf(id)).toBe(password);
    const stored = await DatabaseContent.of(database.settings, (content) => content.dump());
    expect(stored).toContain("a.example");
    expect(leaks(stored)).toEqual([]);
    expect(leaks(log.join("\n"))).toEqual([]);
    const changes = `{ changedProjects(sinceRevision: 0, first: 10) { nodes { project {
      scrapeJobs(first: 100) { nodes { credentials { secret secretProblem } } } } } } }`;
    expect(leaks(JSON.stringify(await app.data(app.operator, changes)))).toEqual([]);
    expect(leaks(JSON.stringify(await app.data(agent, changes)))).not.toEqual([]);
  });

  it("are kept as long as a job or the change log refers to them, and read in one statement however many there are", async () => {
    const { id } = (await createJob({ credentials: withPassword })).scrapeJob;
    await updateJob(id, { credentials: { bearerToken: token } });
    const sql = (text: string) => DatabaseContent.of(database.settings, (content) => content.sql(text));
    await sql(`DELETE FROM audit_entry WHERE entity_id = '${id}'`);
    expect(await app.app.secrets.prune(new Date("2026-06-01T00:00:00Z"))).toBeGreaterThan(0);
    expect(await secretOf(id)).toBe(token);
    const all = `query ($first: Int!) { project(name: "tools") { scrapeJobs(first: $first) {
      nodes { credentials { secret secretProblem } } } } }`;
    const count = async (first: number) =>
      (await app.statementsOf(() => app.data(agent, all, { first }))).filter((each) => /secret/.test(each)).length;
    expect([await count(3), await count(10)]).toEqual([1, 1]);
  });

  it("that cannot be read are told of to agents", async () => {
    const { id } = (await createJob({ credentials: withPassword })).scrapeJob;
    await DatabaseContent.of(database.settings, (content) =>
      content.sql(`UPDATE secret SET key_id = 'gone' WHERE entity_id = '${id}'`),
    );
    const problem = expect.stringMatching(/^The secret sec_\w+ of job_\w+ cannot be read: its key "gone" is not/);
    expect((await app.data(agent, read, { id })).node.credentials).toMatchObject({
      secret: null,
      secretProblem: problem,
    });
    expect((await app.data(member, read, { id })).node.credentials).toMatchObject({
      secret: null,
      secretProblem: null,
    });
  });
});

describe("credentials of scrapes", () => {
  it("need a key in the settings", async () => {
    const app = await startApp(await createSqliteDatabase(), { secrets: { keys: [] } });
    const query = `mutation { projectCreate(input: { name: "tools" }) { project { id } } }`;
    const project = (await app.data(app.operator, query)).projectCreate.project.id;
    const input = { project, name: "x", scheme: "HTTPS", credentials: { basicAuth: { username: "a", password: "b" } } };
    expect((await app.data(app.operator, create, { input })).scrapeJobCreate.userErrors).toEqual([
      {
        code: "UNSUPPORTED",
        message: "This server cannot keep secrets: its operator has to set secrets.keys in its settings first.",
        path: ["input", "credentials", "basicAuth", "password"],
      },
    ]);
  });

  it("go over plain HTTP where the operators say so, and never by a change alone from HTTPS", async () => {
    const app = await startApp(await createSqliteDatabase(), { egress: { credentialsOverHttp: true } });
    const query = `mutation { projectCreate(input: { name: "tools" }) { project { id } } }`;
    const project = (await app.data(app.operator, query)).projectCreate.project.id;
    const credentials = { bearerToken: token };
    const jobOf = async (name: string, scheme: string) => {
      const staticTargets = [{ host: "a.example", port: 80 }];
      const input = { project, name, scheme, credentials, staticTargets };
      return (await app.data(app.operator, create, { input })).scrapeJobCreate;
    };
    expect((await jobOf("plain", "HTTP")).userErrors).toEqual([]);
    const { id } = (await jobOf("tls", "HTTPS")).scrapeJob;
    const change = async (input: object) =>
      (await app.data(app.operator, update, { id, input })).scrapeJobUpdate.userErrors;
    expect(await change({ scheme: "HTTP" })).toHaveLength(1);
    expect(await change({ scheme: "HTTP", credentials })).toEqual([]);
  });
});
