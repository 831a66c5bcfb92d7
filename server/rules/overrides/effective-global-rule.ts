import { Field, ObjectType } from "type-graphql";
import { connectionType } from "../../graph/connection.js";
import { Duration, Labels, PromQL } from "../../graph/scalars.js";
import { UserErrors } from "../../graph/user-error.js";
import { checkValues } from "../check-parameters.js";
import { fillParameters } from "../fill-parameters.js";
import { GlobalRule } from "../global-rule.js";
import { enforceProjects } from "../promql/enforce-projects.js";
import { narrowToProject } from "../promql/narrow-expression.js";
import type { ParameterValues } from "../rule-parameter.js";
import { GlobalRuleOverride } from "./global-rule-override.js";

/** Whether the rule lets the project's override count: otherwise the project is watched as all others are. */
export function isInForce({ overridable, mode }: GlobalRule): boolean {
  return overridable && mode === "PER_PROJECT";
}

/** A global rule as it is for one project. */
@ObjectType({
  description: "A global rule as it is for one project: the rule, what the project overrides, and what results.",
})
export class EffectiveGlobalRule {
  @Field(() => GlobalRule, { description: "The rule." })
  readonly globalRule: GlobalRule;

  @Field(() => GlobalRuleOverride, { nullable: true, description: "What the project makes of it; null when nothing." })
  readonly override: GlobalRuleOverride | null;

  readonly #projectName: string;
  /** The override, where it counts. */
  readonly #counting: GlobalRuleOverride | null;

  constructor(globalRule: GlobalRule, override: GlobalRuleOverride | null, projectName: string) {
    this.globalRule = globalRule;
    this.override = override;
    this.#projectName = projectName;
    this.#counting = isInForce(globalRule) ? override : null;
  }

  @Field(() => Boolean, {
    description:
      "Whether the project's override counts: then the rule itself leaves the project out, and this is evaluated for it.",
  })
  overridden(): boolean {
    return this.#counting !== null;
  }

  @Field(() => PromQL, {
    nullable: true,
    description:
      "The expression with the parameters' values, each selector confined to the project; null when the rule asks for series of other projects by their names.",
  })
  expr(): string | null {
    const { globalRule } = this;
    const values = this.#values();
    const hasOwn = Object.keys(values).length > 0;
    const varied = hasOwn ? enforceProjects(fillParameters(globalRule, values).expr) : null;
    return narrowToProject(varied?.ok ? varied.enforced : globalRule.enforcedExpr, this.#projectName);
  }

  @Field(() => Duration, { description: "How long the expression must give a series before its alert fires." })
  for(): string {
    return this.#counting?.for ?? this.globalRule.for;
  }

  @Field(() => String, { description: "The value of the label `severity` on its alerts." })
  severity(): string {
    return this.#counting?.severity ?? this.globalRule.severity;
  }

  @Field(() => Labels, { description: "What its alerts say, with the parameters' values." })
  annotations(): Readonly<Record<string, string>> {
    return fillParameters(this.globalRule, this.#values()).annotations;
  }

  @Field(() => Labels, { description: "The values of all parameters by name." })
  parameters(): ParameterValues {
    const values = this.#values();
    return Object.fromEntries(
      this.globalRule.parameters.map(({ name, default: standard }) => [name, values[name] ?? standard]),
    );
  }

  @Field(() => Boolean, { description: "Whether it is evaluated for the project." })
  enabled(): boolean {
    return this.globalRule.enabled && (this.#counting?.enabled ?? true);
  }

  @Field(() => String, {
    nullable: true,
    description:
      "Why the override, or a part of it, does not count: the rule changed since. What does not count is as the rule says. Null when all is well.",
  })
  problem(): string | null {
    if (this.override === null) return null;
    const { mode, parameters } = this.globalRule;
    if (mode === "GLOBAL") return "The rule is evaluated on Thanos Rule now, where projects cannot override it.";
    if (!isInForce(this.globalRule)) return "The operators let nobody override this rule any more.";
    const errors = new UserErrors();
    checkValues(parameters, this.override.parameters, errors);
    const [first] = errors.list;
    if (first !== undefined) return `The parameter "${first.path.at(-1)}" does not count: ${first.message}`;
    const varied = enforceProjects(fillParameters(this.globalRule, this.override.parameters).expr);
    if (varied.ok) return null;
    return `The parameters do not count, since the expression cannot be with them: ${varied.problems[0]?.message}`;
  }

  /** The values that count, of parameters that the rule still has. */
  #values(): ParameterValues {
    const given = Object.entries(this.#counting?.parameters ?? {});
    return Object.fromEntries(
      given.filter(([name, value]) => {
        const errors = new UserErrors();
        checkValues(this.globalRule.parameters, { [name]: value }, errors);
        return !errors.any;
      }),
    );
  }
}

/** A page of global rules as they are for one project. */
export const EffectiveGlobalRuleConnection = connectionType<EffectiveGlobalRule>(
  "EffectiveGlobalRule",
  () => EffectiveGlobalRule,
);
