import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Alertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { atEnd, untilFileEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { startWebhookReceiver, type WebhookDelivery } from "../support/webhook-receiver.js";
import { eagerTier } from "./real-stack.js";

const agentProgram = new URL("../../configurator/dist/main.js", import.meta.url).pathname;
/** What is no longer sent ends after 12 s: more than a busy machine takes for an evaluation. */
const resendDelay = "3s";
const SLOW = { deadlineMs: 90_000, intervalMs: 200 };
const names = Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, "0")}`);
const seats = ["one a", "one b", "two a", "two b"] as const;
type Seat = (typeof seats)[number];

interface LiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: string };
}

const keyOf = (labels: Readonly<Record<string, string>>) => `${labels.alertname} ${labels.project}`;

describe("two shards with two replicas each, and two Alertmanagers", () => {
  let client: Client<true>;
  let alertmanagers: readonly [Alertmanager, Alertmanager];
  const prometheus = new Map<Seat, Prometheus>();
  let deliveries: readonly WebhookDelivery[] = [];
  const projects = new Map<string, string>();
  /** What was wrong with the alerts at any time since `watch` began, as seen by asking again and again. */
  const missed = new Set<string>();
  let expected: ReadonlyMap<string, string> = new Map();

  const serverAt = (seat: Seat): Prometheus => {
    const found = prometheus.get(seat);
    if (found === undefined) throw new Error(`There is no Prometheus at ${seat}.`);
    return found;
  };
  const active = async () => {
    const alerts = (await alertmanagers[0].api("/api/v2/alerts")) as LiveAlert[];
    return alerts.filter(({ labels }) => Object.hasOwn(labels, "project"));
  };
  const allAlerts = (of: readonly string[]) =>
    of.flatMap((name) => [`Broken ${name}`, `Everywhere ${name}`, `Late ${name}`]).toSorted();
  const evaluations = async (seat: Seat) => {
    const metrics = await (await fetch(`${serverAt(seat).url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^prometheus_rule_group_iterations_total\{.*_global.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  /** There is one evaluation each second. */
  const afterEvaluations = async (seat: Seat, count: number) => {
    const before = await evaluations(seat);
    await waitFor(async () => (await evaluations(seat)) >= before + count, { ...SLOW, what: "further evaluations" });
  };
  const rulesOn = async (seat: Seat) => {
    const { groups } = (await serverAt(seat).api("/api/v1/rules")) as { groups: { file: string }[] };
    return groups.flatMap(({ file }) => /rules\/(p\d\d)\.yml$/.exec(file)?.[1] ?? []);
  };
  const shardOf = async (name: string) => {
    const shards = await client.request<{ node: { shard: { name: string } } }>(
      `query ($id: ID!) { node(id: $id) { ... on Project { shard { name } } } }` as never,
      { id: projects.get(name) } as never,
    );
    return shards.node.shard.name;
  };
  /** What people were told of projects' alerts: with a group for each, once at its beginning and once at its end. */
  const told = () =>
    deliveries.flatMap(({ notification: { alerts } }) =>
      alerts.flatMap(({ status, labels }) => (labels.project === undefined ? [] : [`${keyOf(labels)} ${status}`])),
    );

  beforeAll(async () => {
    const folder = await tempFolder("shards");
    const ports = new Map<Seat, number>();
    for (const seat of seats) ports.set(seat, await freePort());
    const urlOf = (seat: Seat) => `http://127.0.0.1:${ports.get(seat)}`;
    const exporter = createServer((_, response) => response.end("broken 1\n")).listen(0, "127.0.0.1");
    const receiver = await startWebhookReceiver();
    deliveries = receiver.deliveries;
    atEnd(() => void exporter.close());
    const portOf = (server: typeof exporter) => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("It does not listen.");
      return address.port;
    };
    await waitFor(() => exporter.listening, { what: "the exporter to listen" });

    const app = await startApp(await createSqliteDatabase(), {
      shards: [
        { name: "one", replicas: ["one a", "one b"].map(serverName) },
        { name: "two", replicas: ["two a", "two b"].map(serverName) },
      ],
      prometheus: seats.map((seat) => ({ name: serverName(seat), url: urlOf(seat) })),
      limits: { tiers: { default: eagerTier } },
      rollout: { moves: { stepSeconds: 0.2 } },
    });
    client = createClient({ url: app.url, token: app.operator });
    const token = await app.token("AGENT");
    alertmanagers = await startAlertmanagerPair({
      config: stringify({
        route: { receiver: "all", group_by: ["..."], group_wait: "1s", group_interval: "1s", repeat_interval: "4h" },
        receivers: [
          {
            name: "all",
            webhook_configs: [{ url: receiver.url, send_resolved: true }],
          },
        ],
      }),
    });
    await client.globalRules.create({ name: "Everywhere", expr: "broken == 1", for: "0s", interval: "1s" });
    for (const name of names) {
      const { project } = await client.projects.create({ name });
      projects.set(name, project.id);
      await client.scrapeJobs.create({
        project: project.id,
        name: "machines",
        staticTargets: [{ host: "127.0.0.1", port: portOf(exporter) }],
      });
      const rule = { project: project.id, expr: "broken == 1", interval: "1s" };
      await client.alertingRules.create({ ...rule, name: "Broken", for: "0s" });
      await client.alertingRules.create({ ...rule, name: "Late", for: "3s" });
    }

    const base = join(folder, "prometheus.base.yml");
    await writeFile(
      base,
      stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        alerting: {
          alertmanagers: [{ static_configs: [{ targets: alertmanagers.map(({ port }) => `127.0.0.1:${port}`) }] }],
        },
      }),
    );
    await Promise.all(
      seats.map(async (seat) => {
        const [shard, replica] = seat.split(" ");
        const directory = join(folder, serverName(seat));
        await mkdir(directory);
        const settings = join(folder, `${serverName(seat)}.yml`);
        await writeFile(
          settings,
          stringify({
            name: serverName(seat),
            directory,
            shard,
            replica,
            server: { url: app.url, token },
            pollIntervalSeconds: 1,
            reloadIntervalSeconds: 0.1,
            prometheus: { urls: [urlOf(seat)], baseFile: base, watchdog: serverName(seat) },
          }),
        );
        await startProcess({
          name: `agent ${seat}`,
          command: process.execPath,
          args: [agentProgram, "--settings", settings],
        });
        const configFile = join(directory, "prometheus", "current", "prometheus.yml");
        await waitFor(() => existsSync(configFile), { ...SLOW, what: configFile });
        prometheus.set(seat, await startPrometheus({ port: ports.get(seat) ?? 0, configFile, resendDelay }));
      }),
    );
  });

  /** Looks at the alerts all the time until `work` is done, and remembers each that was missing, or had begun anew. */
  const watching = async (work: () => Promise<void>) => {
    const end = new AbortController();
    const watch = (async () => {
      while (!end.signal.aborted) {
        const found = new Map((await active()).map(({ labels, startsAt }) => [keyOf(labels), startsAt]));
        for (const [key, startsAt] of expected) {
          if (!found.has(key)) missed.add(`${key} is missing`);
          else if (found.get(key) !== startsAt) missed.add(`${key} began anew`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    try {
      await work();
    } finally {
      end.abort();
      await watch;
    }
  };

  it("each project is on both replicas of its shard alone, and each alert is one, whoever sends it", {
    timeout: 180_000,
  }, async () => {
    const all = allAlerts(names);
    await waitFor(
      async () =>
        (await active())
          .map(({ labels }) => keyOf(labels))
          .toSorted()
          .join() === all.join(),
      {
        ...SLOW,
        what: "all alerts, each once",
      },
    );
    await waitFor(() => all.every((key) => told().includes(`${key} firing`)), {
      ...SLOW,
      what: "a notification of each alert",
    });
    const shards = new Map(await Promise.all(names.map(async (name) => [name, await shardOf(name)] as const)));
    for (const seat of seats) {
      const here = names.filter((name) => shards.get(name) === seat.split(" ")[0]);
      await waitFor(async () => [...new Set(await rulesOn(seat))].join() === here.join(), {
        ...SLOW,
        what: `the rules on ${seat}`,
      });
      const [shard, replica] = seat.split(" ");
      const { yaml } = (await serverAt(seat).api("/api/v1/status/config")) as { yaml: string };
      expect(yaml).toContain(`external_labels:\n    replica: ${replica}\n    shard: ${shard}\n`);
    }
    for (const { labels } of await active()) expect(Object.keys(labels)).not.toEqual(expect.arrayContaining(["shard"]));
    expect(told().filter((one) => one.endsWith("resolved"))).toEqual([]);
    expected = new Map((await active()).map(({ labels, startsAt }) => [keyOf(labels), startsAt]));
  });

  it("a replica that is killed takes no alert with it, and doubles none when it is back", {
    timeout: 180_000,
  }, async () => {
    const count = told().length;
    const { process: running, port, configFile } = serverAt("one a");
    await watching(async () => {
      running.signal("SIGKILL");
      await running.exited;
      await afterEvaluations("one b", 20);
      const back = await untilFileEnd(() => startPrometheus({ port, configFile, resendDelay }));
      prometheus.set("one a", back);
      await waitFor(async () => (await rulesOn("one a")).length > 0, { ...SLOW, what: "the rules on it" });
      await afterEvaluations("one a", 5);
    });
    expect([...missed]).toEqual([]);
    expect(told().slice(count)).toEqual([]);
  });

  it("ten projects move to the other shard, and no alert of them resolves or fires anew", {
    timeout: 240_000,
  }, async () => {
    const count = told().length;
    const moving = names.slice(0, 10);
    const target = new Map<string, string>();
    await watching(async () => {
      for (const name of moving) {
        const shard = (await shardOf(name)) === "one" ? "two" : "one";
        target.set(name, shard);
        await client.shards.move({ project: projects.get(name) ?? "", shard });
      }
      await waitFor(async () => (await client.shards.moves()).length === 0, {
        ...SLOW,
        get what() {
          return "all moves to be over";
        },
      });
      for (const name of moving) expect([name, await shardOf(name)]).toEqual([name, target.get(name)]);
      for (const seat of seats) {
        const left = moving.filter((name) => target.get(name) !== seat.split(" ")[0]);
        await waitFor(async () => (await rulesOn(seat)).every((name) => !left.includes(name)), {
          ...SLOW,
          what: `${seat} to drop what moved away`,
        });
      }
      // Series of targets that are gone are stale by then, and what was sent of them would have ended.
      for (const seat of ["one b", "two b"] as const) await afterEvaluations(seat, 20);
    });
    expect([...missed]).toEqual([]);
    expect(told().slice(count)).toEqual([]);
    const series = await serverAt("two a").query('count by (project) (up{project!=""})');
    const there = names.filter((name) => target.get(name) === "two");
    expect(series?.map(({ labels }) => labels.project)).toEqual(expect.arrayContaining(there));
  });
});

function serverName(seat: string): string {
  return seat.replace(" ", "-");
}
