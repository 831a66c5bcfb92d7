import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseBaseFile } from "../../configurator/render/base-file.js";
import { renderPrometheusConfig } from "../../configurator/render/prometheus-config.js";
import type { ServerLabels } from "../../configurator/render/server-labels.js";
import { tempFolder } from "../support/temp-folder.js";

const base = `global:
  scrape_interval: 30s
  external_labels: {region: eqiad}
alerting:
  alert_relabel_configs: [{action: labeldrop, regex: rack}]
  alertmanagers: [{static_configs: [{targets: ['localhost:9093']}]}]
`;

const render = (text: string, labels?: ServerLabels) =>
  renderPrometheusConfig(parseBaseFile("b.yml", text), {
    tiers: {},
    folder: "/srv/p",
    own: [],
    ...(labels && { labels }),
  });

test("shard and replica are on all that leaves Prometheus but on alerts, after what the base file does; promtool takes it", async () => {
  const text = render(base, { shard: "one", replica: "01" });
  expect(parse(text)).toMatchObject({
    global: { scrape_interval: "30s", external_labels: { region: "eqiad", shard: "one", replica: "01" } },
    alerting: {
      alert_relabel_configs: [
        { action: "labeldrop", regex: "rack" },
        { action: "labeldrop", regex: "shard|replica" },
      ],
      alertmanagers: [{ static_configs: [{ targets: ["localhost:9093"] }] }],
    },
  });
  const file = join(await tempFolder("server-labels"), "prometheus.yml");
  await writeFile(file, text);
  const { status, stderr } = spawnSync("promtool", ["check", "config", "--syntax-only", file], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("a base file without the sections gets them", () => {
  expect(parse(render("", { replica: "a" }))).toMatchObject({
    global: { external_labels: { replica: "a" } },
    alerting: { alert_relabel_configs: [{ action: "labeldrop", regex: "replica" }] },
  });
});

test("without a shard and a replica nothing changes, whatever labels the base file has", () => {
  const own = base.replace("region: eqiad", "shard: x, replica: y");
  expect(render(own, {})).toBe(render(own));
  expect(parse(render(own))).toMatchObject(parse(own));
});
