import type { Caller } from "../access/caller.js";
import { requireId } from "../core/ids.js";
import type { ProjectService } from "../projects/project-service.js";
import type { ExpressionReport } from "./expression-report.js";
import { enforceProject } from "./promql/enforce-project.js";
import type { RuleLimits } from "./rule-limits.js";

/** Checks expressions before somebody writes a rule with them. */
export class ExpressionService {
  constructor(
    private readonly projects: ProjectService,
    private readonly limits: RuleLimits,
  ) {}

  /** What would become of the expression in a rule of the project; reads no series. */
  async report(caller: Caller, project: string, expr: string): Promise<ExpressionReport> {
    const projectId = requireId("prj", project, ["project"]);
    caller.requireIn(projectId, "project.read", "Project");
    const found = await this.projects.require(caller, projectId);
    const result = enforceProject(expr, found.name, this.limits.expressionLimits(found, expr, null));
    return result.ok
      ? { valid: true, enforcedExpr: result.enforced, problems: [] }
      : { valid: false, enforcedExpr: null, problems: result.problems };
  }
}
