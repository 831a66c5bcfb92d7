/** The limits that the projects of one tier share; durations as Prometheus writes them. */
export interface LimitTier {
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  /** What a shorter scrape or rule interval is raised to. */
  readonly minInterval: string;
  readonly sampleLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit?: number | undefined;
  readonly labelValueLengthLimit?: number | undefined;
  readonly bodySizeLimit: string;
  /** The most alerts or series that one rule may give. */
  readonly ruleLimit: number;
}

/** The tiers by name. There is always one named `default`. */
export type LimitTiers = Readonly<Record<string, LimitTier>>;

/** The tier of a project, or the default one where the settings do not know its name. */
export function tierOf(
  tiers: LimitTiers,
  name: string,
): { readonly name: string; readonly tier: LimitTier; readonly known: boolean } {
  const known = Object.hasOwn(tiers, name);
  const used = known ? name : "default";
  const tier = tiers[used];
  if (tier === undefined) throw new Error('The settings name no limit tier "default".');
  return { name: used, tier, known };
}
