import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../support/post-graphql.js";
import { seeded } from "../support/seeded.js";
import { waitFor } from "../support/wait-for.js";
import { codesOf, expectNothingLeaked, messagesOf, type RecordedApp, startRecordedApp } from "./recorded-app.js";
import { type SampleApp, startSampleApp } from "./sample-app.js";

let app: RecordedApp;
beforeAll(async () => {
  app = await startRecordedApp();
});

const create = `mutation ($input: ProjectCreateInput!) {
  projectCreate(input: $input) { project { id name description extraLabels } userErrors { code path } }
}`;
const ordered = "query ($order: ProjectOrder!) { projects(orderBy: $order) { totalCount } }";

/** Sends variables as the text that they are, which JavaScript's own objects could not hold. */
async function askRaw(variables: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(app.url, {
    method: "POST",
    headers: { authorization: `Bearer ${app.operator}`, "content-type": "application/json", ...headers },
    body: `{"query":${JSON.stringify(create)},"variables":${variables}}`,
  });
  const { data, errors } = (await response.json()) as Answer;
  return { status: response.status, headers: response.headers, data, ...(errors ? { errors } : {}) };
}

describe("a value", () => {
  it.each([0, -1, 101, 1_000_000])("that is a page size out of range, %d, is refused in every list", async (first) => {
    for (const list of ["projects", "auditEntries", "globalRules", "apiTokens", "alerts", "silences"]) {
      const answer = await app.ask(`query ($first: Int!) { ${list}(first: $first) { pageInfo { endCursor } } }`, {
        first,
      });
      // Without an Alertmanager there are no lists of alerts and silences to take a page of.
      if (answer.data?.[list] !== null || answer.errors)
        expect([list, codesOf(answer)]).toEqual([list, ["BAD_USER_INPUT"]]);
    }
  });

  it("that is nested as deep as a body can be is refused, with an idempotency key too", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const plain: Record<string, string> = {};
    for (const headers of [plain, { "idempotency-key": "deep" }]) {
      for (const input of [`{"name":"deep","extraLabels":${deep}}`, `{"name":${deep}}`, deep]) {
        const answer = await askRaw(`{"input":${input}}`, headers);
        expect([answer.status, codesOf(answer)]).toEqual([400, ["BAD_USER_INPUT"]]);
      }
    }
  });

  it("that separators, quotes or directions could confuse comes back as it was given", async () => {
    const nasty = "b: c - \u2028\u2029 \u{1f6a8} \\u0041 \\ ' \" # %s & <b> \u202e ";
    const input = { name: "nasty", description: nasty, extraLabels: { note: nasty } };
    const { projectCreate } = (await app.ask(create, { input })).data;
    expect(projectCreate).toEqual({ project: { id: expect.any(String), ...input }, userErrors: [] });
    const read =
      "query ($search: String) { projects(filter: { search: $search }) { nodes { description extraLabels } } }";
    const { name: search, ...values } = input;
    expect((await app.ask(read, { search })).data).toEqual({ projects: { nodes: [values] } });
  });

  it.each([
    { name: { toString: "x" } },
    { name: "object", description: { x: 1 } },
    { name: "object", extraLabels: { a: { b: "c" } } },
    { name: "object", extraLabels: { a: ["b"] } },
    { name: "object", extraLabels: [] },
    { name: "object", extraLabels: "x" },
    { name: "object", limitTier: ["default"] },
  ])("that is an object where a scalar is due is refused before any statement could hold it: %j", async (input) => {
    const statements = await app.statementsOf(async () => {
      expect(codesOf(await app.ask(create, { input }))).toEqual(["BAD_USER_INPUT"]);
    });
    expect(statements.filter((sql) => /"project"|insert/i.test(sql))).toEqual([]);
  });

  it.each([
    '{"input":{"name":"proto","__proto__":{"limitTier":"x"}}}',
    '{"input":{"name":"proto","constructor":{"prototype":{}}}}',
    '{"input":{"name":"proto","extraLabels":{"__proto__":"x"}}}',
    '{"input":{"name":"proto","extraLabels":{"a":"b","constructor":{}}}}',
  ])("that carries one of JavaScript's own keys is refused: %s", async (variables) => {
    expect(codesOf(await askRaw(variables))).toEqual(["BAD_USER_INPUT"]);
    expect(Object.prototype).not.toHaveProperty("limitTier");
  });

  it("that is refused is not repeated in the answer", async () => {
    const secret = "hunter2-x-y";
    const token = `mutation ($input: ApiTokenCreateInput!) {
      apiTokenCreate(input: $input) { secret userErrors { message path } }
    }`;
    for (const input of [
      { name: 1, globalRole: secret },
      { name: { [secret]: secret } },
      { name: [secret], expiresAt: secret },
      { name: "x", expiresAt: `${secret}; DateTime cannot` },
      { name: "x", expiresAt: `at "x"; ${secret}` },
      { name: "x", memberships: secret },
      { name: "x", memberships: [{ project: { id: secret }, role: "ADMIN" }] },
      { name: "x", memberships: [{ project: "x", role: `${secret} at "x"` }] },
      { name: "x".repeat(101) + secret, globalRole: "OPERATOR" },
      { name: "x", memberships: [{ project: secret, role: "ADMIN" }] },
    ]) {
      const { data, errors } = await app.ask(token, { input });
      expect(JSON.stringify({ data, errors })).not.toContain(secret);
      expect(errors?.length ?? data.apiTokenCreate.userErrors.length).toBeGreaterThan(0);
    }
    const literals = `{ name: 5, expiresAt: "${secret}", globalRole: "${secret}", memberships: "${secret}" }`;
    const { errors } = await app.ask(`mutation { apiTokenCreate(input: ${literals}) { secret } }`);
    expect(errors?.length).toBe(4);
    expect(JSON.stringify(errors)).not.toContain(secret);
  });

  it("that is refused is named by its place, with what is due there", async () => {
    expect(messagesOf(await app.ask(create, { input: { name: 1, extraLabels: [], memberships: 5 } }))).toEqual([
      'Variable "$input" got an invalid value at "input.name": Expected a value of type "String".',
      'Variable "$input" got an invalid value at "input.extraLabels": Labels must be a JSON object of strings.',
      'Variable "$input" got an invalid value: Field "memberships" is not defined by type "ProjectCreateInput".',
    ]);
    expect(messagesOf(await app.ask(ordered, { order: "x" }))).toEqual([
      'Variable "$order" got an invalid value: Expected a value of the enum "ProjectOrder".',
    ]);
    expect(messagesOf(await app.ask(ordered))).toEqual([
      'Variable "$order" of required type "ProjectOrder!" was not provided.',
    ]);
    expect(messagesOf(await app.ask("{ projects(orderBy: x, first: 1.5, after: 7) { totalCount } }"))).toEqual([
      'Expected a value of the enum "ProjectOrder".',
      'Expected a value of type "Int".',
      'Expected a value of type "String".',
    ]);
  });

  it("of ours that is refused tells which field and why", async () => {
    const { projectCreate } = (await app.ask(create, { input: { name: "A" } })).data;
    expect(projectCreate).toEqual({ project: null, userErrors: [{ code: "INVALID", path: ["input", "name"] }] });
  });
});

describe("a value that reaches other machines", () => {
  let sample: SampleApp;
  beforeAll(async () => {
    sample = await startSampleApp();
    await sample.alertmanager.postAlerts([
      { labels: { alertname: "Long", value: `${"a".repeat(1000)}!`, project: "victim" } },
      ...texts.map((value) => ({ labels: { alertname: "Random", value, project: "victim" } })),
    ]);
    await waitFor(async () => (await ask([])).data.alerts?.totalCount === 2 + texts.length, { what: "the alerts" });
  });
  const random = seeded(60);
  const texts = Array.from({ length: 20 }, () =>
    Array.from({ length: 2_000 }, () => (random() < 0.5 ? "a" : "b")).join(""),
  );
  /** Asks which alerts are matched, and answers what that cost too. */
  async function ask(matchers: readonly string[]) {
    const query = "query ($filter: AlertFilter) { alerts(filter: $filter) { totalCount } }";
    const response = await fetch(sample.url, {
      method: "POST",
      headers: { authorization: `Bearer ${sample.operator}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables: { filter: { matchers } } }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: see Answer.data
    return (await response.json()) as any;
  }
  const silence = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id } userErrors { code path } } }`;
  const group = `mutation ($input: ContactGroupCreateInput!) {
    contactGroupCreate(input: $input) { contactGroup { id } userErrors { code path } }
  }`;

  it("is refused when it is a list of 10,000", async () => {
    const before = await sample.stored();
    const matchers = Array(10_000).fill({ name: "a", value: "" });
    const input = { project: sample.ids.prj, matchers, duration: "1h", comment: "x" };
    const answer = await sample.graphql(sample.operator, silence, { input });
    expect([answer.data, codesOf(answer)]).toEqual([null, ["BAD_USER_INPUT"]]);
    expect(await sample.stored()).toEqual(before);
  });

  it.each([
    ["of 10 kB", "x".repeat(10_000)],
    ["with a backreference", "(a)\\1"],
    ["with a look-ahead", "a(?=b)"],
    ["with a look-behind", "(?<=a)b"],
    ["that does not end", "("],
    ["that repeats too often", "a{1001}"],
    ["with an unknown class", "\\p{Nope}"],
  ])("is refused when it is a pattern %s", async (_title, value) => {
    const input = {
      project: sample.ids.prj,
      matchers: [{ name: "a", value, isRegex: true }],
      duration: "1h",
      comment: "x",
    };
    const answer = await sample.graphql(sample.operator, silence, { input });
    expect(answer.data.silenceCreate).toEqual({
      silence: null,
      userErrors: [{ code: expect.stringMatching(/INVALID|LIMIT/), path: ["input", "matchers", "0", "value"] }],
    });
    const filter = { matchers: [`a=~${JSON.stringify(value)}`] };
    const alerts = "query ($filter: AlertFilter) { alerts(filter: $filter) { totalCount } }";
    expect(codesOf(await sample.graphql(sample.operator, alerts, { filter }))).toEqual(["BAD_USER_INPUT"]);
  });

  it("is matched in linear time when it is a pattern that others take exponential time for", async () => {
    const matched = await ask(['value=~"(a+)+!"']);
    expect(matched.data).toEqual({ alerts: { totalCount: 1 } });
    expect(matched.extensions.cost.matching).toBeLessThan(20);
    const unmatched = await ask(['value=~"(a+)+$"']);
    expect(unmatched.data).toEqual({ alerts: { totalCount: 0 } });
    expect(unmatched.extensions.cost.matching).toBeLessThan(20);
  });

  it("ends its operation when it is a pattern that takes long even so, and costs what it took", async () => {
    const { data, errors, extensions } = await ask(
      [0, 1, 2, 3, 4, 5].map((n) => `value=~"[ab]*a[ab]{${895 + n}}[ab]*"`),
    );
    expect([data, errors.map((error: Error) => error.message)]).toEqual([
      { alerts: null },
      [
        expect.stringMatching(
          /^The operation is too expensive\. Comparing labels with its patterns, or grouping by them, costs more than 14999, /,
        ),
      ],
    ]);
    expect(extensions.cost.matching).toBeGreaterThan(14_999);
    expect(extensions.cost.matching).toBeLessThan(16_000);
  });

  it.each([
    { type: "EMAIL", value: "a@example.org\r\nBcc: b@example.org" },
    { type: "EMAIL", value: "a@example.org\nSubject: x" },
    { type: "IRC", value: "#a\r\nQUIT" },
    { type: "WEBHOOK", value: "https://example.org/\r\nx: y" },
    { type: "WEBHOOK", value: "https://example.org/", secret: "a\r\nx: y" },
    { type: "SLACK", value: "#a\n", secret: "https://hooks.slack.com/services/a" },
    { type: "PHABRICATOR", value: "PHID-PROJ-abcdefghijklmnopqrst\n" },
  ])("is refused when it would begin a header of its own: %j", async (contact) => {
    const input = { project: sample.ids.prj, name: "headers", contacts: [contact] };
    const { contactGroupCreate } = (await sample.graphql(sample.operator, group, { input })).data;
    const field = contact.secret?.includes("\n") ? "secret" : "value";
    expect(contactGroupCreate).toEqual({
      contactGroup: null,
      userErrors: [{ code: "INVALID", path: ["input", "contacts", "0", field] }],
    });
  });
});

it("tells nothing of the inside by all this", () => {
  expect(app.answers.length).toBeGreaterThan(40);
  expectNothingLeaked(app, /hunter2|nasty/);
  expect(app.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
});
