import { describe, expect, it } from "vitest";
import { startStandIn } from "../clients/stand-in.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";

const bytes = "{ expected low high }";
const query = `query ($input: CapacityPlanInput!) { capacityPlan(input: $input) {
  source series samplesPerSecond bytesPerSample retention shards replicas servers
  diskPerServer ${bytes} memoryPerServer ${bytes} objectStorage ${bytes}
  measured { name shard series samplesPerSecond bytesPerSample memoryBytes retention error }
} }`;

interface Bytes {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

async function planOf(app: Awaited<ReturnType<typeof startApp>>, input: object) {
  return (await app.data(app.operator, query, { input })).capacityPlan;
}

/** `/metrics` of a Prometheus that has run for an hour, with blocks that cover a day before its head. */
const metricsOf = (series: number, bytesPerSample: number, memoryBytes: number) => {
  const start = 1_800_000_000;
  const perSecond = series / 30;
  return `# TYPE process_start_time_seconds gauge
process_start_time_seconds ${start}
process_resident_memory_bytes ${memoryBytes}
prometheus_tsdb_head_series ${series}
prometheus_tsdb_head_max_time_seconds ${start + 3_600}
prometheus_tsdb_head_min_time_seconds ${start - 7_200}
prometheus_tsdb_lowest_timestamp_seconds ${start - 7_200 - 86_400}
prometheus_tsdb_head_samples_appended_total{type="float"} ${perSecond * 3_000}
prometheus_tsdb_head_samples_appended_total{type="histogram"} ${perSecond * 600}
prometheus_tsdb_storage_blocks_bytes ${perSecond * 86_400 * bytesPerSample}
`;
};

function startMeasured(metrics: string) {
  return startStandIn((request, response) => {
    const isMetrics = request.url === "/metrics";
    response.setHeader("content-type", isMetrics ? "text/plain; version=0.0.4" : "application/json");
    response.end(isMetrics ? metrics : JSON.stringify({ status: "success", data: { storageRetention: "15d" } }));
  });
}

describe("a capacity plan that is calculated", () => {
  it("gives what 335 nodes took in 720 hours: 40 GB", async () => {
    const app = await startApp(await createSqliteDatabase());
    const plan = await planOf(app, { nodes: 335, retention: "720h", replicas: 2, objectStorageRetention: "1y" });
    const samplesPerSecond = (335 * 1_850) / 60;
    const month = samplesPerSecond * 30 * 86_400;
    const memory = (perSeries: number) => 335 * 1_850 * perSeries + 200_000_000;
    expect(plan).toEqual({
      source: "CALCULATED",
      series: 619_750,
      samplesPerSecond,
      bytesPerSample: 1.5,
      retention: "720h",
      shards: 1,
      replicas: 2,
      servers: 2,
      diskPerServer: { expected: month * 1.5, low: month, high: month * 2 },
      memoryPerServer: { expected: memory(8_192), low: memory(4_096), high: memory(16_384) },
      objectStorage: {
        expected: expect.closeTo((month * 1.5 * 2 * 365) / 30, 0),
        low: expect.closeTo((month * 2 * 365) / 30, 0),
        high: expect.closeTo((month * 1.5 * 2 * 3 * 365) / 30, 0),
      },
      measured: [],
    });
    expect(plan.diskPerServer.expected / 40e9).toBeCloseTo(1, 1);
    const year2023: { diskPerServer: Bytes } = await planOf(app, { nodes: 668, retention: "720h" });
    expect(year2023.diskPerServer.expected / 80e9).toBeCloseTo(1, 1);
  });

  it("divides what one server cannot hold, and grows", async () => {
    const app = await startApp(await createSqliteDatabase());
    const input = {
      nodes: 1_000,
      seriesPerNode: 5_000,
      scrapeInterval: "30s",
      seriesPerServer: 2_000_000,
      growth: 1.5,
    };
    const { series, samplesPerSecond, shards, servers, diskPerServer } = await planOf(app, input);
    expect({ series, samplesPerSecond, shards, servers }).toEqual({
      series: 7_500_000,
      samplesPerSecond: 250_000,
      shards: 4,
      servers: 8,
    });
    expect(diskPerServer.expected).toBe((250_000 * 30 * 86_400 * 1.5) / 4);
  });

  it("refuses what cannot be planned, and says what may be", async () => {
    const app = await startApp(await createSqliteDatabase());
    const told = async (input: object) => {
      const { errors } = await app.graphql(app.operator, query, { input });
      return errors?.map(({ message, extensions }) => [extensions?.code, message]);
    };
    expect(await told({ nodes: 0 })).toEqual([["BAD_USER_INPUT", '"nodes" must be 1 to 10000000.']]);
    expect(await told({ nodes: 1, replicas: 11 })).toEqual([["BAD_USER_INPUT", '"replicas" must be 1 to 10.']]);
    expect(await told({ nodes: 1, growth: 0 })).toEqual([["BAD_USER_INPUT", '"growth" must be 0.1 to 100.']]);
    expect(await told({ nodes: 1, retention: "1h" })).toEqual([["BAD_USER_INPUT", '"retention": The least is 2h.']]);
    expect(await told({ nodes: 1, scrapeInterval: "1 minute" })).toEqual([
      [
        "BAD_USER_INPUT",
        '"scrapeInterval": A duration is whole numbers with the units y, w, d, h, m, s, ms, largest first, for example "30s" or "1h30m".',
      ],
    ]);
    expect(await told({ seriesPerNode: 1_000 })).toEqual([
      ["BAD_USER_INPUT", '"seriesPerNode" goes with "nodes"; without, the plan is made from what is measured.'],
    ]);
    expect(await told({})).toEqual([
      [
        "UPSTREAM_UNAVAILABLE",
        'What is there cannot be measured: the server\'s settings name no Prometheus. Mend that, or give "nodes" to have the plan calculated.',
      ],
    ]);
  });
});

describe("a capacity plan that is measured", () => {
  it("goes by the largest replica, with what its blocks and its memory tell", async () => {
    const large = await startMeasured(metricsOf(600_000, 1.2, 3_000_000_000));
    const small = await startMeasured(metricsOf(300_000, 1.9, 1_000_000_000));
    const dead = `http://127.0.0.1:${await freePort()}`;
    const app = await startApp(await createSqliteDatabase(), {
      prometheus: [
        { name: "small", url: small.url },
        { name: "large", url: large.url },
        { name: "dead", url: dead },
      ],
    });
    const plan = await planOf(app, { retention: "10d" });
    const near = (value: number) => expect.closeTo(value, 3);
    const around = (value: number, share: number) => ({
      expected: near(value),
      low: near(value * (1 - share)),
      high: near(value * (1 + share)),
    });
    const disk = 20_000 * 10 * 86_400 * 1.2;
    expect(plan).toEqual({
      source: "MEASURED",
      series: 600_000,
      samplesPerSecond: 20_000,
      bytesPerSample: near(1.2),
      retention: "10d",
      shards: 1,
      replicas: 2,
      servers: 2,
      diskPerServer: around(disk, 1 / 4),
      memoryPerServer: { expected: near(3.2e9), low: near(2.2e9), high: near(4.2e9) },
      objectStorage: null,
      measured: [
        {
          name: "small",
          shard: null,
          series: 300_000,
          samplesPerSecond: 10_000,
          bytesPerSample: near(1.9),
          memoryBytes: 1_000_000_000,
          retention: "15d",
          error: null,
        },
        {
          name: "large",
          shard: null,
          series: 600_000,
          samplesPerSecond: 20_000,
          bytesPerSample: near(1.2),
          memoryBytes: 3_000_000_000,
          retention: "15d",
          error: null,
        },
        {
          name: "dead",
          shard: null,
          series: null,
          samplesPerSecond: null,
          bytesPerSample: null,
          memoryBytes: null,
          retention: null,
          error: 'Prometheus "dead" refused the connection.',
        },
      ],
    });
  });

  it("takes of a real Prometheus that has just started what it can tell, and the rest as calculated", async () => {
    const port = await freePort();
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs: [
        { job_name: "self", static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { project: "a" } }] },
      ],
    };
    const server = await startPrometheus({ port, config: JSON.stringify(config) });
    const app = await startApp(await createSqliteDatabase(), {
      prometheus: [{ name: "p", url: server.url }],
      upstreams: { cacheSeconds: 0.001 },
    });
    const usage = "{ projects { nodes { usage { series samplesPerSecond } } } }";
    await app.data(app.operator, 'mutation { projectCreate(input: { name: "a" }) { project { id } } }');
    const load = await waitFor(
      async () => {
        const { series, samplesPerSecond } = (await app.data(app.operator, usage)).projects.nodes[0].usage;
        return series > 100 && samplesPerSecond > 0 && { series, samplesPerSecond };
      },
      { what: "a scrape", deadlineMs: 25_000 },
    );
    const plan = await planOf(app, {});
    expect(plan).toMatchObject({
      source: "MEASURED",
      bytesPerSample: 1.5,
      shards: 1,
      measured: [{ name: "p", samplesPerSecond: null, bytesPerSample: null, retention: "15d", error: null }],
    });
    expect(plan.series).toBe(plan.measured[0].series);
    expect(plan.series).toBeGreaterThanOrEqual(load.series);
    expect(plan.samplesPerSecond).toBe(plan.series / 60);
  });
});
