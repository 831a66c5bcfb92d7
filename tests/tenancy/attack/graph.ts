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

/** The same in as many documents as it takes: a document may hold so many words, and no more. */
export function operationsFor(name: string, args: Readonly<Record<string, unknown>>, depth: number): readonly string[] {
  const whole = operationFor(name, args, depth);
  if (wordsIn(whole) <= mostWords) return [whole];
  const [, field] = rootField(name);
  const [head = ""] = whole.split(selectionOf(getNamedType(field.type), depth));
  return selectionsOf(getNamedType(field.type), depth).map((selection) => `${head}${selection} }`);
}

/** See `limits.tokens` of the settings: punctuation and names are words. */
const mostWords = 900;

function wordsIn(document: string): number {
  return document.match(/\w+|[^\s\w]/g)?.length ?? 0;
}

/** What `selectionOf` gives, in parts of which none is too long: those of a long field each with that field alone. */
function selectionsOf(type: GraphQLNamedType, depth: number): readonly string[] {
  const whole = selectionOf(type, depth);
  if (!isObjectType(type) || wordsIn(whole) <= mostWords / 2) return [whole];
  return Object.values(type.getFields())
    .filter(({ args }) => !args.some(isRequiredArgument))
    .flatMap((field) => {
      const inner = getNamedType(field.type);
      if (!isCompositeType(inner)) return [` { ${field.name} }`];
      if (depth === 0) return [];
      return selectionsOf(inner, depth - 1).map((selection) => ` { ${field.name}${pageOf(field)}${selection} }`);
    });
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
