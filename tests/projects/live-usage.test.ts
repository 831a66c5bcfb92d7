import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { json, startStandIn } from "../clients/stand-in.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const sizes = "{ projects { nodes { name usage { samplesPerScrape seriesPerRule } } } }";
const series = (names: readonly string[]) =>
  names.map((name) => `label_replace(vector(1), "a", "${name}", "", "")`).join(" or ");

/** Scrapes itself for two projects, and has alerts of three rules of the one. */
async function startBusyPrometheus() {
  const port = await freePort();
  const job = (project: string, kept: string, sampleLimit: number) => ({
    job_name: `${project} ${kept}`,
    sample_limit: sampleLimit,
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { project } }],
    metric_relabel_configs: [{ source_labels: ["__name__"], regex: kept, action: "keep" }],
  });
  const rules = [
    { alert: "One", expr: series(["x"]), labels: { project: "tools" } },
    { alert: "Three", expr: series(["x", "y", "z"]), for: "1h", labels: { project: "tools" } },
    { alert: "Two", expr: series(["x", "y"]), labels: { project: "tools" } },
    { alert: "OfNobody", expr: series(["a", "b", "c", "d"]) },
  ];
  const file = join(await tempFolder("rules"), "rules.yml");
  await writeFile(file, JSON.stringify({ groups: [{ name: "g", rules }] }));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [file],
    scrape_configs: [
      job("tools", "go_goroutines|go_threads", 10),
      job("tools", "go_goroutines", 10),
      // Above its limit: the scrape fails, and what it had is shown all the same.
      job("greedy", "go_goroutines|go_threads|go_info", 1),
    ],
  };
  return startPrometheus({ port, config: JSON.stringify(config) });
}

test("a project's usage shows its largest scrape and rule now", async () => {
  const server = await startBusyPrometheus();
  const app = await startApp(await createSqliteDatabase(), {
    prometheus: [
      { name: "p1", url: server.url },
      { name: "dead", url: `http://127.0.0.1:${await freePort()}` },
    ],
    upstreams: { cacheSeconds: 0.001 },
  });
  const create = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  const ids: Record<string, string> = {};
  for (const name of ["tools", "greedy", "idle"]) {
    ids[name] = (await app.data(app.operator, create, { name })).projectCreate.project.id;
  }
  const usageOf = async (token: string) => {
    const { nodes } = (await app.data(token, sizes)).projects;
    return Object.fromEntries(nodes.map(({ name, usage }: { name: string; usage: object }) => [name, usage]));
  };
  const wanted = {
    tools: { samplesPerScrape: 2, seriesPerRule: 3 },
    greedy: { samplesPerScrape: 3, seriesPerRule: 0 },
    idle: { samplesPerScrape: 0, seriesPerRule: 0 },
  };
  await waitFor(
    async () => {
      const { tools, greedy } = await usageOf(app.operator);
      return tools.samplesPerScrape === 2 && tools.seriesPerRule === 3 && greedy.samplesPerScrape > 0;
    },
    { what: "scrapes and alerts", deadlineMs: 25_000 },
  );
  expect(await usageOf(app.operator)).toEqual(wanted);
  expect(await usageOf(await app.token({ [ids.greedy ?? ""]: "VIEWER" }))).toEqual({ greedy: wanted.greedy });

  await server.stop();
  expect(await usageOf(app.operator), "what was known stays").toEqual(wanted);
  const unknowing = await startApp(await createSqliteDatabase(), {
    prometheus: [{ name: "dead", url: `http://127.0.0.1:${await freePort()}` }],
  });
  await unknowing.data(unknowing.operator, create, { name: "tools" });
  const { nodes } = (await unknowing.data(unknowing.operator, sizes)).projects;
  expect(nodes).toEqual([{ name: "tools", usage: { samplesPerScrape: null, seriesPerRule: null } }]);
});

test("Prometheus is asked once for all projects, and for nothing that nobody asks for", async () => {
  const server = await startStandIn(json({ status: "success", data: { resultType: "vector", result: [] } }));
  const app = await startApp(await createSqliteDatabase(), { prometheus: [{ name: "p", url: server.url }] });
  for (const name of ["a", "b", "c"]) {
    await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`);
  }
  await app.data(app.operator, "{ projects { nodes { usage { rules targets } } } }");
  expect(server.requests).toHaveLength(0);
  const { nodes } = (await app.data(app.operator, sizes)).projects;
  const nothing = { samplesPerScrape: 0, seriesPerRule: 0 };
  expect(nodes).toEqual(["a", "b", "c"].map((name) => ({ name, usage: nothing })));
  expect(server.requests).toHaveLength(2);
});
