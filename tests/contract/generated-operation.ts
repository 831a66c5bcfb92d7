import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  type OperationTypeNode,
} from "graphql";

/** A root field of the graph. */
export interface RootField {
  readonly kind: OperationTypeNode;
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
}

/** An operation that calls one root field. */
export interface GeneratedOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** A value for one place of the arguments, for example `["input", "staticTargets", "0", "port"]`. */
export type ValueAt = (path: readonly string[], typeName: string) => unknown;

/** Every root field of the kind given. */
export function rootFields(schema: GraphQLSchema, kind: "query" | "mutation" | "subscription"): RootField[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.values(roots[kind]?.getFields() ?? {}).map((field) => ({
    kind: kind as OperationTypeNode,
    name: field.name,
    field,
  }));
}

/** What a payload tells of mistakes: in all, and in each object where it is about several. */
const mistakesIn: Readonly<Record<string, string>> = {
  userErrors: "userErrors { code path }",
  results: "results { userErrors { code path } }",
};

/** Calls the field with a value for each required place of its arguments, and for those that lead to `also`. */
export function operationOn(
  { kind, field }: RootField,
  valueAt: ValueAt,
  also: readonly string[] = [],
): GeneratedOperation {
  const wanted = field.args.filter((arg) => isRequiredArgument(arg) || arg.name === also[0]);
  const variables = Object.fromEntries(
    wanted.map((arg) => [arg.name, argumentValue(arg, [arg.name], valueAt, also.slice(1))]),
  );
  const declared = wanted.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = wanted.map(({ name }) => `${name}: $${name}`).join(", ");
  const type = getNamedType(field.type);
  const told = "getFields" in type ? ["userErrors", "results"].filter((name) => name in type.getFields()) : [];
  const selection = isCompositeType(type)
    ? ` { ${told.map((name) => mistakesIn[name]).join(" ") || "__typename"} }`
    : "";
  return {
    query: `${kind}${declared && ` (${declared})`} { ${field.name}${passed && `(${passed})`}${selection} }`,
    variables,
  };
}

/** The paths of all places of the field's arguments that take an id. */
export function idPaths({ field }: RootField): string[][] {
  return field.args.flatMap((arg) => below(arg, [arg.name], new Set()));
}

function below({ type }: GraphQLArgument | GraphQLInputField, path: string[], seen: Set<string>): string[][] {
  const named = getNamedType(type);
  const here = isListType(isNonNullType(type) ? type.ofType : type) ? [...path, "0"] : path;
  if (named.name === "ID") return [here];
  if (!isInputObjectType(named) || seen.has(named.name)) return [];
  return Object.values(named.getFields()).flatMap((inner) =>
    below(inner, [...here, inner.name], new Set([...seen, named.name])),
  );
}

function argumentValue(
  { type }: { readonly type: GraphQLInputType },
  path: string[],
  valueAt: ValueAt,
  also: readonly string[],
): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [argumentValue({ type: inner.ofType }, [...path, "0"], valueAt, also.slice(1))];
  if (!isInputObjectType(inner)) {
    return valueAt(path, inner.name) ?? (isEnumType(inner) ? inner.getValues()[0]?.name : samples[inner.name]);
  }
  const fields = Object.values(inner.getFields());
  const wanted = fields.filter((field) => isRequiredInputField(field) || field.name === also[0]);
  const chosen = inner.isOneOf && wanted.length === 0 ? fields.slice(0, 1) : wanted;
  return Object.fromEntries(
    chosen.map((field) => [field.name, argumentValue(field, [...path, field.name], valueAt, also.slice(1))]),
  );
}

const samples: Readonly<Record<string, unknown>> = {
  Boolean: false,
  DateTime: "2030-01-01T00:00:00Z",
  Duration: "1h",
  Float: 1,
  ID: "prj_01h455vb4pex5vsknk084sn02q",
  Int: 1,
  Labels: {},
  PromQL: "up",
  String: "sample",
};
