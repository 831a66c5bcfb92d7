/**
 * Labels of which no two series have the same values, or "all": no two have the same labels, their names left aside. Two
 * with the same labels and the same name there never are, and no more than that is "name".
 */
export type DistinctBy = ReadonlySet<string> | "all" | "name";

/** What is known of the series that an expression gives, whichever labels projects put on theirs. */
export interface KnownSeries {
  /** How those of one instant differ. */
  readonly distinctBy: DistinctBy;
  /** How those of all instants together differ: what a subquery gives. */
  readonly everDistinctBy: DistinctBy;
  /** Whether a series may have this label; its name is `__name__`. */
  readonly mayHave: (label: string) => boolean;
  /** Whether it reads no series, so that nobody can change it. */
  readonly isConstant: boolean;
}

/** The label that holds a series' name. */
export const nameLabel = "__name__";

/** What reads no series: numbers, and vectors of one series without labels. */
export const constantSeries: KnownSeries = {
  distinctBy: new Set(),
  everDistinctBy: new Set(),
  mayHave: () => false,
  isConstant: true,
};

/** Series that differ by these labels at every instant and over time, since they have no others. */
export function seriesWithOnly(labels: Iterable<string>, mayHave: (label: string) => boolean): KnownSeries {
  const all = new Set(labels);
  return {
    distinctBy: all,
    everDistinctBy: all,
    mayHave: (label) => all.has(label) && mayHave(label),
    isConstant: false,
  };
}

/** Whether no two of the series have the same values of these labels, if they differ as `distinctBy` says. */
export function isDistinctBy(distinctBy: DistinctBy, labels: readonly string[]): boolean {
  return typeof distinctBy !== "string" && [...distinctBy].every((label) => labels.includes(label));
}

/** Whether no two of the series are the same without these labels and their names, if they differ as `distinctBy` says. */
export function isDistinctWithout(
  distinctBy: DistinctBy,
  { mayHave }: KnownSeries,
  labels: readonly string[] = [],
): boolean {
  if (distinctBy === "name") return false;
  if (distinctBy === "all") return !labels.some((label) => label !== nameLabel && mayHave(label));
  return ![...labels, nameLabel].some((label) => distinctBy.has(label) && mayHave(label));
}

/** The series without these labels, or with other values of them; what was the same at one instant has been refused. */
export function withoutLabels(series: KnownSeries, removed: readonly string[]): KnownSeries {
  const mayHave = (label: string) => !removed.includes(label) && series.mayHave(label);
  const reduced = (distinctBy: DistinctBy): DistinctBy => {
    if (distinctBy !== "name" && typeof distinctBy !== "string") {
      if (!removed.some((label) => distinctBy.has(label) && series.mayHave(label))) return distinctBy;
    } else if (distinctBy === "all" && isDistinctWithout(distinctBy, series, removed)) return "all";
    // What has become the same at different instants is one series now; so only names, where there are any, tell two apart.
    return mayHave(nameLabel) ? "name" : "all";
  };
  return {
    distinctBy: reduced(series.distinctBy),
    everDistinctBy: reduced(series.everDistinctBy),
    mayHave,
    isConstant: series.isConstant,
  };
}

/**
 * The series of a subquery: those of all its instants at once. What holds at each of them need not hold for them together:
 * the largest series of a project is one at any time, and another a minute later.
 */
export function overTime(series: KnownSeries): KnownSeries {
  return { ...series, distinctBy: series.everDistinctBy };
}
