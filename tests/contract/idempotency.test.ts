import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

let app: TestApp;
let project = "";

beforeAll(async () => {
  app = await startApp(await createSqliteDatabase());
  const { projectCreate } = await app.data(
    app.operator,
    `mutation { projectCreate(input: { name: "p" }) { project { id } } }`,
  );
  project = projectCreate.project.id;
});

/** One noun of the graph: how it is created and changed, and what deletes it. */
const nouns = [
  { field: "project", input: () => ({ name: "other" }), change: { description: "x" }, remover: "projectDelete" },
  {
    field: "scrapeJob",
    input: () => ({ project, name: "node", staticTargets: [{ host: "example.org", port: 9100 }] }),
    change: { enabled: false },
    remover: "scrapeJobDelete",
  },
  {
    field: "contactGroup",
    input: () => ({ project, name: "ops", contacts: [{ type: "EMAIL", value: "a@example.org" }], makeDefault: true }),
    change: { name: "on-call" },
    remover: "contactGroupDelete",
  },
  {
    field: "alertingRule",
    input: () => ({ project, name: "Down", expr: "up == 0" }),
    change: { for: "5m" },
    remover: "ruleDelete",
  },
  {
    field: "recordingRule",
    input: () => ({ project, name: "job:up:sum", expr: "sum(up)" }),
    change: { interval: "5m" },
    remover: "ruleDelete",
  },
  {
    field: "globalRule",
    input: () => ({ name: "Down", expr: "up == 0" }),
    change: { severity: "critical" },
    remover: "globalRuleDelete",
  },
];

describe.each(nouns)("a repeat with the same Idempotency-Key on $field", ({ field, input, change, remover }) => {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const rest = "revision diff { field before after } userErrors { code path message }";
  const twice = async (query: string, key: string, variables: object) => {
    const headers = { "idempotency-key": `${field}-${key}` };
    const first = await app.data(app.operator, query, variables, headers);
    const { revision } = await app.data(app.operator, "{ revision }");
    expect(await app.data(app.operator, query, variables, headers)).toEqual(first);
    expect(await app.data(app.operator, "{ revision }")).toEqual({ revision });
    return first;
  };

  it("answers as the first time, and changes nothing: creation, update, deletion", async () => {
    const create = `mutation ($input: ${type}CreateInput!) { ${field}Create(input: $input) { ${field} { id version } ${rest} } }`;
    const { id } = (await twice(create, "create", { input: input() }))[`${field}Create`][field];
    const update = `mutation ($id: ID!, $input: ${type}UpdateInput!) { ${field}Update(id: $id, input: $input) { ${field} { id version } ${rest} } }`;
    const updated = (await twice(update, "update", { id, input: change }))[`${field}Update`];
    expect([updated.userErrors, updated[field]]).toEqual([[], { id, version: 2 }]);
    const remove = `mutation ($id: ID!) { ${remover}(id: $id) { deletedId ${rest} } }`;
    expect((await twice(remove, "delete", { id }))[remover]).toMatchObject({ deletedId: id, userErrors: [] });
  });
});
