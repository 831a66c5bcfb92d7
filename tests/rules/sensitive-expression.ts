import type { Random } from "./random.js";

/**
 * A random expression whose result depends on every series of a metric that stands in some odd place of it: in a
 * parameter, on the other side of an operator, in a subquery. A selector there that is not confined shows.
 */
export function sensitiveExpression(random: Random, names: readonly string[]): string {
  const [from, of] = [random.pick(names), random.pick(names)];
  const grouping = random.pick(["", " by (job)", " without (on)"]);
  const parameter = random.pick([
    `scalar(sum(${from})) % 4`,
    `scalar(count(${from})) / 8`,
    `scalar(max(${from})) - 20`,
    `scalar(avg_over_time(sum(${from})[5m:1m])) / 1000`,
    `(scalar(sum(${from}) % 9) + 1)`,
    `scalar(topk(1, sum by (job) (${from})))`,
    `scalar(count(${from} > scalar(avg(${from})))) / 3`,
  ]);
  return random.pick([
    `topk${grouping} (${parameter}, ${of})`,
    `bottomk${grouping} (${parameter}, ${of})`,
    `quantile${grouping} (${parameter} / 100, ${of})`,
    `count_values("v", ${of} > bool ${parameter})`,
    `quantile_over_time(${parameter} / 100, ${of}[5m])`,
    `predict_linear(${of}[10m], ${parameter})`,
    `clamp(${of}, -1, ${parameter})`,
    `clamp_max(${of}, ${parameter})`,
    `clamp_min(${of}, ${parameter})`,
    `round(${of}, ${parameter})`,
    `vector(${parameter})`,
    `max_over_time((${of} * ${parameter})[5m:1m])`,
    `${of} > ${parameter}`,
    `-(${parameter}) + ${of}`,
    `label_replace(vector(${parameter}), "l", "v", "", "")`,
    `histogram_quantile(${parameter} / 100, ${of})`,
    `${of} / on () group_left sum(${from})`,
    `${of} and on () (sum(${from}) % 2 == 0)`,
    `${of} or ${from}`,
    `${of} unless on (job, instance) ${from}`,
    `absent(${from}{instance="only-b"}) + on () group_right ${of}`,
    `group(${from}{job=~".*"}) by (instance) or ${of}`,
    `sum(present_over_time(${from}[5m])) @ end() > 0 or ${of}`,
  ]);
}
