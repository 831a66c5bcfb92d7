import { expect, it } from "vitest";
import { startApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

const groups: NonNullable<TestSettings["access"]>["groups"] = [
  { group: "project-{name}", role: "MEMBER" },
  { group: "project-{name}-admins", role: "ADMIN" },
];
const create = `mutation ($name: String!, $dryRun: Boolean! = false) {
  projectCreate(input: { name: $name }, dryRun: $dryRun) { project { name } userErrors { code message path } }
}`;
const collision =
  'The group "project-web-admins" of the project "web-admins", MEMBER by the pattern "project-{name}", reads as ADMIN in "web" by the pattern "project-{name}-admins".';

it("a project whose group of members would be read as another's admins cannot be made", async () => {
  const app = await startApp(await createSqliteDatabase(), { access: { groups } });
  for (const dryRun of [true, false]) {
    const { projectCreate } = await app.data(app.operator, create, { name: "web-admins", dryRun });
    expect(projectCreate).toEqual({
      project: null,
      userErrors: [
        {
          code: "INVALID",
          message: `${collision} Choose another name, or have the settings' access.groups changed.`,
          path: ["input", "name"],
        },
      ],
    });
  }
  const { projectCreate } = await app.data(app.operator, create, { name: "admins" });
  expect(projectCreate).toEqual({ project: { name: "admins" }, userErrors: [] });
});

it("patterns that would confuse the groups of a project that is there already are refused at the start", async () => {
  const database = await createSqliteDatabase();
  const without = await startApp(database);
  await without.data(without.operator, create, { name: "web-admins" });
  await without.close();
  await expect(startApp(database, { access: { groups } })).rejects.toThrow(
    `access.groups: ${collision} Change one of the patterns, or delete the project first.`,
  );
  // What it had opened is closed again: another may have it.
  const again = await startApp(database, { access: { groups: groups.slice(0, 1) } });
  const { projects } = await again.data(again.operator, "{ projects { nodes { id } } }");
  await again.data(again.operator, "mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }", projects.nodes[0]);
  await again.close();
  await (await startApp(database, { access: { groups } })).close();
});
