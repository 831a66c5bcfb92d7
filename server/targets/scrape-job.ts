import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { registerOrder } from "../graph/order-enum.js";
import { Duration, Labels } from "../graph/scalars.js";
import { StoredNode } from "../graph/stored-node.js";
import { type Probe, ProbeUnion } from "./probe.js";
import type { StoredCredentials } from "./scrape-credentials.js";
import { OpenstackDiscovery, StaticTarget } from "./static-target.js";

/** How targets are spoken to. */
export const Scheme = { HTTP: "HTTP", HTTPS: "HTTPS" } as const;
export type Scheme = keyof typeof Scheme;

registerEnumType(Scheme, {
  name: "Scheme",
  description: "How targets are spoken to.",
  valuesConfig: { HTTP: { description: "In the clear." }, HTTPS: { description: "Over TLS." } },
});

/** What is scraped or probed of a project, and how. */
@Entity("scrape_job")
@Index("uq_scrape_job_name", ["projectId", "name"], { unique: true })
@ObjectType({ implements: Node, description: "What is scraped or probed of a project, and how." })
export class ScrapeJob extends StoredNode {
  @Column("varchar", { name: "project_id", length: 40 })
  readonly projectId!: string;

  @Column("varchar", { length: 100 })
  @Field(() => String, { description: "Unique within the project: the value of the label `job`." })
  readonly name!: string;

  @Column("boolean")
  @Field(() => Boolean, { description: "Whether its targets are scraped." })
  readonly enabled!: boolean;

  @Column("varchar", { length: 5 })
  @Field(() => Scheme, { description: "How its targets are spoken to." })
  readonly scheme!: Scheme;

  @Column("varchar", { name: "metrics_path", length: 1024 })
  @Field(() => String, { description: "Where its targets show their metrics; a probe does not use it." })
  readonly metricsPath!: string;

  @Column("json")
  @Field(() => Labels, { description: "The URL parameters of each scrape." })
  readonly params!: Readonly<Record<string, string>>;

  @Column("varchar", { name: "scrape_interval", length: 40, nullable: true })
  @Field(() => Duration, { nullable: true, description: "How often it scrapes; null means as the servers are set." })
  readonly scrapeInterval!: string | null;

  @Column("varchar", { name: "scrape_timeout", length: 40, nullable: true })
  @Field(() => Duration, {
    nullable: true,
    description: "After how long a scrape has failed; null means as the servers are set.",
  })
  readonly scrapeTimeout!: string | null;

  @Column("json", { name: "static_targets" })
  @Field(() => [StaticTarget], { description: "The targets that are named one by one." })
  readonly staticTargets!: readonly StaticTarget[];

  @Column("json", { name: "openstack_discovery", nullable: true })
  @Field(() => OpenstackDiscovery, { nullable: true, description: "The targets that are found in OpenStack." })
  readonly openstackDiscovery!: OpenstackDiscovery | null;

  @Column("json", { nullable: true })
  @Field(() => ProbeUnion, { nullable: true, description: "The probe of its targets; null means their metrics." })
  readonly probe!: Probe | null;

  @Column("json", { nullable: true })
  readonly credentials!: StoredCredentials | null;
}

/** A page of scrape jobs. */
export const ScrapeJobConnection = connectionType<ScrapeJob>("ScrapeJob", () => ScrapeJob);

/** The orders of a list of scrape jobs. */
export const ScrapeJobOrder = {
  NAME_ASC: { property: "name", direction: "ASC" },
  NAME_DESC: { property: "name", direction: "DESC" },
  UPDATED_AT_DESC: { property: "updatedAt", direction: "DESC" },
} as const;
registerOrder("ScrapeJobOrder", ScrapeJobOrder);
