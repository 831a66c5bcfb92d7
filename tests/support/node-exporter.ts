import { freePort } from "./ports.js";
import { type RunningProcess, startProcess } from "./process.js";

/** A real node exporter on loopback. */
export interface NodeExporter {
  readonly url: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly process: RunningProcess;
}

/** Starts a node exporter and resolves once it answers; give a port to start it again where it was. */
export async function startNodeExporter(options: { readonly port?: number } = {}): Promise<NodeExporter> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    command: "prometheus-node-exporter",
    args: [`--web.listen-address=127.0.0.1:${port}`],
    ready: { url: `${url}/` },
  });
  return { url, host: "127.0.0.1", port, process: running };
}
