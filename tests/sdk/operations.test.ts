import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSchema, parse, TokenKind, validate, visit } from "graphql";
import { describe, expect, it } from "vitest";
import * as documents from "../../sdk/generated/documents.js";
import { priceOperation } from "../../server/http/cost.js";
import { documentLimits, limitRules } from "../../server/http/limits.js";
import { settingsOf } from "../../server/settings.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema = buildSchema(readFileSync(`${root}/schema.graphql`, "utf8"));
const operations = Object.entries(documents).map(([name, document]) => ({ name, document, text: String(document) }));

describe("every document of the SDK", () => {
  it.each(operations)("$name fits the schema and the server's limits", ({ name, document, text }) => {
    const node = parse(text);
    expect(validate(schema, node, [...limitRules])).toEqual([]);
    expect(tokensOf(text)).toBeLessThan(documentLimits.tokens);
    const [operation] = node.definitions.filter((definition) => definition.kind === "OperationDefinition");
    expect([operation?.operation, `${operation?.name?.value}Document`, document.operationName]).toEqual([
      document.operation,
      name,
      operation?.name?.value,
    ]);
  });

  it.each(operations)(
    "$name costs less than the server's default limit, even a whole page of it",
    ({ text, document }) => {
      const node = parse(text);
      const operation =
        node.definitions.find((definition) => definition.kind === "OperationDefinition") ?? expect.fail();
      const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      const values: Record<string, unknown> = {
        first: 100,
        id: "x",
        of: "x",
        project: "x",
        sinceRevision: 0,
        name: "x",
        expr: "up",
      };
      const variables = Object.fromEntries(names.flatMap((name) => (name in values ? [[name, values[name]]] : [])));
      if (/^(Expire|Extend)Silences$/.test(document.operationName)) variables.of = { ids: Array(100).fill("x") };
      for (const name of names) if (name.startsWith("with")) variables[name] = true;
      const isForAgents = ["ListChangedProjects", "ListMoreOfProject"].includes(document.operationName);
      const { limits } = settingsOf({ database: { type: "sqlite", file: "unused" } });
      const limit = isForAgents ? limits.agentOperationCost : limits.operationCost;
      expect(priceOperation({ schema, document: node, operation, variables, limit }).requested).toBeLessThanOrEqual(
        limit,
      );
    },
  );

  it("is of use: every root field of the schema is asked for by one", () => {
    const asked = new Set<string>();
    for (const { text } of operations) {
      visit(parse(text), {
        OperationDefinition: ({ operation, selectionSet }) => {
          for (const field of selectionSet.selections)
            if (field.kind === "Field") asked.add(`${operation}.${field.name.value}`);
        },
      });
    }
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const offered = roots.flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name.toLowerCase()}.${field}`),
    );
    // Many nodes at once are for documents of one's own.
    expect(offered.filter((field) => !asked.has(field))).toEqual(["query.nodes"]);
  });
});

describe("every exported name of the SDK", () => {
  const files = readdirSync(`${root}/sdk`, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/^(dist|node_modules|generated)/.test(file) && file !== "index.ts",
  );

  it.each(files)("has a doc comment in %s", (file) => {
    const lines = readFileSync(`${root}/sdk/${file}`, "utf8").split("\n");
    const bare = lines.filter(
      (line, index) =>
        /^export (abstract |async )?(class|function|function\*|interface|type|const) \w/.test(line) &&
        lines[index - 1]?.trim() !== "*/" &&
        !lines[index - 1]?.startsWith("/** "),
    );
    expect(bare).toEqual([]);
  });
});

describe("every generated type", () => {
  const [graphTypes = ""] = readFileSync(`${root}/sdk/generated/types.ts`, "utf8").split("/** Variables of ");
  const lines = graphTypes.split("\n");

  it("and each of its fields has the schema's description", () => {
    const bare = lines.filter((line, index) => {
      const before = lines[index - 1]?.trim() ?? "";
      return /^(export |readonly (?!__typename))/.test(line) && !before.endsWith("*/");
    });
    expect(lines.length).toBeGreaterThan(1000);
    expect(bare).toEqual([]);
  });
});

function tokensOf(text: string): number {
  let count = 0;
  for (let token = parse(text).loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== TokenKind.SOF && token.kind !== TokenKind.EOF) count++;
  }
  return count;
}
