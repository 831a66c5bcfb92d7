import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { step } from "./progress.mjs";
import { ROOT, runCommand } from "./run-command.mjs";

const SOURCES = ["server", "migrations", "demo", "bench", "sdk", "configurator", "web"];
const FILES = ["package-lock.json", "package.json", "tsconfig.json", "schema.graphql"];
const OUTPUTS = new Set(["dist", "generated", "node_modules"]);
const STAMP = join(ROOT, "dist", ".sources");

/** Builds everything when the sources' content is not what the last build was made of. */
export async function build() {
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === hashSources()) return;
  await step("build", () => runCommand("npm", ["run", "build"]));
  writeFileSync(STAMP, hashSources());
}

function hashSources() {
  const hash = createHash("sha256");
  for (const file of [...FILES, ...SOURCES.flatMap(sourcesIn)]) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

function sourcesIn(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return OUTPUTS.has(entry.name) ? [] : sourcesIn(path);
      return entry.isFile() && !entry.name.endsWith(".tsbuildinfo") ? [path] : [];
    });
}
