import type { Alertmanager, PostedAlert } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import type { DatabaseSettings } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

export const minuteMs = 60_000;

/** An episode as the graph tells it, as far as most tests look. */
export interface Episode {
  readonly id: string;
  readonly name: string;
  readonly state: "FIRING" | "RESOLVED";
  readonly startsAt: string;
  readonly resolvedAt: string | null;
  readonly resolvedBefore: string | null;
}

/** Starts the real server over Alertmanagers, each of them a cluster, named `main`, `second` and so on; it reads them ten times a second. */
export function startHistoryApp(
  database: DatabaseSettings,
  alertmanagers: readonly Pick<Alertmanager, "url">[],
  settings: TestSettings = {},
): Promise<TestApp> {
  const names = ["main", "second"];
  return startApp(database, {
    alertmanagers: alertmanagers.map(({ url }, index) => ({
      name: names[index] ?? "",
      members: [{ name: `${names[index]}-1`, url }],
    })),
    upstreams: { pollIntervalSeconds: 0.1 },
    ...settings,
  });
}

/** Creates projects; answers their ids by name. */
export async function createProjects(app: TestApp, ...names: string[]): Promise<Record<string, string>> {
  const create = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
  const ids: Record<string, string> = {};
  for (const name of names) {
    ids[name] = (await app.data(app.operator, create, { name })).projectCreate.project.id;
  }
  return ids;
}

/** An alert as a Prometheus sends it again and again while it fires: it ends in an hour unless it is heard of again. */
export function firing(labels: Readonly<Record<string, string>>, startsAtMs: number): PostedAlert {
  const [startsAt, endsAt] = [startsAtMs, Date.now() + 60 * minuteMs].map((ms) => new Date(ms).toISOString());
  return { labels, ...(startsAt && endsAt ? { startsAt, endsAt } : {}) };
}

/** The same when it has resolved. */
export function resolved(labels: Readonly<Record<string, string>>, startsAtMs: number): PostedAlert {
  return { ...firing(labels, startsAtMs), endsAt: new Date(Date.now() - 1).toISOString() };
}

/** The history with a filter, the newest first. */
export async function historyOf(app: TestApp, filter: object, token = app.operator): Promise<Episode[]> {
  const query = `query ($filter: AlertHistoryFilter) {
    alertHistory(filter: $filter, first: 100) { nodes { id name state startsAt resolvedAt resolvedBefore } } }`;
  return (await app.data(token, query, { filter })).alertHistory.nodes;
}

/** Waits until the states of the episodes with this name, the newest first, are these; answers the episodes. */
export function statesOf(
  app: TestApp,
  name: string,
  states: readonly Episode["state"][],
  deadlineMs = 20_000,
): Promise<Episode[]> {
  return waitFor(
    async () => {
      const found = await historyOf(app, { names: [name] });
      return JSON.stringify(found.map(({ state }) => state)) === JSON.stringify(states) && found;
    },
    { what: `${name} to be ${states.join(", ")}`, deadlineMs },
  );
}
