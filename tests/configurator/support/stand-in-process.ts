import type { ServerResponse } from "node:http";
import { startStandIn } from "../../clients/stand-in.js";

/** A process that is not in Debian, as far as the agent has to do with it: it loads files when asked, and says how it went. */
export interface StandInProcess {
  readonly url: string;
  /** What it has loaded, one entry each time it was asked to. */
  readonly loads: readonly string[];
  /** What it runs now; undefined while it does not run. */
  readonly running: () => string | undefined;
}

/**
 * Stands in for Thanos Rule 0.32, `cmd/thanos/rule.go`: a POST to `/-/reload` reads the files, and what it refuses leaves it
 * with the rules that it had. `read` gives what it finds, or throws what it says of it.
 */
export async function startThanosRule(read: () => Promise<string>): Promise<StandInProcess> {
  const loads: string[] = [];
  let running = await read();
  let [successful, succeededAt] = [1, Date.now() / 1_000];
  const metrics = () =>
    `thanos_rule_config_last_reload_successful ${successful}
thanos_rule_config_last_reload_success_timestamp_seconds ${succeededAt}
`;
  const reload = async (response: ServerResponse) => {
    try {
      running = await read();
      loads.push(running);
      [successful, succeededAt] = [1, Date.now() / 1_000];
      response.end();
    } catch (error) {
      successful = 0;
      response.writeHead(500).end(`reloading rules failed: ${error instanceof Error ? error.message : error}\n`);
    }
  };
  const { url } = await startStandIn((request, response) => {
    if (request.url === "/-/reload" && request.method === "POST") void reload(response);
    else response.writeHead(request.url === "/metrics" ? 200 : 404).end(metrics());
  });
  return { url, loads, running: () => running };
}

/** A program that reads its file at its start alone, and what starts it. */
export interface StandInProgram extends StandInProcess {
  /** The command that starts it again, as `systemctl restart` does: it does not wait for how the start goes. */
  readonly restart: readonly string[];
}

const post = "fetch(process.argv[1], { method: 'POST' }).then(({ ok }) => process.exit(ok ? 0 : 1))";

/** Stands in for Karma, `cmd/karma/main.go`: what it cannot read at its start keeps it from running. */
export async function startKarma(read: () => Promise<string>): Promise<StandInProgram> {
  const loads: string[] = [];
  let running: string | undefined;
  let startedAt = 0;
  const start = async () => {
    running = undefined;
    // The kernel counts a process's start in hundredths of a second.
    startedAt = Math.max(startedAt + 0.01, Date.now() / 1_000);
    const text = await read().catch(() => undefined);
    if (text !== undefined) loads.push(text);
    running = text;
  };
  const { url } = await startStandIn((request, response) => {
    if (request.url === "/systemctl/restart") void start().then(() => response.end());
    else if (running === undefined) response.destroy();
    else response.end(`go_goroutines 12\nprocess_start_time_seconds ${startedAt}\n`);
  });
  return { url, loads, running: () => running, restart: [process.execPath, "-e", post, `${url}/systemctl/restart`] };
}
