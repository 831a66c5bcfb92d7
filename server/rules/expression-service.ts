import type { Caller } from "../access/caller.js";
import { requireId } from "../core/ids.js";
import type { ProjectService } from "../projects/project-service.js";
import type { ExpressionChecker } from "./expression-checker.js";
import type { ExpressionReport } from "./expression-report.js";
import type { RuleLimits } from "./rule-limits.js";

/** Checks expressions before somebody writes a rule with them. */
export class ExpressionService {
  constructor(
    private readonly projects: ProjectService,
    private readonly expressions: ExpressionChecker,
    private readonly limits: RuleLimits,
  ) {}

  /** What would become of the expression in a rule of the project; reads no series. */
  async report(caller: Caller, project: string, expr: string): Promise<ExpressionReport> {
    const projectId = requireId("prj", project, ["project"]);
    caller.requireIn(projectId, "project.read", "Project");
    const found = await this.projects.require(caller, projectId);
    const limits = this.limits.expressionLimits(found, expr, null);
    const result = await this.expressions.ofProject(expr, found.name, limits, caller.request.signal);
    if (!result.ok) return { valid: false, enforcedExpr: null, verifiedByPrometheus: false, problems: result.problems };
    const { enforced, verifiedByPrometheus } = result;
    return { valid: true, enforcedExpr: enforced, verifiedByPrometheus, problems: [] };
  }
}
