import "reflect-metadata";
import { createPubSub } from "@graphql-yoga/subscription";
import { type GraphQLSchema, isInputObjectType, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";

/** Builds the schema over resolvers that are made already. */
export function buildGraph(resolvers: readonly object[]): GraphQLSchema {
  const byClass = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const [first, ...rest] = resolvers.map((resolver) => resolver.constructor);
  if (first === undefined) throw new Error("A schema needs resolvers.");
  const schema = buildSchemaSync({
    resolvers: [first, ...rest],
    container: { get: (resolverClass) => byClass.get(resolverClass) },
    pubSub: createPubSub(), // asked for by the library; subscriptions bring their own iterators
    validate: false, // services check values and answer with userErrors
  });
  for (const type of Object.values(schema.getTypeMap())) {
    // The library cannot say @oneOf; input classes that mean it carry the extension.
    if (isInputObjectType(type) && type.extensions.oneOf === true) type.isOneOf = true;
  }
  return schema;
}

/** The schema as it is committed in `schema.graphql`: sorted, so that a diff shows what changed and nothing else. */
export function printGraph(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
