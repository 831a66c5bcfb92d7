import type { Random } from "./random.js";

/** Names of metrics that read as names only. */
export const plainNames: readonly string[] = ["up", "job:errors:rate5m", "offset_x", "rate", "time", "a1", ":a", "_"];

/** Names that are words of the language elsewhere. */
export const keywordNames: readonly string[] = [
  "sum",
  "by",
  "start",
  "and",
  "max",
  "without",
  "Group",
  "end",
  "unless",
];

/** Names of labels that selectors ask for. */
export const labelNames: readonly string[] = [
  "job",
  "instance",
  "on",
  "sum",
  "le",
  "code",
  "by",
  "__name__x",
  "exported_project",
];

/** Values of labels that selectors ask for. */
export const labelValues: readonly string[] = [
  "api",
  "5..",
  "a|b",
  "",
  "ü",
  'q"uote',
  "back\\slash",
  "new\nline",
  "project",
  "{x}",
  "#no",
  "\u2028",
  "😀",
];
const PATTERNS = ["a.*", "5..", "a|b.+", "(x|y)z?", "[^a]+", "\\d+"];
const DURATIONS = ["5m", "1h30m", "90s", "1d", "1500ms", "2w", "1m"];
const RANGE_FUNCTIONS = ["rate", "increase", "max_over_time", "absent_over_time", "deriv", "last_over_time"];
const VECTOR_FUNCTIONS = ["abs", "absent", "ceil", "sort_desc", "timestamp", "hour", "sgn", "ln"];
const AGGREGATIONS = ["sum", "avg", "MAX", "count", "Group", "stddev"];
const ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"];
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];

/** Writes random expressions that Prometheus takes, in as many ways of writing as there are. */
export class ExpressionWriter {
  constructor(
    private readonly random: Random,
    private readonly names: readonly string[] = plainNames,
    /** Matchers on `project` that some of the selectors get. */
    private readonly ownMatchers: readonly string[] = [],
    /** What stands in `by (…)`, `on (…)` and their like. */
    private readonly groupingLabels: readonly string[] = ["job", "instance", "project", "sum"],
  ) {}

  /** An expression of the type that rules need. */
  rule(depth = 4): string {
    return this.#space() + (this.random.chance(90) ? this.vector(depth) : this.scalar(depth)) + this.#space();
  }

  vector(depth: number): string {
    const { random } = this;
    if (depth <= 0) return this.#selector() + this.#placement();
    switch (random.below(10)) {
      case 0:
      case 1:
        return this.#selector() + this.#placement();
      case 2:
        return this.#call(random.pick(VECTOR_FUNCTIONS), this.vector(depth - 1));
      case 3:
        return this.#call(random.pick(RANGE_FUNCTIONS), this.range(depth - 1));
      case 4:
        return this.#aggregation(depth);
      case 5:
        return `(${this.#space()}${this.vector(depth - 1)})`;
      case 6:
        return `${random.pick(["-", "+", "- "])}${this.vector(depth - 1)}`;
      case 7:
        return this.#special(depth);
      default:
        return this.#binary(depth);
    }
  }

  scalar(depth: number): string {
    const { random } = this;
    if (depth <= 0 || random.chance(40))
      return random.pick(["1", "0.5", ".25", "1e3", "0x1F", "Inf", "NaN", "-3", "+7"]);
    switch (random.below(5)) {
      case 0:
        return this.#call("scalar", this.vector(depth - 1));
      case 1:
        return random.pick(["time()", "pi( )"]);
      case 2:
        return `(${this.scalar(depth - 1)})`;
      case 3:
        return `${this.scalar(depth - 1)} ${random.pick(COMPARISONS)} bool ${this.scalar(depth - 1)}`;
      default:
        return `${this.scalar(depth - 1)} ${random.pick(ARITHMETIC)} ${this.scalar(depth - 1)}`;
    }
  }

  range(depth: number): string {
    const { random } = this;
    if (depth <= 0 || random.chance(60)) return `${this.#selector()}[${random.pick(DURATIONS)}]${this.#placement()}`;
    const step = random.pick(["", "1m", "30s", " 5m "]);
    return `(${this.vector(depth - 1)})${this.#space()}[${random.pick(DURATIONS)}:${step}]${this.#placement()}`;
  }

  #aggregation(depth: number): string {
    const { random } = this;
    const [name, inner] = random.pick([
      [random.pick(AGGREGATIONS), this.vector(depth - 1)],
      [random.pick(["topk", "bottomk", "quantile"]), `${this.scalar(depth - 1)}, ${this.vector(depth - 1)}`],
      ["count_values", `${random.pick(['"version"', "('version')"])}, ${this.vector(depth - 1)}`],
    ] as const);
    const grouping = `${random.pick(["by", "without", "BY"])}${this.#space()}${this.#labels()}`;
    if (random.chance(30)) return `${name}${this.#space()}(${inner})`;
    return random.chance(50) ? `${name} ${grouping} (${inner})` : `${name}(${inner}) ${grouping}`;
  }

  #binary(depth: number): string {
    const { random } = this;
    const left = random.chance(80) ? this.vector(depth - 1) : this.scalar(depth - 1);
    const right = this.vector(depth - 1);
    if (random.chance(20) || left === "") {
      const matching = random.pick(["", ` on ${this.#labels()}`, ` ignoring ${this.#labels()}`]);
      return `(${this.vector(depth - 1)}) ${random.pick(["and", "or", "unless", "AND"])}${matching} ${right}`;
    }
    const isComparison = random.chance(40);
    const bool = isComparison && random.chance(40) ? " bool" : "";
    return `${left} ${random.pick(isComparison ? COMPARISONS : ARITHMETIC)}${bool}${this.#space()} ${right}`;
  }

  #special(depth: number): string {
    const { random } = this;
    const vector = this.vector(depth - 1);
    return random.pick([
      `vector(${this.scalar(depth - 1)})`,
      `label_replace(${vector}, "target", '$1', "job", "(.*)")`,
      `label_join(${vector}, ("target"), \`-\`, "job", "instance")`,
      `histogram_quantile(${this.scalar(depth - 1)}, ${vector})`,
      `clamp(${vector}, ${this.scalar(0)}, ${this.scalar(0)})`,
      `(${vector}) * on (job) group_left (code) ${this.#selector()}`,
      `(${vector}) / ignoring (code) group_right ${this.#selector()}`,
      `quantile_over_time(${this.scalar(0)}, ${this.range(depth - 1)})`,
      `month()`,
      `round(${vector}, ${this.scalar(0)})`,
    ]);
  }

  #selector(): string {
    const { random } = this;
    const matchers = Array.from({ length: random.below(4) }, () => this.#matcher());
    if (this.ownMatchers.length > 0 && random.chance(20)) matchers.push(random.pick(this.ownMatchers));
    if (random.chance(20)) return `{__name__${random.pick(["=", "=~"])}${this.#quote("up.+")}, ${matchers.join(",")}}`;
    const comma = matchers.length > 0 && random.chance(20) ? "," : "";
    const braces = matchers.length > 0 || random.chance(10) ? `${this.#space()}{${matchers.join(" , ")}${comma}}` : "";
    return random.pick(this.names) + braces;
  }

  #matcher(): string {
    const { random } = this;
    const isRegex = random.chance(40);
    const operator = random.pick(isRegex ? ["=~", "!~"] : ["=", "!="]);
    const value = this.#quote(random.pick(isRegex ? PATTERNS : labelValues));
    return `${random.pick(labelNames)}${this.#space()}${operator}${this.#space()}${value}`;
  }

  #quote(value: string): string {
    const { random } = this;
    if (random.chance(25) && !value.includes("`")) return `\`${value}\``;
    const quote = random.pick(['"', "'"]);
    const body = value.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`).replaceAll("\n", "\\n");
    return quote + (random.chance(10) ? body.replaceAll("a", "\\x61").replaceAll("u", "\\u0075") : body) + quote;
  }

  #placement(): string {
    const { random } = this;
    const offset = ` ${random.pick(["offset", "OFFSET"])} ${random.pick(["", "-"])}${random.pick(DURATIONS)}`;
    const at = ` @ ${random.pick(["start()", "end()", "1609746000", "-1.5", "0"])}`;
    return random.chance(75) ? "" : random.pick([offset, at, offset + at, at + offset]);
  }

  #labels(): string {
    const { random } = this;
    return `(${Array.from({ length: random.below(3) }, () => random.pick(this.groupingLabels)).join(", ")})`;
  }

  #call(name: string, inner: string): string {
    return `${name}${this.#space()}(${this.#space()}${inner}${this.#space()})`;
  }

  #space(): string {
    const { random } = this;
    return random.chance(80) ? "" : random.pick([" ", "\n", "\t", "  ", ' # a comment { ( " \n', "\r\n"]);
  }
}
