import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";

/** What an agent counts before it takes anything away from its machine. */
export const AgentRemovalKind = {
  PROJECT: "PROJECT",
  TARGET: "TARGET",
  RULE: "RULE",
  CONTACT_GROUP: "CONTACT_GROUP",
  SCRAPE_CONFIG: "SCRAPE_CONFIG",
  GLOBAL_RULE: "GLOBAL_RULE",
} as const;
export type AgentRemovalKind = keyof typeof AgentRemovalKind;

registerEnumType(AgentRemovalKind, {
  name: "AgentRemovalKind",
  description: "What an agent counts before it takes anything away from its machine.",
  valuesConfig: {
    PROJECT: { description: "Projects with all that they have." },
    TARGET: { description: "Addresses that are scraped or probed." },
    RULE: { description: "Alerting and recording rules of projects." },
    CONTACT_GROUP: { description: "Contact groups, each a receiver of Alertmanager." },
    SCRAPE_CONFIG: { description: "Scrape jobs that Prometheus has a scrape config of their own for." },
    GLOBAL_RULE: { description: "Rules of the operators that watch all projects." },
  },
});

/** How many of one kind would go. */
@ObjectType({ description: "How many of one kind an agent would take away." })
export class AgentRemoval {
  @Field(() => AgentRemovalKind, { description: "What is counted." })
  readonly kind!: AgentRemovalKind;

  @Field(() => Int, { description: "How many would go." })
  readonly count!: number;

  @Field(() => Int, { description: "How many the machine has now." })
  readonly known!: number;

  @Field(() => Int, {
    description: "How many went shortly before without being confirmed; a deletion in many small steps counts as one.",
  })
  readonly recent!: number;
}

/** A brake as the agent reported it. */
export interface StoredBrake {
  readonly digest: string;
  readonly revision: number;
  readonly removals: readonly AgentRemoval[];
  readonly names: readonly string[];
  /** ISO-8601; when it was first reported without a break. */
  readonly since: string;
}

/** A deletion that an agent holds back. */
@ObjectType({
  description:
    "A deletion that an agent holds back because it is so large that it may be a mistake. Nothing of the server's answer is applied meanwhile, and all goes on running as it did. It ends when what would be deleted is there again, or when an operator confirms it with `agentBrakeRelease`.",
})
export class AgentBrake {
  @Field(() => String, {
    description:
      "Stands for exactly this deletion: other agents that hold back the same one show the same digest, and another deletion has another.",
  })
  readonly digest!: string;

  @Field(() => Int, { description: "The revision of the server's answer that would delete so much." })
  readonly revision!: number;

  @Field(() => [AgentRemoval], { description: "How much would go, by kind; what would lose nothing is left out." })
  readonly removals!: readonly AgentRemoval[];

  @Field(() => [String], { description: "What would go, by name: projects first, at most 20 of all." })
  readonly names!: readonly string[];

  @Field(() => DateTime, { description: "Since when the agent has held it back." })
  readonly since!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: "When an operator confirmed it; the agent carries it out within seconds. Null until then.",
  })
  readonly releasedAt!: Date | null;

  @Field(() => String, { nullable: true, description: "Who confirmed it; null until somebody did." })
  readonly releasedBy!: string | null;
}
