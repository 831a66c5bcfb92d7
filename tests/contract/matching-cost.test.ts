import { beforeAll, describe, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { seeded } from "../support/seeded.js";
import { waitFor } from "../support/wait-for.js";

// For each of the values below this takes 300,000 steps, and re2js's own engines 20 ms.
const dear = (index: number) => `[ab]*a[ab]{${190 + index}}[ab]*`;
const filter = { matchers: [0, 1, 2, 3, 4, 5].map((index) => `v=~"${dear(index)}"`) };
const alerts = "query ($filter: AlertFilter) { alerts(filter: $filter) { totalCount } }";
const operationCost = 500;
const costPerMinute = 1_250;

// It stays one minute all along.
const now = new Date();

let alertmanager: Alertmanager;
let app: TestApp;
let project: string;

/** An operation's answer, with what it says of its cost. */
async function ask(token: string, query: string, variables: object = {}) {
  const response = await fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds, each test says
  return (await response.json()) as any;
}
const viewer = () => app.token({ [project]: "VIEWER" });
const codes = ({ errors = [] }: { errors?: { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);
const tooExpensive = (path: readonly (string | number)[]) => ({
  message: expect.stringMatching(/^The operation is too expensive\. .* Narrow the filter, or give fewer and simpler /),
  path,
  extensions: { code: "COST_LIMIT", cost: expect.any(Number), limit: expect.any(Number) },
});

beforeAll(async () => {
  alertmanager = await startAlertmanager();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.2 },
    now: () => now,
    limits: { operationCost, rate: { costPerMinute, agentCostPerMinute: 5_000_000 } },
  });
  const create = `mutation { projectCreate(input: { name: "p" }) { project { id } } }`;
  project = (await app.data(app.operator, create)).projectCreate.project.id;
  const random = seeded(7);
  const value = () => Array.from({ length: 1_500 }, () => (random() < 0.5 ? "a" : "b")).join("");
  const made = Array.from({ length: 6 }, (_, n) => ({
    alertname: `A${n}`,
    project: "p",
    v: value(),
    instance: `web-${n}`,
  }));
  await alertmanager.postAlerts(made.map((labels) => ({ labels })));
  const all = "{ alerts { totalCount } }";
  await waitFor(async () => (await app.data(app.operator, all)).alerts?.totalCount === made.length, {
    what: "the alerts to be there",
  });
});

describe("a filter of alerts", () => {
  it("that would take seconds ends its operation, and the rest of the caller's minute", async () => {
    const [token, other] = [await viewer(), await viewer()];
    const answer = await ask(token, alerts, { filter });
    expect(answer).toMatchObject({ data: { alerts: null }, errors: [tooExpensive(["alerts"])] });
    const { requested, matching, perMinute } = answer.extensions.cost;
    expect([requested, perMinute]).toEqual([1, { limit: costPerMinute, remaining: costPerMinute - 1 - matching }]);
    expect(matching).toBeGreaterThanOrEqual(operationCost);
    expect(matching).toBeLessThan(operationCost + 200);
    expect(codes(await ask(token, alerts, { filter }))).toEqual(["COST_LIMIT"]);
    expect(codes(await ask(token, alerts, { filter }))).toEqual(["RATE_LIMITED"]);
    expect(codes(await ask(token, "{ __typename }"))).toEqual(["RATE_LIMITED"]);
    expect(await ask(other, alerts)).toMatchObject({ data: { alerts: { totalCount: 6 } } });
  });

  it("is one work for all fields of an operation that ask for the same", async () => {
    const [one] = filter.matchers;
    const query = `query ($filter: AlertFilter) { ${Array.from({ length: 20 }, (_, n) => `a${n}: alerts(filter: $filter) { totalCount }`).join(" ")} }`;
    const few = { matchers: [`instance="web-1"`, one] };
    const once = (await ask(await viewer(), alerts, { filter: few })).extensions.cost.matching;
    // What was found is kept for who asks the same: this asks otherwise.
    const others = { matchers: [`instance="web-2"`, one] };
    const { extensions, errors } = await ask(await viewer(), query, { filter: others });
    expect(errors).toBeUndefined();
    expect(extensions.cost.matching).toBeLessThan(once + 20);
  });

  it("gets no more than a minute's worth from many operations at once", async () => {
    const token = await viewer();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(token, alerts, { filter })));
    expect(answers.map(codes).filter(([code]) => code === "COST_LIMIT").length).toBeLessThanOrEqual(3);
    expect(answers.map(codes).every(([code]) => code === "COST_LIMIT" || code === "RATE_LIMITED")).toBe(true);
  });

  it("that is an everyday one costs nothing besides", async () => {
    const everyday = { matchers: [`instance=~"web-.*"`, `alertname=~"A1|A2|A3"`, `v!=""`] };
    expect(await ask(await viewer(), alerts, { filter: everyday })).toEqual({
      data: { alerts: { totalCount: 3 } },
      extensions: {
        cost: { requested: 1, limit: operationCost, perMinute: { limit: costPerMinute, remaining: costPerMinute - 1 } },
      },
    });
  });

  it("ends an agent's operation where it would end others'", async () => {
    const answer = await ask(await app.token("AGENT"), alerts, { filter });
    expect(answer.errors).toMatchObject([tooExpensive(["alerts"])]);
    expect(answer.extensions.cost.matching).toBeLessThan(operationCost + 200);
  });
});

describe("a silence", () => {
  const create = `mutation ($input: SilenceCreateInput!) {
    silenceCreate(input: $input) { silence { id } userErrors { code message } }
  }`;
  const input = (index: number) => ({
    project,
    matchers: [{ name: "v", value: `${"[ab]".repeat(60)}${index}`, isRegex: true }],
    duration: "1h",
    comment: "x",
  });
  /** One that was made beside the graph, which would not take the pattern. */
  const makeDear = async () => {
    const own = { name: "project", value: "p", isRegex: false, isEqual: true };
    const matchers = [own, { name: "v", value: dear(0), isRegex: true, isEqual: true }];
    const times = { startsAt: new Date(), endsAt: new Date(Date.now() + 3_600_000) };
    await alertmanager.api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ matchers, ...times, createdBy: "x", comment: "dear" }),
    });
    const listed = "{ silences { nodes { id comment } } }";
    return waitFor(
      async () =>
        (await app.data(app.operator, listed)).silences.nodes.find(
          ({ comment }: { comment: string }) => comment === "dear",
        )?.id as string | undefined,
      // Each costs some of what a minute allows.
      { what: "the silence to be listed", intervalMs: 500 },
    );
  };

  it("that takes long to match ends what asks for its alerts and projects, and is listed all the same", async () => {
    const id = await makeDear();
    for (const field of ["alerts", "projects"]) {
      const query = `query ($id: ID!) { node(id: $id) { ... on Silence { ${field} { __typename } } } }`;
      const { errors, extensions } = await ask(await viewer(), query, { id });
      expect(errors).toMatchObject([tooExpensive(["node", field])]);
      expect(extensions.cost.matching).toBeLessThan(operationCost + 200);
    }
    expect(await ask(await viewer(), "{ silences { nodes { id comment } } }")).toMatchObject({
      data: { silences: { nodes: expect.arrayContaining([{ id, comment: "dear" }]) } },
    });
  });

  it("costs its writer what reading its patterns takes", async () => {
    expect((await ask(app.operator, create, { input: input(1) })).extensions.cost.matching).toBeGreaterThan(90);
    const numbers = [0, 1, 2, 3, 4, 5];
    const fields = numbers.map((n) => `m${n}: silenceCreate(input: $i${n}) { silence { id } }`);
    const mutation = `mutation (${numbers.map((n) => `$i${n}: SilenceCreateInput!`).join(" ")}) { ${fields.join(" ")} }`;
    const variables = Object.fromEntries(numbers.map((n) => [`i${n}`, input(n)]));
    expect(codes(await ask(await app.token({ [project]: "MEMBER" }), mutation, variables))).toContain("COST_LIMIT");
  });
});
