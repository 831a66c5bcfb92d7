import { Field, ObjectType } from "type-graphql";
import { ChildEntity, Column } from "typeorm";
import { Node } from "../graph/node.js";
import { Duration, Labels } from "../graph/scalars.js";
import { Rule } from "./rule.js";

/** A rule that alerts for each series that its expression gives. */
@ChildEntity("ALERTING")
@ObjectType({ implements: [Node, Rule], description: "A rule that alerts for each series that its expression gives." })
export class AlertingRule extends Rule {
  @Column("varchar", { length: 64 })
  @Field(() => String, { description: "The value of the label `severity` on its alerts." })
  readonly severity!: string;

  @Column("varchar", { name: "for_duration", length: 40 })
  @Field(() => Duration, { description: "How long the expression must give a series before its alert fires." })
  readonly for!: string;

  @Column("varchar", { name: "keep_firing_for", length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "How long an alert goes on firing after the expression has ceased to give its series.",
  })
  readonly keepFiringFor!: string | null;

  @Column("json")
  @Field(() => Labels, { description: "What its alerts say; values may be templates over `$labels` and `$value`." })
  readonly annotations!: Readonly<Record<string, string>>;
}
