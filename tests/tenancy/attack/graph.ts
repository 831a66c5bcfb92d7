import { readFileSync } from "node:fs";
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from "graphql";

/** The graph as it is published. */
export const schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));

/** A call of a root field with these arguments as variables, and as much of its answer selected as `depth` reaches. */
export function operationFor(name: string, args: Readonly<Record<string, unknown>>, depth = 2): string {
  const [kind, field] = rootField(name);
  const given = field.args.filter((arg) => arg.name in args);
  const unknown = Object.keys(args).find((arg) => !given.some((one) => one.name === arg));
  if (unknown !== undefined) throw new Error(`${name} has no argument ${unknown}.`);
  const declared = given.map((arg) => `$${arg.name}: ${arg.type}`).join(", ");
  const passed = given.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const selection = selectionOf(getNamedType(field.type), depth);
  return `${kind}${declared && ` (${declared})`} { ${name}${passed && `(${passed})`}${selection} }`;
}

/** Every field of the type that needs no argument, with its own fields as deep as told; "" for a value. */
export function selectionOf(type: GraphQLNamedType, depth: number): string {
  if (!isCompositeType(type)) return "";
  if (!isObjectType(type)) return " { __typename }";
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const chosen = fields.flatMap((field) => {
    const inner = getNamedType(field.type);
    if (!isCompositeType(inner)) return [field.name];
    return depth === 0 ? [] : [`${field.name}${pageOf(field)}${selectionOf(inner, depth - 1)}`];
  });
  return ` { ${["__typename", ...chosen].join(" ")} }`;
}

function pageOf({ args }: GraphQLField<unknown, unknown>): string {
  return args.some(({ name }) => name === "first") ? "(first: 5)" : "";
}

function rootField(name: string): [kind: string, field: GraphQLField<unknown, unknown>] {
  for (const [kind, type] of [
    ["query", schema.getQueryType()],
    ["mutation", schema.getMutationType()],
    ["subscription", schema.getSubscriptionType()],
  ] as const) {
    const field = type?.getFields()[name];
    if (field !== undefined) return [kind, field];
  }
  throw new Error(`The graph has no field ${name}.`);
}
