import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "../demo/start-process.js";
import { copyTemplate, createTemplate } from "./render-data.js";
import { configuratorMain, freePorts, ServerFolder } from "./server-process.js";

/** What the agent's log says of a cycle, and how long the whole process took. */
export interface Run {
  readonly wallMs: number;
  readonly requests: number;
  readonly files: number;
  /** How much stands in the way of projects. */
  readonly projectProblems: number;
  readonly maxRssBytes: number;
  /** Processor time of the agent alone. */
  readonly cpuMs: number;
  readonly phases: Readonly<Record<string, number>>;
}

/** A server on SQLite that holds the data, a directory for the agent, and the processes that read it. */
export class RenderStack {
  readonly #folder = mkdtempSync(join(tmpdir(), "metricsinfra-render-"));
  readonly #processes: RunningProcess[] = [];
  #ports: readonly number[] = [];
  #client: Client | undefined;

  get client(): Client {
    if (this.#client === undefined) throw new Error("The stack has not been started.");
    return this.#client;
  }

  /** The server's database. */
  get databaseFile(): string {
    return join(this.#folder, "db.sqlite");
  }

  /** The main config file that an output's processes read. */
  configFile(output: string): string {
    return join(this.#folder, "config", output, "current", `${output}.yml`);
  }

  /** Lays the data and starts the server over it. */
  async start(projects: number, targets: number): Promise<void> {
    this.#ports = await freePorts(3);
    const server = new ServerFolder(this.#folder, this.#ports[0] ?? 0);
    this.#client = createClient({ url: server.url, token: await server.token("OPERATOR") });
    writeFileSync(join(this.#folder, "token"), await server.token("AGENT"));
    const seeding = await server.start();
    await createTemplate(this.client, Math.ceil(targets / projects));
    await seeding.stop();
    const [fewest, more] = [Math.floor(targets / projects), targets % projects];
    copyTemplate(server.databaseFile, projects, (index) => fewest + (index < more ? 1 : 0));
    this.#processes.push(await server.start());
    this.#write("prometheus.base.yml", { global: { scrape_interval: "1m", evaluation_interval: "1m" } });
    this.#write("alertmanager.base.yml", {
      global: { smtp_smarthost: "127.0.0.1:25", smtp_from: "bench@example.org" },
      route: { receiver: "nobody" },
      receivers: [{ name: "nobody" }],
    });
    this.#writeAgentSettings(false);
  }

  /** One cycle in a process of its own. */
  async once(): Promise<Run> {
    const startedAt = performance.now();
    const child = await startProcess({
      name: "configurator",
      command: process.execPath,
      args: [configuratorMain, "--settings", join(this.#folder, "agent.yml"), "--once"],
    });
    const { code } = await child.exited;
    const wallMs = performance.now() - startedAt;
    if (code !== 0) throw new Error(`The agent failed (${code}):\n${child.output}`);
    const line = child.output.split("\n").find((each) => each.includes('"msg":"Cycle"')) ?? "{}";
    return { wallMs, ...(JSON.parse(line) as Omit<Run, "wallMs">) };
  }

  /** Starts Prometheus and Alertmanager on what the agent wrote; later cycles reload them. Resolves to milliseconds. */
  async startServices(): Promise<number> {
    const [, prometheus = 0, alertmanager = 0] = this.#ports;
    const data = (name: string) => join(this.#folder, `${name}-data`);
    const startedAt = performance.now();
    const started = await Promise.all([
      startProcess({
        command: "prometheus",
        args: [
          `--config.file=${this.configFile("prometheus")}`,
          `--storage.tsdb.path=${data("prometheus")}`,
          `--web.listen-address=127.0.0.1:${prometheus}`,
          "--web.enable-lifecycle",
        ],
        ready: { url: `http://127.0.0.1:${prometheus}/-/ready` },
        deadlineMs: 180_000,
      }),
      startProcess({
        command: "prometheus-alertmanager",
        args: [
          `--config.file=${this.configFile("alertmanager")}`,
          `--storage.path=${data("alertmanager")}`,
          `--web.listen-address=127.0.0.1:${alertmanager}`,
          "--cluster.listen-address=",
        ],
        ready: { url: `http://127.0.0.1:${alertmanager}/-/ready` },
      }),
    ]);
    this.#processes.push(...started);
    this.#writeAgentSettings(true);
    return performance.now() - startedAt;
  }

  /** When anything below the agent's directory was last written. */
  lastWrite(): number {
    const directory = join(this.#folder, "config");
    const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
    return [".", ...paths].reduce((latest, path) => Math.max(latest, statSync(join(directory, path)).ctimeMs), 0);
  }

  async stop(): Promise<void> {
    for (const running of this.#processes.reverse()) await running.stop();
  }

  /** Removes all that was written. Not before the last measurement: ext4 makes new files slowly after it lost many. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #writeAgentSettings(withServices: boolean): void {
    const [server, prometheus, alertmanager] = this.#ports;
    const urls = (port: number | undefined) => (withServices ? [`http://127.0.0.1:${port}`] : []);
    this.#write("agent.yml", {
      name: "bench",
      directory: join(this.#folder, "config"),
      server: { url: `http://127.0.0.1:${server}/graphql`, token: { file: join(this.#folder, "token") } },
      prometheus: { urls: urls(prometheus), baseFile: join(this.#folder, "prometheus.base.yml") },
      alertmanager: { urls: urls(alertmanager), baseFile: join(this.#folder, "alertmanager.base.yml") },
    });
  }

  #write(name: string, content: unknown): void {
    writeFileSync(join(this.#folder, name), stringify(content));
  }
}
