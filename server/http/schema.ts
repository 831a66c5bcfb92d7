import "reflect-metadata";
import { type GraphQLSchema, isInputObjectType, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync, type PubSub } from "type-graphql";
import { readPlainFields } from "./plain-fields.js";

/** The events of each subscription topic, for one caller: access is checked, and events are filtered, by the service behind it. */
export type Streams<C> = Readonly<Record<string, (caller: C) => AsyncIterable<unknown>>>;

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

/** The library's publisher, which we do not publish to: a subscription's topic id is its context, the caller. */
function pubSubOver<C>(streams: Streams<C>): PubSub {
  return {
    publish: () => {},
    subscribe: (topic: string, caller?: unknown) => {
      const stream = streams[topic];
      if (!stream) throw new Error(`There is no stream for the topic ${topic}.`);
      return stream(caller as C);
    },
  };
}

/** The schema as it is committed in `schema.graphql`: sorted, so that a diff shows what changed and nothing else. */
export function printGraph(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
