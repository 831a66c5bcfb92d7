import { type DocumentNode, parse, print } from "graphql";

/** The kind of a GraphQL operation: only a mutation may change something, only a subscription streams. */
export type OperationKind = "query" | "mutation" | "subscription";

/**
 * A GraphQL document as text, which knows the types of its answer and of its variables. All documents of this package
 * are of this kind, so nothing is parsed when they are sent.
 */
export class TypedDocumentString<Data, Variables> extends String {
  /** Never set: it carries the two types for the compiler, by the convention of typed GraphQL documents. */
  declare readonly __apiType?: (variables: Variables) => Data;

  constructor(
    text: string,
    /** Whether the document reads, writes or subscribes. */
    readonly operation: OperationKind,
    /** The name of its operation. */
    readonly operationName: string,
  ) {
    super(text);
  }
}

/**
 * Any document whose types are known: one of this package, one of `graphql(...)` of `@metricsinfra/sdk/tada`, or one made
 * by a code generator (`TypedDocumentNode`, `TypedDocumentString`).
 */
export type TypedDocument<Data, Variables> = (DocumentNode | { toString(): string; readonly length: number }) & {
  readonly __apiType?: (variables: Variables) => Data;
};

/** A document ready to be sent. */
export interface SendableDocument {
  readonly text: string;
  readonly operation: OperationKind;
  readonly operationName: string | undefined;
}

/**
 * The text of a document, with the kind and name of its operation. A text that does not parse counts as a mutation, so
 * that it is handled with the greater care, and is left to the server to refuse.
 */
export function toSendable(document: string | TypedDocument<unknown, never>): SendableDocument {
  if (document instanceof TypedDocumentString) {
    return { text: String(document), operation: document.operation, operationName: document.operationName };
  }
  const isNode = typeof document === "object" && "kind" in document;
  const text = isNode ? print(document) : String(document);
  const node = isNode ? document : parseOrUndefined(text);
  const operations = (node?.definitions ?? []).filter((each) => each.kind === "OperationDefinition");
  const kinds = operations.map(({ operation }) => operation as OperationKind);
  return {
    text,
    operation: kinds.find((kind) => kind !== "query") ?? (kinds.length > 0 ? "query" : "mutation"),
    operationName: operations.length === 1 ? operations[0]?.name?.value : undefined,
  };
}

function parseOrUndefined(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return undefined;
  }
}
