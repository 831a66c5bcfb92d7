import { buildSchema, type DefinitionNode, type GraphQLSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";

/** The generator's modules are plain JavaScript, which the compiler does not look into. */
const load = (file: string): Promise<unknown> => import(new URL(`../../sdk/codegen/${file}`, import.meta.url).href);
const { printTypes } = (await load("print-types.mjs")) as {
  printTypes(schema: GraphQLSchema, definitions: readonly DefinitionNode[]): { text: string; graphTypeNames: string[] };
};
const { printDocuments } = (await load("print-documents.mjs")) as {
  printDocuments(definitions: readonly DefinitionNode[]): string;
};

const schema = buildSchema(`
  scalar Labels
  """How it is."""
  enum State { """It answers." """ UP DOWN }
  """What to look for."""
  input Filter { """The most */ important.""" names: [String!] state: State = UP limit: Int! }
  input Choice @oneOf { """By name.""" name: String id: ID }
  """A thing."""
  type Thing { """Its id.""" id: ID! labels: Labels! state: State parts: [Part]! old: Int @deprecated(reason: "Use state.") }
  type Part { name: String! thing: Thing! }
  type Other { id: ID! }
  union Any = Thing | Part | Other
  type Query { thing(filter: Filter, by: Choice): Thing any: Any ping: Float }
`);
const definitionsOf = (text: string) => parse(text).definitions;

describe("the printed types", () => {
  it("follow the schema and the selections, and carry the descriptions", () => {
    const definitions = definitionsOf(`
      fragment Common on Thing { id labels }
      fragment Thing on Thing { ...Common state old parts { name } }
      fragment Any on Any { __typename ... on Thing { id } ... on Part { thing { ...Common } } }
      query Get($filter: Filter!, $by: Choice, $deep: Boolean = true) {
        mine: thing(filter: $filter, by: $by) { ...Common state @include(if: $deep) }
        any { ...Any }
      }
      query Ping { ping any { ... on Thing { id } } }
    `);
    const { text, graphTypeNames } = printTypes(schema, definitions);
    expect(graphTypeNames).toEqual(["State", "Filter", "Choice", "Common", "Thing", "Any"]);
    expect(text.replaceAll(/\n\s*\n/g, "\n").trim()).toMatchInlineSnapshot(`
      "/**
       * How it is.
       * - \`UP\`: It answers."
       */
      export type State = "UP" | "DOWN";
      /** What to look for. */
      export interface Filter {
      /** The most *\\/ important. */
      readonly names?: ReadonlyArray<string> | null | undefined;
      /** @default "UP" */
      readonly state?: State | null | undefined;
      readonly limit: number;
      }
      export type Choice =
        | { 
      /** By name. */
      readonly name: string; readonly id?: never }
        | { readonly id: string; readonly name?: never };
      /** A thing. */
      export interface Common {
      /** Its id. */
      readonly id: string;
      readonly labels: Scalars["Labels"];
      }
      /** A thing. */
      export interface Thing extends Common {
      readonly state: State | null;
      /** @deprecated Use state. */
      readonly old: number | null;
      readonly parts: ReadonlyArray<{ readonly name: string; } | null>;
      }
      export type Any = ({ readonly __typename: "Thing"; 
      /** Its id. */
      readonly id: string; }) | ({ readonly __typename: "Part"; readonly thing: Common; }) | ({ readonly __typename: "Other";  });
      /** Variables of Get. */
      export interface GetVariables {
        readonly filter: Filter;
        readonly by?: Choice | null | undefined;
        readonly deep?: boolean | null | undefined;
      }
      /** Data of Get. */
      export interface GetData {
      readonly mine: { readonly state?: State | null; } & Common | null;
      readonly any: Any | null;
      }
      /** Variables of Ping. */
      export type PingVariables = Record<never, never>;
      /** Data of Ping. */
      export interface PingData {
      readonly ping: number | null;
      readonly any: ({ 
      /** Its id. */
      readonly id: string; }) | ({  }) | null;
      }"
    `);
  });

  it.each([
    ["query Thing { ping } fragment ThingData on Thing { id }", "two types would be called ThingData"],
    [
      "fragment Any on Any { __typename } query Get { any { __typename ...Any } }",
      "the fragment Any has several shapes, so it must be the only selection where it is spread",
    ],
  ])("are refused where they would be wrong: %s", (text, message) => {
    expect(() => printTypes(schema, definitionsOf(text))).toThrow(message);
  });
});

describe("the printed documents", () => {
  it("hold each fragment that is needed, once", () => {
    const text = printDocuments(
      definitionsOf(`
        query Get { thing { ...B ...A } }
        fragment A on Thing { id }
        fragment B on Thing { ...A labels }
        fragment C on Thing { id }
      `),
    );
    expect(text).toMatchInlineSnapshot(`
      "export const GetDocument: TypedDocumentString<types.GetData, types.GetVariables> = /* @__PURE__ */ new TypedDocumentString("query Get{thing{...B ...A}}fragment B on Thing{...A labels}fragment A on Thing{id}", "query", "Get");
      "
    `);
  });
});
