import Sqlite from "better-sqlite3";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { startPrometheus } from "../support/prometheus.js";

/** The real server on SQLite with a real Alertmanager and a real Prometheus, and in it an object of each kind. */
export interface SampleApp extends TestApp {
  readonly alertmanager: Alertmanager;
  /** The object of each kind, by the prefix of its id; all belong to the project `victim`. */
  readonly ids: Readonly<Record<string, string>>;
  /** All that is stored in the database and the Alertmanager, but for when a token was last used. */
  stored(): Promise<unknown>;
}

/** Starts it; `other` is a second project, which has nothing. */
export async function startSampleApp(settings: Pick<TestSettings, "access" | "onLog"> = {}): Promise<SampleApp> {
  const database = await createSqliteDatabase();
  const [alertmanager, prometheus] = await Promise.all([startAlertmanager(), startPrometheus()]);
  const alertmanagers = [{ name: "main", members: [{ name: "first", url: alertmanager.url }] }];
  const app = await startApp(database, {
    ...settings,
    alertmanagers,
    prometheus: [{ name: "main", url: prometheus.url }],
  });
  return {
    ...app,
    alertmanager,
    ids: await makeOneOfEach(app),
    stored: async () => ({ tables: tablesOf(database.file), silences: await alertmanager.api("/api/v2/silences") }),
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
  return {
    prj,
    cgr: await make("contactGroup", { project: prj, name: "team", contacts }),
    job: await make("scrapeJob", { project: prj, name: "node", staticTargets }),
    rul: await make("alertingRule", { project: prj, name: "Sample", expr: "up == 0" }),
    grl: await make("globalRule", { name: "Everywhere", expr: "up == 0" }),
    tok: await make("apiToken", { name: "member", memberships: [{ project: prj, role: "MEMBER" }] }),
    sil: await make("silence", { project: prj, matchers, duration: "1h", comment: "for the test" }),
  };
}

function tablesOf(file: string): unknown {
  const database = new Sqlite(file, { readonly: true });
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()] as const);
    return JSON.parse(JSON.stringify(rows, (key, value) => (key === "last_used_at" ? undefined : value)));
  } finally {
    database.close();
  }
}
