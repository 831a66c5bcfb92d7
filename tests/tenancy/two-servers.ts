import type { GraphQLSchema } from "graphql";
import { type RealStack, startRealStack } from "../end-to-end/real-stack.js";
import { startApp } from "../support/app.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { type Answer, postGraphql } from "../support/post-graphql.js";
import type { Role } from "./roles.js";
import { makeVictim, type Victim } from "./victim.js";

/** The whole stack with a victim in it, asked by anybody. */
export interface TwoServers {
  readonly stack: RealStack;
  readonly schema: GraphQLSchema;
  readonly victim: Victim;
  /** The URL of the graph for this role: strangers are let in by a second server on the same database only. */
  readonly urlOf: (role: Role) => string;
  /** Asks as a role; `$prj` and the like in the operation are the victim's, `more` are others. */
  ask(
    role: Role,
    kind: "query" | "mutation",
    selection: string,
    more?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** Starts it. */
export async function startTwoServers(): Promise<TwoServers> {
  const database = await createMariadbDatabase();
  // Any alert has to be confirmed, so that there is something to see of that.
  const silences = { confirmAbove: { alerts: 0 } };
  // What is in the first is to go to the second, so that there is a plan.
  const shards = [{ name: "one", weight: 0 }, { name: "two" }];
  const stack = await startRealStack({ database, serverSettings: { silences, shards } });
  const victim = await makeVictim(stack);
  const members = stack.alertmanagers.map(({ url }, index) => ({ name: `member-${index}`, url }));
  const open = await startApp(database, {
    access: { anonymous: "VIEWER" },
    silences,
    shards,
    prometheus: [{ name: "prometheus", url: stack.prometheus.url }],
    alertmanagers: [{ name: "main", members }],
  });
  const urlOf = (role: Role) => (role === "ANONYMOUS" ? open.url : stack.graphUrl);
  return {
    stack,
    schema: open.app.schema,
    victim,
    urlOf,
    ask: (role, kind, selection, more = {}) => {
      const ids = Object.entries({ ...victim.ids, ...more });
      const used = ids.filter(([name]) => new RegExp(`\\$${name}\\b`).test(selection));
      const declared = used.map(([name]) => `$${name}: ID!`).join(", ");
      const operation = `${kind} ${declared && `(${declared})`} { ${selection} }`;
      return postGraphql(urlOf(role), victim.tokens[role], operation, Object.fromEntries(used));
    },
  };
}
