import { Field, ObjectType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { Node } from "../../graph/node.js";
import { Duration, Labels } from "../../graph/scalars.js";
import { StoredNode } from "../../graph/stored-node.js";
import type { ParameterValues } from "../rule-parameter.js";

/** What a project makes of a global rule for itself. Those of a rule that was deleted stay, unseen, until it is back. */
@Entity("global_rule_override")
@Index("uq_global_rule_override", ["projectId", "globalRuleId"], { unique: true })
@Index("ix_global_rule_override_rule", ["globalRuleId"])
@ObjectType({ implements: Node, description: "What a project makes of a global rule for itself." })
export class GlobalRuleOverride extends StoredNode {
  @Column("varchar", { name: "project_id", length: 40 })
  readonly projectId!: string;

  @Column("varchar", { name: "global_rule_id", length: 40 })
  readonly globalRuleId!: string;

  @Column("json")
  @Field(() => Labels, { description: "The parameters that it sets, by name; the others have their defaults." })
  readonly parameters!: ParameterValues;

  @Column("varchar", { length: 64, nullable: true })
  @Field(() => String, { nullable: true, description: "The severity of its alerts; null means the rule's." })
  readonly severity!: string | null;

  @Column("varchar", { name: "for_duration", length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "How long the expression must give a series before its alert fires; null means as the rule says.",
  })
  readonly for!: string | null;

  @Column("boolean")
  @Field(() => Boolean, { description: "Whether the rule is evaluated for the project." })
  readonly enabled!: boolean;
}
