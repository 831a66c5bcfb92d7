// Writes generated/ from ../schema.graphql and operations/*.graphql: types.ts (types of inputs, enums, fragments and
// operations), documents.ts (typed document strings) and version.ts. Run by `npm run generate`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { buildSchema, Kind, parse, print, specifiedRules, stripIgnoredCharacters, validate } from "graphql";

const here = (path) => new URL(path, import.meta.url);
const banner = "// Generated from schema.graphql and operations/*.graphql by generate.mjs; do not edit.\n";

const sdl = readFileSync(here("../schema.graphql"), "utf8");
const schema = buildSchema(sdl);
const sources = readdirSync(here("operations/"))
  .filter((file) => file.endsWith(".graphql"))
  .sort()
  .map((file) => ({ location: file, document: parse(readFileSync(here(`operations/${file}`), "utf8")) }));
const definitions = sources.flatMap(({ document }) => document.definitions);

const problems = validate(schema, { kind: Kind.DOCUMENT, definitions }, specifiedRules);
if (problems.length > 0) {
  console.error(problems.map(String).join("\n\n"));
  process.exit(1);
}

mkdirSync(here("generated/"), { recursive: true });
writeFileSync(here("generated/schema.graphql"), sdl);
writeFileSync(here("generated/types.ts"), await typesOf());
writeFileSync(here("generated/documents.ts"), documentsOf());
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));
writeFileSync(here("generated/version.ts"), `${banner}\nexport const version: string = ${JSON.stringify(version)};\n`);

function typesOf() {
  return codegen({
    filename: "types.ts",
    schema: parse(sdl),
    documents: sources,
    plugins: [{ typescriptOperations: {} }],
    pluginMap: { typescriptOperations },
    config: {
      enumType: "string-literal",
      immutableTypes: true,
      skipTypename: true,
      inlineFragmentTypes: "combine",
      strictScalars: true,
      scalars: {
        ID: "string",
        DateTime: "string",
        Duration: "string",
        Labels: "Record<string, string>",
        PromQL: "string",
        JSON: "unknown",
      },
    },
  }).then((types) => banner + types);
}

/** One exported constant per operation: its text with every fragment it needs, its kind, its name, its types. */
function documentsOf() {
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const constants = operations.map((operation) => {
    const name = operation.name.value;
    const type = name + operation.operation.replace(/^./, (letter) => letter.toUpperCase());
    const text = stripIgnoredCharacters([operation, ...fragmentsOf(operation, fragments)].map(print).join("\n"));
    return `export const ${name}Document: TypedDocumentString<types.${type}, types.${type}Variables> =
  /* @__PURE__ */ new TypedDocumentString(${JSON.stringify(text)}, ${JSON.stringify(operation.operation)}, ${JSON.stringify(name)});`;
  });
  const imports = 'import { TypedDocumentString } from "../document.js";\nimport type * as types from "./types.js";\n';
  return `${banner}${imports}\n${constants.join("\n\n")}\n`;
}

/** The fragments that a definition spreads, and those that these spread, each once, in order of first use. */
function fragmentsOf(definition, fragments, found = new Set()) {
  const spreads = print(definition).matchAll(/\.\.\.\s?(?!on\b)(\w+)/g);
  for (const [, name] of spreads) {
    const fragment = fragments.get(name);
    if (found.has(fragment)) continue;
    found.add(fragment);
    fragmentsOf(fragment, fragments, found);
  }
  return [...found];
}
