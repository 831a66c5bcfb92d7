// Writes generated/ from ../schema.graphql and operations/*.graphql: the types of inputs, enums, fragments and operations, the
// documents as typed strings, the schema's shape for gql.tada, and the package's version. Run by `npm run generate`.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { minifyIntrospection, outputIntrospectionFile } from "@gql.tada/internal";
import { buildSchema, introspectionFromSchema, Kind, parse, specifiedRules, validate } from "graphql";
import { printDocuments } from "./codegen/print-documents.mjs";
import { printTypes } from "./codegen/print-types.mjs";

const here = (path) => new URL(path, import.meta.url);
const banner = "// Generated from schema.graphql and operations/*.graphql by generate.mjs; do not edit.\n";
/** Writes a file if its content is new, in one step, so that who reads it at this moment is not disturbed. */
function write(name, text) {
  const file = here(`generated/${name}`);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const fresh = here(`generated/.${name}-${process.pid}`);
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

const sdl = readFileSync(here("../schema.graphql"), "utf8");
const schema = buildSchema(sdl);
const definitions = readdirSync(here("operations/"))
  .filter((file) => file.endsWith(".graphql"))
  .sort()
  .flatMap((file) => parse(readFileSync(here(`operations/${file}`), "utf8")).definitions);

const problems = validate(schema, { kind: Kind.DOCUMENT, definitions }, specifiedRules);
if (problems.length > 0) {
  console.error(problems.map(String).join("\n\n"));
  process.exit(1);
}

mkdirSync(here("generated/"), { recursive: true });
write("schema.graphql", sdl);
const { text: types, graphTypeNames } = printTypes(schema, definitions);
write("types.ts", `${banner}import type { Scalars } from "../scalars.js";\n\n${types}`);
write("graph-types.ts", `${banner}\nexport type {\n  ${graphTypeNames.sort().join(",\n  ")},\n} from "./types.js";\n`);
const imports = 'import { TypedDocumentString } from "../document.js";\nimport type * as types from "./types.js";\n';
write("documents.ts", `${banner}${imports}\n${printDocuments(definitions)}`);
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));
write("version.ts", `${banner}\nexport const version: string = ${JSON.stringify(version)};\n`);

const introspection = outputIntrospectionFile(minifyIntrospection(introspectionFromSchema(schema)), {
  fileType: ".d.ts",
  shouldPreprocess: true,
});
write("introspection.ts", banner + introspection.slice(0, introspection.indexOf("import * as gqlTada")));
