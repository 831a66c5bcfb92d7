import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./generated/introspection.js";
import type { Scalars } from "./scalars.js";

/**
 * Types a document of your own against the graph, without a code generator: its variables and its data are known to the
 * compiler. Needs the package `gql.tada`.
 *
 * @example
 * ```ts
 * const Names = graphql(`query Names { projects(first: 10) { nodes { name } } }`);
 * const { projects } = await client.request(Names);
 * ```
 */
export const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars; disableMasking: true }>();

export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
