import type { Caller } from "../../access/caller.js";
import type { Description } from "../../audit/change.js";
import { readDescription } from "../../audit/read-description.js";
import type { Described, Restoration } from "../../audit/restorable.js";
import { altered } from "../../core/database/stored.js";
import { NotFoundError } from "../../core/errors.js";
import type { UserError, UserErrors } from "../../graph/user-error.js";
import { ChildHistory } from "../../projects/child-history.js";
import type { Project } from "../../projects/project.js";
import type { Return } from "../../projects/project-contents.js";
import type { ProjectService } from "../../projects/project-service.js";
import { describedOverride, describeOverride, overriddenAlready } from "./describe-override.js";
import { GlobalRuleOverride } from "./global-rule-override.js";
import type { GlobalRuleOverrideRepository } from "./global-rule-override-repository.js";

/**
 * How overrides go away with their project, and come back. Their values are not checked against the rule, which may have
 * changed: what does not count any more is told by the effective rule, and keeps no project from coming back.
 */
export class GlobalRuleOverrideHistory extends ChildHistory<GlobalRuleOverride> {
  override readonly entityTypes = ["GlobalRuleOverride"];
  protected override readonly noun = "Override";
  protected override readonly taken = overriddenAlready;

  constructor(
    private readonly overrides: GlobalRuleOverrideRepository,
    projects: ProjectService,
  ) {
    super(overrides, projects);
  }

  override restoration(caller: Caller, described: Described): Promise<Restoration> {
    if (described.projectId === null) throw new NotFoundError(this.noun);
    caller.requireIn(described.projectId, "globalRule.override", this.noun);
    return super.restoration(caller, described);
  }

  protected override entityTypeOf(): string {
    return "GlobalRuleOverride";
  }

  protected override describe(override: GlobalRuleOverride): Description {
    return describeOverride(override);
  }

  protected override async revive(
    _caller: Caller,
    { id, description }: Described,
    project: Project,
    before: GlobalRuleOverride | null,
    errors: UserErrors,
  ): Promise<GlobalRuleOverride | null> {
    const values = readDescription(describedOverride, description, errors);
    if (values === null) return null;
    const { globalRule: globalRuleId, ...rest } = values;
    const override = before ?? Object.assign(new GlobalRuleOverride(), { id, projectId: project.id });
    return altered(override, { globalRuleId, ...rest });
  }

  protected override namesake({ projectId, globalRuleId }: GlobalRuleOverride): Promise<GlobalRuleOverride | null> {
    return this.overrides.findOf(projectId, globalRuleId);
  }

  protected override countsOf(): Return["counts"] {
    return {};
  }

  protected override async refusal(): Promise<UserError | null> {
    return null;
  }
}
