import { parser } from "@prometheus-io/lezer-promql";
import type { QueryReader } from "../clients/query-reader.js";
import { type EnforceResult, enforceProject, unconfined } from "./promql/enforce-project.js";
import { enforceProjects } from "./promql/enforce-projects.js";
import type { ExpressionLimits } from "./promql/expression-limits.js";
import { everySelectorHasProject, everySelectorReads, projectMatchersIn } from "./promql/verify-selectors.js";
import type { TextProblem } from "./text-problem.js";

/** An expression as it may run, or why it may not. */
export type CheckedExpression =
  | { readonly ok: true; readonly enforced: string; readonly verifiedByPrometheus: boolean }
  | { readonly ok: false; readonly problems: readonly TextProblem[] };

type Tree = ReturnType<typeof parser.parse>;

const mostMessageCharacters = 300;

/**
 * Confines expressions, and has a Prometheus read the outcome: every selector in what it prints must be confined too.
 *
 * Where no Prometheus answers the outcome stands, unverified: our own two ways of reading agree on it, people must be able
 * to change rules in an outage, and the agents check what they deploy once more.
 */
export class ExpressionChecker {
  constructor(private readonly prometheus: Pick<QueryReader, "read">) {}

  /** The expression of a project's rule. */
  ofProject(
    text: string,
    project: string,
    limits?: ExpressionLimits,
    signal?: AbortSignal,
  ): Promise<CheckedExpression> {
    const isConfined = (tree: Tree, printed: string) => everySelectorReads(tree, printed, project);
    return this.#verified(text, enforceProject(text, project, limits), isConfined, signal);
  }

  /** The expression of an operator's rule over all projects. */
  ofOperator(text: string, signal?: AbortSignal): Promise<CheckedExpression> {
    return this.#verified(text, enforceProjects(text), everySelectorHasProject, signal);
  }

  async #verified(
    text: string,
    result: EnforceResult,
    isConfined: (tree: Tree, printed: string) => boolean,
    signal?: AbortSignal,
  ): Promise<CheckedExpression> {
    if (!result.ok) return result;
    const { enforced } = result;
    const reading = await this.prometheus.read(enforced, signal);
    if (reading === null) return { ok: true, enforced, verifiedByPrometheus: false };
    if ("refusal" in reading) {
      const message = `Prometheus refuses this: ${reading.refusal.slice(0, mostMessageCharacters)}.`;
      return { ok: false, problems: [{ message, from: 0, to: text.length }] };
    }
    const { printed } = reading;
    const tree = parser.parse(printed);
    const isWhole =
      projectMatchersIn(tree, printed)?.length === projectMatchersIn(parser.parse(enforced), enforced)?.length;
    if (isWhole && isConfined(tree, printed)) return { ok: true, enforced, verifiedByPrometheus: true };
    return { ok: false, problems: [unconfined(text)] };
  }
}
