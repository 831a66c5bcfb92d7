import "reflect-metadata";
import { type GraphQLSchema, isInputObjectType, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync, type PubSub } from "type-graphql";
import type { StreamQuestion, Streams } from "../graph/streams.js";
import { readPlainFields } from "./plain-fields.js";

/** Builds the schema over resolvers that are made already, and the streams that its subscriptions read. */
export function buildGraph<C>(resolvers: readonly object[], streams: Streams<C>): GraphQLSchema {
  const byClass = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const [first, ...rest] = resolvers.map((resolver) => resolver.constructor);
  if (first === undefined) throw new Error("A schema needs resolvers.");
  const schema = buildSchemaSync({
    resolvers: [first, ...rest],
    container: { get: (resolverClass) => byClass.get(resolverClass) },
    pubSub: pubSubOver(streams),
    validate: false, // services check values and answer with userErrors
  });
  for (const type of Object.values(schema.getTypeMap())) {
    // The library cannot say @oneOf; input classes that mean it carry the extension.
    if (isInputObjectType(type) && type.extensions.oneOf === true) type.isOneOf = true;
  }
  readPlainFields(schema);
  return schema;
}

/** The library's publisher, which we do not publish to: the id of a subscription's topic is who asks, and for what. */
function pubSubOver<C>(streams: Streams<C>): PubSub {
  return {
    publish: () => {},
    subscribe: (topic: string, question?: unknown) => {
      const stream = streams[topic];
      if (!stream) throw new Error(`There is no stream for the topic ${topic}.`);
      const { caller, args } = question as StreamQuestion<C>;
      return stream(caller, args as never);
    },
  };
}

/** The schema as it is committed in `schema.graphql`: sorted, so that a diff shows what changed and nothing else. */
export function printGraph(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
