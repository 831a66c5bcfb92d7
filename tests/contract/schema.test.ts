import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { printGraph } from "../../server/http/schema.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(await createSqliteDatabase());
});

const ours = () =>
  Object.values(app.app.schema.getTypeMap()).filter(
    (type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type),
  );

/** Every place of a type that should have a description, with the one it has. */
function described(type: GraphQLNamedType): [string, string | null | undefined][] {
  const here: [string, string | null | undefined][] = /^(Query|Mutation|Subscription)$/.test(type.name)
    ? []
    : [[type.name, type.description]];
  if (isEnumType(type))
    return [
      ...here,
      ...type
        .getValues()
        .map((value): [string, typeof value.description] => [`${type.name}.${value.name}`, value.description]),
    ];
  if (isInputObjectType(type))
    return [
      ...here,
      ...Object.values(type.getFields()).map((field): [string, typeof field.description] => [
        `${type.name}.${field.name}`,
        field.description,
      ]),
    ];
  if (!isObjectType(type) && !isInterfaceType(type)) return here;
  const fields = Object.values(type.getFields()).flatMap((field): [string, string | null | undefined][] => [
    [`${type.name}.${field.name}`, field.description],
    ...field.args.map((arg): [string, typeof arg.description] => [
      `${type.name}.${field.name}(${arg.name})`,
      arg.description,
    ]),
  ]);
  return [...here, ...fields];
}

describe("the schema", () => {
  it("is committed as it is: schema.graphql is what the server prints (npm run schema)", () => {
    const committed = readFileSync(fileURLToPath(new URL("../../schema.graphql", import.meta.url)), "utf8");
    expect(printGraph(app.app.schema)).toBe(committed);
  });

  it("describes every type, field, argument and enum value", () => {
    expect(
      ours()
        .flatMap(described)
        .filter(([, description]) => !description?.trim())
        .map(([name]) => name),
    ).toEqual([]);
  });

  it("names mutations noun then verb, and gives each a payload of its own with userErrors", () => {
    const mutations = Object.values(app.app.schema.getMutationType()?.getFields() ?? {});
    const payload = ({ type }: { type: unknown }) => String(type);
    const expected = mutations.map(({ name }) => `${name[0]?.toUpperCase()}${name.slice(1)}Payload!`);
    expect(mutations.map(payload)).toEqual(expected);
    const withoutErrors = ours().filter(
      (type) =>
        type.name.endsWith("Payload") &&
        isObjectType(type) &&
        String(type.getFields().userErrors?.type) !== "[UserError!]!",
    );
    expect(withoutErrors.map(({ name }) => name)).toEqual([]);
  });

  it("gives every list field that is not small a page: first and after", () => {
    const connections = ours().flatMap((type) =>
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).map((field) => [type.name, field] as const)
        : [],
    );
    const wrong = connections.filter(
      ([, field]) =>
        /Connection!?$/.test(String(field.type)) &&
        !["first", "after"].every((name) => field.args.some((arg) => arg.name === name)),
    );
    expect(wrong.map(([name, field]) => `${name}.${field.name}`)).toEqual([]);
  });
});

describe("the packages", () => {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => {
    const lock = require("../../package-lock.json") as { packages: Record<string, { version?: string }> };
    return lock.packages[`node_modules/${name}`]?.version ?? "absent";
  };
  const atLeast = (version: string, floor: string) => {
    const [a, b] = [version, floor].map((text) => text.split(/[.-]/).map(Number));
    for (let index = 0; index < 3; index++) {
      const [x, y] = [a?.[index] ?? 0, b?.[index] ?? 0];
      if (x !== y) return x > y;
    }
    return true;
  };

  it("are no older than the versions that mend known holes", () => {
    const floors = { graphql: "16.15.0", "@apollo/server": "5.5.0", typeorm: "0.3.26", mysql2: "3.23.1" };
    const old = Object.entries(floors).filter(([name, floor]) => !atLeast(versionOf(name), floor));
    expect(old.map(([name]) => `${name} ${versionOf(name)}`)).toEqual([]);
    expect([versionOf("graphql").split(".")[0], versionOf("type-graphql")]).toEqual(["16", "2.0.0-rc.4"]);
  });

  it("come with a lock file that names no registry", () => {
    expect(readFileSync(fileURLToPath(new URL("../../package-lock.json", import.meta.url)), "utf8")).not.toMatch(
      /"resolved": "https?:/,
    );
  });
});
