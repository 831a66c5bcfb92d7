import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "../demo/start-process.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const serverMain = join(root, "dist/server/main.js");

/** The agent's program. */
export const configuratorMain = join(root, "configurator/dist/main.js");

/** One client lays all the data, and asks, as fast as it can. */
export const unhurried = { requestsPerMinute: 1_000_000, costPerMinute: 1_000_000_000 };

/** A server on SQLite in a folder of its own, to be started and stopped over the same data. */
export class ServerFolder {
  readonly #settings: string;

  constructor(
    readonly folder: string,
    private readonly port: number,
    more: object = {},
  ) {
    this.#settings = join(folder, "server.yml");
    writeFileSync(
      this.#settings,
      stringify({
        listen: { port },
        database: { type: "sqlite", file: this.databaseFile },
        limits: { rate: unhurried },
        egress: { allowedNetworks: ["127.0.0.0/8", "192.0.2.0/24"] },
        log: { level: "warn" },
        ...more,
      }),
    );
  }

  get databaseFile(): string {
    return join(this.folder, "db.sqlite");
  }

  /** The URL of the graph. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  /** Makes a token with a role over all projects; not while the server runs, which holds the database. */
  async token(role: "OPERATOR" | "AGENT"): Promise<string> {
    const args = [serverMain, "token", "-s", this.#settings, "-n", role, "-r", role];
    const child = await startProcess({ name: "token", command: process.execPath, args });
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`No token was made:\n${child.output}`);
    return child.output.trim();
  }

  /** Starts the server; `flags` are node's own. */
  start(flags: readonly string[] = []): Promise<RunningProcess> {
    const args = [...flags, serverMain, "serve", "-s", this.#settings];
    const ready = { url: `http://127.0.0.1:${this.port}/readyz` };
    return startProcess({ name: "server", command: process.execPath, args, ready });
  }
}

/** Ports of the loopback that nothing listens on, below those that the kernel lends to outgoing connections. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let port = 15_100; ports.length < count; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) ports.push(port);
  }
  return ports;
}
