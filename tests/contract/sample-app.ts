import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase, type DatabaseSettings } from "../support/databases.js";
import { startPrometheus } from "../support/prometheus.js";
import { type Row, type Sql, sqlOn } from "../support/sql.js";
import { waitFor } from "../support/wait-for.js";

/** The real server with a real Alertmanager and a real Prometheus, and in it an object of each kind. */
export interface SampleApp extends TestApp {
  readonly alertmanager: Alertmanager;
  /** The object of each kind, by the prefix of its id; all belong to the project `victim`. */
  readonly ids: Readonly<Record<string, string>>;
  /** All that is stored in the database and the Alertmanager, but for refusals, for when a token was last used, and for what the server notes of itself. */
  stored(): Promise<unknown>;
  /** The entries of the change log that tell of refusals, oldest first. */
  refusals(): Promise<Row[]>;
}

/** Starts it, on SQLite unless told otherwise; `other` is a second project, which has nothing. */
export async function startSampleApp(
  settings: Pick<TestSettings, "access" | "onLog"> & { readonly database?: DatabaseSettings } = {},
): Promise<SampleApp> {
  const { database = await createSqliteDatabase(), ...others } = settings;
  const [alertmanager, prometheus] = await Promise.all([startAlertmanager(), startPrometheus()]);
  const alertmanagers = [{ name: "main", members: [{ name: "first", url: alertmanager.url }] }];
  const app = await startApp(database, {
    ...others,
    alertmanagers,
    prometheus: [{ name: "main", url: prometheus.url }],
  });
  const sql = await sqlOn(database);
  return {
    ...app,
    alertmanager,
    ids: { ...(await makeOneOfEach(app)), ...(await acknowledgeOne(app, alertmanager)) },
    stored: async () => ({
      tables: await tablesOf(sql, database.type),
      silences: await alertmanager.api("/api/v2/silences"),
    }),
    refusals: () => sql("SELECT * FROM audit_entry WHERE action = 'REFUSED' ORDER BY id"),
  };
}

async function makeOneOfEach(app: TestApp): Promise<Record<string, string>> {
  const make = async (noun: string, input: object): Promise<string> => {
    const type = `${noun[0]?.toUpperCase()}${noun.slice(1)}CreateInput!`;
    const fields = `${noun} { id } userErrors { code message path }`;
    const mutation = `mutation ($input: ${type}) { payload: ${noun}Create(input: $input) { ${fields} } }`;
    const { payload } = await app.data(app.operator, mutation, { input });
    if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
    return payload[noun].id;
  };
  const prj = await make("project", { name: "victim" });
  await make("project", { name: "other" });
  const contacts = [{ type: "EMAIL", value: "a@example.org" }];
  const staticTargets = [{ host: "example.org", port: 9100 }];
  const matchers = [{ name: "alertname", value: "Sample" }];
  const { auditEntries } = await app.data(
    app.operator,
    `{ auditEntries(filter: { project: "${prj}" }) { nodes { id } } }`,
  );
  const report = `mutation { agentReport(input: { name: "sample", instanceId: "a", hostname: "h", agentVersion: "1", outputs: [PROMETHEUS],
    appliedRevision: 0, state: SYNCED, reportIntervalSeconds: 600, problems: [] }) { agent { id } } }`;
  const { agentReport } = await app.data(await app.token("AGENT"), report);
  return {
    prj,
    agt: agentReport.agent.id,
    aud: auditEntries.nodes[0].id,
    cgr: await make("contactGroup", { project: prj, name: "team", contacts }),
    job: await make("scrapeJob", { project: prj, name: "node", staticTargets }),
    rul: await make("alertingRule", { project: prj, name: "Sample", expr: "up == 0" }),
    grl: await make("globalRule", { name: "Everywhere", expr: "up == 0" }),
    tok: await make("apiToken", { name: "member", memberships: [{ project: prj, role: "MEMBER" }] }),
    sil: await make("silence", { project: prj, matchers, duration: "1h", comment: "for the test" }),
  };
}

async function acknowledgeOne(app: TestApp, alertmanager: Alertmanager): Promise<Record<string, string>> {
  const endsAt = new Date(Date.now() + 86_400_000).toISOString();
  await alertmanager.postAlerts([{ labels: { alertname: "Acknowledged", project: "victim" }, endsAt }]);
  const alr: string = await waitFor(
    async () => (await app.data(app.operator, "{ alerts { nodes { id } } }")).alerts?.nodes[0]?.id,
    { what: "the alert" },
  );
  const input = { alerts: [alr], note: "for the test", owner: "somebody" };
  const mutation = `mutation ($input: AlertsAcknowledgeInput!) { alertsAcknowledge(input: $input) { results { acknowledgement { id } } } }`;
  const { results } = (await app.data(app.operator, mutation, { input })).alertsAcknowledge;
  // That the server records it by itself is not to be taken for what somebody asked for.
  const history = "{ alertHistory { nodes { stateChanges { silenced } } } }";
  await waitFor(
    async () => (await app.data(app.operator, history)).alertHistory.nodes[0]?.stateChanges.at(-1)?.silenced,
    { what: "its silence to be recorded" },
  );
  return { alr, ack: results[0].acknowledgement.id };
}

/** What the server writes without being asked to: whose turn it is to record the history of alerts, and that history. */
const ownTables = new Set(["lease", "alert_episode", "alert_history_day", "alert_history_reading"]);

async function tablesOf(sql: Sql, type: DatabaseSettings["type"]): Promise<unknown> {
  const tables = await sql(
    type === "sqlite"
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  const contents: [name: string, rows: Row[]][] = [];
  for (const { name } of tables) {
    if (ownTables.has(String(name))) continue;
    contents.push([
      String(name),
      await sql(`SELECT * FROM \`${name}\`${name === "audit_entry" ? " WHERE action <> 'REFUSED'" : ""}`),
    ]);
  }
  return JSON.parse(JSON.stringify(contents, (key, value) => (key === "last_used_at" ? undefined : value)));
}
