import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { idPaths, operationOn, type RootField, rootFields, type ValueAt } from "./generated-operation.js";

let app: TestApp;
let alertmanager: Alertmanager;
let databaseFile: string;
let reader: string;
let agent: string;
/** An object of each kind, by the prefix of its id, and a second project. */
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  const database = await createSqliteDatabase();
  databaseFile = database.file;
  alertmanager = await startAlertmanager();
  const alertmanagers = [{ name: "main", members: [{ name: "first", url: alertmanager.url }] }];
  app = await startApp(database, { alertmanagers, limits: { operationCost: 100_000 } });
  reader = await app.token("READER");
  agent = await app.token("AGENT");
  ids = await makeOneOfEach();
});

const create = (noun: string, type: string, rest = "") =>
  `mutation ($input: ${type[0]?.toUpperCase()}${type.slice(1)}CreateInput!) { ${type}Create(input: $input) { ${noun} { id } ${rest} userErrors { code path message } } }`;

async function make(noun: string, input: object): Promise<string> {
  const payload = (await app.data(app.operator, create(noun, noun), { input }))[`${noun}Create`];
  expect(payload.userErrors).toEqual([]);
  return payload[noun].id;
}

async function makeOneOfEach(): Promise<Record<string, string>> {
  const prj = await make("project", { name: "victim" });
  const other = await make("project", { name: "other" });
  const contacts = [{ type: "EMAIL", value: "a@example.org" }];
  const staticTargets = [{ host: "example.org", port: 9100 }];
  const matchers = [{ name: "alertname", value: "Sample" }];
  return {
    prj,
    other,
    cgr: await make("contactGroup", { project: prj, name: "team", contacts }),
    job: await make("scrapeJob", { project: prj, name: "node", staticTargets }),
    rul: await make("alertingRule", { project: prj, name: "Sample", expr: "up == 0" }),
    grl: await make("globalRule", { name: "Everywhere", expr: "up == 0" }),
    tok: await make("apiToken", { name: "member", memberships: [{ project: prj, role: "MEMBER" }] }),
    sil: await make("silence", { project: prj, matchers, duration: "1h", comment: "for the test" }),
  };
}

/** The id of an existing object where one is due: by the name of the argument, else by the noun of the field. */
function existing(fieldName: string): ValueAt {
  const nouns: readonly (readonly [RegExp, string])[] = [
    [/^project/, "prj"],
    [/^contactGroup/, "cgr"],
    [/^scrapeJob/, "job"],
    [/^(alertingRule|recordingRule|rule)/, "rul"],
    [/^globalRule/, "grl"],
    [/^apiToken/, "tok"],
    [/^silence/, "sil"],
  ];
  return (path, typeName) => {
    if (typeName !== "ID") return undefined;
    if (path.at(-1) === "project" || fieldName === "node" || fieldName === "nodes") return ids.prj;
    const prefix = nouns.find(([noun]) => noun.test(fieldName))?.[1];
    if (prefix === undefined) throw new Error(`Say which kind of id ${fieldName} takes at ${path.join(".")}.`);
    return ids[prefix];
  };
}

/** All that is stored, but for when a token was last used. */
async function stored(): Promise<unknown> {
  const database = new Sqlite(databaseFile, { readonly: true });
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()] as const);
    const text = JSON.stringify(rows, (key, value) => (key === "last_used_at" ? undefined : value));
    return { rows: JSON.parse(text), silences: await alertmanager.api("/api/v2/silences") };
  } finally {
    database.close();
  }
}

/** Runs a check for each of the graph's root fields as they are now, naming those that fail. */
async function forEach<T>(list: readonly T[], nameOf: (item: T) => string, outcome: (item: T) => Promise<unknown>) {
  const outcomes: Record<string, unknown> = {};
  for (const item of list) outcomes[nameOf(item)] = await outcome(item);
  return outcomes;
}

const fields = (kind: "query" | "mutation" | "subscription"): RootField[] => rootFields(app.app.schema, kind);
const nameOf = ({ kind, name }: RootField): string => `${kind} ${name}`;
const all = <T>(names: Record<string, unknown>, value: T) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, value]));

describe("every field that the graph has", () => {
  it("is closed to strangers, who reach no database and no Alertmanager", async () => {
    const before = await stored();
    const every = [...fields("query"), ...fields("mutation"), ...fields("subscription")];
    let outcomes: Record<string, unknown> = {};
    const statements = await app.statementsOf(async () => {
      outcomes = await forEach(every, nameOf, async (field) => {
        const { query, variables } = operationOn(field, existing(field.name));
        const { status, errors, data } = await app.graphql(null, query, variables);
        return [status, errors?.map(({ extensions }) => extensions.code), data];
      });
    });
    expect(Object.keys(outcomes).length).toBeGreaterThan(35);
    expect(outcomes).toEqual(all(outcomes, [401, ["UNAUTHENTICATED"], undefined]));
    expect(statements).toEqual([]);
    expect(await stored()).toEqual(before);
  });

  it("that changes something is closed to readers, and nothing is changed or logged as changed", async () => {
    const before = await stored();
    const outcomes = await forEach(fields("mutation"), nameOf, async (field) => {
      const { query, variables } = operationOn(field, existing(field.name));
      const { errors, data } = await app.graphql(reader, query, variables);
      return [errors?.map(({ extensions }) => extensions.code), data];
    });
    expect(outcomes).toEqual(all(outcomes, [["FORBIDDEN"], null]));
    expect(await stored()).toEqual(before);
  });

  it("that takes an id refuses one of another kind, and none, before it does anything", async () => {
    const before = await stored();
    /** Ids of whatever kind are taken here. */
    const anyKind = new Set(["query node: id", "query nodes: ids.0", "query auditEntries: filter.entityId"]);
    const places = [...fields("query"), ...fields("mutation")].flatMap((field) =>
      idPaths(field).map((path) => ({ field, path })),
    );
    const outcomes = await forEach(
      places,
      ({ field, path }) => `${nameOf(field)}: ${path.join(".")}`,
      async ({ field, path }) => {
        const wrongs = [
          "nonsense",
          "",
          "aud_01h455vb4pex5vsknk084sn02q",
          "prj_",
          `${ids.prj}x`,
          `${ids.prj?.toUpperCase()}`,
          "__proto__",
        ];
        const seen = new Set<string>();
        for (const wrong of wrongs) {
          const valueAt: ValueAt = (at, type) =>
            at.join(".") === path.join(".") ? wrong : existing(field.name)(at, type);
          const { query, variables } = operationOn(field, valueAt, path);
          const token = field.name === "agentReport" ? agent : app.operator;
          const { errors, data } = await app.graphql(token, query, variables);
          const mistakes = data?.[field.name]?.userErrors ?? [];
          seen.add(
            String(
              errors?.[0]?.extensions.code ??
                (mistakes.some((mistake: { path: string[] }) => mistake.path.join(".") === path.join("."))
                  ? "BAD_USER_INPUT"
                  : JSON.stringify({ wrong, data })),
            ),
          );
        }
        return [...seen];
      },
    );
    for (const name of anyKind) delete outcomes[name];
    expect(Object.keys(outcomes).length).toBeGreaterThan(20);
    expect(outcomes).toEqual(all(outcomes, ["BAD_USER_INPUT"]));
    for (const id of ["nonsense", "", "zzz_01h455vb4pex5vsknk084sn02q", "prj_", "__proto__"]) {
      const { errors } = await app.graphql(app.operator, "query ($id: ID!) { nodes(ids: [$id]) { id } }", { id });
      expect([id, errors?.[0]?.extensions.code]).toEqual([id, "BAD_USER_INPUT"]);
    }
    expect(await stored()).toEqual(before);
  });
});

describe("a cursor", () => {
  const listNames = (typeName: "Query" | "Project"): string[] => {
    const type = app.app.schema.getType(typeName);
    const all = type && "getFields" in type ? Object.values(type.getFields()) : [];
    return all.filter(({ args }) => args.some(({ name }) => name === "after")).map(({ name }) => name);
  };
  const rest = (name: string) => (name === "changedProjects" ? ", sinceRevision: 0" : "");
  const cursorsOf = async (
    names: readonly string[],
    wrap: (text: string) => string,
    unwrap: (data: Record<string, never>) => Record<string, never>,
  ) => {
    const found: Record<string, string> = {};
    for (const name of names) {
      const data = unwrap(await app.data(app.operator, wrap(`${name}(first: 1${rest(name)}) { edges { cursor } }`)));
      const cursor = (data[name] as { edges: { cursor: string }[] } | null)?.edges[0]?.cursor;
      if (cursor !== undefined) found[name] = cursor;
    }
    return found;
  };
  const atRoot = (text: string) => `query ($after: String) { ${text} }`;
  const inProject = (project: string) => (text: string) =>
    `query ($after: String) { project(name: "${project}") { ${text} } }`;
  const use = async (wrap: (text: string) => string, name: string, after: string) => {
    const { errors } = await app.graphql(
      app.operator,
      wrap(`${name}(first: 1, after: $after${rest(name)}) { edges { cursor } }`),
      { after },
    );
    return errors?.map(({ extensions }) => extensions.code) ?? ["answered"];
  };

  beforeAll(async () => {
    await alertmanager.postAlerts([{ labels: { alertname: "Sample", project: "victim" } }]);
    await waitFor(async () => (await app.data(app.operator, "{ alerts { totalCount } }")).alerts?.totalCount === 1, {
      what: "the alert",
    });
  });

  it("of one list is good for that list and refused by every other one", async () => {
    const own = await cursorsOf(listNames("Query"), atRoot, (data) => data);
    const ownInProject = await cursorsOf(listNames("Project"), inProject("victim"), (data) => data.project as never);
    expect(Object.keys(own).sort()).toEqual(listNames("Query").sort());
    expect(listNames("Project").filter((name) => !(name in ownInProject))).toEqual(["targets"]); // which only a Prometheus knows
    const outcomes: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [from, cursor] of [
      ...Object.entries(own),
      ...Object.entries(ownInProject).map(([name, value]) => [`Project.${name}`, value] as const),
    ]) {
      for (const name of listNames("Query")) {
        outcomes[`${from} in ${name}`] = await use(atRoot, name, cursor);
        expected[`${from} in ${name}`] = [from === name ? "answered" : "BAD_USER_INPUT"];
      }
      for (const name of listNames("Project")) {
        outcomes[`${from} in Project.${name}`] = await use(inProject("victim"), name, cursor);
        expected[`${from} in Project.${name}`] = [from === `Project.${name}` ? "answered" : "BAD_USER_INPUT"];
        outcomes[`${from} in other Project.${name}`] = await use(inProject("other"), name, cursor);
        expected[`${from} in other Project.${name}`] = ["BAD_USER_INPUT"];
      }
    }
    expect(outcomes).toEqual(expected);
  });

  it("that was edited is refused", async () => {
    const own = await cursorsOf(listNames("Query"), atRoot, (data) => data);
    const edits = (cursor: string) => [
      "",
      "x",
      cursor.slice(1),
      `${cursor}A`,
      Buffer.from(
        Buffer.from(cursor, "base64url")
          .toString()
          .replace(/"(?=[^"]*"\]$)/, '"a'),
      ).toString("base64url"),
      Buffer.from('[1,"",""]').toString("base64url"),
    ];
    for (const [name, cursor] of Object.entries(own))
      for (const edited of edits(cursor))
        expect([name, edited, await use(atRoot, name, edited)]).toEqual([name, edited, ["BAD_USER_INPUT"]]);
  });
});
