import type { AlertFilter } from "./alert-input.js";
import type { AlertSnapshot } from "./alert-snapshot.js";
import type { ProjectSight } from "./project-sight.js";

/** The filter as its caller may ask it: whether an alert of others keeps mine quiet is not to be found out by guessing its fingerprint. */
export function honestFilter(
  filter: AlertFilter,
  snapshot: Pick<AlertSnapshot, "alert">,
  { sees }: Pick<ProjectSight, "sees">,
): AlertFilter {
  if (!filter.inhibitedBy) return filter;
  const inhibitedBy = filter.inhibitedBy.filter((fingerprint) => {
    const inhibitor = snapshot.alert(fingerprint);
    return inhibitor !== undefined && sees(inhibitor.projectName);
  });
  return { ...filter, inhibitedBy };
}
