import { readFileSync } from "node:fs";
import { buildSchema, parse, specifiedRules, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { priceOperation } from "../../server/http/cost.js";
import { limitRules } from "../../server/http/limits.js";
import { examples } from "../../web/playground/examples.js";

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));

describe.each(examples)("the example $name", ({ name, query, variables }) => {
  const document = parse(query);

  it("is one operation of that name, so that its tab has it", () => {
    expect(document.definitions).toMatchObject([{ kind: "OperationDefinition", name: { value: name } }]);
  });

  it("is valid for the graph and within its limits", () => {
    expect(validate(schema, document, [...specifiedRules, ...limitRules])).toEqual([]);
  });

  it("costs less than a person may spend, with variables that the graph takes", () => {
    const operation = document.definitions[0];
    if (operation?.kind !== "OperationDefinition") throw new Error("The example is no operation.");
    const cost = priceOperation({ schema, document, operation, variables: JSON.parse(variables ?? "{}"), limit: 5000 });
    expect(cost.requested).toBeLessThan(1500);
    // Wrong variables cost nothing, as does the number that `revisions` streams.
    expect(cost.requested > 0).toBe(name !== "Revisions");
  });
});
