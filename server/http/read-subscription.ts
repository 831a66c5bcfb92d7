import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { type Cost, priceOperation } from "./cost.js";
import { documentLimits, limitRules } from "./limits.js";

/** What the body of a request asks for. */
export interface SubscriptionRequest {
  readonly query: string;
  readonly variables: Record<string, unknown> | undefined;
  readonly operationName: string | undefined;
}

/** A subscription that may run, and what it costs. */
export interface ReadSubscription {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly cost: Cost;
}

/** The request in a body; null when it is none. */
export function readRequest(body: unknown): SubscriptionRequest | null {
  const { query, variables, operationName } = Object(body);
  if (typeof query !== "string" || !(operationName == null || typeof operationName === "string")) return null;
  if (!(variables == null || (typeof variables === "object" && !Array.isArray(variables)))) return null;
  return { query, variables: variables ?? undefined, operationName: operationName ?? undefined };
}

/** Reads the document of a subscription; tells what is wrong with it, where it may not run. */
export function readSubscription(
  schema: GraphQLSchema,
  { query, variables, operationName }: SubscriptionRequest,
  limit: number,
): ReadSubscription | GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: documentLimits.tokens });
    const invalid = mistakesIn(document, schema);
    if (invalid.length > 0) return invalid.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED"));
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== "subscription") return [onlySubscriptions()];
    return { document, operation, cost: priceOperation({ schema, document, operation, variables, limit }) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [error.extensions.code === undefined ? coded(error, "GRAPHQL_PARSE_FAILED") : error];
  }
}

/** What is wrong with a document. A directive at the root of a subscription makes graphql-js throw instead of telling. */
function mistakesIn(document: DocumentNode, schema: GraphQLSchema): readonly GraphQLError[] {
  try {
    return validate(schema, document, [...specifiedRules, ...limitRules], { maxErrors: documentLimits.errors });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function coded({ message, nodes, source, positions, originalError }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code } });
}

function onlySubscriptions(): GraphQLError {
  return new GraphQLError("Only subscriptions are answered here. Send queries and mutations to /graphql.", {
    extensions: { code: "BAD_REQUEST" },
  });
}

/** The one field that a subscription asks for. */
export function rootFieldOf({ document, operation }: ReadSubscription): string {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  let [selection] = operation.selectionSet.selections;
  while (selection && selection.kind !== Kind.FIELD) {
    const inside = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    [selection] = inside?.selectionSet.selections ?? [];
  }
  return selection?.name.value ?? "";
}
