import { GraphQLError, type SelectionSetNode, type ValidationContext, type ValidationRule } from "graphql";

/** What one document may hold. Depth and root fields are counted through fragments; aliases and directives as written. */
export const documentLimits = {
  /** Bounds parsing and every rule after it. The widest query of the dashboard has some 300. */
  tokens: 1000,
  /** Levels of fields below the operation. What `__schema` and `__type` hold is bounded by graphql-js itself. */
  depth: 12,
  rootFields: 20,
  aliases: 30,
  directives: 20,
  /** After so many errors a document, or its variables, are not looked at further; one more error says so. */
  errors: 4,
} as const;

/** Refuses operations whose fields nest too deep. */
const maxDepth: ValidationRule = (context) => ({
  OperationDefinition: (operation) => {
    const depth = measure(context, operation.selectionSet, (nested) => 1 + nested, Math.max);
    if (depth <= documentLimits.depth) return;
    const message = `The operation nests fields ${depth} levels deep; the limit is ${documentLimits.depth}.`;
    context.reportError(new GraphQLError(message, { nodes: operation }));
  },
});

/** Refuses operations that select too many fields of Query, Mutation or Subscription. */
const maxRootFields: ValidationRule = (context) => ({
  OperationDefinition: (operation) => {
    const rootFields = measure(
      context,
      operation.selectionSet,
      () => 1,
      (left, right) => left + right,
    );
    if (rootFields <= documentLimits.rootFields) return;
    const message = `The operation selects ${rootFields} root fields; the limit is ${documentLimits.rootFields}.`;
    context.reportError(new GraphQLError(message, { nodes: operation }));
  },
});

/** Refuses documents with too many aliases: each may run the same expensive field once more. */
const maxAliases: ValidationRule = (context) => {
  let aliases = 0;
  return {
    Field: (field) => {
      if (field.alias) aliases++;
    },
    Document: {
      leave: () => {
        if (aliases <= documentLimits.aliases) return;
        const message = `The document has ${aliases} aliases; the limit is ${documentLimits.aliases}.`;
        context.reportError(new GraphQLError(message));
      },
    },
  };
};

/** Refuses documents with too many directives, which cost time to collect and never need many. */
const maxDirectives: ValidationRule = (context) => {
  let directives = 0;
  return {
    Directive: () => {
      directives++;
    },
    Document: {
      leave: () => {
        if (directives <= documentLimits.directives) return;
        const message = `The document has ${directives} directives; the limit is ${documentLimits.directives}.`;
        context.reportError(new GraphQLError(message));
      },
    },
  };
};

/**
 * Bounds on the shape of a document, for every transport that executes one. They know neither the caller nor the
 * variables, because Apollo remembers a document that validated once; what depends on those is in `cost.ts`.
 */
export const limitRules: readonly ValidationRule[] = [maxDepth, maxRootFields, maxAliases, maxDirectives];

/** Folds a number over selections. A fragment is folded once, however often it is spread, so doubling fragments stay cheap. */
function measure(
  context: ValidationContext,
  root: SelectionSetNode,
  ofField: (nested: number) => number,
  join: (left: number, right: number) => number,
): number {
  const fragments = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, 0); // A fragment that spreads itself is another rule's error; here it only has to end.
    const definition = context.getFragment(name);
    const value = definition ? ofSelections(definition.selectionSet) : 0;
    fragments.set(name, value);
    return value;
  };
  const ofSelections = (selectionSet: SelectionSetNode): number =>
    selectionSet.selections.reduce((sum, selection) => {
      if (selection.kind === "FragmentSpread") return join(sum, ofFragment(selection.name.value));
      if (selection.kind === "InlineFragment") return join(sum, ofSelections(selection.selectionSet));
      const bounded = selection.name.value === "__schema" || selection.name.value === "__type";
      return join(sum, ofField(selection.selectionSet && !bounded ? ofSelections(selection.selectionSet) : 0));
    }, 0);
  return ofSelections(root);
}
