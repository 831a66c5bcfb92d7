// Compiles the package twice, as ES modules and as CommonJS, into dist/, which is replaced only once both are whole.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const fresh = here(`.dist-${process.pid}`);
const old = here(`.dist-${process.pid}-old`);

try {
  for (const [config, folder] of [
    ["tsconfig.json", "esm"],
    ["tsconfig.cjs.json", "cjs"],
  ]) {
    const run = spawnSync(process.execPath, [tsc, "-p", here(config), "--outDir", join(fresh, folder)], {
      stdio: "inherit",
    });
    if (run.status !== 0) process.exitCode = run.status ?? 1;
  }
  if (!process.exitCode) {
    writeFileSync(join(fresh, "cjs/package.json"), '{ "type": "commonjs" }\n');
    copyFileSync(here("generated/schema.graphql"), join(fresh, "schema.graphql"));
    if (existsSync(here("dist"))) renameSync(here("dist"), old);
    renameSync(fresh, here("dist"));
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
