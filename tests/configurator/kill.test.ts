import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { runCommand } from "../../configurator/check/run-command.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { startAgent } from "./support/agent-process.js";
import { aGroup, aJob, anAlert, aProject } from "./support/config.js";
import { startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const kills = 50;

const probe = { __typename: "IcmpProbe" as const, ipProtocol: "ANY" as const };

/** A project whose every file differs from version to version. */
const version = (name: string, number: number) =>
  aProject(name, {
    rules: Array.from({ length: 5 }, (_, index) => anAlert(name, `Rule ${index} of version ${number}`)),
    scrapeJobs: [aJob(`node ${number}`), aJob(`ping ${number}`, { probe })],
    contactGroups: [
      aGroup(`group ${number}`, [{ type: "WEBHOOK", value: "https://example.org/", sendResolved: true, secret: "s" }]),
    ],
    defaultContactGroup: { id: `cgr_group_${number}`, name: `group ${number}` },
  });

test(`killed at ${kills} random instants of applying, all files are whole each time and the next cycle converges`, {
  timeout: 600_000,
}, async () => {
  const server = await startGraphServer();
  const port = await freePort();
  const machine = await Workspace.make({
    url: server.url,
    settings: { pollIntervalSeconds: 3_600, reportIntervalSeconds: 3_600 },
    prometheus: { urls: [`http://127.0.0.1:${port}`] },
  });
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
  server.put(...names.map((name) => version(name, 0)));
  await machine.once();
  const prometheus = await startPrometheus({
    port,
    configFile: `${machine.directory}/prometheus/current/prometheus.yml`,
  });
  const applied = () =>
    waitFor(() => server.reports.some((each) => each.state === "SYNCED" && each.appliedRevision === server.revision), {
      what: `revision ${server.revision} to be applied`,
      intervalMs: 5,
    });

  let agent = await startAgent(machine);
  await applied();
  const startedAt = performance.now();
  server.put(version("p0", 1));
  await applied();
  const applyMs = performance.now() - startedAt;

  let interrupted = 0;
  for (let kill = 0; kill < kills; kill++) {
    const changed = names.filter((_, index) => index % 10 === kill % 10);
    server.put(...changed.slice(0, 2).map((name) => version(name, kill + 2)));
    server.put({ name: changed[2] ?? "", gone: true }, { ...version(changed[2] ?? "", kill), id: `prj_again_${kill}` });
    await delay(Math.random() * applyMs * 1.1);
    agent.signal("SIGKILL");
    await agent.exited;
    if (machine.state.revision !== server.revision) interrupted++;
    expect(await problems(machine)).toEqual([]);
    agent = await startAgent(machine);
    await applied();
  }
  await agent.stop();

  const fresh = await Workspace.make({ url: server.url });
  // With the same key, so that secrets have the same names.
  await cp(join(machine.directory, "naming-key"), join(fresh.directory, "naming-key"));
  await fresh.once();
  const normal = async ({ directory, files }: Workspace, all: Awaited<ReturnType<typeof files>>) =>
    Object.fromEntries(Object.entries(all).map(([path, text]) => [path, text.replaceAll(directory, "")]));
  expect(await normal(machine, await machine.files())).toEqual(await normal(fresh, await fresh.files()));
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { name: string }[] };
  expect(groups.map(({ name }) => name).sort()).toEqual([
    expect.stringContaining("_platform/release/"),
    ...["_platform/watchdog", ...names.map((name) => `${name}/default`)].sort(),
  ]);
  const metrics = await (await fetch(`${prometheus.url}/metrics`)).text();
  expect(metrics).toMatch(/^prometheus_config_last_reload_successful 1$/m);
  expect(metrics).toMatch(/^prometheus_sd_file_read_errors_total 0$/m);
  expect(prometheus.process.output).not.toMatch(/level=error/);
  // Else the instants were not those of applying.
  expect(interrupted).toBeGreaterThan(kills / 5);
});

/** What the processes' own checks find wrong with what they would read now. */
async function problems(machine: Workspace): Promise<readonly string[]> {
  const results = await Promise.all([
    runCommand("promtool", ["check", "config", `${machine.directory}/prometheus/current/prometheus.yml`], 60_000),
    runCommand("amtool", ["check-config", `${machine.directory}/alertmanager/current/alertmanager.yml`], 60_000),
    runCommand(
      "prometheus-blackbox-exporter",
      [`--config.file=${machine.directory}/blackbox/current/blackbox.yml`, "--config.check"],
      60_000,
    ),
  ]);
  const files = Object.entries(await machine.files());
  const cut = files.filter(([path, text]) => !path.includes("/secrets/") && !text.endsWith("\n"));
  return [...results.flatMap(({ ok, output }) => (ok ? [] : [output])), ...cut.map(([path]) => `${path} is cut off`)];
}
