import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./ports.js";
import { type RunningProcess, startProcess } from "./process.js";
import { tempFolder } from "./temp-folder.js";

/** A real blackbox exporter on loopback. */
export interface BlackboxExporter {
  readonly url: string;
  readonly port: number;
  readonly configFile: string;
  readonly process: RunningProcess;
}

const DEFAULT_CONFIG = "modules: {http: {prober: http}, tcp: {prober: tcp}}\n";

/** Starts a blackbox exporter with the text of a config, or with a config file that is written by somebody else. */
export async function startBlackboxExporter(
  options: { readonly config?: string; readonly configFile?: string; readonly port?: number } = {},
): Promise<BlackboxExporter> {
  const configFile = options.configFile ?? join(await tempFolder("blackbox"), "blackbox.yml");
  if (options.configFile === undefined) await writeFile(configFile, options.config ?? DEFAULT_CONFIG);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    command: "prometheus-blackbox-exporter",
    args: [`--config.file=${configFile}`, `--web.listen-address=127.0.0.1:${port}`],
    ready: { url: `${url}/-/healthy` },
  });
  return { url, port, configFile, process: running };
}
