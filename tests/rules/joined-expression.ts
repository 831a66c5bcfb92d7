import type { Random } from "./random.js";

const metrics = ["x", "y", "z", "x", "y", "z", "{__name__=~'x|y'}", "x{l=''}", "y{m='1'}"];
const labels = ["job", "l", "m", "__name__"];
const aggregations = ["sum", "max", "count", "min"];
const comparisons = [">", "!=", ">= bool"];

/**
 * A random expression of an operator that joins, aggregates and renames series of projects, at one instant and in
 * subqueries: all in which it matters whether two series may be the same.
 */
export function joinedExpression(random: Random, depth = 4): string {
  const inner = () => joinedExpression(random, depth - 1);
  if (depth <= 0) return random.pick(metrics);
  switch (random.below(12)) {
    case 0:
      return random.pick(metrics);
    case 1:
      return `${random.pick(aggregations)} by ${labelsOf(random, "project")} (${inner()})`;
    case 2:
      return `${random.pick(aggregations)} without ${labelsOf(random)} (${inner()})`;
    case 3:
      return `${random.pick(["topk", "bottomk"])} by ${labelsOf(random, "project")} (${random.pick([1, 1, 1, 2])}, ${inner()})`;
    case 4:
      return random.pick([
        `abs(${inner()})`,
        `sort(${inner()})`,
        `-(${inner()})`,
        `+(${inner()})`,
        `(${inner()}) * 2`,
        `(${inner()}) > 1`,
        `2 < bool (${inner()})`,
        `histogram_quantile(0.5, ${inner()})`,
        `count_values by ${labelsOf(random, "project")} ("${random.pick(labels)}", ${inner()})`,
        `count_values without ${labelsOf(random)} ("${random.pick(labels)}", ${inner()})`,
      ]);
    case 5: {
      const [to, from] = [random.pick(labels), random.pick(labels)];
      return random.chance(50)
        ? `label_replace(${inner()}, "${to}", "${random.pick(["$1", "n$1", ""])}", "${from}", "(.*)")`
        : `label_join(${inner()}, "${to}", "_", "${from}", "${random.pick(labels)}")`;
    }
    case 6:
    case 7:
    case 8: {
      const name = random.pick([
        "max_over_time",
        "sum_over_time",
        "last_over_time",
        "count_over_time",
        "absent_over_time",
      ]);
      return random.chance(15) ? `${name}(${random.pick(metrics)}[3m])` : `${name}((${inner()})[7m:1m])`;
    }
    case 9: {
      const matching = random.pick(["", "", ` on ${labelsOf(random, "project")}`, ` ignoring ${labelsOf(random)}`]);
      return `(${inner()}) ${random.pick(["or", "or", "and", "unless"])}${matching} (${inner()})`;
    }
    default: {
      const matching = random.pick([` on ${labelsOf(random, "project")}`, ` ignoring ${labelsOf(random)}`, ""]);
      const side = random.pick(["", "", " group_left", " group_right"]);
      const group = matching === "" || side === "" ? "" : `${side} ${labelsOf(random)}`;
      const operator = random.pick(["*", "/", "+", ...comparisons]);
      return `(${inner()}) ${operator}${matching}${group} (${inner()})`;
    }
  }
}

function labelsOf(random: Random, ...always: readonly string[]): string {
  return `(${[...always, ...labels.filter(() => random.chance(25))].join(", ")})`;
}
