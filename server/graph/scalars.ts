import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from "graphql";
import { GraphQLDateTime, GraphQLJSON } from "graphql-scalars";

/** A point in time; ISO-8601, always answered in UTC. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  name: "DateTime",
  description: 'A point in time as ISO-8601 with a zone, answered in UTC: `"2026-11-22T14:05:00.000Z"`.',
});

/** Any JSON value; only for the before and after of a change. */
export const Json = new GraphQLScalarType({ ...GraphQLJSON.toConfig(), name: "JSON", description: "Any JSON value." });

/** A Prometheus duration; checked by the services, which name the field when it is malformed. */
export const Duration = textScalar(
  "Duration",
  'A Prometheus duration: whole numbers with the units y, w, d, h, m, s and ms, largest first: `"30s"`, `"1h30m"`.',
);

/** A PromQL expression; checked by the services, which answer with positions. */
export const PromQL = textScalar("PromQL", "A PromQL expression, as Prometheus reads it.");

/** Label names and values; a JSON object of strings. */
export const Labels = new GraphQLScalarType<Record<string, string>>({
  name: "Labels",
  description: 'Names and values as a JSON object of strings: `{"severity": "warning"}`.',
  serialize: (value) => value as Record<string, string>,
  parseValue: parseLabels,
  parseLiteral: (node, variables) => parseLabels(valueFromASTUntyped(node, variables)),
});

function parseLabels(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GraphQLError("Labels must be a JSON object of strings.");
  }
  const entries = Object.entries(value);
  if (entries.some(([name, text]) => typeof text !== "string" || name === "__proto__")) {
    throw new GraphQLError("Labels must be a JSON object whose values are all strings.");
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function textScalar(name: string, description: string): GraphQLScalarType<string> {
  const parse = (value: unknown): string => {
    if (typeof value !== "string") throw new GraphQLError(`${name} must be a string.`);
    return value;
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => String(value),
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}
