import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Row, type Sql, sqlOn } from "../support/sql.js";

const absent = "job_01h455vb4pex5vsknk084sn02q";
const update = (id: string, input: string) =>
  `mutation { scrapeJobUpdate(id: "${id}", input: { ${input} }) { userErrors { code } } }`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let time = Date.UTC(2030, 0, 1);
  const logLines: string[] = [];
  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => new Date(time), onLog: (line) => logLines.push(line) });
    sql = await sqlOn(database.settings);
  });

  const nextMinute = () => {
    time += 60_000;
  };
  const project = async (name: string): Promise<string> => {
    const mutation = `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
    return (await app.data(app.operator, mutation)).projectCreate.project.id;
  };
  const job = async (of: string, name: string): Promise<string> => {
    const mutation = `mutation { scrapeJobCreate(input: { project: "${of}", name: "${name}" }) { scrapeJob { id } } }`;
    return (await app.data(app.operator, mutation)).scrapeJobCreate.scrapeJob.id;
  };
  const refusals = () => sql("SELECT * FROM audit_entry WHERE action = 'REFUSED' ORDER BY id");
  /** The refusals that `work` leaves behind. */
  const refusalsOf = async (work: () => Promise<unknown>): Promise<Row[]> => {
    const before = (await refusals()).length;
    await work();
    return (await refusals()).slice(before);
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(new URL("/metrics", app.url))).text();
    return Number(new RegExp(`^${name.replace(/[{}"]/g, "\\$&")} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  };

  it("says in each entry what was asked for, by whom, of what, and why not, and nothing that was given", async () => {
    const [mine, theirs] = [await project("reasons"), await project("reasons-of-others")];
    const [own, foreign] = [await job(mine, "own"), await job(theirs, "foreign")];
    await job(mine, "taken");
    const member = await app.token({ [mine]: "MEMBER" });
    const other = (input: string) =>
      `mutation { scrapeJobCreate(input: { project: "${mine}", ${input} }) { userErrors { code } } }`;
    const targets = (count: number, port: number) =>
      `staticTargets: [${Array.from({ length: count }, (_, n) => `{ host: "hunter2-${n}.example.org", port: ${port} }`).join(", ")}]`;
    const cases: [mutation: string, entity: string, project: string | null, reason: string][] = [
      [
        `mutation { projectUpdate(id: "${mine}", input: { description: "hunter2" }) { userErrors { code } } }`,
        mine,
        mine,
        "FORBIDDEN: This needs a role in the project that test does not have (project.update).",
      ],
      [update(foreign, 'name: "hunter2"'), foreign, null, "NOT_FOUND: Scrape job not found."],
      [update(absent, 'name: "hunter2"'), absent, null, "NOT_FOUND: Scrape job not found."],
      [
        `mutation { scrapeJobCreate(input: { project: "${theirs}", name: "hunter2" }) { userErrors { code } } }`,
        theirs,
        null,
        "NOT_FOUND: Project not found.",
      ],
      [
        update(own, 'metricsPath: "/hunter2", expectedVersion: 7'),
        own,
        mine,
        "CONFLICT: The object changed since it was read: `expectedVersion` is old. Read it again.",
      ],
      [update(own, 'name: "taken"'), own, mine, "TAKEN: Another object already has this name (input.name)."],
      [
        update(own, 'name: " hunter2 ", params: { hunter2: "\\u0000" }, scrapeInterval: "hunter2"'),
        own,
        mine,
        "INVALID: The value is malformed or out of range (input.name, input.params, input.scrapeInterval).",
      ],
      [
        other(`name: "hunter2", ${targets(7, 0)}`),
        mine,
        mine,
        "INVALID: The value is malformed or out of range (input.staticTargets.0.port, input.staticTargets.1.port, input.staticTargets.2.port, input.staticTargets.3.port, input.staticTargets.4.port and 2 more).",
      ],
      [update("hunter2", 'name: "x"'), "", null, "BAD_USER_INPUT: An argument cannot be read (id)."],
      [update("job_' OR 1=1", 'name: "x"'), "", null, "BAD_USER_INPUT: An argument cannot be read (id)."],
    ];
    const entries = await refusalsOf(async () => {
      for (const [mutation] of cases) await app.graphql(member, mutation, {}, { "x-request-id": "r-1" });
    });
    expect(entries.map(({ entity_id, project_id, reason }) => [entity_id, project_id, reason])).toEqual(
      cases.map(([, entity, of, reason]) => [entity, of, reason]),
    );
    const mutationNames = cases.map(([mutation]) => /\{ (\w+)\(/.exec(mutation)?.[1]);
    expect(entries.map(({ entity_type, actor, request_id }) => [entity_type, actor, request_id])).toEqual(
      mutationNames.map((name) => [name, "test", "r-1"]),
    );
    expect(JSON.stringify(await sql("SELECT * FROM audit_entry"))).not.toContain("hunter2");
  });

  it("keeps nothing of a secret that was given with a mistake", async () => {
    const mine = await project("secrets");
    const member = await app.token({ [mine]: "MEMBER" });
    const contacts = `[{ type: WEBHOOK, value: "https://user:hunter3@example.org", secret: "hunter3 \\n" }]`;
    const mutation = `mutation { contactGroupCreate(input: { project: "${mine}", name: "ops", contacts: ${contacts} }) { userErrors { code } } }`;
    const [entry] = await refusalsOf(() => app.graphql(member, mutation));
    expect(entry).toMatchObject({
      entity_type: "contactGroupCreate",
      reason: "INVALID: The value is malformed or out of range (input.contacts.0.value, input.contacts.0.secret).",
    });
    expect(JSON.stringify(await sql("SELECT * FROM audit_entry"))).not.toContain("hunter3");
    expect(logLines.join("")).not.toContain("hunter3");
  });

  it("records each of several mutations of a document, and neither those that succeed nor dry runs", async () => {
    const mine = await project("several");
    const own = await job(mine, "own");
    const member = await app.token({ [mine]: "MEMBER" });
    const rename = (alias: string, name: string, more = "") =>
      `${alias}: scrapeJobUpdate(id: "${own}", input: { name: "${name}" }${more}) { userErrors { code } }`;
    const document = `mutation { ${rename("a", "")} ${rename("b", "good")} ${rename("c", "/")} ${rename("d", "", ", dryRun: true")} }`;
    const entries = await refusalsOf(() => app.data(member, document));
    expect(entries.map(({ entity_type, entity_id }) => [entity_type, entity_id])).toEqual([
      ["scrapeJobUpdate", own],
      ["scrapeJobUpdate", own],
    ]);
    const dryRun = `mutation { projectDelete(id: "${mine}", dryRun: true) { userErrors { code } } }`;
    expect(await refusalsOf(() => app.graphql(member, dryRun))).toEqual([]);
    const reading = `query { project(name: "several") { id } auditEntries(first: 0) { nodes { id } } }`;
    expect(await refusalsOf(() => app.graphql(member, reading))).toEqual([]);
  });

  it("leaves the idempotency key of what was refused to be used when it is allowed", async () => {
    const mine = await project("repeated");
    const own = await job(mine, "own");
    await job(mine, "taken");
    const headers = { "idempotency-key": "retry" };
    const mutation = update(own, 'name: "taken"');
    const [first, second] = await refusalsOf(async () => {
      await app.data(app.operator, mutation, {}, headers);
      await app.data(app.operator, mutation, {}, headers);
    });
    expect([first?.idempotency_key, second?.idempotency_key]).toEqual([null, null]);
    const query = `{ project(name: "repeated") { scrapeJobs(filter: { search: "taken" }) { nodes { id } } } }`;
    const [taken] = (await app.data(app.operator, query)).project.scrapeJobs.nodes;
    await app.data(app.operator, `mutation { scrapeJobDelete(id: "${taken.id}") { deletedId } }`);
    expect(await app.data(app.operator, mutation, {}, headers)).toEqual({ scrapeJobUpdate: { userErrors: [] } });
    const used = await refusalsOf(() => app.graphql(app.operator, update(own, 'name: "else"'), {}, headers));
    expect(used.map(({ reason }) => reason)).toEqual([
      "CONFLICT: This Idempotency-Key was used before with another request. Use a fresh key for each change.",
    ]);
  });

  it("shows an attempt on another project to neither of both, and one that is absent alike", async () => {
    const [mine, theirs] = [await project("attacker"), await project("attacked")];
    const [own, foreign] = [await job(mine, "own"), await job(theirs, "foreign")];
    const attacker = await app.token({ [mine]: "ADMIN" });
    const attacked = await app.token({ [theirs]: "ADMIN" });
    const query = `query ($id: ID!) {
      all: auditEntries(first: 100) { nodes { id } }
      refused: auditEntries(filter: { action: REFUSED }) { nodes { id } }
      reasons: auditEntries(filter: { hasReason: true }) { nodes { id } }
      entity: auditEntries(filter: { entityId: $id }) { nodes { id } }
      actor: auditEntries(filter: { actor: "test", action: REFUSED }) { nodes { id } }
    }`;
    const seenBy = async (token: string, id: string) => JSON.stringify((await app.graphql(token, query, { id })).data);
    const all = async () => [
      await seenBy(attacker, foreign),
      await seenBy(attacker, absent),
      await seenBy(attacker, theirs),
      await seenBy(attacked, foreign),
      await seenBy(attacked, absent),
      await seenBy(attacked, theirs),
    ];
    const before = await all();
    const entries = await refusalsOf(async () => {
      for (const id of [foreign, absent]) await app.graphql(attacker, update(id, 'name: "x"'));
      await app.graphql(attacker, `mutation { projectDelete(id: "${theirs}") { deletedId } }`);
    });
    expect(entries).toHaveLength(3);
    expect(await all()).toEqual(before);
    const node = "query ($id: ID!) { node(id: $id) { ... on AuditEntry { actorKind source requestId reason } } }";
    for (const { id } of entries) {
      expect([await app.data(attacker, node, { id }), await app.data(attacked, node, { id })]).toEqual([
        { node: null },
        { node: null },
      ]);
      for (const token of [app.operator, await app.token("READER")]) {
        expect((await app.data(token, node, { id })).node).toEqual({
          actorKind: "API_TOKEN",
          source: expect.stringMatching(/127\.0\.0\.1|::1/),
          requestId: expect.any(String),
          reason: expect.stringMatching(/^NOT_FOUND: /),
        });
      }
    }
    const [inOwn] = await refusalsOf(() => app.graphql(attacker, update(own, 'name: ""')));
    expect((await app.data(attacker, node, { id: inOwn?.id })).node.reason).toMatch(/^INVALID: /);
    expect(await app.data(attacked, node, { id: inOwn?.id })).toEqual({ node: null });
  });

  describe("is bounded", () => {
    it("to thirty entries for each principal and minute, with one line in the log for the rest", async () => {
      const mine = await project("flooded");
      const [flooder, other] = [await app.token({ [mine]: "MEMBER" }), await app.token({ [mine]: "MEMBER" })];
      const attempt = (token: string) =>
        app.graphql(token, update(absent, 'name: "x"'), {}, { "x-request-id": "flood" });
      nextMinute();
      logLines.length = 0;
      const notRecorded = 'metricsinfra_refused_changes_total{recorded="false"}';
      const before = await metric(notRecorded);
      const answers: unknown[] = [];
      const entries = await refusalsOf(async () => {
        for (let n = 0; n < 34; n++) answers.push(JSON.stringify((await attempt(flooder)).errors));
        await attempt(other);
      });
      expect(new Set(answers).size).toBe(1);
      expect(entries).toHaveLength(31);
      expect(new Set(entries.map(({ actor_id }) => actor_id)).size).toBe(2);
      const warnings = logLines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
      expect(warnings).toEqual([
        {
          level: 40,
          time: expect.any(String),
          actorId: entries[0]?.actor_id,
          actor: "test",
          requestId: "flood",
          msg: "More than 30 changes were refused within a minute; the rest of it is not recorded",
        },
      ]);
      expect(await metric(notRecorded)).toBe(before + 4);
      nextMinute();
      expect(await refusalsOf(() => attempt(flooder))).toHaveLength(1);
    });

    it("to a few lines in the log for strangers, who leave no entry", async () => {
      const attempt = (token: string | null) =>
        app.graphql(token, update(absent, 'name: "x"'), {}, { "x-request-id": "s" });
      nextMinute();
      logLines.length = 0;
      const counter = "metricsinfra_unauthenticated_requests_total";
      const before = await metric(counter);
      const statements = await app.statementsOf(async () => {
        expect((await attempt(null)).status).toBe(401);
        for (let n = 0; n < 33; n++) await attempt("not a token");
      });
      expect(statements).toEqual([]);
      expect(await metric(counter)).toBe(before + 34);
      const lines = logLines.map((line) => JSON.parse(line)).map(({ time: _, level, ...line }) => line);
      expect(lines).toEqual([
        ...Array(30).fill({
          requestId: "s",
          source: expect.stringMatching(/127\.0\.0\.1|::1/),
          msg: "A request without valid credentials",
        }),
        { msg: "Further requests of this minute without valid credentials are not logged" },
      ]);
    });
  });

  it("leaves no entry of strangers, where the settings let them read", async () => {
    const board = await startApp(await database.another(), { access: { anonymous: "VIEWER" } });
    const name = `mutation { projectCreate(input: { name: "public" }) { project { id } } }`;
    const { id } = (await board.data(board.operator, name)).projectCreate.project;
    const attempt = `mutation { projectDelete(id: "${id}") { deletedId } }`;
    expect((await board.graphql(null, attempt)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const query = "{ auditEntries(filter: { action: REFUSED }) { nodes { id } } }";
    expect(await board.data(board.operator, query)).toEqual({ auditEntries: { nodes: [] } });
  });

  it("answers as ever when the change log cannot be written, and says so in the log", async () => {
    const mine = await project("unwritable");
    const member = await app.token({ [mine]: "MEMBER" });
    const attempt = async () => {
      const { status, data, errors } = await app.graphql(
        member,
        update(absent, 'name: "x"'),
        {},
        { "x-request-id": "w" },
      );
      return { status, data, errors };
    };
    const answer = await attempt();
    logLines.length = 0;
    await sql("ALTER TABLE audit_entry RENAME COLUMN reason TO gone");
    try {
      expect(await attempt()).toEqual(answer);
    } finally {
      await sql("ALTER TABLE audit_entry RENAME COLUMN gone TO reason");
    }
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, requestId: "w", err: { type: "QueryFailedError" }, msg: "A refused change cannot be recorded" },
    ]);
  });
});
