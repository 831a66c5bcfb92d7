import { Field, Int, InterfaceType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, TableInheritance } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { registerOrder } from "../graph/order-enum.js";
import { DateTime, Duration, Labels, PromQL } from "../graph/scalars.js";
import { StoredNode } from "../graph/stored-node.js";

/** What a rule makes of its expression. */
export const RuleKind = { ALERTING: "ALERTING", RECORDING: "RECORDING" } as const;
export type RuleKind = keyof typeof RuleKind;

registerEnumType(RuleKind, {
  name: "RuleKind",
  description: "What a rule makes of its expression.",
  valuesConfig: {
    ALERTING: { description: "Alerts." },
    RECORDING: { description: "A series." },
  },
});

/** What a project computes over and over of its own series: both kinds lie in one table, so that they list as one. */
@Entity("rule")
@TableInheritance({ column: { name: "kind", type: "varchar", length: 9 } })
@Index("ix_rule_name", ["projectId", "name"])
@Index("uq_rule_recorded_series", ["projectId", "recordedSeries"], { unique: true })
@InterfaceType({ implements: Node, description: "What a project computes over and over of its own series." })
export class Rule extends StoredNode {
  @Column("varchar", { length: 9 })
  readonly kind!: RuleKind;

  @Column("varchar", { name: "project_id", length: 40 })
  readonly projectId!: string;

  @Column("varchar", { length: 200 })
  @Field(() => String, { description: "Of an alerting rule, the alert's name; of a recording rule, the series's." })
  readonly name!: string;

  @Column("varchar", { length: 4096 })
  @Field(() => PromQL, { description: "The expression as its author wrote it." })
  readonly expr!: string;

  @Column("json", { name: "enforced_expr" })
  @Field(() => PromQL, {
    description: 'The expression as it runs: in canonical form, each selector confined by `project="…"`.',
  })
  readonly enforcedExpr!: string;

  @Column("boolean", { name: "verified_by_prometheus" })
  @Field(() => Boolean, {
    description:
      "Whether a Prometheus read the expression as it runs when it was written, and found each selector confined. False when none could be asked; the agents check it again before they use it.",
  })
  readonly verifiedByPrometheus!: boolean;

  @Column("json")
  @Field(() => Labels, { description: "Labels that the rule sets on its result; `project` is set by itself." })
  readonly labels!: Readonly<Record<string, string>>;

  @Column("varchar", { length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "How often it is evaluated; null means as the servers are set.",
  })
  readonly interval!: string | null;

  @Column("boolean")
  @Field(() => Boolean, { description: "Whether it is evaluated." })
  readonly enabled!: boolean;

  /** A hash of what a recording rule records, its name with its labels; null for an alerting rule. */
  @Column("varchar", { name: "recorded_series", length: 64, nullable: true })
  readonly recordedSeries!: string | null;

  // An interface takes over no fields of an object type, so those of StoredNode are named again.
  @Field(() => Int, { description: "The revision of the whole configuration at which this last changed." })
  declare revision: number;

  @Field(() => Int, { description: "Counts this object's own changes; send it as `expectedVersion`." })
  declare version: number;

  @Field(() => DateTime, { description: "When it was created." })
  declare createdAt: Date;

  @Field(() => DateTime, { description: "When it last changed." })
  declare updatedAt: Date;
}

/** A page of rules of both kinds. */
export const RuleConnection = connectionType<Rule>("Rule", () => Rule);

/** The orders of a list of rules. */
export const RuleOrder = {
  NAME_ASC: { property: "name", direction: "ASC" },
  NAME_DESC: { property: "name", direction: "DESC" },
  UPDATED_AT_DESC: { property: "updatedAt", direction: "DESC" },
} as const;
registerOrder("RuleOrder", RuleOrder);
