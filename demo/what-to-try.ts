import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Alert } from "@metricsinfra/sdk";
import type { Layout } from "./layout.js";
import { FIRING_RULE } from "./seed.js";
import { tokenFile } from "./tokens.js";

/** The text that ends the start: what to open and what to type. */
export function whatToTry(layout: Layout, alert: Alert | undefined): string {
  const graph = `${layout.server.url}/graphql`;
  const member = readFileSync(tokenFile(layout, "member"), "utf8").trim();
  return `
${alert === undefined ? "All is up." : `${alert.name} of ${alert.project?.name} is ${alert.state} since ${alert.startsAt}.`}

Open  ${graph}   the playground
      ${layout.prometheus.url}/targets   Prometheus
      ${layout.alertmanagers[0].url}           an Alertmanager

Token ${member}
      a member's of project ${FIRING_RULE.project}; an operator's is in ${shown(tokenFile(layout, "operator"))}

Try   curl -s ${graph} -H 'content-type: application/json' \\
        -H 'authorization: Bearer ${member}' \\
        -d '{"query":"{ alerts { nodes { name state project { name } rule { id } startsAt } } }"}'
      node demo/try.mjs ${graph} ${member}
      { watchdogs { name state lastSeenAt } } in the playground: whether alerts arrive at all

Data, settings and logs are in ${shown(layout.data)}. Ctrl-C ends all of it; npm start goes on where it was.
`;
}

/** A path as short as it is clear. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}
