import { parser } from "@prometheus-io/lezer-promql";
import { everything } from "../core/database/narrow.js";
import { parseDuration } from "../core/duration.js";
import type { Project } from "../projects/project.js";
import { AlertingRule } from "./alerting-rule.js";
import type { GlobalRuleRepository } from "./global-rule-repository.js";
import { EffectiveGlobalRule } from "./overrides/effective-global-rule.js";
import type { GlobalRuleOverrideRepository } from "./overrides/global-rule-override-repository.js";
import { lookBackMs, seriesIn } from "./promql/look-back.js";
import { readTree } from "./promql/parse-expression.js";
import type { RuleRepository } from "./rule-repository.js";

/** A rule as far as it matters how long it takes until a Prometheus that has just begun with it gives what others give. */
export interface SettlingRule {
  /** The series that it records; null for an alert. */
  readonly records: string | null;
  readonly expr: string;
  readonly intervalMs: number;
  /** How long an alert waits before it fires, and goes on firing; 0 for what is recorded. */
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

/** The usual interval of Prometheus; one of the servers' own that is longer is not known here. */
const usualIntervalMs = 60_000;

/**
 * How long a Prometheus that has just begun with a project's targets and rules needs until each alert that others fire fires
 * there: until the targets are scraped, then for each rule what it looks back and one evaluation, what it reads of recorded
 * series before that, and then the alert's own waiting.
 */
export function settlingMs(rules: readonly SettlingRule[], firstScrapeMs: number): number {
  const read = rules.map((rule) => {
    const expression = readTree(parser.parse(rule.expr), rule.expr);
    return { rule, ownMs: lookBackMs(expression) + rule.intervalMs, reads: seriesIn(expression) };
  });
  const recorded = read.filter(({ rule }) => rule.records !== null);
  const neededMs = ({ ownMs, reads }: (typeof read)[number], above: readonly string[]): number => {
    const parts = recorded.filter(
      ({ rule: { records } }) => records !== null && reads.has(records) && !above.includes(records),
    );
    return ownMs + Math.max(0, ...parts.map((part) => neededMs(part, [...above, part.rule.records ?? ""])));
  };
  return Math.max(
    0,
    ...read.map((one) =>
      Math.max(
        firstScrapeMs + neededMs(one, one.rule.records === null ? [] : [one.rule.records]) + one.rule.forMs,
        one.rule.keepFiringForMs,
      ),
    ),
  );
}

/** Says how soon a Prometheus that has just begun with a project knows its series, in milliseconds. */
export interface FirstScrape {
  firstScrapeMs(project: Pick<Project, "id" | "limitTier">): Promise<number>;
}

/** Says of a project how long it takes until another Prometheus alerts as its own does. */
export class SettlingTimes {
  constructor(
    private readonly rules: RuleRepository,
    private readonly globalRules: GlobalRuleRepository,
    private readonly overrides: GlobalRuleOverrideRepository,
    private readonly scrapes: FirstScrape,
  ) {}

  /** In milliseconds; read from the database at this moment. */
  async of(project: Pick<Project, "id" | "name" | "limitTier">): Promise<number> {
    const { id, name } = project;
    const [own, all, overridden, firstScrapeMs] = await Promise.all([
      this.rules.ofProject(id),
      this.globalRules.select(everything),
      this.overrides.ofProject(id),
      this.scrapes.firstScrapeMs(project),
    ]);
    const byRule = new Map(overridden.map((one) => [one.globalRuleId, one]));
    const global = all
      .filter(({ mode }) => mode === "PER_PROJECT")
      .map((rule) => ({ rule, effective: new EffectiveGlobalRule(rule, byRule.get(rule.id) ?? null, name) }))
      .filter(({ effective }) => effective.enabled())
      .map(({ rule, effective }) => {
        const { keepFiringFor, interval } = rule;
        return { records: null, expr: effective.expr(), for: effective.for(), keepFiringFor, interval };
      });
    const ofProject = own
      .filter(({ enabled }) => enabled)
      .map((rule) => {
        const { enforcedExpr: expr, interval } = rule;
        if (!(rule instanceof AlertingRule))
          return { records: rule.name, expr, for: null, keepFiringFor: null, interval };
        return { records: null, expr, for: rule.for, keepFiringFor: rule.keepFiringFor, interval };
      });
    return settlingMs(
      [...global, ...ofProject].flatMap(({ records, expr, for: wait, keepFiringFor, interval }) => {
        if (expr === null) return [];
        const forMs = msOf(wait);
        return [
          { records, expr, intervalMs: msOf(interval) || usualIntervalMs, forMs, keepFiringForMs: msOf(keepFiringFor) },
        ];
      }),
      firstScrapeMs,
    );
  }
}

function msOf(duration: string | null): number {
  return duration === null ? 0 : (parseDuration(duration) ?? 0);
}
