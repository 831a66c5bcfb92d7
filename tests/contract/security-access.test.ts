import { beforeAll, describe, expect, it } from "vitest";
import { existingIds } from "./existing-ids.js";
import { idPaths, operationOn, type RootField, rootFields, type ValueAt } from "./generated-operation.js";
import { type SampleApp, startSampleApp } from "./sample-app.js";

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp();
});

const existing = (field: string): ValueAt => existingIds(app.ids, field);
const fields = (kind: "query" | "mutation" | "subscription"): RootField[] => rootFields(app.app.schema, kind);

/** What came of each, by name, so that a failure names the field. */
async function outcomesOf<T>(list: readonly T[], nameOf: (item: T) => string, outcome: (item: T) => Promise<unknown>) {
  const outcomes: Record<string, unknown> = {};
  for (const item of list) outcomes[nameOf(item)] = await outcome(item);
  return outcomes;
}

const each = (outcomes: Record<string, unknown>, value: unknown) =>
  Object.fromEntries(Object.keys(outcomes).map((name) => [name, value]));

describe("every field that the graph has", () => {
  it("is closed to strangers, who reach no database and no Alertmanager", async () => {
    const before = await app.stored();
    let outcomes: Record<string, unknown> = {};
    const statements = await app.statementsOf(async () => {
      const every = [...fields("query"), ...fields("mutation"), ...fields("subscription")];
      outcomes = await outcomesOf(
        every,
        ({ kind, name }) => `${kind} ${name}`,
        async (field) => {
          const { query, variables } = operationOn(field, existing(field.name));
          const { status, errors, data } = await app.graphql(null, query, variables);
          return [status, errors?.map(({ extensions }) => extensions.code), data];
        },
      );
    });
    expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(40);
    expect(outcomes).toEqual(each(outcomes, [401, ["UNAUTHENTICATED"], undefined]));
    expect(statements).toEqual([]);
    expect(await app.stored()).toEqual(before);
  });

  it("and that changes something is closed to readers: nothing is changed, or logged as changed", async () => {
    const reader = await app.token("READER");
    const before = await app.stored();
    const outcomes = await outcomesOf(
      fields("mutation"),
      ({ name }) => name,
      async (field) => {
        const { query, variables } = operationOn(field, existing(field.name));
        const { errors, data } = await app.graphql(reader, query, variables);
        return [errors?.map(({ extensions }) => extensions.code), data];
      },
    );
    expect(outcomes).toEqual(each(outcomes, [["FORBIDDEN"], null]));
    expect(await app.stored()).toEqual(before);
  });
});

describe("every place for an id that the graph has", () => {
  const wrong = [
    "nonsense",
    "",
    "alh_01h455vb4pex5vsknk084sn02q",
    "prj_",
    "prj_01H455VB4PEX5VSKNK084SN02Q",
    "__proto__",
  ];
  /** Here ids of whatever kind may be given. */
  const ofAnyKind = ["query node: id", "query nodes: ids.0", "query auditEntries: filter.entityId"];

  it("refuses an id of another kind, and what is none, before anything is done", async () => {
    const agent = await app.token("AGENT");
    const before = await app.stored();
    const places = [...fields("query"), ...fields("mutation")]
      .flatMap((field) =>
        idPaths(field).map((path) => ({ field, path, name: `${field.kind} ${field.name}: ${path.join(".")}` })),
      )
      .filter(({ name }) => !ofAnyKind.includes(name));
    const outcomes = await outcomesOf(
      places,
      ({ name }) => name,
      async ({ field, path }) => {
        const at = path.join(".");
        const refusals = wrong.map(async (id) => {
          const valueAt: ValueAt = (place, type) => (place.join(".") === at ? id : existing(field.name)(place, type));
          const { query, variables } = operationOn(field, valueAt, path);
          const { errors, data } = await app.graphql(
            field.name === "agentReport" ? agent : app.operator,
            query,
            variables,
          );
          const mistakes: { path: string[] }[] = data?.[field.name]?.userErrors ?? [];
          if (mistakes.some((mistake) => mistake.path.join(".") === at)) return "userError";
          return errors?.[0]?.extensions.code ?? { id, data };
        });
        return [...new Set(await Promise.all(refusals))].filter((refusal) => refusal !== "userError");
      },
    );
    expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(24);
    const onlyUserErrors = {
      "mutation apiTokenCreate: input.memberships.0.project": [],
      "mutation projectUpdate: input.defaultContactGroup": [],
    };
    expect(outcomes).toEqual({ ...each(outcomes, ["BAD_USER_INPUT"]), ...onlyUserErrors });
    expect(await app.stored()).toEqual(before);
  });

  it.each(["nonsense", "", "zzz_01h455vb4pex5vsknk084sn02q", "prj_", "__proto__", "constructor"])(
    "refuses %j where any kind of id may be given",
    async (id) => {
      for (const query of [
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($id: ID!) { nodes(ids: [$id]) { id } }",
      ]) {
        const { errors } = await app.graphql(app.operator, query, { id });
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
      }
    },
  );

  it("refuses more than 100 ids at once", async () => {
    const { errors } = await app.graphql(app.operator, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
      ids: Array(101).fill(app.ids.prj),
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
  });
});

// SECURITY 54: what is loaded for one caller is not handed to another who asks for the same at the same time.
it("two tokens that ask for the same ids at once get each its own answer", async () => {
  const { project: other } = await app.data(app.operator, `{ project(name: "other") { id } }`);
  const outsider = await app.token({ [other.id]: "ADMIN" });
  const ids = [app.ids.prj, app.ids.rul, app.ids.job, app.ids.cgr, app.ids.tok];
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } project(name: "victim") { id rules { totalCount } } }`;
  const ask = async (token: string) => (await app.graphql(token, query, { ids })).data;
  const alone = [await ask(app.operator), await ask(outsider)];
  expect(alone).toEqual([
    { nodes: ids.map((id) => ({ id })), project: { id: app.ids.prj, rules: { totalCount: expect.any(Number) } } },
    { nodes: ids.map(() => null), project: null },
  ]);
  const pairs = await Promise.all(
    Array.from({ length: 20 }, () => Promise.all([ask(app.operator), ask(outsider), ask(app.operator)])),
  );
  expect(pairs).toEqual(pairs.map(() => [alone[0], alone[1], alone[0]]));
});
