// Compiles the package twice, as ES modules and as CommonJS, into dist/.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

rmSync(here("dist"), { recursive: true, force: true });
for (const config of ["tsconfig.json", "tsconfig.cjs.json"]) {
  const { status } = spawnSync(process.execPath, [tsc, "-p", here(config)], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
mkdirSync(here("dist/cjs"), { recursive: true });
writeFileSync(here("dist/cjs/package.json"), '{ "type": "commonjs" }\n');
copyFileSync(here("generated/schema.graphql"), here("dist/schema.graphql"));
