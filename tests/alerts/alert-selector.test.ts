import "reflect-metadata";
import { describe, expect, test } from "vitest";
import { Alert } from "../../server/alerts/alert.js";
import { compileAlertFilter } from "../../server/alerts/alert-filter.js";
import { groupingBy } from "../../server/alerts/alert-grouping.js";
import { newestFirst } from "../../server/alerts/alert-index.js";
import type { AlertFilter } from "../../server/alerts/alert-input.js";
import { scopeOfProject, scopeOfRule, scopeOfSight } from "../../server/alerts/alert-scope.js";
import { AlertSelector } from "../../server/alerts/alert-selector.js";
import { type AlertChange, AlertSnapshot } from "../../server/alerts/alert-snapshot.js";
import { CostLimitError } from "../../server/core/errors.js";
import { Matching } from "../../server/core/matching.js";
import { seeded } from "../support/seeded.js";

const acknowledgements = { revision: 0, of: () => null, onChange: () => () => {} };
const selectorOf = (acks = acknowledgements) => new AlertSelector("server", acks, () => new Date(0));
const sightOf = (...names: readonly string[]) => {
  const known = new Set(names);
  return scopeOfSight({ names: known, sees: (name) => known.has(name), platform: false });
};
const everything = scopeOfSight({ names: null, sees: () => true, platform: true });
const projectsOnly = scopeOfSight({ names: null, sees: (name) => name !== "", platform: false });

function alertOf(number: number, labels: Readonly<Record<string, string>>, state: "ACTIVE" | "SUPPRESSED" = "ACTIVE") {
  const upstream = {
    ...{ fingerprint: number.toString(16).padStart(16, "0"), labels, state, startsAtMs: number % 97 },
    ...{ annotations: { metricsinfra_rule_id: `rul_${number % 5}` }, endsAtMs: 1, updatedAtMs: 1 },
    ...{ generatorURL: null, receivers: [], silencedBy: [], inhibitedBy: [], mutedBy: [] },
  };
  return new Alert([{ cluster: "main", alert: upstream }]);
}

const random = seeded(42);
const below = (most: number) => Math.floor(random() * most);
const oneOf = <T>(values: readonly [T, ...T[]]) => values[below(values.length)] ?? values[0];
const anyAlert = (number: number) =>
  alertOf(
    number,
    {
      alertname: oneOf(["Down", "Slow", "Full"]),
      instance: `web-${below(300)}`,
      ...(below(10) > 0 ? { project: `p${below(5)}` } : {}),
      ...(below(2) > 0 ? { severity: oneOf(["critical", "warn", "info"]) } : {}),
    },
    oneOf<"ACTIVE" | "SUPPRESSED">(["ACTIVE", "SUPPRESSED"]),
  );

const know = { alerts: true, silences: true };
const first = Array.from({ length: 1_500 }, (_, number) => anyAlert(number));
const before = AlertSnapshot.nothing.with(
  { alerts: first.map((after) => ({ before: null, after })), silences: [] },
  know,
);

const filters: readonly AlertFilter[] = [
  {},
  { projects: ["p1"] },
  { projects: ["p1", "p3", "none"] },
  { projects: ["", "p1"] },
  { severities: ["critical", "critical"] },
  { matchers: [`severity="warn"`, `instance=~"web-1.*"`] },
  { matchers: [`instance=~"web-1.*"`] },
  { matchers: [`severity=""`] },
  { matchers: [`severity!="warn"`] },
  { matchers: [`severity=~"warn|"`] },
  { matchers: [`nothing="x"`] },
  { projects: ["p2"], matchers: [`alertname="Down"`], states: ["ACTIVE"] },
];
const scopes = {
  everything,
  projectsOnly,
  p1: scopeOfProject("p1"),
  some: sightOf("p1", "p2", "p3"),
  rule: scopeOfRule("p1", "rul_2"),
};

describe("what an index gives is what going through all gives", () => {
  const changes: AlertChange[] = first.flatMap((alert, number): AlertChange[] => {
    if (number % 7 === 0) return [{ before: alert, after: null }];
    if (number % 11 === 0) return [{ before: alert, after: alertOf(number, alert.labels, "SUPPRESSED") }];
    return [];
  });
  const added = Array.from(
    { length: 50 },
    (_, number): AlertChange => ({ before: null, after: anyAlert(5_000 + number) }),
  );

  test.each(Object.entries(scopes))("within %s, before a change and after", (_name, scope) => {
    const selector = selectorOf();
    // Asked before, so that each index is there, and is changed.
    for (const filter of filters) selector.select(before, scope, filter, new Matching());
    const after = before.with({ alerts: [...changes, ...added], silences: [] }, know);
    for (const snapshot of [before, after]) {
      expect([...snapshot.alerts].sort(newestFirst)).toEqual(snapshot.alerts);
      for (const filter of filters) {
        const context = { matching: new Matching(), nowMs: 0, snapshot, acknowledgements };
        const { accepts } = compileAlertFilter(filter, context);
        const wanted = snapshot.alerts.filter((alert) => scope.holds(alert) && accepts(alert));
        const found = selector.select(snapshot, scope, filter, new Matching()).alerts;
        expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
      }
    }
    expect(after.alerts).toHaveLength(before.alerts.length - changes.filter((one) => one.after === null).length + 50);
  });
});

test("what comparing costs tells nothing of the alerts that the caller does not see", () => {
  const mine = Array.from({ length: 600 }, (_, number) => alertOf(number, { project: "mine" }));
  const costAmong = (others: readonly Alert[], matchers: readonly string[]) => {
    const changes = [...mine, ...others].map((after) => ({ before: null, after }));
    const snapshot = AlertSnapshot.nothing.with({ alerts: changes, silences: [] }, know);
    const matching = new Matching();
    expect(selectorOf().select(snapshot, sightOf("mine"), { matchers }, matching).alerts).toEqual([]);
    return matching.points;
  };
  const others = Array.from({ length: 700 }, (_, number) => alertOf(1_000 + number, { customer: "acme-2027" }));
  const slow = [`customer=~"acme((a|.)*(b|.)*(c|.)*(d|.)*){30}x"`];
  const many = [...Array.from({ length: 49 }, () => `customer!="x"`), `customer="acme-2027"`];
  for (const matchers of [slow, many]) expect(costAmong(others, matchers)).toBe(costAmong([], matchers));
});

describe("an answer", () => {
  test("is kept while nothing changes, for who sees the same", () => {
    const acks = { ...acknowledgements, revision: 1 };
    const selector = selectorOf(acks);
    const ask = (snapshot = before, scope = sightOf("p1", "p2"), filter: AlertFilter = { severities: ["warn"] }) =>
      selector.select(snapshot, scope, filter, new Matching());
    const answer = ask();
    expect(ask()).toBe(answer);
    expect(ask(before, sightOf("p2", "p1"))).toBe(answer);
    expect(ask(before, sightOf("p1"))).not.toBe(answer);
    expect(ask(before, sightOf("p1", "p2"), { severities: ["info"] })).not.toBe(answer);
    expect(ask()).toBe(answer);
    acks.revision = 2;
    expect(ask()).not.toBe(answer);
    expect(ask().revision).not.toBe(answer.revision);
  });

  test("that changes with time alone is not, and has another revision each time", () => {
    let nowMs = 0;
    const selector = new AlertSelector("server", acknowledgements, () => new Date(nowMs));
    const ask = () => selector.select(before, everything, { mostAge: "1s" }, new Matching());
    const { revision } = ask();
    nowMs = 1;
    expect(ask().revision).not.toBe(revision);
  });

  test("is let go of when too much was made of it, as groups of whatever labels are", () => {
    const selector = selectorOf();
    const ask = () => selector.select(before, everything, {}, new Matching());
    const answer = ask();
    const groupBy = (...labels: readonly string[]) =>
      answer.groupsBy(groupingBy(labels), "LABELS", new Matching()).length;
    expect(groupBy("alertname", "instance")).toBeGreaterThan(500);
    expect(ask()).toBe(answer);
    for (let number = 0; number < 130; number++) groupBy("alertname", "instance", `none${number}`);
    expect(ask()).not.toBe(answer);
  });

  test("takes more to make the more groups it has, and nothing when they are kept", () => {
    const costOf = (...labels: readonly string[]) => {
      const matching = new Matching();
      selection.groupsBy(groupingBy(labels), "LABELS", matching);
      return matching.points;
    };
    const selection = selectorOf().select(before, everything, {}, new Matching());
    expect(costOf("alertname")).toBe(1);
    expect(costOf("instance", "alertname")).toBeGreaterThan(100);
    expect(costOf("instance", "alertname")).toBe(0);
  });

  test("costs what is gone through, and nothing when it is kept", () => {
    const selector = selectorOf();
    const filter = { matchers: [`instance=~"(web|db)-[0-9]+x?"`] };
    const [matching, again] = [new Matching(), new Matching()];
    selector.select(before, everything, filter, matching);
    expect(matching.points).toBeGreaterThan(0);
    selector.select(before, everything, filter, again);
    expect(again.points).toBe(0);
    const poor = new Matching();
    poor.limit({ most: 1, onSpent: () => {} });
    expect(() => selector.select(before, projectsOnly, filter, poor)).toThrow(CostLimitError);
  });
});
