import { parse } from "yaml";
import { fieldsOf, listOrEmpty, textOf } from "../../clients/answer-shape.js";
import { type Matcher, parseMatchers } from "../../core/matcher.js";
import { Matching } from "../../core/matching.js";

/** By which labels notifications are grouped; "all" makes one of each alert. */
export type GroupBy = readonly string[] | "all";

/** While a source fires, targets are kept quiet that have the same values of the labels in `equal`. */
export interface InhibitionRule {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

/** What of an Alertmanager's configuration explains what it does with alerts. */
export interface RoutingConfig {
  /** By receiver; of the first route that leads to it. */
  readonly groupBy: ReadonlyMap<string, GroupBy>;
  readonly inhibitionRules: readonly InhibitionRule[];
}

/**
 * Reads the configuration that an Alertmanager tells of itself: YAML in which the secrets are masked. Throws
 * `UnexpectedShape`, and whatever the parser throws.
 */
export function readRoutingConfig(text: string): RoutingConfig {
  const config = fieldsOf(parse(text), "the configuration");
  const groupBy = new Map<string, GroupBy>();
  const walk = (value: unknown, inherited: { readonly receiver: string; readonly groupBy: GroupBy }) => {
    const route = fieldsOf(value, "route");
    const receiver = route.receiver === undefined ? inherited.receiver : textOf(route.receiver, "receiver");
    const labels = listOrEmpty(route.group_by, "group_by", textOf);
    const own = labels.length === 0 ? inherited.groupBy : labels.includes("...") ? "all" : [...labels].sort();
    if (!groupBy.has(receiver)) groupBy.set(receiver, own);
    for (const child of listOrEmpty(route.routes, "routes", fieldsOf)) walk(child, { receiver, groupBy: own });
  };
  walk(config.route, { receiver: "", groupBy: [] });
  return { groupBy, inhibitionRules: listOrEmpty(config.inhibit_rules, "inhibit_rules", readInhibitionRule) };
}

function readInhibitionRule(value: unknown, where: string): InhibitionRule {
  const rule = fieldsOf(value, where);
  return {
    source: readMatchers(rule.source_matchers, rule.source_match, rule.source_match_re),
    target: readMatchers(rule.target_matchers, rule.target_match, rule.target_match_re),
    equal: listOrEmpty(rule.equal, "equal", textOf),
  };
}

/** Matchers as they are written now, and as they were before 0.22. */
function readMatchers(matchers: unknown, match: unknown, matchRe: unknown): readonly Matcher[] {
  const matching = new Matching();
  const old = (fields: unknown, isRegex: boolean): readonly Matcher[] =>
    Object.entries(fieldsOf(fields ?? {}, "match")).map(([name, value]) => {
      return { name, value: textOf(value, name), isRegex, isEqual: true };
    });
  const texts = listOrEmpty(matchers, "matchers", textOf);
  return [...texts.flatMap((text) => parseMatchers(text, matching)), ...old(match, false), ...old(matchRe, true)];
}
