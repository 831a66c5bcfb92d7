import { Field, Int, ObjectType } from "type-graphql";
import { type Connection, pageType } from "../graph/connection.js";
import { Alert } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import { AlertGroup } from "./alert-group.js";

/** A page of what is known of alerts at one moment. */
export interface LivePage<T> extends Connection<T> {
  readonly revision: string;
  /** Whether the caller knows this revision already; then the page is empty. */
  readonly isUnchanged: boolean;
  readonly counts: AlertCounts;
}

const revision = {
  description:
    "Names what was known when this was answered. Give it as `knownRevision` to learn cheaply that nothing is new. It differs between servers.",
} as const;
const isUnchanged = {
  description: "Whether nothing has changed since `knownRevision`; then the page is left empty.",
} as const;
const counts = {
  description: "How many alerts the whole list holds with this filter, by state and severity.",
} as const;

/** A page of alerts. */
@ObjectType({ description: "A page of a list of Alert." })
export class AlertConnection extends pageType<Alert>("Alert", () => Alert) implements LivePage<Alert> {
  readonly count!: LivePage<Alert>["count"];

  @Field(() => String, revision)
  readonly revision!: string;

  @Field(() => Boolean, isUnchanged)
  readonly isUnchanged!: boolean;

  @Field(() => AlertCounts, counts)
  readonly counts!: AlertCounts;

  @Field(() => Int, { description: "How many the whole list holds with this filter." })
  totalCount(): Promise<number> | number {
    return this.count();
  }
}

/** A page of groups of alerts. */
@ObjectType({ description: "A page of a list of AlertGroup." })
export class AlertGroupConnection
  extends pageType<AlertGroup>("AlertGroup", () => AlertGroup)
  implements LivePage<AlertGroup>
{
  readonly count!: LivePage<AlertGroup>["count"];

  @Field(() => String, revision)
  readonly revision!: string;

  @Field(() => Boolean, isUnchanged)
  readonly isUnchanged!: boolean;

  @Field(() => AlertCounts, counts)
  readonly counts!: AlertCounts;

  @Field(() => Int, { description: "How many groups the whole list holds with this filter." })
  totalCount(): Promise<number> | number {
    return this.count();
  }
}
