import { z } from "zod";
import { checkDuration, compareDurations, type DurationLimits } from "./core/duration.js";

const mostInt = 2_147_483_647;
const count = (initial: number) => z.number().int().min(0).max(mostInt).default(initial);
/** Of these, 0 would mean "no limit" to Prometheus, and nothing at all to the others. */
const size = (initial: number, most = mostInt) => z.number().int().min(1).max(most).default(initial);
const duration = (initial: string, limits: DurationLimits) =>
  z
    .string()
    .superRefine((text, context) => {
      const problem = checkDuration(text, limits);
      if (problem !== null) context.addIssue(problem);
    })
    .default(initial);

const scrape = { least: "1s", most: "1d" };

const tier = z
  .strictObject({
    scrapeJobs: count(100),
    targets: count(2_000),
    samplesPerScrape: size(10_000),
    labelsPerSample: size(64),
    labelNameLength: size(1_024),
    labelValueLength: size(2_048),
    bodyBytes: size(20 * 1024 * 1024),
    scrapeInterval: duration("1m", scrape),
    scrapeTimeout: duration("10s", { least: "1ms", most: "1d" }),
    leastScrapeInterval: duration("15s", scrape),
    rules: count(500),
    seriesPerRule: size(1_000),
    leastRuleInterval: duration("15s", scrape),
    expressionLength: size(4_096, 4_096),
    expressionDepth: size(64, 64),
    expressionSelectors: size(100, 500),
    longestRange: duration("31d", { least: "1s", most: "10y" }),
    subquerySteps: size(11_000),
    expressionSamples: size(200_000),
    contactGroups: count(50),
    contacts: count(500),
    silences: count(200),
    acknowledgements: count(500),
    apiTokens: count(100),
  })
  .superRefine(({ scrapeInterval, scrapeTimeout, leastScrapeInterval }, context) => {
    if (isLonger(scrapeTimeout, scrapeInterval)) {
      context.addIssue({ code: "custom", path: ["scrapeTimeout"], message: "No longer than scrapeInterval." });
    }
    if (isLonger(leastScrapeInterval, scrapeInterval)) {
      context.addIssue({ code: "custom", path: ["leastScrapeInterval"], message: "No longer than scrapeInterval." });
    }
  });

const tierName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "1 to 63 of `a-z`, `0-9` and `-`.");

const rate = z.strictObject({
  requestsPerMinute: size(1_200),
  costPerMinute: size(300_000),
  openStreams: size(50),
  agentRequestsPerMinute: size(3_000),
  agentCostPerMinute: size(100_000_000),
  failedSignInsPerMinute: size(30),
  signInsPerMinute: size(60),
});

/** The section `limits`: what one request, one principal and one project may cost. */
export const limitSettings = z
  .strictObject({
    operationCost: z.number().int().positive().default(15_000),
    agentOperationCost: z.number().int().positive().default(5_000_000),
    bodyBytes: z
      .number()
      .int()
      .positive()
      .default(256 * 1024),
    rate: rate.prefault({}),
    tiers: z
      .record(tierName, tier)
      .transform((tiers) => ({ default: tier.parse({}), ...tiers }))
      .prefault({}),
  })
  .superRefine(({ operationCost, agentOperationCost, rate: { costPerMinute, agentCostPerMinute } }, context) => {
    const tooLow = (key: string, other: string) =>
      context.addIssue({ code: "custom", path: ["rate", key], message: `At least limits.${other}: one operation.` });
    if (costPerMinute < operationCost) tooLow("costPerMinute", "operationCost");
    if (agentCostPerMinute < agentOperationCost) tooLow("agentCostPerMinute", "agentOperationCost");
  });

function isLonger(a: string, b: string): boolean {
  return checkDuration(a) === null && checkDuration(b) === null && compareDurations(a, b) > 0;
}
