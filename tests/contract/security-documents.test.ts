import { beforeAll, describe, expect, it } from "vitest";
import { codesOf, expectNothingLeaked, messagesOf, type RecordedApp, startRecordedApp } from "./recorded-app.js";

let app: RecordedApp;
beforeAll(async () => {
  app = await startRecordedApp();
});

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
      expect((await app.ask(query)).status).toBe(200);
      for (const token of [null, "unknown", null]) {
        const { status, errors, data } = await app.ask(query, {}, token);
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
      const { status, errors, data } = await app.ask(query, {}, null);
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
      const { status, errors, data } = await app.ask(query, variables);
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
      const answer = await app.ask(query);
      expect(answer.status).toBe(400);
      expect(messagesOf(answer).length).toBeLessThanOrEqual(5);
    }
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, ""]));
    const answer = await app.ask("query ($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }", {
      filter: names,
    });
    expect(codesOf(answer)).toEqual(Array(5).fill("BAD_USER_INPUT"));
  });
});

describe("an expensive document", () => {
  const refused = async (query: string, code: string) => {
    const answer = await app.ask(query);
    expect({ status: answer.status, data: answer.data }).toEqual({ status: 400, data: undefined });
    expect(new Set(codesOf(answer))).toEqual(new Set([code]));
    return messagesOf(answer);
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
      "The operation is too expensive. It has more than 10000 selections; the limit is 15000. Ask for fewer objects, or smaller pages.",
    ]);
  });

  it("that asks for the schema in a circle is refused", async () => {
    const query = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    expect(await refused(query, "GRAPHQL_VALIDATION_FAILED")).toEqual(["Maximum introspection depth exceeded"]);
  });

  it("that costs more than the caller may spend is refused, with both figures", async () => {
    const query =
      "query ($n: Int!) { projects(first: $n) { nodes { auditEntries(first: $n) { nodes { project { id } } } } } }";
    const answer = await app.ask(query, { n: 100 });
    expect({ status: answer.status, data: answer.data, errors: answer.errors }).toEqual({
      status: 400,
      data: undefined,
      errors: [
        {
          message:
            "The operation is too expensive. It costs 20201; the limit is 15000. Ask for fewer objects, or smaller pages.",
          extensions: { code: "COST_LIMIT", cost: 20_201, limit: 15_000, requestId: "id" },
        },
      ],
    });
    expect((await app.ask(query, { n: 10 })).status).toBe(200);
    const agent = await app.token("AGENT");
    expect((await app.graphql(agent, query.replace(/auditEntries.*/, "id } } }"), { n: 100 })).status).toBe(200);
  });
});

it("has told nothing of the inside by all this", () => {
  expect(app.answers.length).toBeGreaterThan(40);
  expectNothingLeaked(app, /hunter2/);
  expect(app.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
});
