import { TypeID } from "typeid-js";
import { type Alertmanager, type PostedAlert, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase, type DatabaseSettings } from "../support/databases.js";
import type { Answer } from "../support/post-graphql.js";
import { waitFor } from "../support/wait-for.js";

export const hourMs = 3_600_000;
/** A silence's id that was never given. */
export const unknownId = "sil_00000000008008000000000000";

export const equal = (name: string, value: string) => ({ name, value });
export const regex = (name: string, value: string) => ({ name, value, isRegex: true });
export const not = (name: string, value: string) => ({ name, value, isEqual: false });
export const of = (project: string) => equal("project", project);
export const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Who there is: operators, and people with roles in the projects `alpha` and `beta`. */
export const people = ["operator", "reader", "admin", "member", "viewer", "betaMember"] as const;
export type Person = (typeof people)[number];

/** A server with two projects and some alerts, and an Alertmanager of its own. */
export interface SilencedProjects {
  readonly app: TestApp;
  readonly alertmanager: Alertmanager;
  /** Their ids. */
  readonly alpha: string;
  readonly beta: string;
  readonly tokens: Readonly<Record<Person, string>>;
  /** Sends an operation, and fails unless it is answered with data. */
  // biome-ignore lint/suspicious/noExplicitAny: see Answer.data
  as(who: Person, query: string, variables?: object, headers?: Record<string, string>): Promise<any>;
  /** The answer whatever it is, without what differs from one request to the next. */
  ask(who: Person, query: string, variables?: object, headers?: Record<string, string>): Promise<object>;
  /** Makes a silence of alpha's alert "Down" for an hour, unless told otherwise; answers its id. */
  make(change?: object, who?: Person): Promise<string>;
  /** Makes one beside the graph, and resolves with its id once the graph has it. */
  makeBeside(matchers: readonly object[], change?: object): Promise<string>;
  /** Ends all silences. */
  clear(): Promise<void>;
}

/** The alerts that there are from the beginning. */
export const alerts: readonly PostedAlert[] = [
  { labels: { alertname: "Down", project: "alpha", severity: "page" } },
  { labels: { alertname: "Slow", project: "alpha", severity: "info" } },
  { labels: { alertname: "Down", project: "beta" } },
  { labels: { alertname: "Down" } },
];

const payload = "silence { id } userErrors { code message path }";
const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { ${payload} } }`;
const expire = `mutation ($id: ID!) { silenceExpire(id: $id) { ${payload} } }`;
const inForce = "{ silences(filter: { states: [ACTIVE, PENDING] }, first: 100) { nodes { id } } }";

/** Starts it, on SQLite unless told otherwise. */
export async function startSilencedProjects(
  settings: TestSettings = {},
  database?: DatabaseSettings,
): Promise<SilencedProjects> {
  const alertmanager = await startAlertmanager();
  const app = await startApp(database ?? (await createSqliteDatabase()), {
    alertmanagers: [{ name: "main", members: [{ name: "am", url: alertmanager.url }] }],
    ...settings,
    upstreams: { pollIntervalSeconds: 0.2, ...settings.upstreams },
  });
  const project = async (name: string): Promise<string> => {
    const query = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
    return (await app.data(app.operator, query, { name })).projectCreate.project.id;
  };
  const [alpha, beta] = [await project("alpha"), await project("beta")];
  const tokens = {
    operator: app.operator,
    reader: await app.token("READER"),
    admin: await app.token({ [alpha]: "ADMIN" }),
    member: await app.token({ [alpha]: "MEMBER" }),
    viewer: await app.token({ [alpha]: "VIEWER" }),
    betaMember: await app.token({ [beta]: "MEMBER" }),
  };
  const as: SilencedProjects["as"] = (who, ...request) => app.data(tokens[who], ...request);
  await alertmanager.postAlerts(alerts);
  const known = async () => (await as("operator", "{ alerts { totalCount } }")).alerts?.totalCount;
  await waitFor(async () => (await known()) === alerts.length, { what: "the alerts to be in the graph" });
  const make: SilencedProjects["make"] = async (change = {}, who = "operator") => {
    const input = { project: alpha, matchers: [equal("alertname", "Down")], duration: "1h", comment: "mending" };
    const { silenceCreate } = await as(who, create, { input: { ...input, ...change } });
    if (silenceCreate.silence === null) throw new Error(JSON.stringify(silenceCreate.userErrors));
    return silenceCreate.silence.id;
  };
  return {
    ...{ app, alertmanager, alpha, beta, tokens, as, make },
    ask: async (who, ...request) => withoutRequestId(await app.graphql(tokens[who], ...request)),
    makeBeside: async (matchers, change = {}) => {
      const body = { startsAt: inMs(0), endsAt: inMs(hourMs), createdBy: "somebody", comment: "beside", ...change };
      const all = matchers.map((matcher) => ({ isRegex: false, isEqual: true, ...matcher }));
      const { silenceID } = (await alertmanager.api("/api/v2/silences", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...body, matchers: all }),
      })) as { silenceID: string };
      const id = TypeID.fromUUID("sil", silenceID).toString();
      const found = "query ($id: ID!) { node(id: $id) { id } }";
      const isThere = async () => (await as("operator", found, { id })).node !== null;
      await waitFor(isThere, { what: "the silence to be in the graph" });
      return id;
    },
    clear: async () => {
      for (const { id } of (await as("operator", inForce)).silences.nodes) await as("operator", expire, { id });
    },
  };
}

function withoutRequestId({ status, data, errors }: Answer): object {
  const seen = errors?.map(({ extensions: { requestId: _, ...extensions }, ...error }) => ({ ...error, extensions }));
  return { status, data, errors: seen };
}
