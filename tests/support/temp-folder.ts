import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./at-end.js";

/** A new empty folder under the system's temporary folder, removed with its content after the test, or the file (`atEnd`). */
export async function tempFolder(name = "test"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `metricsinfra-${name}-`));
  await chmod(folder, 0o755);
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
