import { expect, test } from "vitest";
import { targetsByScrapeJob } from "../../server/clients/live-targets.js";
import type { ScrapedTarget } from "../../server/clients/prometheus-client.js";

const target = (scrapePool: string | null, discoveredLabels = {}): ScrapedTarget => ({
  discoveredLabels,
  labels: { instance: "web-1" },
  scrapePool,
  scrapeUrl: "http://192.0.2.1:9100/metrics",
  health: "UP",
  lastError: null,
  lastScrapeAtMs: null,
  lastScrapeDurationSeconds: null,
});

test("targets that Prometheus discovers are those of the job that its scrape config names", () => {
  const own = { __metricsinfra_scrape_job: "job_1" };
  const jobs = targetsByScrapeJob([
    target("metricsinfra/default", own),
    target("metricsinfra/tools/job_2/openstack"),
    target("metricsinfra/tools/web"),
    target("somebody/tools/job_3/openstack"),
    target(null),
  ]);
  const { discoveredLabels: _labels, scrapePool: _pool, ...rest } = target(null);
  expect([...jobs]).toEqual([
    ["job_1", [rest]],
    ["job_2", [rest]],
  ]);
});
