import type { ApolloServerPlugin, BaseContext } from "@apollo/server";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isLeafType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from "graphql";
import { type ComplexityEstimator, getComplexity } from "graphql-query-complexity";
import { KnownPrices } from "./known-prices.js";

/** What an operation costs beside what its caller may spend on one; answered as `extensions.cost`. */
export interface Cost {
  readonly requested: number;
  readonly limit: number;
  /** What comparing patterns and texts with labels, and grouping by them, has cost besides; there once it did. */
  readonly matching?: number;
  /** What the caller may spend in a minute, and what of that is left; there once it was charged. */
  readonly perMinute?: { readonly limit: number; readonly remaining: number };
}

/** What callers may spend. */
export interface Budget<TContext> {
  /** The most that one operation may cost. */
  limitOf(context: TContext): number;
  /** Charges what an operation costs; throws when that cannot be afforded. */
  charge(context: TContext, cost: Cost): Promise<Cost>;
  /** What it has cost in the end: what only showed while it ran is charged already. */
  total(context: TContext, cost: Cost): Promise<Cost>;
}

/** What callers may spend, also on what goes on after it was charged. */
export interface StreamingBudget<TContext> extends Budget<TContext> {
  /** What a subscription that was charged may spend while it is open. */
  ofStream(context: TContext, cost: Cost): StreamBudget<TContext>;
}

/** What a stream may spend. It is never ended for it: it waits. */
export interface StreamBudget<TContext> {
  /** Charges points, whatever is left. */
  spend(points: number): void;
  /** Resolves once something is left to spend. */
  whenAffordable(): Promise<void>;
  /** Lets the execution of one event take so much matching as one operation may. */
  limitEvent(context: TContext): void;
}

/** One operation of a validated document, with the variables as they were sent. */
export interface CostedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** The most that this caller may spend on one operation. */
  readonly limit: number;
}

const knownPrices = new KnownPrices();
const defaultPageSize = 50;
const maxPageSize = 100;
const mostHours = 48;
/** Selections looked at, through fragments, before an operation counts as too expensive to be costed. */
const maxSelections = 10_000;

/** Types that take more to make than to read, by name: what one costs. Counts of a history go through a month of it. */
const dear: Readonly<Record<string, number>> = { AlertHistoryCounts: 50 };

/**
 * Prices an operation: scalars 0, objects 1 and a few far more, a connection 1 + first × the price of one of its nodes, a
 * look-up by ids the price of each, a list of hours as many; a mutation 100 more, for each object that it is about, since all
 * writers queue. Throws COST_LIMIT when that is more than the limit. Runs after validation, because prices depend on variables.
 */
export function priceOperation({ schema, document, operation, variables, limit }: CostedOperation): Cost {
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 1 });
  // Nothing of an operation with wrong variables is executed, and the executor's error says what is wrong with them.
  if (coerced.errors) return { requested: 0, limit };
  const price = () => {
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    const query: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
    return getComplexity({ schema, query, variables: { ...variables }, estimators, maxQueryNodes: maxSelections });
  };
  let requested: number;
  try {
    // The price of a mutation depends on what is deep within its input.
    const isKnown = operation.operation !== OperationTypeNode.MUTATION;
    requested = isKnown ? knownPrices.of(document, operation, coerced.coerced, price) : price();
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // An argument that cannot be read points at its place in the document; running out of selections points nowhere.
    throw error.nodes ? badArgument(error) : costLimit(`It has more than ${maxSelections} selections`, null, limit);
  }
  if (requested > limit) throw costLimit(`It costs ${requested}`, requested, limit);
  return { requested, limit };
}

/** Refuses operations that their caller cannot afford before they run, and adds `extensions.cost` to the others' answers. */
export function costPlugin<TContext extends BaseContext>(budget: Budget<TContext>): ApolloServerPlugin<TContext> {
  return {
    async requestDidStart() {
      let cost: Cost | undefined;
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          // Without an operation Apollo's executor answers that the name or the choice of it is wrong.
          if (!operation) return;
          const { variables } = request;
          const limit = budget.limitOf(contextValue);
          const price = priceOperation({ schema, document, operation, variables, limit });
          cost = await budget.charge(contextValue, price);
        },
        async willSendResponse({ contextValue, response: { body } }) {
          if (!cost || body.kind !== "single") return;
          const total = await budget.total(contextValue, cost);
          body.singleResult.extensions = { ...body.singleResult.extensions, cost: total };
        },
      };
    },
  };
}

const ofEnvelope: ComplexityEstimator = ({ field, childComplexity }) => {
  const type = getNamedType(field.type).name;
  if (type === "PageInfo") return 0;
  // `edges { node { … } }` costs what `nodes { … }` does.
  return type.endsWith("Edge") ? childComplexity : undefined;
};

const ofConnection: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const isConnection =
    getNamedType(field.type).name.endsWith("Connection") && field.args.some(({ name }) => name === "first");
  if (!isConnection) return undefined;
  const first = typeof args.first === "number" ? args.first : defaultPageSize;
  // A page size out of range is refused by the resolver with its own message, not here with a price.
  return 1 + Math.min(Math.max(first, 1), maxPageSize) * childComplexity;
};

const ofLookUp: ComplexityEstimator = ({ args, childComplexity }) =>
  Array.isArray(args.ids) ? args.ids.length * (1 + childComplexity) : undefined;

/** What is told for each of some hours: the prices of all of them. */
const ofHours: ComplexityEstimator = ({ args, childComplexity }) =>
  typeof args.hours === "number" ? Math.min(Math.max(args.hours, 1), mostHours) * (1 + childComplexity) : undefined;

const ofDear: ComplexityEstimator = ({ field, childComplexity }) => {
  const price = dear[getNamedType(field.type).name];
  return price === undefined ? undefined : price + childComplexity;
};

const mutationPrice = 100;
/** The arguments of mutations that name several objects by their ids. */
const listsOfIds: ReadonlySet<string> = new Set(["ids", "alerts", "acknowledgements"]);

const ofMutation: ComplexityEstimator = ({ type, args, childComplexity }) =>
  type.name === "Mutation" ? objectsIn(args) * (mutationPrice + 1 + childComplexity) : undefined;

/**
 * How many objects a mutation is about: as many ids as it names, or as many as its caller expects, wherever that stands in
 * the arguments. More than a resolver takes is for it to refuse, with its own message.
 */
function objectsIn(args: unknown): number {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return 1;
  const counts = Object.entries(args).map(([name, value]) => {
    if (listsOfIds.has(name) && Array.isArray(value)) return value.length;
    return name === "expectedCount" && typeof value === "number" ? value : objectsIn(value);
  });
  return Math.min(Math.max(1, ...counts), maxPageSize);
}

const ofObject: ComplexityEstimator = ({ field, childComplexity }) =>
  isLeafType(getNamedType(field.type)) ? 0 : 1 + childComplexity;

const estimators = [ofMutation, ofEnvelope, ofConnection, ofLookUp, ofHours, ofDear, ofObject];

function costLimit(why: string, cost: number | null, limit: number): GraphQLError {
  const message = `The operation is too expensive. ${why}; the limit is ${limit}. Ask for fewer objects, or smaller pages.`;
  return new GraphQLError(message, { extensions: { code: "COST_LIMIT", cost, limit, http: { status: 400 } } });
}

function badArgument({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: "BAD_USER_INPUT", http: { status: 400 } } });
}
