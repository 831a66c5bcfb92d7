import { setTimeout as delay } from "node:timers/promises";
import { type Alert, type Client, UpstreamUnavailableError } from "@metricsinfra/sdk";
import { DemoFailure } from "./demo-failure.js";
import { FIRING_RULE } from "./seed.js";

const DEADLINE_MS = 120_000;

/**
 * Waits until the graph shows the alert of the demo's rule that fires. Resolves to undefined when that rule is not there
 * any more, because somebody deleted or changed it since the first start.
 */
export async function firstAlert(client: Client): Promise<Alert | undefined> {
  if (!(await ruleFires(client))) return undefined;
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const filter = { projects: [FIRING_RULE.project], matchers: [`alertname="${FIRING_RULE.name}"`] };
    const [alert] = await client.alerts.list({ filter }).toArray({ limit: 1 }).catch(untilReachable);
    if (alert !== undefined) return alert;
    await delay(250);
  }
  throw new DemoFailure(`no alert of ${FIRING_RULE.name} within ${DEADLINE_MS / 1000} s; the logs say more`);
}

async function ruleFires(client: Client): Promise<boolean> {
  const project = await client.projects.find(FIRING_RULE.project);
  if (project === null) return false;
  for await (const rule of client.rules.list({ project: project.id })) {
    if (rule.name === FIRING_RULE.name) return rule.enabled && rule.expr === "up == 0";
  }
  return false;
}

function untilReachable(error: unknown): readonly Alert[] {
  if (error instanceof UpstreamUnavailableError) return [];
  throw error;
}
