import type { ApolloServerPlugin } from "@apollo/server";
import { BREAK, type DocumentNode, OperationTypeNode, visit } from "graphql";
import type { Caller } from "../access/caller.js";
import { ForbiddenError } from "../core/errors.js";

/**
 * What nobody gets without a name, whatever the policy says of single actions: the schema, and changes. It is asked of
 * every operation, also of one that Apollo remembers as valid, and so is no validation rule.
 */
export const strangersPlugin: ApolloServerPlugin<Caller> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, contextValue }) {
        if (contextValue.maybePrincipal?.kind !== "ANONYMOUS") return;
        if (operation?.operation === OperationTypeNode.MUTATION) throw new ForbiddenError(signInFirst);
        if (asksForSchema(document)) throw new ForbiddenError(signInFirst);
      },
    };
  },
};

const signInFirst = "Sign in first: without a name you may only read.";

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field: ({ name }) => {
      asks ||= name.value === "__schema" || name.value === "__type";
      return asks ? BREAK : undefined;
    },
  });
  return asks;
}
