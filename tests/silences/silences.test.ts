import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const payload = `silence { id matchers { name value isRegex isEqual } state startsAt endsAt createdBy comment cluster
  viewerCanEdit projects { name } alerts { nodes { name state } } } userErrors { code message path }`;
const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { ${payload} } }`;
const update = `mutation ($id: ID!, $input: SilenceUpdateInput!) { silenceUpdate(id: $id, input: $input) { ${payload} } }`;
const expire = `mutation ($id: ID!) { silenceExpire(id: $id) { ${payload} } }`;
const unknownId = "sil_00000000008008000000000000";
const hour = 3_600_000;

let pair: readonly [Alertmanager, Alertmanager];
let app: TestApp;
const ids: Record<string, string> = {};
const tokens: Record<string, string> = {};
const as = (name: string) => tokens[name] ?? "";

beforeAll(async () => {
  pair = await startAlertmanagerPair();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: pair.map(({ url }, index) => ({ name: `am${index + 1}`, url })) }],
    upstreams: { pollIntervalSeconds: 0.2 },
  });
  for (const name of ["alpha", "beta"]) {
    ids[name] = (await app.data(app.operator, createProject, { name })).projectCreate.project.id;
  }
  const [alpha, beta] = [ids.alpha ?? "", ids.beta ?? ""];
  tokens.operator = app.operator;
  tokens.reader = await app.token("READER");
  tokens.agent = await app.token("AGENT");
  tokens.alphaMember = await app.token({ [alpha]: "MEMBER" });
  tokens.alphaViewer = await app.token({ [alpha]: "VIEWER" });
  tokens.betaMember = await app.token({ [beta]: "MEMBER" });
  tokens.viewerOfAlphaMemberOfBeta = await app.token({ [alpha]: "VIEWER", [beta]: "MEMBER" });
  for (const alertmanager of pair) {
    await alertmanager.postAlerts([
      { labels: { alertname: "Down", project: "alpha", severity: "page" } },
      { labels: { alertname: "Slow", project: "alpha", severity: "info" } },
      { labels: { alertname: "Down", project: "beta" } },
      { labels: { alertname: "Down" } },
    ]);
  }
  await waitFor(async () => (await app.data(app.operator, "{ alerts { totalCount } }")).alerts?.totalCount === 4, {
    what: "the alerts to be in the graph",
  });
});

beforeEach(async () => {
  const { silences } = await app.data(
    app.operator,
    "{ silences(filter: { states: [ACTIVE, PENDING] }) { nodes { id } } }",
  );
  for (const { id } of silences.nodes) await app.data(app.operator, expire, { id });
});

const equal = (name: string, value: string) => ({ name, value });
const down = equal("alertname", "Down");
const of = (project: string) => equal("project", project);
const regex = (name: string, value: string) => ({ name, value, isRegex: true });
const not = (name: string, value: string) => ({ name, value, isEqual: false });
const input = (change: object = {}) => ({
  project: ids.alpha,
  matchers: [down],
  duration: "1h",
  comment: "mending",
  ...change,
});
const without = (...fields: string[]) =>
  Object.fromEntries(Object.entries(input()).filter(([field]) => !fields.includes(field)));

const made = async (token: string, change: object = {}) =>
  (await app.data(token, create, { input: input(change) })).silenceCreate.silence;
const statesOf = async (token: string) => {
  const query = `{ alerts(orderBy: NAME_ASC) { nodes { name project { name } state silencedBy { id } } } }`;
  const { alerts } = await app.data(token, query);
  return Object.fromEntries(
    alerts.nodes.map(
      (alert: { name: string; project: { name: string } | null; state: string; silencedBy: { id: string }[] }) => [
        `${alert.name} of ${alert.project?.name ?? "nobody"}`,
        [alert.state, ...alert.silencedBy.map(({ id }) => id)].join(" "),
      ],
    ),
  );
};
/** What the Alertmanager itself says is in force. */
const inForce = async () =>
  ((await pair[0].api("/api/v2/silences")) as { id: string; status: { state: string }; comment: string }[]).filter(
    ({ status }) => status.state !== "expired",
  );
/** A silence that is made beside us, and its id in the graph. */
const madeBeside = async (matchers: object[], comment = "beside") => {
  await pair[0].api("/api/v2/silences", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      matchers: matchers.map((matcher) => ({ isRegex: false, isEqual: true, ...matcher })),
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + hour).toISOString(),
      createdBy: "somebody",
      comment,
    }),
  });
  return waitFor(
    async () => {
      const query = `query ($search: String!) { silences(filter: { search: $search, states: [ACTIVE] }) { nodes { id } } }`;
      const { silences } = await app.data(app.operator, query, { search: comment });
      return silences.nodes[0]?.id as string | undefined;
    },
    { what: "the silence to be in the graph" },
  );
};
const codeOf = async (token: string, query: string, variables: object) =>
  (await app.graphql(token, query, variables)).errors?.[0]?.extensions.code;

describe("a silence", () => {
  test("is in the very next answer, with the alerts that it keeps quiet, and gone in the one after its end", async () => {
    for (let turn = 0; turn < 5; turn++) {
      const { silenceCreate } = await app.data(as("alphaMember"), create, { input: input() });
      const { id, startsAt } = silenceCreate.silence;
      expect(silenceCreate).toEqual({
        silence: {
          id: expect.stringMatching(/^sil_[0-9a-z]{26}$/),
          matchers: [
            { name: "project", value: "alpha", isRegex: false, isEqual: true },
            { name: "alertname", value: "Down", isRegex: false, isEqual: true },
          ],
          state: "ACTIVE",
          startsAt: expect.toSatisfy((at) => Math.abs(Date.parse(at) - Date.now()) < 10_000),
          endsAt: expect.toSatisfy((at) => Math.abs(Date.parse(at) - Date.parse(startsAt) - hour) < 1_000),
          createdBy: "test",
          comment: "mending",
          cluster: "main",
          viewerCanEdit: true,
          projects: [{ name: "alpha" }],
          alerts: { nodes: [{ name: "Down", state: "SUPPRESSED" }] },
        },
        userErrors: [],
      });
      expect(await statesOf(app.operator)).toEqual({
        "Down of nobody": "ACTIVE",
        "Down of alpha": `SUPPRESSED ${id}`,
        "Down of beta": "ACTIVE",
        "Slow of alpha": "ACTIVE",
      });
      const { silenceExpire } = await app.data(as("alphaMember"), expire, { id });
      expect(silenceExpire).toMatchObject({ silence: { id, state: "EXPIRED", viewerCanEdit: false }, userErrors: [] });
      expect(await statesOf(as("alphaMember"))).toEqual({ "Down of alpha": "ACTIVE", "Slow of alpha": "ACTIVE" });
    }
  });

  test("may begin later", async () => {
    const startsAt = new Date(Date.now() + hour).toISOString();
    const silence = await made(as("alphaMember"), { startsAt, duration: "30m" });
    expect(silence).toMatchObject({
      state: "PENDING",
      startsAt,
      endsAt: new Date(Date.parse(startsAt) + hour / 2).toISOString(),
    });
    expect(await statesOf(as("alphaMember"))).toMatchObject({ "Down of alpha": "ACTIVE" });
  });

  test("may end at a given time, and take its project from its own matchers", async () => {
    const endsAt = new Date(Date.now() + hour).toISOString();
    const matchers = [regex("severity", "page|info"), of("alpha")];
    const silence = await made(as("alphaMember"), { project: undefined, duration: undefined, matchers, endsAt });
    expect(silence).toMatchObject({
      state: "ACTIVE",
      endsAt,
      matchers: [{ value: "alpha" }, { value: "page|info", isRegex: true }],
    });
    expect(Object.values(await statesOf(as("alphaMember")))).toEqual([
      `SUPPRESSED ${silence.id}`,
      `SUPPRESSED ${silence.id}`,
    ]);
  });

  test("does not take the project's matcher twice", async () => {
    expect((await made(as("alphaMember"), { matchers: [down, of("alpha")] })).matchers).toHaveLength(2);
  });

  test("keeps its id when it is extended, and gets a new one when its matchers change", async () => {
    const first = await made(as("alphaMember"));
    const endsAt = new Date(Date.now() + 5 * hour).toISOString();
    const extended = await app.data(as("alphaMember"), update, {
      id: first.id,
      input: { endsAt, comment: "still at it" },
    });
    expect(extended.silenceUpdate).toEqual({
      silence: { ...first, endsAt, comment: "still at it" },
      userErrors: [],
    });
    const matchers = [of("alpha"), equal("alertname", "Slow")];
    const { silenceUpdate } = await app.data(as("alphaMember"), update, {
      id: first.id,
      input: { matchers, duration: "2h" },
    });
    expect(silenceUpdate.userErrors).toEqual([]);
    expect(silenceUpdate.silence.id).not.toBe(first.id);
    expect(silenceUpdate.silence).toMatchObject({
      comment: "still at it",
      alerts: { nodes: [{ name: "Slow", state: "SUPPRESSED" }] },
    });
    const left = Date.parse(silenceUpdate.silence.endsAt) - Date.now();
    expect(left).toBeGreaterThan(1.9 * hour);
    expect(left).toBeLessThan(2.1 * hour);
    expect(await statesOf(as("alphaMember"))).toEqual({
      "Down of alpha": "ACTIVE",
      "Slow of alpha": `SUPPRESSED ${silenceUpdate.silence.id}`,
    });
    const node = `query ($id: ID!) { node(id: $id) { ... on Silence { state } } }`;
    expect(await app.data(as("alphaMember"), node, { id: first.id })).toEqual({ node: { state: "EXPIRED" } });
  });

  test("that has expired is not changed, and expiring it again changes nothing", async () => {
    const { id } = await made(as("alphaMember"));
    await app.data(as("alphaMember"), expire, { id });
    expect(await app.data(as("alphaMember"), expire, { id })).toMatchObject({
      silenceExpire: { silence: { id, state: "EXPIRED" } },
    });
    expect(await app.data(as("alphaMember"), update, { id, input: { duration: "1h" } })).toEqual({
      silenceUpdate: {
        silence: null,
        userErrors: [{ code: "CONFLICT", message: "The silence has expired. Create a new one.", path: ["id"] }],
      },
    });
    expect(await inForce()).toEqual([]);
  });
});

describe("a mistake in the input", () => {
  const past = new Date(Date.now() - hour).toISOString();
  test.each<[string, () => object, [string, string][]]>([
    ["an empty comment", () => input({ comment: " \n " }), [["INVALID", "input.comment"]]],
    ["a comment of a megabyte", () => input({ comment: "x".repeat(100_000) }), [["INVALID", "input.comment"]]],
    ["neither end nor duration", () => without("duration"), [["INVALID", "input.endsAt"]]],
    ["end and duration", () => input({ endsAt: "2100-01-01T00:00:00Z" }), [["INVALID", "input.endsAt"]]],
    ["an end that is past", () => ({ ...without("duration"), endsAt: past }), [["INVALID", "input.endsAt"]]],
    [
      "a hundred years",
      () => ({ ...without("duration"), endsAt: "2100-01-01T00:00:00Z" }),
      [["LIMIT", "input.endsAt"]],
    ],
    ["a duration that is none", () => input({ duration: "soon" }), [["INVALID", "input.duration"]]],
    ["no duration at all", () => input({ duration: "0s" }), [["INVALID", "input.duration"]]],
    ["an unknown cluster", () => input({ cluster: "other" }), [["INVALID", "input.cluster"]]],
    [
      "another project's matcher beside its project",
      () => input({ matchers: [down, of("beta")] }),
      [["INVALID", "input.matchers.1"]],
    ],
    [
      "a negative matcher on its project",
      () => input({ matchers: [not("project", "beta")] }),
      [["INVALID", "input.matchers.0"]],
    ],
    [
      "matchers that are malformed",
      () =>
        input({
          matchers: [
            equal("a-b", "x"),
            regex("a", "(a)\\1"),
            equal("a", "x".repeat(2_000)),
            regex("a", "x".repeat(1_025)),
          ],
        }),
      [
        ["INVALID", "input.matchers.0.name"],
        ["INVALID", "input.matchers.1.value"],
        ["INVALID", "input.matchers.2.value"],
        ["INVALID", "input.matchers.3.value"],
      ],
    ],
  ])("%s is told with its path, and nothing is written", async (_what, wrong, expected) => {
    const { silenceCreate } = await app.data(as("alphaMember"), create, { input: wrong() });
    expect(silenceCreate.silence).toBeNull();
    expect(
      silenceCreate.userErrors.map(({ code, path }: { code: string; path: string[] }) => [code, path.join(".")]),
    ).toEqual(expected);
    expect(await inForce()).toEqual([]);
  });

  test("an operator's silence of nothing at all is refused", async () => {
    const { silenceCreate } = await app.data(app.operator, create, {
      input: input({ project: undefined, matchers: [regex("a", ".*")] }),
    });
    expect(silenceCreate.userErrors).toEqual([
      { code: "INVALID", message: "At least one matcher must not match an absent label.", path: ["input", "matchers"] },
    ]);
  });

  test("10,000 matchers are refused at once", async () => {
    const matchers = Array.from({ length: 5_000 }, () => equal("a", "b"));
    expect(await codeOf(as("alphaMember"), create, { input: input({ matchers }) })).toBe("BAD_USER_INPUT");
  });
});

describe("a member", () => {
  const outside =
    'A silence must be for exactly one project whose silences you may write: one matcher project="name", and no other on that label.';
  test.each<[string, object[]]>([
    ["no project", [down]],
    ["another project", [down, of("beta")]],
    ["a project that does not exist", [down, of("nope")]],
    ["the empty project", [down, of("")]],
    ["every project", [down, regex("project", ".*")]],
    ["its project by regular expression", [down, regex("project", "alpha")]],
    ["its project and another", [down, regex("project", "alpha|beta")]],
    ["all but another", [down, not("project", "beta")]],
    ["all but none", [down, not("project", "")]],
    ["its project twice", [down, of("alpha"), of("alpha")]],
    ["its project, and another", [down, of("alpha"), of("beta")]],
    ["its project, and a negative one", [down, of("alpha"), not("project", "beta")]],
  ])("cannot silence %s", async (_what, matchers) => {
    const { silenceCreate } = await app.data(as("alphaMember"), create, {
      input: input({ project: undefined, matchers }),
    });
    expect(silenceCreate).toEqual({
      silence: null,
      userErrors: [{ code: "INVALID", message: outside, path: ["input", "matchers"] }],
    });
    expect(await inForce()).toEqual([]);
    const own = await made(as("alphaMember"));
    const { silenceUpdate } = await app.data(as("alphaMember"), update, { id: own.id, input: { matchers } });
    expect(silenceUpdate).toEqual({
      silence: null,
      userErrors: [{ code: "INVALID", message: outside, path: ["input", "matchers"] }],
    });
    expect((await inForce()).map(({ comment }) => comment)).toEqual(["mending"]);
  });

  test("cannot name a project that is not its own; an unknown one looks the same", async () => {
    const other = await app.graphql(as("alphaMember"), create, { input: input({ project: ids.beta }) });
    const unknown = await app.graphql(as("alphaMember"), create, {
      input: input({ project: "prj_00000000008008000000000000" }),
    });
    expect(other.errors?.[0]).toMatchObject({ message: "Project not found.", extensions: { code: "NOT_FOUND" } });
    expect(withoutRequestId(unknown)).toEqual(withoutRequestId(other));
    expect(await codeOf(as("alphaMember"), create, { input: input({ project: unknownId }) })).toBe("BAD_USER_INPUT");
    expect(await codeOf(as("viewerOfAlphaMemberOfBeta"), create, { input: input() })).toBe("FORBIDDEN");
    expect(await inForce()).toEqual([]);
  });

  test.each(["alphaViewer", "reader", "agent"])("%s is none, and writes nothing", async (name) => {
    const { id } = await made(as("alphaMember"));
    expect(await codeOf(as(name), create, { input: input() })).toBe("FORBIDDEN");
    expect(await codeOf(as(name), update, { id, input: { comment: "taken" } })).toBe("FORBIDDEN");
    expect(await codeOf(as(name), expire, { id })).toBe("FORBIDDEN");
    expect((await inForce()).map(({ comment }) => comment)).toEqual(["mending"]);
  });
});

describe("taking over a silence by its id", () => {
  const takeover = () => ({ matchers: [of("beta"), down], comment: "taken" });

  test("of another project fails, and it looks to the byte like one that does not exist", async () => {
    const { id } = await made(as("alphaMember"));
    const answersFor = async (target: string) =>
      Promise.all(
        [
          [update, { id: target, input: takeover() }],
          [update, { id: target, input: { comment: "taken" } }],
          [expire, { id: target }],
          [`query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }`, { id: target }],
        ].map(async ([query, variables]) =>
          withoutRequestId(await app.graphql(as("betaMember"), query as string, variables as object)),
        ),
      );
    const answers = await answersFor(id);
    expect(answers[0]).toMatchObject({
      status: 200,
      errors: [{ message: "Silence not found.", extensions: { code: "NOT_FOUND" } }],
    });
    expect(await answersFor(unknownId)).toEqual(answers);
    expect((await inForce()).map(({ comment }) => comment)).toEqual(["mending"]);
  });

  test.each<[string, object[]]>([
    ["of the platform", [down]],
    ["of several projects", [regex("project", "alpha|beta")]],
    ["of all projects but one", [down, not("project", "alpha")]],
    ["of its project by regular expression", [regex("project", "beta")]],
  ])("%s fails, though it is shown", async (_what, matchers) => {
    const id = await madeBeside(matchers, `beside ${_what}`);
    const shown = `query ($id: ID!) { node(id: $id) { ... on Silence { comment viewerCanEdit } } }`;
    expect(await app.data(as("betaMember"), shown, { id })).toEqual({
      node: { comment: `beside ${_what}`, viewerCanEdit: false },
    });
    expect(await codeOf(as("betaMember"), update, { id, input: takeover() })).toBe("FORBIDDEN");
    expect(await codeOf(as("betaMember"), expire, { id })).toBe("FORBIDDEN");
    expect((await inForce()).map(({ comment }) => comment)).toEqual([`beside ${_what}`]);
    expect(await app.data(app.operator, shown, { id })).toMatchObject({ node: { viewerCanEdit: true } });
  });

  test("of a project that the caller only reads fails", async () => {
    const { id } = await made(as("alphaMember"));
    expect(await codeOf(as("viewerOfAlphaMemberOfBeta"), update, { id, input: takeover() })).toBe("FORBIDDEN");
    expect(await codeOf(as("viewerOfAlphaMemberOfBeta"), expire, { id })).toBe("FORBIDDEN");
    expect((await inForce()).map(({ comment }) => comment)).toEqual(["mending"]);
  });

  test("works for one's own, also when it was made beside us a moment ago", async () => {
    const answer = (await pair[0].api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        matchers: [{ ...of("beta"), isRegex: false, isEqual: true }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + hour).toISOString(),
        createdBy: "somebody",
        comment: "fresh",
      }),
    })) as { silenceID: string };
    const { TypeID } = await import("typeid-js");
    const id = TypeID.fromUUID("sil", answer.silenceID).toString();
    const { silenceUpdate } = await app.data(as("betaMember"), update, { id, input: { comment: "mine" } });
    expect(silenceUpdate).toMatchObject({ silence: { id, comment: "mine", createdBy: "test" }, userErrors: [] });
  });
});

describe("a write of a silence", () => {
  test("that is repeated with the same Idempotency-Key is done once, and answers the same", async () => {
    const repeated = async (query: string, variables: object, key: string) => {
      const headers = { "idempotency-key": key };
      const first = await app.data(as("alphaMember"), query, variables, headers);
      expect(await app.data(as("alphaMember"), query, variables, headers)).toEqual(first);
      return first;
    };
    const { id } = (await repeated(create, { input: input({ comment: "once" }) }, "c")).silenceCreate.silence;
    expect((await inForce()).filter(({ comment }) => comment === "once")).toHaveLength(1);
    const changed = { matchers: [{ name: "severity", value: "page" }, of("alpha")], comment: "twice" };
    const updated = (await repeated(update, { id, input: changed }, "u")).silenceUpdate.silence;
    expect((await inForce()).filter(({ comment }) => comment === "twice")).toHaveLength(1);
    await repeated(expire, { id: updated.id }, "e");
    expect(await inForce()).toEqual([]);
  });

  test("of eight at once that have seen the same state lets one win, and tells the others", async () => {
    const silence = await made(as("alphaMember"), { comment: "contended" });
    const { node } = await app.data(
      app.operator,
      "query ($id: ID!) { node(id: $id) { ... on Silence { updatedAt } } }",
      { id: silence.id },
    );
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        app.data(as("alphaMember"), update, {
          id: silence.id,
          input: { comment: `by ${index}`, expectedUpdatedAt: node.updatedAt },
        }),
      ),
    );
    const outcomes = answers.map(({ silenceUpdate }) => silenceUpdate.userErrors[0]?.path.join(".") ?? "written");
    expect(outcomes.sort()).toEqual([...Array(7).fill("input.expectedUpdatedAt"), "written"]);
    expect((await inForce()).filter(({ comment }) => comment.startsWith("by "))).toHaveLength(1);
  });

  test("stands in the change log of its project, before and after, and takes no revision", async () => {
    const { revision } = await app.data(app.operator, "{ revision }");
    const silence = await made(as("alphaMember"), { comment: "logged" });
    await app.data(as("alphaMember"), expire, { id: silence.id });
    const query = `query ($id: ID!) {
      auditEntries(filter: { entityId: $id }) { nodes { action actor entityType revision project { name } before after } }
    }`;
    const { auditEntries } = await app.data(as("alphaViewer"), query, { id: silence.id });
    const common = { actor: "test", entityType: "Silence", revision, project: { name: "alpha" } };
    const at = { id: silence.id, cluster: "main", comment: "logged", startsAt: silence.startsAt };
    const matchers = expect.arrayContaining(['alertname="Down"', 'project="alpha"']);
    const active = { ...at, matchers, state: "ACTIVE", endsAt: silence.endsAt };
    expect(auditEntries.nodes).toEqual([
      {
        ...common,
        action: "UPDATE",
        before: active,
        after: { ...active, state: "EXPIRED", endsAt: expect.any(String) },
      },
      { ...common, action: "CREATE", before: null, after: active },
    ]);
    expect(await app.data(app.operator, "{ revision }")).toEqual({ revision });
    expect((await app.data(as("betaMember"), query, { id: silence.id })).auditEntries.nodes).toEqual([]);
  });
});

test("a silence that is moved to another project tells neither project's change log about the other", async () => {
  const silence = await made(app.operator, { comment: "of alpha" });
  const change = { matchers: [of("beta"), equal("alertname", "Slow")], comment: "of beta" };
  const moved = (await app.data(app.operator, update, { id: silence.id, input: change })).silenceUpdate.silence;
  const query = `query ($old: ID, $new: ID) {
    a: auditEntries(filter: { entityId: $old }) { nodes { ...entry } }
    b: auditEntries(filter: { entityId: $new }) { nodes { ...entry } }
  } fragment entry on AuditEntry { action project { name } before after }`;
  const seenBy = async (name: string) => {
    const { a, b } = await app.data(as(name), query, { old: silence.id, new: moved.id });
    return [...a.nodes, ...b.nodes];
  };
  const was = { id: silence.id, comment: "of alpha", state: "ACTIVE" };
  const alpha = { project: { name: "alpha" } };
  expect(await seenBy("alphaViewer")).toMatchObject([
    { ...alpha, action: "UPDATE", before: was, after: { ...was, state: "EXPIRED" } },
    { ...alpha, action: "CREATE", before: null, after: was },
  ]);
  expect(await seenBy("betaMember")).toMatchObject([
    { project: { name: "beta" }, action: "CREATE", before: null, after: { id: moved.id, comment: "of beta" } },
  ]);
});

describe("a list of silences", () => {
  test("holds those that could mute an alert of the caller's projects, and no others", async () => {
    await made(as("alphaMember"), { comment: "one of alpha" });
    await made(as("betaMember"), { project: ids.beta, comment: "one of beta" });
    for (const [comment, matchers] of [
      ["both", [regex("project", "alpha|beta")]],
      ["all but alpha", [down, not("project", "alpha")]],
      ["platform", [equal("alertname", "Other")]],
      ["nobody", [of("alpha"), of("beta")]],
    ] as const) {
      await madeBeside([...matchers], comment);
    }
    const query = `{ silences(filter: { states: [ACTIVE] }) { totalCount nodes { comment viewerCanEdit projects { name } } } }`;
    const seenBy = async (name: string) => {
      const { silences } = await app.data(as(name), query);
      expect(silences.totalCount).toBe(silences.nodes.length);
      return silences.nodes
        .map((one: { comment: string; viewerCanEdit: boolean; projects: { name: string }[] }) =>
          [one.comment, one.viewerCanEdit ? "edits" : "reads", ...one.projects.map((project) => project.name)].join(
            " ",
          ),
        )
        .sort();
    };
    expect(await seenBy("alphaMember")).toEqual(["both reads alpha", "one of alpha edits alpha", "platform reads"]);
    expect(await seenBy("betaMember")).toEqual([
      "all but alpha reads beta",
      "both reads beta",
      "one of beta edits beta",
      "platform reads",
    ]);
    expect(await seenBy("operator")).toEqual([
      "all but alpha edits beta",
      "both edits alpha beta",
      "nobody edits",
      "one of alpha edits alpha",
      "one of beta edits beta",
      "platform edits",
    ]);
    const ofProject = `{ project(name: "alpha") { silences(filter: { states: [ACTIVE] }) { totalCount nodes { comment } } } }`;
    const { project } = await app.data(as("operator"), ofProject);
    expect(project.silences.totalCount).toBe(3);
    expect(project.silences.nodes.map(({ comment }: { comment: string }) => comment).sort()).toEqual([
      "both",
      "one of alpha",
      "platform",
    ]);
  });

  test("is filtered and paged, the last changed first", async () => {
    for (const comment of ["first", "second", "third"]) await made(as("alphaMember"), { comment });
    const query = `query ($filter: SilenceFilter, $after: String) { silences(filter: $filter, first: 2, after: $after) {
      totalCount nodes { comment } pageInfo { hasNextPage endCursor } } }`;
    const filter = { states: ["ACTIVE"] };
    const { silences: page } = await app.data(as("alphaMember"), query, { filter });
    expect(page).toMatchObject({
      totalCount: 3,
      nodes: [{ comment: "third" }, { comment: "second" }],
      pageInfo: { hasNextPage: true },
    });
    const { silences: rest } = await app.data(as("alphaMember"), query, { filter, after: page.pageInfo.endCursor });
    expect(rest).toMatchObject({ totalCount: 3, nodes: [{ comment: "first" }], pageInfo: { hasNextPage: false } });
    for (const [narrow, count] of [
      [{ search: "SECOND" }, 1],
      [{ createdBy: "test" }, 3],
      [{ createdBy: "tes" }, 0],
      [{ projects: ["alpha", "nope"] }, 3],
      [{ projects: ["beta"] }, 0],
      [{ states: ["PENDING"] }, 0],
    ] as const) {
      const { silences } = await app.data(as("alphaMember"), query, { filter: { ...filter, ...narrow } });
      expect([narrow, silences.totalCount]).toEqual([narrow, count]);
    }
    const stolen = `query ($after: String) { project(name: "alpha") { silences(after: $after) { totalCount } } }`;
    expect(await codeOf(as("alphaMember"), stolen, { after: page.pageInfo.endCursor })).toBe("BAD_USER_INPUT");
  });

  test("takes as many statements for many silences as for one", async () => {
    for (let index = 0; index < 5; index++) await made(as("operator"), { project: index % 2 ? ids.alpha : ids.beta });
    const query = (first: number) =>
      `{ silences(first: ${first}, filter: { states: [ACTIVE] }) { nodes { viewerCanEdit projects { name } alerts { nodes { project { name } silencedBy { viewerCanEdit } } } } } }`;
    const [one, many] = [
      await app.statementsOf(() => app.data(as("viewerOfAlphaMemberOfBeta"), query(1))),
      await app.statementsOf(() => app.data(as("viewerOfAlphaMemberOfBeta"), query(20))),
    ];
    expect(many).toHaveLength(one.length);
  });

  test("is nobody's without a token", async () => {
    expect(await codeOf("", "{ silences { totalCount } }", {})).toBe("UNAUTHENTICATED");
    expect(await codeOf("", create, { input: input() })).toBe("UNAUTHENTICATED");
    expect(await inForce()).toEqual([]);
  });
});

test("an alert shows the silences of others that keep it quiet, and whose they are", async () => {
  const { id: own } = await made(as("alphaMember"));
  const platform = await madeBeside([down], "maintenance of the platform");
  const query = `{ alerts(filter: { matchers: ["alertname=Down"] }) { nodes { silencedBy { id comment viewerCanEdit alerts { totalCount } } } } }`;
  const alerts = await waitFor(
    async () => {
      const { nodes } = (await app.data(as("alphaMember"), query)).alerts;
      return nodes[0]?.silencedBy.length === 2 && nodes;
    },
    { what: "the alert to be silenced by both" },
  );
  expect(alerts).toHaveLength(1);
  expect(alerts[0].silencedBy).toEqual(
    expect.arrayContaining([
      { id: own, comment: "mending", viewerCanEdit: true, alerts: { totalCount: 1 } },
      { id: platform, comment: "maintenance of the platform", viewerCanEdit: false, alerts: { totalCount: 1 } },
    ]),
  );
  const ofAll = await app.data(
    app.operator,
    `query ($id: ID!) { node(id: $id) { ... on Silence { alerts { totalCount } } } }`,
    { id: platform },
  );
  expect(ofAll).toEqual({ node: { alerts: { totalCount: 3 } } });
});

test("those of a project end when it is deleted, and those that others have of it do not", async () => {
  const make = async () => (await app.data(app.operator, createProject, { name: "gone" })).projectCreate.project.id;
  const id = await make();
  const member = await app.token({ [id]: "MEMBER" });
  const inProject = { project: id, matchers: [down], comment: "a secret" };
  const active = await app.data(member, create, { input: input(inProject) });
  const startsAt = new Date(Date.now() + hour).toISOString();
  const pending = await app.data(member, create, { input: input({ ...inProject, startsAt }) });
  const { id: other } = await made(as("alphaMember"));
  const platform = await madeBeside([regex("project", "gone|alpha")], "maintenance");
  const remove = "mutation ($id: ID!) { projectDelete(id: $id) { userErrors { message } } }";
  expect((await app.data(app.operator, remove, { id })).projectDelete.userErrors).toEqual([]);
  const left = await app.data(app.operator, "{ silences(filter: { states: [ACTIVE, PENDING] }) { nodes { id } } }");
  expect(left.silences.nodes.map(({ id }: { id: string }) => id).sort()).toEqual([other, platform].sort());
  const entries = await app.data(
    app.operator,
    `{ auditEntries(first: 2, filter: { entityType: "Silence" }) { nodes { entityId action actor after } } }`,
  );
  const ended = [active, pending].map(({ silenceCreate: { silence } }) => silence.id);
  expect(entries.auditEntries.nodes.map(({ entityId }: { entityId: string }) => entityId).sort()).toEqual(ended.sort());
  expect(entries.auditEntries.nodes).toMatchObject(
    Array(2).fill({ action: "UPDATE", actor: "test", after: { state: "EXPIRED" } }),
  );
  const successor = await app.token({ [await make()]: "MEMBER" });
  const seen = await app.data(successor, "{ silences(filter: { states: [ACTIVE, PENDING] }) { nodes { id } } }");
  expect(seen.silences.nodes).toEqual([{ id: platform }]);
});

// Last, because it ends both Alertmanagers.
test("while all Alertmanagers are down, writes fail at once and what was read stays", async () => {
  const { id } = await made(as("alphaMember"));
  for (const { process } of pair) {
    process.signal("SIGKILL");
    await process.exited;
  }
  for (const [query, variables] of [
    [create, { input: input() }],
    [update, { id, input: { comment: "x" } }],
    [expire, { id }],
    [expire, { id: unknownId }],
  ] as const) {
    const { errors } = await app.graphql(as("alphaMember"), query, variables);
    expect(errors).toMatchObject(
      [{ message: /refused the connection/, extensions: { code: "UPSTREAM_UNAVAILABLE" } }].map((error) => ({
        ...error,
        message: expect.stringMatching(error.message),
      })),
    );
  }
  expect(await statesOf(as("alphaMember"))).toEqual({ "Down of alpha": `SUPPRESSED ${id}`, "Slow of alpha": "ACTIVE" });
});

function withoutRequestId({ status, data, errors }: Awaited<ReturnType<TestApp["graphql"]>>) {
  return {
    status,
    data,
    errors: errors?.map(({ extensions: { requestId, ...extensions }, ...error }) => ({ ...error, extensions })),
  };
}
