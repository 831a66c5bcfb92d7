import type { AgentReportInput } from "@metricsinfra/sdk";

/** What is counted before anything is taken away from the machine, in the order in which it is told. */
export const removalKinds = ["PROJECT", "TARGET", "RULE", "CONTACT_GROUP", "SCRAPE_CONFIG", "GLOBAL_RULE"] as const;
export type RemovalKind = (typeof removalKinds)[number];

/** A number for each kind. */
export type Counts = Readonly<Record<RemovalKind, number>>;

/** A deletion that is held back, as the server is told of it. */
export type Brake = NonNullable<AgentReportInput["brake"]>;

/** Counts by kind. */
export function countsOf(count: (kind: RemovalKind) => number): Counts {
  return {
    PROJECT: count("PROJECT"),
    TARGET: count("TARGET"),
    RULE: count("RULE"),
    CONTACT_GROUP: count("CONTACT_GROUP"),
    SCRAPE_CONFIG: count("SCRAPE_CONFIG"),
    GLOBAL_RULE: count("GLOBAL_RULE"),
  };
}

/** What so many of a kind are called. */
export function nounOf(kind: RemovalKind, count = 1): string {
  const [one, many] = nouns[kind];
  return count === 1 ? one : many;
}

const nouns: Readonly<Record<RemovalKind, readonly [one: string, many: string]>> = {
  PROJECT: ["project", "projects"],
  TARGET: ["target", "targets"],
  RULE: ["rule", "rules"],
  CONTACT_GROUP: ["contact group", "contact groups"],
  SCRAPE_CONFIG: ["scrape config", "scrape configs"],
  GLOBAL_RULE: ["global rule", "global rules"],
};
