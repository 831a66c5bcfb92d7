import type { Labels, ScrapeJobConfig } from "../fetch/project-config.js";
import { durationMs } from "./duration.js";
import type { LimitTier } from "./limit-tier.js";

/** The labels that set when a target is scraped where that differs from its tier, and what was not granted. */
export interface ScrapeTiming {
  readonly labels: Labels;
  readonly refusals: readonly string[];
}

/**
 * How often and how patiently a job's targets are scraped. Prometheus drops a target whose timeout is longer than its
 * interval, so the timeout is cut to fit.
 */
export function scrapeTiming(job: ScrapeJobConfig, tier: LimitTier): ScrapeTiming {
  const refusals: string[] = [];
  let interval = job.scrapeInterval ?? tier.scrapeInterval;
  if (ms(interval) < ms(tier.leastScrapeInterval)) {
    refusals.push(`is scraped every ${tier.leastScrapeInterval}: its limits allow no shorter interval`);
    interval = tier.leastScrapeInterval;
  }
  let timeout = job.scrapeTimeout ?? tier.scrapeTimeout;
  if (ms(timeout) > ms(interval)) {
    if (job.scrapeTimeout !== null) refusals.push(`has a timeout of ${interval}: none may be longer than the interval`);
    timeout = interval;
  }
  return {
    labels: {
      ...(interval === tier.scrapeInterval ? {} : { __scrape_interval__: interval }),
      ...(timeout === tier.scrapeTimeout ? {} : { __scrape_timeout__: timeout }),
    },
    refusals,
  };
}

function ms(duration: string): number {
  return durationMs(duration) ?? 0;
}
