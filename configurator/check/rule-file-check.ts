import { selectorsOf } from "../render/selector-check.js";
import { checkRuleFile, expressionProblem } from "./check-rule-file.js";
import type { ExpressionReader } from "./expression-reader.js";

/** So many expressions go to Prometheus in one request, at most. */
const mostAtOnce = 20;

/**
 * Checks rule files by two readings: this program's own, and that of the Prometheus that is to load them. Every selector
 * in what Prometheus prints of an expression must be confined too.
 *
 * Where no Prometheus answers, the first reading stands alone, and the project is kept in mind as unread: a Prometheus
 * that has never run cannot start before its files are there, and while none runs no rule is evaluated.
 */
export class RuleFileCheck {
  readonly #unread = new Set<string>();
  readonly #results = new Map<string, Promise<string | undefined>>();

  constructor(private readonly reader: ExpressionReader) {}

  /** The projects whose files no Prometheus has read. */
  get unread(): readonly string[] {
    return [...this.#unread].sort();
  }

  /** Whether a Prometheus can be asked now; if not, these projects stay unread. */
  async canRead(projects: readonly string[]): Promise<boolean> {
    if ((await this.reader.read("vector(1)")) !== undefined) return true;
    for (const project of projects) this.#unread.add(project);
    return false;
  }

  /** Says why the rule file of a project may not be loaded, or undefined. */
  problem(project: string, text: string): Promise<string | undefined> {
    const key = `${project}\n${text}`;
    const known = this.#results.get(key) ?? this.#check(project, text);
    this.#results.set(key, known);
    return known;
  }

  async #check(project: string, text: string): Promise<string | undefined> {
    const checked = checkRuleFile(project, text);
    if ("problem" in checked) return checked.problem;
    const { expressions } = checked;
    for (let at = 0; at < expressions.length; at += mostAtOnce) {
      const problem = await this.#readTogether(expressions.slice(at, at + mostAtOnce), project);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Sums of scalars and vectors are of the right type, whatever is in them: so many expressions cost one request. */
  async #readTogether(expressions: readonly string[], project: string): Promise<string | undefined> {
    const [only, ...others] = expressions;
    if (only === undefined) return undefined;
    if (others.length === 0) return this.#readOne(only, project);
    const problem = await this.#readOne(expressions.map((each) => `(${each})`).join(" + "), project);
    if (problem === undefined) return undefined;
    for (const expression of expressions) {
      const own = await this.#readOne(expression, project);
      if (own !== undefined) return own;
    }
    return undefined;
  }

  async #readOne(expression: string, project: string): Promise<string | undefined> {
    const reading = await this.reader.read(expression);
    if (reading === undefined) {
      if (this.reader.hasServers) this.#unread.add(project);
      return undefined;
    }
    if ("refusal" in reading) return `Prometheus refuses the expression: ${reading.refusal.slice(0, 300)}`;
    const problem = expressionProblem(reading.printed, project);
    if (problem !== undefined) return `as Prometheus reads it, ${problem}`;
    return countOf(reading.printed) === countOf(expression) ? undefined : "Prometheus reads other selectors in it";
  }
}

function countOf(expression: string): number {
  const selectors = selectorsOf(expression);
  return "found" in selectors ? selectors.found.length : -1;
}
