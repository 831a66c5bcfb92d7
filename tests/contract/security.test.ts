import { readdir, readFile } from "node:fs/promises";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

const lines: string[] = [];
const answers: Answer[] = [];
let app: TestApp;
let databaseFile: string;

beforeAll(async () => {
  const database = await createSqliteDatabase();
  databaseFile = database.file;
  app = await startApp(database, { onLog: (line) => lines.push(line) });
});

/** Sends an operation as the operator unless told otherwise, and remembers the answer for the tests at the end. */
async function ask(query: string, variables: object = {}, token: string | null = app.operator): Promise<Answer> {
  const answer = await app.graphql(token, query, variables, { "x-request-id": "id" });
  answers.push(answer);
  return answer;
}

const codes = ({ errors }: Answer) => (errors ?? []).map(({ extensions }) => extensions.code);
const messages = ({ errors }: Answer) => (errors ?? []).map(({ message }) => message);

/** The answer, and the least milliseconds that it took in three tries: the machine may be busy with something else. */
async function timed(query: string, variables: object = {}): Promise<{ answer: Answer; ms: number }> {
  let ms = Number.POSITIVE_INFINITY;
  let answer = await ask(query, variables);
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = performance.now();
    answer = await ask(query, variables);
    ms = Math.min(ms, performance.now() - start);
  }
  return { answer, ms };
}

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

describe("a stranger", () => {
  const unauthenticated = {
    status: 401,
    errors: [
      {
        message: "A valid API token is needed. Send it as `Authorization: Bearer <token>`.",
        extensions: { code: "UNAUTHENTICATED", requestId: "id" },
      },
    ],
  };

  it.each(["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }'])(
    "does not learn the schema by %s, also when the document is known already",
    async (query) => {
      expect((await ask(query)).status).toBe(200);
      for (const token of [null, "unknown", null]) {
        const { status, errors, data } = await ask(query, {}, token);
        expect({ status, errors, data }).toEqual({ ...unauthenticated, data: undefined });
      }
    },
  );

  it("cannot tell a field, argument or type that exists from one that does not, nor a document that parses", async () => {
    for (const query of [
      "{ viewer { name } }",
      "{ viewr }",
      '{ project(nam: "a") { id } }',
      "{ ... on Projekt { id } }",
      "{",
      "{a".repeat(2000),
    ]) {
      const { status, errors, data } = await ask(query, {}, null);
      expect({ status, errors, data }).toEqual({ ...unauthenticated, data: undefined });
    }
  });
});

describe("a guesser", () => {
  it("is given no name that is near to a wrong one", async () => {
    for (const [query, variables] of [
      ["{ viewr { name } }"],
      ['{ project(nam: "a") { id } }'],
      ["{ ... on Projekt { id } }"],
      ["query ($a: ProjektFilter) { projects(filter: $a) { totalCount } }"],
      ["{ projects(orderBy: NAME_AS) { totalCount } }"],
      ['{ projects(filter: { serch: "" }) { totalCount } }'],
      ["query ($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }", { filter: { serch: "" } }],
      ["query ($order: ProjectOrder!) { projects(orderBy: $order) { totalCount } }", { order: "NAME_AS" }],
    ] as const) {
      const { status, errors, data } = await ask(query, variables);
      expect([status, data, errors?.length]).toEqual([400, undefined, expect.any(Number)]);
      expect(JSON.stringify(errors)).not.toMatch(/did you mean|"(viewer|Project|ProjectFilter|search|NAME_ASC)"/i);
    }
  });

  it("is told at most five mistakes of thousands", async () => {
    for (const query of [
      `{ ${times(3000, (index) => `f${index}`)} }`,
      `{ ${times(900, (index) => `f${index}`)} }`,
      `{ viewer { ${times(900, (index) => `f${index}`)} } }`,
    ]) {
      const answer = await ask(query);
      expect(answer.status).toBe(400);
      expect(messages(answer).length).toBeLessThanOrEqual(5);
    }
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, ""]));
    const answer = await ask("query ($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }", {
      filter: names,
    });
    expect(messages(answer)).toHaveLength(5);
  });
});

describe("an expensive document", () => {
  const refused = async (query: string, code: string) => {
    const { answer, ms } = await timed(query);
    expect({ status: answer.status, data: answer.data }).toEqual({ status: 400, data: undefined });
    expect(new Set(codes(answer))).toEqual(new Set([code]));
    expect(ms).toBeLessThan(200);
    return messages(answer);
  };
  const tokens = ["Syntax Error: Document contains more that 1000 tokens. Parsing aborted."];

  it("with 101 aliases is refused", async () => {
    expect(await refused(`{ ${times(101, (index) => `a${index}: __typename`)} }`, "GRAPHQL_VALIDATION_FAILED")).toEqual(
      ["The operation selects 101 root fields; the limit is 20.", "The document has 101 aliases; the limit is 30."],
    );
    expect(
      await refused(`{ viewer { ${times(31, (index) => `a${index}: name`)} } }`, "GRAPHQL_VALIDATION_FAILED"),
    ).toEqual(["The document has 31 aliases; the limit is 30."]);
  });

  it("with 25 root fields and directives is refused for both", async () => {
    const query = `{ ${times(25, (index) => `a${index}: __typename @include(if: true)`)} }`;
    expect(await refused(query, "GRAPHQL_VALIDATION_FAILED")).toEqual([
      "The operation selects 25 root fields; the limit is 20.",
      "The document has 25 directives; the limit is 20.",
    ]);
  });

  it("with 10,000 repeated fields, or as many as the token limit lets through, is refused", async () => {
    expect(await refused(`{ ${"__typename ".repeat(10_000)} }`, "GRAPHQL_PARSE_FAILED")).toEqual(tokens);
    expect(await refused(`{ ${"__typename ".repeat(990)} }`, "GRAPHQL_VALIDATION_FAILED")).toEqual([
      "The operation selects 990 root fields; the limit is 20.",
      "Validation aborted.",
    ]);
  });

  it("whose fields would have to be compared with one another is refused", async () => {
    const inline = `{ ${times(50, () => `... on Query { ${times(50, () => "... on Query { viewer { name } }")} }`)} }`;
    expect(inline.length).toBeGreaterThan(49_000);
    expect(await refused(inline, "GRAPHQL_PARSE_FAILED")).toEqual(tokens);
    const tripled = (levels: number): string =>
      levels === 0 ? "id" : times(3, () => `project { auditEntries { nodes { ${tripled(levels - 1)} } } }`);
    for (const levels of [5, 6])
      expect(
        await refused(`{ node(id: "x") { ... on AuditEntry { ${tripled(levels)} } } }`, "GRAPHQL_PARSE_FAILED"),
      ).toEqual(tokens);
  });

  it("that nests 100 levels deep is refused", async () => {
    const query = `{ projects { nodes { ${"auditEntries { nodes { project { ".repeat(33)} id ${"} } } ".repeat(33)} } } }`;
    expect(await refused(query, "GRAPHQL_VALIDATION_FAILED")).toEqual([
      "The operation nests fields 102 levels deep; the limit is 12.",
    ]);
  });

  it("that would overflow the parser's stack is refused", async () => {
    expect(await refused(`${"{a".repeat(6000)}${"}".repeat(6000)}`, "GRAPHQL_PARSE_FAILED")).toEqual(tokens);
    expect(
      await refused(`{ project(name: ${"[".repeat(6000)}${"]".repeat(6000)}) { id } }`, "GRAPHQL_PARSE_FAILED"),
    ).toEqual(tokens);
    expect(
      (await refused(`${"{a".repeat(330)}${"}".repeat(330)}`, "GRAPHQL_VALIDATION_FAILED")).length,
    ).toBeLessThanOrEqual(5);
  });

  it("with hundreds of directives, known or not, is refused", async () => {
    expect(await refused(`{ __typename ${"@include(if: true) ".repeat(500)} }`, "GRAPHQL_PARSE_FAILED")).toEqual(
      tokens,
    );
    for (const query of [
      `{ __typename ${"@include(if: true) ".repeat(140)} }`,
      `{ __typename ${"@aa ".repeat(10)} }`,
    ]) {
      expect((await refused(query, "GRAPHQL_VALIDATION_FAILED")).length).toBeLessThanOrEqual(5);
    }
  });

  it("whose fragments go in a circle is refused", async () => {
    const query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    expect(await refused(query, "GRAPHQL_VALIDATION_FAILED")).toEqual([
      'Cannot spread fragment "A" within itself via "B".',
    ]);
  });

  it("whose fragments double is refused", async () => {
    const doubling = times(25, (n) => `fragment F${n} on Viewer { ...F${n + 1} ...F${n + 1} }`);
    expect(await refused(`{ viewer { ...F0 } } ${doubling} fragment F25 on Viewer { name }`, "COST_LIMIT")).toEqual([
      "The operation is too expensive. It has more than 10000 selections; the limit is 5000. Ask for fewer objects, or smaller pages.",
    ]);
  });

  it("that asks for the schema in a circle is refused", async () => {
    const query = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    expect(await refused(query, "GRAPHQL_VALIDATION_FAILED")).toEqual(["Maximum introspection depth exceeded"]);
  });

  it("that costs more than the caller may spend is refused, with both figures", async () => {
    const query =
      "query ($n: Int!) { projects(first: $n) { nodes { auditEntries(first: $n) { nodes { project { id } } } } } }";
    const { answer } = await timed(query, { n: 100 });
    expect({ status: answer.status, data: answer.data, errors: answer.errors }).toEqual({
      status: 400,
      data: undefined,
      errors: [
        {
          message:
            "The operation is too expensive. It costs 20201; the limit is 5000. Ask for fewer objects, or smaller pages.",
          extensions: { code: "COST_LIMIT", cost: 20_201, limit: 5_000, requestId: "id" },
        },
      ],
    });
    expect((await ask(query, { n: 10 })).status).toBe(200);
    const agent = await app.token("AGENT");
    expect((await app.graphql(agent, query.replace(/auditEntries.*/, "id } } }"), { n: 100 })).status).toBe(200);
  });
});

describe("a value", () => {
  it("that is a page size out of range is refused in every list", async () => {
    for (const first of [0, -1, 101, 1_000_000]) {
      for (const query of [
        "query ($first: Int!) { projects(first: $first) { totalCount } }",
        "query ($first: Int!) { auditEntries(first: $first) { nodes { id } } }",
      ]) {
        expect(codes(await ask(query, { first }))).toEqual(["BAD_USER_INPUT"]);
      }
    }
  });

  const create = `mutation ($input: ProjectCreateInput!) {
    projectCreate(input: $input) { project { id name description extraLabels } userErrors { code path } }
  }`;

  it("nested as deep as a body holds is refused quickly, with an idempotency key too", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const extraHeaders of [{}, { "idempotency-key": "deep" }]) {
      for (const input of [`{"name":"deep","extraLabels":${deep}}`, `{"name":${deep}}`, deep]) {
        const start = performance.now();
        const response = await fetch(app.url, {
          method: "POST",
          headers: { authorization: `Bearer ${app.operator}`, "content-type": "application/json", ...extraHeaders },
          body: `{"query":${JSON.stringify(create)},"variables":{"input":${input}}}`,
        });
        const { errors } = (await response.json()) as Answer;
        expect([response.status, errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
        expect(performance.now() - start).toBeLessThan(500);
      }
    }
  });

  it("that breaks lines, templates or encodings comes back as it was given", async () => {
    const nasty = "b: c - \u2028\u2029 \u{1f6a8} \\u0041 \\ ' \" # %s & <b> \u202e ";
    const input = { name: "nasty", description: nasty, extraLabels: { note: nasty } };
    const { projectCreate } = (await ask(create, { input })).data;
    expect(projectCreate).toEqual({ project: { id: expect.any(String), ...input }, userErrors: [] });
    const read =
      "query ($search: String) { projects(filter: { search: $search }) { nodes { description extraLabels } } }";
    const { name: search, ...values } = input;
    expect((await ask(read, { search })).data).toEqual({ projects: { nodes: [values] } });
  });

  it("that is an object where a scalar is due is refused before any statement could hold it", async () => {
    for (const input of [
      { name: { toString: "x" } },
      { name: "object", description: { x: 1 } },
      { name: "object", extraLabels: { a: { b: "c" } } },
      { name: "object", extraLabels: { a: ["b"] } },
      { name: "object", extraLabels: [] },
      { name: "object", extraLabels: "x" },
      { name: "object", limitTier: ["default"] },
    ]) {
      let answer: Answer | undefined;
      const statements = await app.statementsOf(async () => {
        answer = await ask(create, { input });
      });
      expect(codes(answer as Answer)).toEqual(["BAD_USER_INPUT"]);
      expect(statements.filter((sql) => /"project"|insert/i.test(sql))).toEqual([]);
    }
  });

  it("whose key is __proto__ or constructor is refused", async () => {
    for (const variables of [
      '{"input":{"name":"proto","__proto__":{"limitTier":"x"}}}',
      '{"input":{"name":"proto","constructor":{"prototype":{}}}}',
      '{"input":{"name":"proto","extraLabels":{"__proto__":"x"}}}',
      '{"input":{"name":"proto","extraLabels":{"a":"b","constructor":{}}}}',
    ]) {
      const response = await fetch(app.url, {
        method: "POST",
        headers: { authorization: `Bearer ${app.operator}`, "content-type": "application/json" },
        body: `{"query":${JSON.stringify(create)},"variables":${variables}}`,
      });
      expect(((await response.json()) as Answer).errors?.map(({ extensions }) => extensions.code)).toEqual([
        "BAD_USER_INPUT",
      ]);
    }
    expect(Object.prototype).not.toHaveProperty("limitTier");
  });

  it("that is refused is not repeated in the answer", async () => {
    const secret = "hunter2-x-y";
    const token =
      "mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret userErrors { message path } } }";
    for (const input of [
      { name: 1, globalRole: secret },
      { name: { [secret]: secret } },
      { name: [secret], expiresAt: secret },
      { name: "x", expiresAt: `${secret}; DateTime cannot` },
      { name: "x", expiresAt: 7 },
      { name: "x", memberships: secret },
      { name: "x", memberships: [{ project: { id: secret }, role: "ADMIN" }] },
      { name: "x", memberships: [{ project: "x", role: `${secret} at "x"` }] },
      { name: "x".repeat(101) + secret, globalRole: "OPERATOR" },
      { name: "x", memberships: [{ project: secret, role: "ADMIN" }] },
    ]) {
      const { data, errors } = await ask(token, { input });
      expect(JSON.stringify({ data, errors })).not.toContain(secret);
      expect(errors?.length ?? data.apiTokenCreate.userErrors.length).toBeGreaterThan(0);
    }
    const inline = `mutation { apiTokenCreate(input: { name: 5, expiresAt: "${secret}", globalRole: "${secret}" }) { secret } }`;
    expect(JSON.stringify((await ask(inline)).errors)).not.toContain(secret);
  });

  it("that is refused is named by its place, with what is due there", async () => {
    const input = { name: 1, extraLabels: [], memberships: 5 };
    expect(messages(await ask(create, { input }))).toEqual([
      'Variable "$input" got an invalid value at "input.name": Expected a value of type "String".',
      'Variable "$input" got an invalid value at "input.extraLabels": Labels must be a JSON object of strings.',
      'Variable "$input" got an invalid value: Field "memberships" is not defined by type "ProjectCreateInput".',
    ]);
    expect(
      messages(await ask("query ($order: ProjectOrder!) { projects(orderBy: $order) { totalCount } }", { order: "x" })),
    ).toEqual(['Variable "$order" got an invalid value: Expected a value of the enum "ProjectOrder".']);
    expect(messages(await ask("query ($order: ProjectOrder!) { projects(orderBy: $order) { totalCount } }"))).toEqual([
      'Variable "$order" of required type "ProjectOrder!" was not provided.',
    ]);
  });
});

describe("a failure inside", () => {
  it("is told as one and nothing else, and its details go to the log, without values", async () => {
    const other = await createSqliteDatabase();
    const logged: string[] = [];
    const broken = await startApp(other, { onLog: (line) => logged.push(line) });
    const database = new Sqlite(other.file);
    database.exec("ALTER TABLE project RENAME COLUMN limit_tier TO gone");
    database.close();
    const query = "query ($names: [String!]) { projects(filter: { names: $names }) { nodes { id } } }";
    const { status, data, errors } = await broken.graphql(
      broken.operator,
      query,
      { names: ["hunter2"] },
      { "x-request-id": "id" },
    );
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: null,
      errors: [
        {
          message: "Internal server error",
          locations: [{ line: 1, column: 29 }],
          path: ["projects"],
          extensions: { code: "INTERNAL_SERVER_ERROR", requestId: "id" },
        },
      ],
    });
    const line = JSON.parse(logged.at(-1) ?? "");
    expect(line).toMatchObject({
      level: 50,
      requestId: "id",
      path: ["projects"],
      msg: "An operation failed",
      err: { code: "SQLITE_ERROR" },
    });
    expect(logged.join("")).not.toMatch(/hunter2|mi_/);
  });
});

describe("all that was answered and logged above", () => {
  it("holds no stack of calls", () => {
    expect(answers.length).toBeGreaterThan(100);
    expect(
      answers.filter((answer) => /"(stacktrace|exception|stack)":|node_modules|\.ts:\d/.test(JSON.stringify(answer))),
    ).toEqual([]);
  });

  it("gives each error a code and the request's id", () => {
    for (const { errors } of answers)
      for (const { extensions } of errors ?? [])
        expect(extensions).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), requestId: "id" });
  });

  it("logs no token and no value", async () => {
    expect(lines.filter((line) => /mi_[\w-]{20}|hunter2|nasty|Bearer/.test(line))).toEqual([]);
    expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
    expect((await readFile(databaseFile)).includes(app.operator)).toBe(false);
  });
});

void readdir;
