import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isCompositeType, isObjectType } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { type Result, subscribe } from "../support/subscriber.js";
import { type Audience, audiences, fieldMatrix, withoutValue } from "./field-matrix.js";
import { mutations, type OperationRow, queries, subscriptions } from "./operation-matrix.js";
import { type Role, roles } from "./roles.js";
import { startTwoServers, type TwoServers } from "./two-servers.js";

const roots = ["Query", "Mutation", "Subscription"];
const isEnvelope = (name: string) => /(Connection|Edge|Payload|Result)$|^(PageInfo|UserError|FieldChange)$/.test(name);

let servers: TwoServers;
beforeAll(async () => {
  servers = await startTwoServers();
}, 120_000);

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  const named = Object.values(schema.getTypeMap()).filter(isObjectType);
  return named.filter(({ name }) => !name.startsWith("__") && !roots.includes(name) && !isEnvelope(name));
}

const codesOf = (errors: readonly { extensions: Record<string, unknown> }[] = []) => [
  ...new Set(errors.map(({ extensions }) => String(extensions.code))),
];

/** The first result of a subscription. */
async function firstOf(call: string, role: Role): Promise<Result> {
  const stream = await subscribe(servers.urlOf(role), servers.victim.tokens[role], `subscription { ${call} }`);
  const [result = {}] = await stream.first(1);
  stream.close();
  return result;
}

describe("every field of the graph", () => {
  /** The stated audience of every field, by `Type.field`. */
  function stated(): Map<string, Audience> {
    const entries = Object.entries(fieldMatrix).flatMap(([type, { fields }]) =>
      Object.entries(fields).flatMap(([audience, names]) =>
        names.split(/\s+/).map((name) => [`${type}.${name}`, audience as Audience] as const),
      ),
    );
    const twice = entries.filter(([field], index) => entries.findIndex(([other]) => other === field) !== index);
    expect(twice).toEqual([]);
    return new Map(entries);
  }

  /** What a role gets to see of a field of the objects of the type, as a mark. */
  async function markOf(type: GraphQLObjectType, field: string, role: Role): Promise<string> {
    const row = fieldMatrix[type.name];
    const fieldType = type.getFields()[field]?.type;
    if (row === undefined || fieldType === undefined) throw new Error(`${type.name}.${field} cannot be asked for.`);
    const selection = isCompositeType(getNamedType(fieldType)) ? " { __typename }" : "";
    const asked = row.at.replace("@", `found: ${field}${selection}`);
    const { data, errors } = row.isEvent ? await firstOf(asked, role) : await servers.ask(role, "query", asked);
    const codes = codesOf(errors);
    if (codes.length > 0) return codes.every((code) => ["FORBIDDEN", "NOT_FOUND"].includes(code)) ? "0" : codes.join();
    const values = valuesOf(data);
    return values.length === 0 ? "0" : values.some((value) => value !== null) ? "+" : "n";
  }

  /** Every value of a key `found`, wherever it is. */
  function valuesOf(data: unknown): unknown[] {
    if (data === null || typeof data !== "object") return [];
    return Object.entries(data).flatMap(([key, value]) => (key === "found" ? [value] : valuesOf(value)));
  }

  it("has a stated audience", () => {
    const inSchema = objectTypes(servers.schema).flatMap((type) =>
      Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
    );
    expect([...stated().keys()].sort()).toEqual(inSchema.sort());
  });

  it("is seen by its audience, and by nobody else", { timeout: 120_000 }, async () => {
    const [expected, actual] = [new Map<string, string>(), new Map<string, string>()];
    const audienceOf = stated();
    for (const type of objectTypes(servers.schema)) {
      for (const name of Object.keys(type.getFields())) {
        const field = `${type.name}.${name}`;
        const marks = audiences[audienceOf.get(field) ?? "everybody"];
        expected.set(field, field in withoutValue ? marks.replaceAll("+", "n") : marks);
        actual.set(field, (await Promise.all(roles.map((role) => markOf(type, name, role)))).join(" "));
      }
    }
    expect(actual).toEqual(expected);
  });
});

describe("every operation of the graph", () => {
  const names = (rows: Readonly<Record<string, OperationRow>>) =>
    [...new Set(Object.keys(rows).map((key) => key.split(":")[0]))].sort();
  const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.keys(type?.getFields() ?? {}).sort();

  it("has a stated expectation", () => {
    expect(names(queries)).toEqual(fieldsOf(servers.schema.getQueryType()));
    expect(names(mutations)).toEqual(fieldsOf(servers.schema.getMutationType()));
    expect(names(subscriptions)).toEqual(fieldsOf(servers.schema.getSubscriptionType()));
  });

  /** What came of the call, as a mark. */
  async function markOf(kind: "query" | "mutation", { call, fresh }: OperationRow, role: Role): Promise<string> {
    const more: Record<string, string> = fresh === undefined ? {} : { fresh: await makeFresh(fresh) };
    const { data, errors } = await servers.ask(role, kind, `found: ${call}`, more);
    const codes = codesOf(errors).map((code) => ({ FORBIDDEN: "F", NOT_FOUND: "0" })[code] ?? code);
    if (codes.length > 0) return codes.join();
    const [found] = [data.found].flat();
    if (found === null) return "0";
    const { userErrors = [], results = [] } = found ?? {};
    const mistakes: { code: string }[] = results.flatMap((result: typeof found) => result.userErrors);
    if (mistakes.some(({ code }) => code === "NOT_FOUND")) return "0";
    return userErrors.length + mistakes.length === 0 ? "+" : "x";
  }

  async function makeFresh(what: "silence" | "token"): Promise<string> {
    const { client } = servers.stack;
    const { prj = "" } = servers.victim.ids;
    if (what === "token") {
      const memberships = [{ project: prj, role: "VIEWER" } as const];
      return (await client.apiTokens.create({ name: "fresh", memberships })).apiToken.id;
    }
    const matchers = [{ name: "alertname", value: "Nothing" }];
    return (await client.silences.create({ project: prj, matchers, duration: "1m", comment: "fresh" })).silence.id;
  }

  /** What came first of a subscription, as a mark. */
  async function firstMarkOf({ call }: OperationRow, role: Role): Promise<string> {
    const { data, errors } = await firstOf(`found: ${call}`, role);
    if (data?.found != null) return "+";
    return codesOf(errors).join() === "FORBIDDEN" ? "F" : JSON.stringify(errors);
  }

  it("lets whom it is stated for do it: subscription", async () => {
    const actual: Record<string, string> = {};
    for (const [name, row] of Object.entries(subscriptions)) {
      actual[name] = (await Promise.all(roles.map((role) => firstMarkOf(row, role)))).join(" ");
    }
    expect(actual).toEqual(Object.fromEntries(Object.entries(subscriptions).map(([name, { who }]) => [name, who])));
  });

  it.each([
    ["query", queries],
    ["mutation", mutations],
  ] as const)("lets whom it is stated for do it: %s", { timeout: 120_000 }, async (kind, rows) => {
    const actual: Record<string, string> = {};
    for (const [name, row] of Object.entries(rows)) {
      const marks: string[] = [];
      for (const role of roles) marks.push(await markOf(kind, row, role));
      actual[name] = marks.join(" ");
    }
    expect(actual).toEqual(Object.fromEntries(Object.entries(rows).map(([name, { who }]) => [name, who])));
  });
});
