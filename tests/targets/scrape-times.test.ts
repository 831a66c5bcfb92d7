import { expect, it } from "vitest";
import { ScrapeTimes } from "../../server/targets/scrape-times.js";

const limits = { of: () => ({ scrapeInterval: "1m", leastScrapeInterval: "15s" }) };
const project = { id: "prj_1", limitTier: "default" };
const firstScrapeMs = (...jobs: readonly { readonly enabled: boolean; readonly scrapeInterval: string | null }[]) =>
  new ScrapeTimes({ ofProject: async () => jobs }, limits).firstScrapeMs(project);

it("is as long as the job with the longest interval takes, and what Prometheus takes to begin with it", async () => {
  expect(await firstScrapeMs({ enabled: true, scrapeInterval: "30s" }, { enabled: true, scrapeInterval: "2m" })).toBe(
    130_000,
  );
  expect(await firstScrapeMs({ enabled: true, scrapeInterval: null })).toBe(70_000);
  expect(await firstScrapeMs({ enabled: true, scrapeInterval: "1s" })).toBe(25_000);
});

it("is nothing where nothing is scraped", async () => {
  expect(await firstScrapeMs()).toBe(0);
  expect(await firstScrapeMs({ enabled: false, scrapeInterval: "2m" })).toBe(0);
});
