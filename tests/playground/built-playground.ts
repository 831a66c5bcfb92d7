import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Builds the playground as it is in the working tree, in production mode as `npm run build` does, into the folder given. */
export async function buildPlayground(outDir: string): Promise<void> {
  const vite = path("../../node_modules/vite/bin/vite.js");
  const args = [vite, "build", path("../../web/playground"), "--outDir", outDir, "--logLevel", "warn"];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: "production" } });
}
