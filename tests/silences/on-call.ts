import { isDeepStrictEqual } from "node:util";
import { forward, type StandIn, startStandIn } from "../clients/stand-in.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { operatorCaller, startApp, type TestApp, type TestSettings } from "../support/app.js";
import type { DatabaseSettings } from "../support/databases.js";
import { type Row, type Sql, sqlOn } from "../support/sql.js";
import { waitFor } from "../support/wait-for.js";

/** What a payload shows of an acknowledgement. */
export const shown = "id alert { name } owner note quiet createdBy handedOverBy expiresAt endedAt endReason version";

const results = `results { id acknowledgement { ${shown} } userErrors { code message path } } userErrors { code message path }`;

/** The mutations, each with the name of its field as `done`. */
export const mutations = {
  acknowledge: `mutation ($input: AlertsAcknowledgeInput!) {
    done: alertsAcknowledge(input: $input) { ${results} } }`,
  unacknowledge: `mutation ($input: AlertsUnacknowledgeInput!) {
    done: alertsUnacknowledge(input: $input) { ${results} } }`,
  update: `mutation ($id: ID!, $input: AcknowledgementUpdateInput!) {
    done: acknowledgementUpdate(id: $id, input: $input) { acknowledgement { ${shown} } userErrors { code message path } } }`,
};

/** A silence as Alertmanager itself answers it. */
export interface StoredSilence {
  readonly id: string;
  readonly comment: string;
  readonly createdBy: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly matchers: readonly { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
  readonly status: { readonly state: string };
}

/** People who look after the alerts of two projects, and an Alertmanager behind a gateway that a test may make misbehave. */
export interface OnCall {
  readonly app: TestApp;
  readonly alertmanager: Alertmanager;
  readonly gateway: StandIn;
  readonly sql: Sql;
  /** Ids of the projects `alpha` and `beta`. */
  readonly projects: Readonly<Record<"alpha" | "beta", string>>;
  /** Tokens: `alice` and `bob` are members of alpha, `viewer` reads it; `eve` is a member of beta. */
  readonly tokens: Readonly<Record<"alice" | "bob" | "viewer" | "eve", string>>;
  /** Ends the Alertmanager, and starts it again at its address with what it has stored, or with nothing. */
  restartAlertmanager(stored: "kept" | "lost"): Promise<void>;
  /** Another server on the same database and Alertmanager; on SQLite the one before must be closed. */
  another(settings?: TestSettings): Promise<TestApp>;
  /**
   * Has alerts fire, with `project="alpha"` unless told otherwise, since a minute before the test began unless told
   * otherwise; answers their ids once the first server knows them.
   */
  fire(alerts: readonly Firing[], since?: Date): Promise<string[]>;
  /** Has alerts resolve, as Prometheus tells it. */
  resolve(alerts: readonly Firing[]): Promise<void>;
  /** Silences that are active or pending, by Alertmanager's own word. */
  inForce(): Promise<readonly StoredSilence[]>;
  /** What the change log says of acknowledgements and of silences, the oldest first. */
  told(): Promise<readonly Row[]>;
}

/** The labels of an alert. */
export type Firing = Readonly<Record<string, string>> & { readonly alertname: string };

type ClusterSettings = NonNullable<TestSettings["alertmanagers"]>[number];

/** The server's settings; its clusters are made of the one with the Alertmanager. */
export type OnCallSettings = Omit<TestSettings, "alertmanagers"> & {
  readonly alertmanagers?: (main: ClusterSettings) => readonly ClusterSettings[];
};

/** Starts it all on an empty database. */
export async function startOnCall(
  database: DatabaseSettings,
  { alertmanagers = (main) => [main], ...settings }: OnCallSettings = {},
): Promise<OnCall> {
  let alertmanager = await startAlertmanager();
  const gateway = await startStandIn(forward(alertmanager.url));
  const another = (change: TestSettings = {}) =>
    startApp(database, {
      alertmanagers: [...alertmanagers({ name: "main", members: [{ name: "am", url: gateway.url }] })],
      ...settings,
      ...change,
      upstreams: { pollIntervalSeconds: 0.2, timeoutSeconds: 2, ...settings.upstreams },
      acknowledgements: { alertmanagerWarmUpSeconds: 0, ...settings.acknowledgements, ...change.acknowledgements },
    });
  const app = await another();
  const projectOf = async (name: string): Promise<string> => {
    const create = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
    return (await app.data(app.operator, create, { name })).projectCreate.project.id;
  };
  const projects = { alpha: await projectOf("alpha"), beta: await projectOf("beta") };
  const tokenOf = async (name: string, project: string, role: "MEMBER" | "VIEWER") => {
    const { secret } = await app.app.tokens.create(operatorCaller(), { name, memberships: [{ project, role }] });
    return secret ?? "";
  };
  const begun = new Date(Date.now() - 60_000);
  // Alertmanager takes a label without a value for none.
  const labelsOf = (alert: Firing) =>
    Object.fromEntries(Object.entries({ project: "alpha", ...alert }).filter(([, value]) => value !== ""));
  return {
    ...{ app, gateway, projects, another },
    get alertmanager() {
      return alertmanager;
    },
    restartAlertmanager: async (stored) => {
      const { port, folder } = alertmanager;
      await alertmanager.stop();
      alertmanager = await startAlertmanager(stored === "kept" ? { port, folder } : { port });
    },
    sql: await sqlOn(database),
    tokens: {
      alice: await tokenOf("alice", projects.alpha, "MEMBER"),
      bob: await tokenOf("bob", projects.alpha, "MEMBER"),
      viewer: await tokenOf("viewer", projects.alpha, "VIEWER"),
      eve: await tokenOf("eve", projects.beta, "MEMBER"),
    },
    fire: async (alerts, since = begun) => {
      const startsAt = since.toISOString();
      await alertmanager.postAlerts(alerts.map((alert) => ({ labels: labelsOf(alert), startsAt })));
      const query = "query ($matchers: [String!]) { alerts(filter: { matchers: $matchers }) { nodes { id labels } } }";
      const idOf = (alert: Firing): Promise<string> =>
        waitFor(
          async () => {
            const { alerts: found } = await app.data(app.operator, query, {
              matchers: [`alertname=${alert.alertname}`],
            });
            const nodes: { id: string; labels: object }[] = found?.nodes ?? [];
            return nodes.find(({ labels }) => isDeepStrictEqual({ ...labels }, labelsOf(alert)))?.id;
          },
          { what: `${alert.alertname} to be in the graph` },
        );
      const ids: string[] = [];
      for (const alert of alerts) ids.push(await idOf(alert));
      return ids;
    },
    resolve: (alerts) => {
      const [startsAt, endsAt] = [begun.toISOString(), new Date().toISOString()];
      return alertmanager.postAlerts(alerts.map((alert) => ({ labels: labelsOf(alert), startsAt, endsAt })));
    },
    inForce: async () =>
      ((await alertmanager.api("/api/v2/silences")) as StoredSilence[]).filter(
        ({ status }) => status.state !== "expired",
      ),
    told: async () => {
      const columns = "action, entity_type AS type, entity_id AS id, actor, project_id AS project, `before`, `after`";
      const rows = await (await sqlOn(database))(
        `SELECT ${columns} FROM audit_entry WHERE entity_type IN ('Acknowledgement', 'Silence') ORDER BY at, id`,
      );
      return rows.map(({ before, after, ...row }) => ({ ...row, before: parsed(before), after: parsed(after) }));
    },
  };
}

function parsed(text: unknown): unknown {
  return text === null ? null : JSON.parse(String(text));
}
