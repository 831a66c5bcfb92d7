// Compiles the package twice, as ES modules and as CommonJS, into dist/, which is replaced only once both are whole: a test or
// an editor that reads it at that moment, or a second build, is not disturbed.
import { spawnSync } from "node:child_process";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const dist = here("dist");
const fresh = here(`generated/.dist-${process.pid}`); // Beside the generated sources, because git ignores that folder.
const old = `${fresh}-old`;

try {
  compile("tsconfig.json", "esm");
  compile("tsconfig.cjs.json", "cjs");
  writeFileSync(join(fresh, "cjs/package.json"), '{ "type": "commonjs" }\n');
  copyFileSync(here("generated/schema.graphql"), join(fresh, "schema.graphql"));
  replace();
} finally {
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
}

function compile(config, folder) {
  const args = [tsc, "-p", here(config), "--outDir", join(fresh, folder)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`tsc -p ${config} failed`);
}

/** Another build may do the same at this moment, so what is there may come or go between two steps. */
function replace() {
  for (let attempt = 0; ; attempt++) {
    try {
      rmSync(old, { recursive: true, force: true });
      rename(dist, old, "ENOENT");
      renameSync(fresh, dist);
      return;
    } catch (error) {
      if (attempt === 10 || !["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
    }
  }
}

function rename(from, to, tolerated) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== tolerated) throw error;
  }
}
