import { type ArgumentNode, type DocumentNode, type OperationDefinitionNode, visit } from "graphql";

/** The arguments, of whatever field, that a price depends on; the other ones that do are the directives'. */
const pricedArguments: readonly string[] = ["first", "hours", "ids"];

// Of one operation; a client pages with few sizes.
const mostPrices = 20;
const mostKeyCharacters = 1_000;

interface Known {
  /** The variables that the price depends on; of the others only whether they are there. */
  readonly variables: ReadonlySet<string>;
  readonly prices: Map<string, number>;
}

/**
 * Remembers what operations cost, as long as their documents are remembered: to price one takes a walk through it, and
 * clients send the same ones again and again.
 */
export class KnownPrices {
  readonly #known = new WeakMap<OperationDefinitionNode, Known>();

  /** What the operation costs with these variables, read by their types; `price` says where that is not known. */
  of(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    price: () => number,
  ): number {
    const known = this.#known.get(operation) ?? { variables: pricedVariables(document), prices: new Map() };
    this.#known.set(operation, known);
    const key = keyOf(operation, variables, known.variables);
    const found = known.prices.get(key);
    if (found !== undefined) return found;
    const fresh = price();
    if (known.prices.size >= mostPrices) known.prices.clear();
    if (key.length <= mostKeyCharacters) known.prices.set(key, fresh);
    return fresh;
  }
}

function pricedVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (argument: ArgumentNode) => visit(argument, { Variable: ({ name }) => void names.add(name.value) });
  visit(document, {
    Argument: (argument) => {
      if (pricedArguments.includes(argument.name.value)) collect(argument);
    },
    Directive: ({ arguments: given }) => {
      for (const argument of given ?? []) collect(argument);
    },
  });
  return names;
}

/** Variables that are null or absent count too: where an argument must be there, they make it one that cannot be read. */
function keyOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  priced: ReadonlySet<string>,
): string {
  const values = variableDefinitions.map(({ variable: { name } }) => {
    const value = variables[name.value];
    if (value === undefined) return 0;
    return priced.has(name.value) ? [value] : value === null ? 1 : 2;
  });
  return JSON.stringify(values);
}
