import { parseDuration } from "../core/duration.js";
import { BadUserInputError } from "../core/errors.js";
import { isId } from "../core/ids.js";
import { labelValue } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { searchIn } from "../core/search.js";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import type { Alert } from "./alert.js";
import type { AlertFilter } from "./alert-input.js";
import type { AlertSnapshot } from "./alert-snapshot.js";
import type { Dependence } from "./events/watched.js";
import { type LabelTest, readLabelTests, requireAtMost } from "./label-tests.js";
import { uuidIn } from "./silence-id.js";

/** Says whether an alert passes. */
export type AlertPredicate = (alert: Alert) => boolean;

/** What a filter asks besides the alert itself. */
export interface FilterContext {
  readonly matching: Matching;
  readonly nowMs: number;
  /** Where the silences are that an alert names. */
  readonly snapshot: Pick<AlertSnapshot, "silence">;
  readonly acknowledgements: Pick<AcknowledgedAlerts, "of">;
}

/** A filter that is ready to be asked. */
export interface CompiledFilter {
  readonly accepts: AlertPredicate;
  /** What it asks of labels, by which an index can give a short list; `accepts` asks that too. */
  readonly labelTests: readonly LabelTest[];
}

const mostValues = 100;

/** Compiles a filter; throws `BadUserInputError` with the path of what is wrong. */
export function compileAlertFilter(filter: AlertFilter, context: FilterContext): CompiledFilter {
  const labelTests = readLabelTests(filter, context.matching);
  const tests: readonly AlertPredicate[] = [
    ...testsOfAlert(filter),
    ...testsOfAge(filter, context),
    ...testsOfQuiet(filter, context),
    ...labelTests.map(
      ({ label, accepts }): AlertPredicate =>
        ({ labels }) =>
          accepts(labelValue(labels, label)),
    ),
    // Last, because it is the dearest.
    ...testsOfText(filter, context),
  ];
  return { labelTests, accepts: (alert) => tests.every((test) => test(alert)) };
}

/** Whether what passes the filter changes with time alone. */
export function isOfTime({ leastAge, mostAge }: AlertFilter): boolean {
  return leastAge != null || mostAge != null;
}

/** Fields that are asked of the alert alone. `inhibitedBy` is none: it is asked of the other, as long as that may be seen. */
const ofAlert: ReadonlySet<string> = new Set<keyof AlertFilter>([
  ...([
    "projects",
    "states",
    "severities",
    "matchers",
    "receiver",
    "search",
    "fingerprints",
    "rule",
    "clusters",
  ] as const),
  ...(["silencedBy", "silenced", "inhibited"] as const),
]);

/** What decides whether an alert passes the filter. */
export function dependenceOf(filter: AlertFilter): Dependence {
  if (isOfTime(filter)) return "time";
  const asked = Object.entries(filter).filter(([, value]) => value != null);
  return asked.every(([field]) => ofAlert.has(field)) ? "itself" : "others";
}

function testsOfAlert(filter: AlertFilter): readonly AlertPredicate[] {
  const tests: AlertPredicate[] = [];
  const anyOf = (field: ListField, of: (alert: Alert) => readonly string[]) => {
    const wanted = valuesOf(filter, field);
    if (wanted !== null) tests.push((alert) => of(alert).some((value) => wanted.has(value)));
  };
  anyOf("states", ({ state }) => [state]);
  anyOf("fingerprints", ({ fingerprint }) => [fingerprint]);
  anyOf("clusters", ({ clusters }) => clusters);
  anyOf("inhibitedBy", ({ inhibitors }) => inhibitors);
  const { receiver, inhibited } = filter;
  const rule = filter.rule == null ? null : requireRuleId(filter.rule);
  if (receiver != null) tests.push(({ receivers }) => receivers.includes(receiver));
  if (rule !== null) tests.push(({ ruleId }) => ruleId === rule);
  if (inhibited != null) tests.push(({ inhibitors }) => inhibitors.length > 0 === inhibited);
  return tests;
}

function testsOfAge({ leastAge, mostAge }: AlertFilter, { nowMs }: FilterContext): readonly AlertPredicate[] {
  const tests: AlertPredicate[] = [];
  if (leastAge != null) {
    const beganMs = nowMs - millisecondsOf(leastAge, "leastAge");
    tests.push(({ startsAtMs }) => startsAtMs <= beganMs);
  }
  if (mostAge != null) {
    const beganMs = nowMs - millisecondsOf(mostAge, "mostAge");
    tests.push(({ startsAtMs }) => startsAtMs >= beganMs);
  }
  return tests;
}

function testsOfQuiet(filter: AlertFilter, context: FilterContext): readonly AlertPredicate[] {
  const { matching, snapshot, acknowledgements } = context;
  const tests: AlertPredicate[] = [];
  const { silenced, silenceComment, acknowledged } = filter;
  if (silenced != null) tests.push(({ silenceIds }) => silenceIds.length > 0 === silenced);
  const silences = valuesOf(filter, "silencedBy");
  if (silences !== null) {
    const ids = new Set([...silences].map(requireSilenceId));
    tests.push(({ silenceIds }) => silenceIds.some((id) => ids.has(id)));
  }
  const authors = valuesOf(filter, "silenceAuthors");
  const hasComment = silenceComment ? searchIn(silenceComment, matching) : null;
  if (authors !== null || hasComment !== null) {
    tests.push(({ silenceIds }) =>
      silenceIds.some((id) => {
        const silence = snapshot.silence(id)?.silence;
        if (silence === undefined) return false;
        return (authors?.has(silence.createdBy) ?? true) && (hasComment?.([silence.comment]) ?? true);
      }),
    );
  }
  const ackOf = ({ fingerprint, startsAtMs }: Alert) => acknowledgements.of(fingerprint, startsAtMs);
  if (acknowledged != null) tests.push((alert) => (ackOf(alert) !== null) === acknowledged);
  const owners = valuesOf(filter, "acknowledgedBy");
  if (owners !== null) tests.push((alert) => owners.has(ackOf(alert)?.ownerName ?? ""));
  return tests;
}

function testsOfText({ search }: AlertFilter, { matching }: FilterContext): readonly AlertPredicate[] {
  if (!search) return [];
  const holds = searchIn(search, matching);
  return [({ labels, annotations }) => holds([...Object.values(labels), ...Object.values(annotations)])];
}

type ListField =
  | "states"
  | "fingerprints"
  | "clusters"
  | "inhibitedBy"
  | "silencedBy"
  | "silenceAuthors"
  | "acknowledgedBy";

function valuesOf(filter: AlertFilter, field: ListField): ReadonlySet<string> | null {
  const values = filter[field];
  if (!values) return null;
  requireAtMost(mostValues, values, ["filter", field]);
  return new Set(values);
}

function requireRuleId(id: string): string {
  if (isId("rul", id) || isId("grl", id)) return id;
  const message = '"filter.rule" must be an id that starts with "rul_" or "grl_".';
  throw new BadUserInputError(message, ["filter", "rule"]);
}

function requireSilenceId(id: string): string {
  const uuid = uuidIn(id);
  if (uuid !== null) return uuid;
  const path = ["filter", "silencedBy"];
  throw new BadUserInputError('"filter.silencedBy" must hold ids that start with "sil_".', path);
}

function millisecondsOf(duration: string, field: "leastAge" | "mostAge"): number {
  const milliseconds = parseDuration(duration);
  if (milliseconds !== null) return milliseconds;
  const path = ["filter", field];
  throw new BadUserInputError(`"${path.join(".")}" must be a duration, such as 30m or 1h30m.`, path);
}
