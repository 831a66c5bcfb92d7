import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { Duration, Labels, PromQL } from "../graph/scalars.js";
import { StoredNode } from "../graph/stored-node.js";
import { fillParameters } from "./fill-parameters.js";
import { RuleParameter } from "./rule-parameter.js";

/** Where a global rule is evaluated. */
export const GlobalRuleMode = { PER_PROJECT: "PER_PROJECT", GLOBAL: "GLOBAL" } as const;
export type GlobalRuleMode = keyof typeof GlobalRuleMode;

registerEnumType(GlobalRuleMode, {
  name: "GlobalRuleMode",
  description: "Where a global rule is evaluated.",
  valuesConfig: {
    PER_PROJECT: {
      description: "On each Prometheus, over the series of all projects; an alert belongs to its series's project.",
    },
    GLOBAL: { description: "On Thanos Rule, over the series of all Prometheus servers together." },
  },
});

/** An operator's alerting rule over the series of all projects. */
@Entity("global_rule")
@Index("uq_global_rule_pack", ["pack", "packRule"], { unique: true })
@Index("ix_global_rule_name", ["name"])
@ObjectType({ implements: Node, description: "An operator's alerting rule over the series of all projects." })
export class GlobalRule extends StoredNode {
  @Column("varchar", { length: 200 })
  @Field(() => String, { description: "The alert's name." })
  readonly name!: string;

  @Column("varchar", { length: 11 })
  @Field(() => GlobalRuleMode, { description: "Where it is evaluated." })
  readonly mode!: GlobalRuleMode;

  @Column("json")
  @Field(() => PromQL, {
    description:
      "The expression; with parameters as its author wrote it, `<<name>>` standing for their values, else as `enforcedExpr`.",
  })
  readonly expr!: string;

  @Column("json", { name: "enforced_expr" })
  @Field(() => PromQL, {
    description:
      "The expression as it runs where no project overrides it: in canonical form, with the parameters' defaults, each selector reading series of projects alone.",
  })
  readonly enforcedExpr!: string;

  @Field(() => Labels, {
    description: "What its alerts say where no project overrides it: `annotations` with the parameters' defaults.",
  })
  enforcedAnnotations(): Readonly<Record<string, string>> {
    return fillParameters(this).annotations;
  }

  @Column("json")
  @Field(() => [RuleParameter], { description: "What it leaves open; empty when it has no parameters." })
  readonly parameters!: readonly RuleParameter[];

  @Column("boolean")
  @Field(() => Boolean, {
    description:
      "Whether administrators of a project may override it there: its parameters, severity, wait, or switch it off.",
  })
  readonly overridable!: boolean;

  @Column("varchar", { length: 40, nullable: true })
  @Field(() => String, {
    nullable: true,
    description: "The rule pack that it was installed from; null when it was not.",
  })
  readonly pack!: string | null;

  /** Its name in the pack, by which it is found again when the pack is installed anew. */
  @Column("varchar", { name: "pack_rule", length: 200, nullable: true })
  readonly packRule!: string | null;

  /** What the pack last gave: what differs from it was changed by operators. Null when that is not known. */
  @Column("json", { name: "pack_base", nullable: true })
  readonly packBase!: Readonly<Record<string, unknown>> | null;

  @Column("boolean", { name: "verified_by_prometheus" })
  @Field(() => Boolean, {
    description:
      "Whether a Prometheus read the expression as it runs when it was written, and found each selector confined. False when none could be asked; the agents check it again before they use it.",
  })
  readonly verifiedByPrometheus!: boolean;

  @Column("varchar", { name: "for_duration", length: 40 })
  @Field(() => Duration, { description: "How long the expression must give a series before its alert fires." })
  readonly for!: string;

  @Column("varchar", { name: "keep_firing_for", length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "How long an alert goes on firing after the expression has ceased to give its series.",
  })
  readonly keepFiringFor!: string | null;

  @Column("varchar", { length: 64 })
  @Field(() => String, { description: "The value of the label `severity` on its alerts." })
  readonly severity!: string;

  @Column("json")
  @Field(() => Labels, { description: "Labels that the rule sets on its alerts." })
  readonly labels!: Readonly<Record<string, string>>;

  @Column("json")
  @Field(() => Labels, { description: "What its alerts say; values may be templates over `$labels` and `$value`." })
  readonly annotations!: Readonly<Record<string, string>>;

  @Column("varchar", { length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "How often it is evaluated; null means as the servers are set.",
  })
  readonly interval!: string | null;

  @Column("boolean")
  @Field(() => Boolean, { description: "Whether it is evaluated." })
  readonly enabled!: boolean;
}

/** A page of global rules. */
export const GlobalRuleConnection = connectionType<GlobalRule>("GlobalRule", () => GlobalRule);
