import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { documentLimits, limitRules } from "../../server/http/limits.js";

const schema = buildSchema(`
  type Query { name: String project: Project }
  type Project { name: String project: Project }
`);

/** The messages of the limit rules alone, so that a case is not refused for another reason. */
const refusals = (source: string): readonly string[] =>
  validate(schema, parse(source), limitRules).map((error) => error.message);

const nested = (levels: number): string => `${"{ project ".repeat(levels - 1)}{ name }${" }".repeat(levels - 1)}`;

describe("the limits on a document", () => {
  it("lets GraphiQL's introspection query pass, within the token limit", () => {
    const source = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, oneOf: true });
    expect(
      validate(schema, parse(source, { maxTokens: documentLimits.tokens }), [...specifiedRules, ...limitRules]),
    ).toEqual([]);
  });

  it("takes as many levels as the limit and refuses one more", () => {
    expect(refusals(nested(12))).toEqual([]);
    expect(refusals(nested(13))).toEqual(["The operation nests fields 13 levels deep; the limit is 12."]);
  });

  it("counts levels through named and inline fragments", () => {
    const source = `query { ...A } fragment A on Query { ... on Query { project { ...B } } } fragment B on Project ${nested(12)}`;
    expect(refusals(source)).toEqual(["The operation nests fields 13 levels deep; the limit is 12."]);
  });

  it("counts the levels of each operation, and no level twice for a fragment that is used twice", () => {
    const source = `query A { ...F ...F } query B ${nested(13)} fragment F on Query ${nested(12)}`;
    expect(refusals(source)).toEqual(["The operation nests fields 13 levels deep; the limit is 12."]);
  });

  it("takes as many root fields as the limit and refuses one more, through fragments too", () => {
    expect(refusals(`{ ${"name ".repeat(20)} }`)).toEqual([]);
    expect(refusals(`{ ${"name ".repeat(21)} }`)).toEqual(["The operation selects 21 root fields; the limit is 20."]);
    expect(refusals(`{ ...A ...A ...A } fragment A on Query { ${"name ".repeat(7)} }`)).toEqual([
      "The operation selects 21 root fields; the limit is 20.",
    ]);
  });

  it("takes as many aliases as the limit and refuses one more, wherever they are", () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: name`).join(" ");
    expect(refusals(`{ project { ${aliases(30)} } }`)).toEqual([]);
    expect(refusals(`{ project { ${aliases(30)} ...F } } fragment F on Project { b: name }`)).toEqual([
      "The document has 31 aliases; the limit is 30.",
    ]);
  });

  it("takes as many directives as the limit and refuses one more, known or not", () => {
    expect(refusals(`{ name ${"@include(if: true) ".repeat(20)} }`)).toEqual([]);
    expect(refusals(`{ name ${"@unknown ".repeat(20)} project @include(if: true) { name } }`)).toEqual([
      "The document has 21 directives; the limit is 20.",
    ]);
  });

  it("ends on fragments in a circle, which another rule refuses", () => {
    const source = "{ project { ...A } } fragment A on Project { project { ...B } } fragment B on Project { ...A }";
    expect(refusals(source)).toEqual([]);
    expect(validate(schema, parse(source), [...specifiedRules, ...limitRules]).map((error) => error.message)).toEqual([
      'Cannot spread fragment "A" within itself via "B".',
    ]);
  });

  it("looks at each fragment once, so that fragments which double do not cost time", () => {
    const fragments = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    const source = `{ ...F0 } ${fragments.join(" ")} fragment F40 on Query { name }`;
    expect(refusals(source)).toEqual([`The operation selects ${2 ** 40} root fields; the limit is 20.`]);
  });
});
