import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { Node } from "../graph/node.js";
import { DateTime } from "../graph/scalars.js";
import type { StoredBrake } from "./agent-brake.js";
import type { StoredRun } from "./agent-run.js";

/** What an agent writes configuration for. */
export const AgentOutput = {
  PROMETHEUS: "PROMETHEUS",
  BLACKBOX: "BLACKBOX",
  ALERTMANAGER: "ALERTMANAGER",
  THANOS_RULE: "THANOS_RULE",
  THANOS_QUERY: "THANOS_QUERY",
  KARMA_ACL: "KARMA_ACL",
} as const;
export type AgentOutput = keyof typeof AgentOutput;

registerEnumType(AgentOutput, {
  name: "AgentOutput",
  description: "What an agent writes configuration for.",
  valuesConfig: {
    PROMETHEUS: { description: "A Prometheus: targets, rules, and the global rules of each Prometheus." },
    BLACKBOX: { description: "A blackbox exporter: the probes of scrape jobs." },
    ALERTMANAGER: { description: "An Alertmanager: routes and receivers." },
    THANOS_RULE: { description: "A Thanos Rule: the global rules whose mode is GLOBAL. Nothing of a project." },
    THANOS_QUERY: {
      description: "A Thanos Query: where its stores are, from the agent's settings. Nothing of a project.",
    },
    KARMA_ACL: {
      description: "A Karma: which group may silence the alerts of which project, from `Project.aclGroup`.",
    },
  },
});

/** What an agent says of itself, or SILENT when it says nothing. */
export const AgentState = {
  SYNCED: "SYNCED",
  APPLYING: "APPLYING",
  WAITING: "WAITING",
  FAILED: "FAILED",
  BRAKED: "BRAKED",
  SILENT: "SILENT",
} as const;
export type AgentState = keyof typeof AgentState;

registerEnumType(AgentState, {
  name: "AgentState",
  description: "How an agent is doing.",
  valuesConfig: {
    SYNCED: { description: "It runs the newest revision that it knows of." },
    APPLYING: { description: "It is bringing a newer revision to its servers." },
    WAITING: { description: "It has fetched a newer revision, and another agent goes first: see `waitsFor`." },
    FAILED: { description: "Its last attempt failed: its problems say why. What ran before goes on running." },
    BRAKED: {
      description:
        "It holds back a deletion until an operator confirms it: see its `brake`. What ran before goes on running.",
    },
    SILENT: { description: "Nothing was heard of it for three of its report intervals." },
  },
});

/** A problem as the agent reported it. */
export interface StoredProblem {
  /** Null for what concerns the agent as a whole. */
  readonly projectId: string | null;
  readonly file: string | null;
  readonly message: string;
  /** ISO-8601; when it was first reported without a break. */
  readonly since: string;
}

/** A configurator, as it last reported. */
@Entity("agent")
@Index("uq_agent_name", ["name"], { unique: true })
@ObjectType({
  implements: Node,
  description: "A configurator: the program beside a Prometheus or an Alertmanager that brings changes to it.",
})
export class Agent extends Node {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("varchar", { length: 100 })
  @Field(() => String, { description: "Its name, from its settings; unique among agents." })
  readonly name!: string;

  /** Tells two agents with one name apart: made once per working directory. */
  @Column("varchar", { name: "instance_id", length: 64 })
  readonly instanceId!: string;

  @Column("varchar", { length: 255 })
  @Field(() => String, { description: "The machine that it runs on." })
  readonly hostname!: string;

  @Column("varchar", { name: "agent_version", length: 40 })
  @Field(() => String, { description: "The version of its program." })
  readonly agentVersion!: string;

  @Column("json")
  @Field(() => [AgentOutput], { description: "What it writes configuration for." })
  readonly outputs!: readonly AgentOutput[];

  @Column("int", { name: "applied_revision" })
  @Field(() => Int, {
    description:
      "The newest revision that all of its servers were seen to run, as far as its problems do not say otherwise.",
  })
  readonly appliedRevision!: number;

  @Column("varchar", { name: "reported_state", length: 10 })
  readonly reportedState!: AgentState;

  @Column("int", { name: "report_interval_seconds" })
  readonly reportIntervalSeconds!: number;

  @Column("datetime", { name: "last_seen_at", precision: 3 })
  @Field(() => DateTime, { description: "When it last reported." })
  readonly lastSeenAt!: Date;

  @Column("datetime", { name: "last_apply_at", precision: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: "When it last changed what its servers run; null when it never did.",
  })
  readonly lastApplyAt!: Date | null;

  @Column("varchar", { length: 63, nullable: true })
  readonly shard!: string | null;

  @Column("int", { name: "fetched_revision", nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: "The newest revision that it has fetched; null when it did not say.",
  })
  readonly fetchedRevision!: number | null;

  @Column("int", { name: "checked_revision", nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: "The newest revision that passed its checks and is in its files; null when it did not say.",
  })
  readonly checkedRevision!: number | null;

  /** Null in rows of before there was such a number. */
  @Column("int", { name: "unlisted_problems", nullable: true })
  readonly unlistedCount!: number | null;

  /** The name of the agent that it waits for; null when it waits for none. */
  @Column("varchar", { name: "waits_for", length: 100, nullable: true })
  readonly waitsForName!: string | null;

  /** The revision that it was last given the turn to apply. */
  @Column("int", { name: "turn_revision", nullable: true })
  readonly turnRevision!: number | null;

  /** Whether a process of its was away already when it was given that turn. */
  @Column("boolean", { name: "took_turn_away", nullable: true })
  readonly tookTurnAway!: boolean | null;

  /** Up to this revision nobody has to wait for it, by word of an operator. */
  @Column("int", { name: "passed_revision", nullable: true })
  readonly passedRevision!: number | null;

  /** By what of the server's settings its servers' files are rendered; null when it did not say. */
  @Column("varchar", { length: 64, nullable: true })
  readonly rendering!: string | null;

  /** By what they were to be rendered when it was last given the turn. */
  @Column("varchar", { name: "turn_rendering", length: 64, nullable: true })
  readonly turnRendering!: string | null;

  @Column("json", { name: "runs" })
  readonly storedRuns!: readonly StoredRun[];

  @Column("json", { name: "problems" })
  readonly storedProblems!: readonly StoredProblem[];

  @Column("json", { nullable: true })
  readonly brake!: StoredBrake | null;
}

/** After how many of its report intervals an agent counts as silent. */
const silentIntervals = 3;

/** Whether the agent has reported lately. */
export function isHeardOf({ lastSeenAt, reportIntervalSeconds }: Agent, now: Date): boolean {
  return now.getTime() - lastSeenAt.getTime() <= silentIntervals * reportIntervalSeconds * 1_000;
}
