import { request as ask } from "node:http";
import { type Answer, forward, hang, type StandIn, startStandIn } from "../clients/stand-in.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import type { DatabaseSettings } from "../support/databases.js";
import { type Row, type Sql, sqlOn } from "../support/sql.js";

const payload = "silence { id comment state } userErrors { code message path }";

/** The mutations, each with the name of its field as `written`. */
export const mutations = {
  create: `mutation ($input: SilenceCreateInput!) { written: silenceCreate(input: $input) { ${payload} } }`,
  update: `mutation ($id: ID!, $input: SilenceUpdateInput!) { written: silenceUpdate(id: $id, input: $input) { ${payload} } }`,
  expire: `mutation ($id: ID!) { written: silenceExpire(id: $id) { ${payload} } }`,
};

/** A silence as Alertmanager itself answers it. */
export interface StoredSilence {
  readonly comment: string;
  readonly status: { readonly state: string };
}

/** A server with a project, and an Alertmanager that it reaches by way of a gateway, which a test may make misbehave. */
export interface WatchedSilences {
  readonly app: TestApp;
  readonly gateway: StandIn;
  readonly alertmanager: Alertmanager;
  readonly project: string;
  /** A token of a member of the project. */
  readonly member: string;
  readonly sql: Sql;
  /** Another server on the same database and Alertmanager; on SQLite the one before must be closed. */
  another(settings?: TestSettings): Promise<TestApp>;
  /** A creation's input. */
  input(change?: object): object;
  /** Silences that are active or pending, by Alertmanager's own word. */
  inForce(): Promise<readonly StoredSilence[]>;
  /** What the change log says of silences, the oldest first, and what is pending. */
  told(): Promise<{ readonly entries: readonly Row[]; readonly pending: number }>;
}

/** Starts it all on an empty database. */
export async function watchSilences(database: DatabaseSettings, settings: TestSettings = {}): Promise<WatchedSilences> {
  const alertmanager = await startAlertmanager();
  const gateway = await startStandIn(forward(alertmanager.url));
  const another = (change: TestSettings = {}) =>
    startApp(database, {
      alertmanagers: [{ name: "main", members: [{ name: "am", url: gateway.url }] }],
      ...settings,
      ...change,
      upstreams: { pollIntervalSeconds: 0.2, ...settings.upstreams, ...change.upstreams },
    });
  const app = await another();
  const create = `mutation { projectCreate(input: { name: "alpha" }) { project { id } } }`;
  const project: string = (await app.data(app.operator, create)).projectCreate.project.id;
  const sql = await sqlOn(database);
  return {
    ...{ app, gateway, alertmanager, project, sql, another },
    member: await app.token({ [project]: "MEMBER" }),
    input: (change = {}) => ({
      project,
      matchers: [{ name: "alertname", value: "Down" }],
      duration: "1h",
      comment: "mending",
      ...change,
    }),
    inForce: async () =>
      ((await alertmanager.api("/api/v2/silences")) as StoredSilence[]).filter(
        ({ status }) => status.state !== "expired",
      ),
    told: async () => {
      const columns = "action, entity_id, project_id, actor, `before`, `after`";
      const entries = await sql(`SELECT ${columns} FROM audit_entry WHERE entity_type = 'Silence' ORDER BY at, id`);
      const [count] = await sql("SELECT COUNT(*) AS pending FROM pending_write");
      return { entries: entries.map(parsed), pending: Number(count?.pending) };
    },
  };
}

function parsed({ before, after, ...row }: Row): Row {
  const [was, is] = [before, after].map((state) => (state === null ? null : JSON.parse(String(state))));
  return { ...row, before: was, after: is };
}

type Request = Parameters<Answer>[0];

/** Whether the request alters something. */
export function isWrite({ method }: Request): boolean {
  return method !== "GET";
}

/** Hands all on to the Alertmanager, and loses its answers to writes. */
export function losingAnswers(url: string): Answer {
  const onward = forward(url);
  return (request, response) => {
    if (!isWrite(request)) return onward(request, response);
    const { method, headers } = request;
    const lost = ask(new URL(request.url ?? "/", url), { method, headers }, (answer) => {
      answer.resume().once("end", () => response.destroy());
    });
    request.pipe(lost);
  };
}

/** Hands all on to the Alertmanager but writes, which it never answers. */
export function losingWrites(url: string): Answer {
  const onward = forward(url);
  return (request, response) => (isWrite(request) ? hang : onward)(request, response);
}

/** Hands all on to the Alertmanager, some of it not before it is told to. */
export function holding(
  isHeld: (request: Request) => boolean,
  url: string,
): { readonly answer: Answer; readonly release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onward = forward(url);
  const later: Answer = (request, response) => void released.then(() => onward(request, response));
  return {
    answer: (request, response) => (isHeld(request) ? later : onward)(request, response),
    release: () => release(),
  };
}
