import type { ChangePage } from "@metricsinfra/sdk";
import { durationMs } from "./duration.js";
import { isProjectName } from "./names.js";
import { compareText } from "./order.js";

/** The limits that the projects of one tier share, as the graph gives them; durations as Prometheus writes them. */
export type LimitTier = ChangePage["limitTiers"][number];

/** The tiers by name. There is always one named `default`. */
export type LimitTiers = Readonly<Record<string, LimitTier>>;

/** The tiers of an answer, in the order of their names. Throws when they cannot be what a server holds. */
export function readTiers(list: readonly LimitTier[]): LimitTiers {
  const tiers = list.toSorted((a, b) => compareText(a.name, b.name));
  const wrong = tiers.find((tier) => !isTier(tier));
  if (wrong !== undefined) throw new Error(`the server's limit tier ${JSON.stringify(wrong.name)} cannot be meant`);
  if (!tiers.some(({ name }) => name === "default")) throw new Error('the server names no limit tier "default"');
  return Object.fromEntries(tiers.map((tier) => [tier.name, tier]));
}

/** Its name becomes that of a folder, by the rules of a project's; and a limit of 0 would be none to Prometheus. */
function isTier(tier: LimitTier): boolean {
  const { samplesPerScrape, labelsPerSample, labelNameLength, labelValueLength, bodyBytes, seriesPerRule } = tier;
  const { scrapeInterval, scrapeTimeout, leastScrapeInterval, leastRuleInterval } = tier;
  const numbers = [samplesPerScrape, labelsPerSample, labelNameLength, labelValueLength, bodyBytes, seriesPerRule];
  const durations = [scrapeInterval, scrapeTimeout, leastScrapeInterval, leastRuleInterval];
  return (
    isProjectName(tier.name) &&
    numbers.every((number) => Number.isInteger(number) && number > 0) &&
    durations.every((duration) => (durationMs(duration) ?? 0) > 0)
  );
}

/** The tier of a project, or the default one where the server does not know its name. */
export function tierOf(
  tiers: LimitTiers,
  name: string,
): { readonly name: string; readonly tier: LimitTier; readonly known: boolean } {
  const known = Object.hasOwn(tiers, name);
  const used = known ? name : "default";
  const tier = tiers[used];
  if (tier === undefined) throw new Error('There is no limit tier "default".');
  return { name: used, tier, known };
}
