// Prints one constant per operation: a typed document string with every fragment that the operation needs.
import { Kind, print, stripIgnoredCharacters, visit } from "graphql";

/** All documents, as the text of a module, which is to import `TypedDocumentString` and the types as `types`. */
export function printDocuments(definitions) {
  const isOperation = ({ kind }) => kind === Kind.OPERATION_DEFINITION;
  const fragments = new Map(definitions.filter((each) => !isOperation(each)).map((each) => [each.name.value, each]));
  const constants = definitions.filter(isOperation).map((operation) => {
    const name = operation.name.value;
    const text = stripIgnoredCharacters([operation, ...spreadFragments(operation, fragments)].map(print).join("\n"));
    const values = [text, operation.operation, name].map((value) => JSON.stringify(value)).join(", ");
    const type = `TypedDocumentString<types.${name}Data, types.${name}Variables>`;
    return `export const ${name}Document: ${type} = /* @__PURE__ */ new TypedDocumentString(${values});`;
  });
  return `${constants.join("\n\n")}\n`;
}

/** The fragments that a definition spreads, and those that these spread, each once, in order of first use. */
function spreadFragments(definition, fragments, found = new Set()) {
  visit(definition, {
    FragmentSpread: ({ name }) => {
      const fragment = fragments.get(name.value);
      if (found.has(fragment)) return;
      found.add(fragment);
      spreadFragments(fragment, fragments, found);
    },
  });
  return [...found];
}
