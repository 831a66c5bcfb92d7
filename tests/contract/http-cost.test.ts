import { ApolloServer } from "@apollo/server";
import { buildSchema } from "graphql";
import { afterAll, describe, expect, it } from "vitest";
import { costPlugin } from "../../server/http/cost.js";

const schema = buildSchema(`
  type PageInfo { hasNextPage: Boolean! }
  interface Node { id: ID! }
  interface Rule implements Node { id: ID! project: Project! }
  type AlertingRule implements Node & Rule { id: ID! project: Project! labels: [Label!]! }
  type RecordingRule implements Node & Rule { id: ID! project: Project! }
  type Label { name: String! }
  type Project implements Node { id: ID! name: String! labels: [Label!]! rules(first: Int = 50): RuleConnection! days(hours: Int = 24): [Label!] }
  type RuleEdge { cursor: String! node: Rule! }
  type RuleConnection { edges: [RuleEdge!]! nodes: [Rule!]! pageInfo: PageInfo! totalCount: Int! }
  type ProjectEdge { cursor: String! node: Project! }
  type ProjectConnection { edges: [ProjectEdge!]! nodes: [Project!]! pageInfo: PageInfo! totalCount: Int! }
  type Query {
    revision: Int
    project(name: String!): Project
    nodes(ids: [ID!]!): [Node]
    projects(first: Int = 50): ProjectConnection
  }
  type Payload { project: Project }
  type Mutation { projectCreate(name: String): Payload }
`);

interface Caller {
  readonly limit: number;
}

const server = new ApolloServer<Caller>({
  schema,
  plugins: [
    costPlugin<Caller>({
      limitOf: ({ limit }) => limit,
      charge: async (_, cost) => cost,
      total: async (_, cost) => cost,
    }),
  ],
  formatError: ({ message, extensions }) => ({ message, extensions: { ...extensions, stacktrace: undefined } }),
});
afterAll(() => server.stop());

async function run(
  query: string,
  { variables, limit = 5000 }: { variables?: Record<string, unknown>; limit?: number } = {},
) {
  const { body, http } = await server.executeOperation({ query, variables }, { contextValue: { limit } });
  if (body.kind !== "single") throw new Error("The answer has several parts.");
  return { status: http.status, ...body.singleResult };
}

const cost = async (query: string, variables?: Record<string, unknown>): Promise<unknown> => {
  const { errors, extensions } = await run(query, { variables, limit: 1_000_000 });
  return errors ?? extensions?.cost;
};
const costs = (requested: number) => ({ requested, limit: 1_000_000 });

describe("the cost of an operation", () => {
  it("is nothing for scalars and one for an object, in a list too", async () => {
    expect(await cost("{ revision __typename }")).toEqual(costs(0));
    expect(await cost('{ project(name: "a") { id name labels { name } } }')).toEqual(costs(2));
  });

  it("is 100 more for each mutation, because all writers queue", async () => {
    expect(await cost('mutation { projectCreate(name: "a") { project { id } } }')).toEqual(costs(102));
    const two =
      'mutation { a: projectCreate(name: "a") { project { id } } b: projectCreate(name: "b") { project { id } } }';
    expect(await cost(two)).toEqual(costs(204));
  });

  it("is 1 + first × node for a connection, by nodes and by edges alike, with the page for nothing", async () => {
    expect(await cost("{ projects(first: 10) { nodes { id } pageInfo { hasNextPage } totalCount } }")).toEqual(
      costs(11),
    );
    expect(await cost("{ projects(first: 10) { edges { cursor node { id } } } }")).toEqual(costs(11));
    expect(await cost("{ projects(first: 10) { totalCount } }")).toEqual(costs(1));
  });

  it("takes the default page size where none is given, or null", async () => {
    expect(await cost("{ projects { nodes { id } } }")).toEqual(costs(51));
    expect(await cost("{ projects(first: null) { nodes { id } } }")).toEqual(costs(51));
  });

  it("multiplies nested connections", async () => {
    const query = "{ projects(first: 100) { nodes { rules(first: 100) { nodes { project { id } } } } } }";
    expect(await cost(query)).toEqual(costs(1 + 100 * (1 + 1 + 100 * 2)));
  });

  it("reads page sizes from variables and their defaults", async () => {
    const query = "query ($first: Int = 20) { projects(first: $first) { nodes { id } } }";
    expect(await cost(query, { first: 3 })).toEqual(costs(4));
    expect(await cost(query)).toEqual(costs(21));
  });

  it("is that of the variables it comes with, also when the same document was priced before", async () => {
    const query = `query ($first: Int, $ids: [ID!] = ["a"], $more: Boolean = false, $name: String = "a") {
      projects(first: $first) { nodes { id } }
      nodes(ids: $ids) { id }
      project(name: $name) @include(if: $more) { labels { name } }
    }`;
    const priced = [
      [{ first: 3 }, 4 + 1],
      [{}, 51 + 1],
      [{ first: null }, 51 + 1],
      [{ first: 3, ids: ["a", "b"] }, 4 + 2],
      [{ first: 3, more: true }, 4 + 1 + 2],
      [{ first: 3, more: true, name: "b" }, 4 + 1 + 2],
    ] as const;
    for (const [variables, expected] of [...priced, ...priced]) {
      expect(await cost(query, { ...variables })).toEqual(costs(expected));
    }
    for (let again = 0; again < 2; again++) {
      expect(await cost(query, { first: 3, more: true, name: null })).toMatchObject([
        { extensions: { code: "BAD_USER_INPUT" } },
      ]);
    }
  });

  it("counts a page size out of range as the nearest, and leaves the refusal to the resolver", async () => {
    expect(await cost("{ projects(first: 1000000) { nodes { id } } }")).toEqual(costs(101));
    expect(await cost("{ projects(first: -5) { nodes { id } } }")).toEqual(costs(2));
  });

  it("counts each id that is looked up", async () => {
    expect(await cost('{ nodes(ids: ["a", "b", "c"]) { id ... on Project { labels { name } } } }')).toEqual(costs(6));
  });

  it("counts each hour that is told of", async () => {
    expect(await cost("{ projects(first: 10) { nodes { days { name } } } }")).toEqual(costs(1 + 10 * (1 + 24)));
    expect(await cost('{ project(name: "a") { days(hours: 2) { name } } }')).toEqual(costs(3));
    expect(await cost('{ project(name: "a") { days(hours: 1000000) { name } } }')).toEqual(costs(49));
    expect(await cost('{ project(name: "a") { days(hours: -1) { name } } }')).toEqual(costs(2));
    const query = 'query ($hours: Int) { project(name: "a") { days(hours: $hours) { name } } }';
    expect(await cost(query, { hours: 2 })).toEqual(costs(3));
    expect(await cost(query, { hours: 3 })).toEqual(costs(4));
  });

  it("counts fragments, the dearest of the types that an object may have, and not what is skipped", async () => {
    const query = `query ($no: Boolean = false) {
      project(name: "a") { ...P labels @include(if: $no) { name } skipped: rules(first: 100) @skip(if: true) { nodes { id } } }
    }
    fragment P on Project { rules(first: 10) { nodes { id ... on AlertingRule { labels { name } project { id } } } } }`;
    expect(await cost(query)).toEqual(costs(1 + 1 + 10 * (1 + 2)));
  });

  it("counts only the operation that is asked for", async () => {
    const query = "query A { projects(first: 10) { nodes { id } } } query B { revision }";
    const request = { query, operationName: "B" };
    const { body } = await server.executeOperation(request, { contextValue: { limit: 5 } });
    expect(body).toMatchObject({
      singleResult: { data: { revision: null }, extensions: { cost: { requested: 0, limit: 5 } } },
    });
  });
});

describe("the limit on the cost", () => {
  const query = "{ projects(first: 10) { nodes { id } } }";

  it("answers a query that costs just the limit", async () => {
    expect(await run(query, { limit: 11 })).toEqual({
      status: undefined,
      data: expect.objectContaining({ projects: null }),
      errors: undefined,
      extensions: { cost: { requested: 11, limit: 11 } },
    });
  });

  it("refuses one that costs more, with both figures and no data", async () => {
    expect(await run(query, { limit: 10 })).toEqual({
      status: 400,
      errors: [
        {
          message:
            "The operation is too expensive. It costs 11; the limit is 10. Ask for fewer objects, or smaller pages.",
          extensions: { code: "COST_LIMIT", cost: 11, limit: 10 },
        },
      ],
    });
  });

  it("refuses a document that was answered before when its variables make it dear", async () => {
    const withVariable = "query ($first: Int) { projects(first: $first) { nodes { id } } }";
    expect(await run(withVariable, { limit: 10, variables: { first: 9 } })).toMatchObject({
      extensions: { cost: { requested: 10, limit: 10 } },
    });
    expect(await run(withVariable, { limit: 10, variables: { first: 10 } })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: "COST_LIMIT", cost: 11, limit: 10 } }],
    });
  });

  it("refuses fragments that double, quickly and without a figure", async () => {
    const fragments = Array.from({ length: 25 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    const answer = await run(`{ ...F0 } ${fragments.join(" ")} fragment F25 on Query { revision }`);
    expect(answer).toEqual({
      status: 400,
      errors: [
        {
          message:
            "The operation is too expensive. It has more than 10000 selections; the limit is 5000. Ask for fewer objects, or smaller pages.",
          extensions: { code: "COST_LIMIT", cost: null, limit: 5000 },
        },
      ],
    });
  });

  it("leaves wrong variables to the executor, which refuses the operation and names each of them", async () => {
    const query =
      "query ($first: Int!, $name: String!) { projects(first: $first) { nodes { id } } project(name: $name) { id } }";
    expect(await run(query, { limit: 1 })).toEqual({
      status: 400,
      data: undefined,
      errors: ["first", "name"].map((variable) => ({
        message: expect.stringMatching(
          `^Variable "\\$${variable}" of required type "(Int|String)!" was not provided.$`,
        ),
        extensions: { code: "BAD_USER_INPUT" },
      })),
      extensions: { cost: { requested: 0, limit: 1 } },
    });
  });

  it("refuses an argument that cannot be read, which would otherwise let the rest run unpriced", async () => {
    const query = `query ($name: String = "a") { project(name: $name) { id } projects(first: 100) { nodes { id } } }`;
    expect(await run(query, { limit: 10, variables: { name: null } })).toEqual({
      status: 400,
      errors: [
        {
          message: 'Argument "name" of non-null type "String!" must not be null.',
          locations: undefined,
          extensions: { code: "BAD_USER_INPUT" },
        },
      ],
    });
  });
});
