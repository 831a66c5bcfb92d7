import { beforeAll, expect, it } from "vitest";
import { migrations } from "../../migrations/migrations.js";
import { databaseSettings } from "../../server/core/database/database-settings.js";
import { openDatabase } from "../../server/core/database/open-database.js";
import { entities } from "../../server/entities.js";
import { startApp, type TestApp } from "../support/app.js";
import { withSource } from "../support/data-source.js";
import { describeOnEachDatabase } from "../support/databases.js";

const payload = "project { id openstackId } userErrors { code message path }";
const create = `mutation ($input: ProjectCreateInput!, $dryRun: Boolean! = false) { done: projectCreate(input: $input, dryRun: $dryRun) { ${payload} } }`;
const update = `mutation ($id: ID!, $input: ProjectUpdateInput!, $dryRun: Boolean! = false) { done: projectUpdate(id: $id, input: $input, dryRun: $dryRun) { ${payload} } }`;
const remove = "mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  const ask = async (query: string, variables: object) => (await app.data(app.operator, query, variables)).done;
  const made = async (name: string, openstackId: string | null = null) =>
    (await ask(create, { input: { name, openstackId } })).project.id;
  const taken = (openstackId: string) => ({
    project: null,
    userErrors: [
      {
        code: "TAKEN",
        message: `Another project has the OpenStack id "${openstackId}" already.`,
        path: ["input", "openstackId"],
      },
    ],
  });

  beforeAll(async () => {
    app = await startApp(database.settings);
  });

  it("belongs to one living project: a second gets TAKEN, in a dry run too", async () => {
    await made("first", "os-1");
    const other = await made("second");
    for (const dryRun of [true, false]) {
      expect(await ask(create, { input: { name: "third", openstackId: "os-1" }, dryRun })).toEqual(taken("os-1"));
      expect(await ask(update, { id: other, input: { openstackId: "os-1" }, dryRun })).toEqual(taken("os-1"));
    }
    expect(await app.data(app.operator, '{ project(name: "third") { id } }')).toEqual({ project: null });
    // Another case is another id.
    expect((await ask(update, { id: other, input: { openstackId: "OS-1" } })).project.openstackId).toBe("OS-1");
  });

  it("may be absent in many projects, kept, given up and taken over", async () => {
    const [a, b] = [await made("a", "os-2"), await made("b")];
    const kept = await ask(update, { id: a, input: { openstackId: "os-2", description: "kept" } });
    expect(kept).toEqual({ project: { id: a, openstackId: "os-2" }, userErrors: [] });
    await ask(update, { id: a, input: { openstackId: null } });
    expect(await ask(update, { id: b, input: { openstackId: "os-2" } })).toEqual({
      project: { id: b, openstackId: "os-2" },
      userErrors: [],
    });
    await app.data(app.operator, remove, { id: b });
    expect((await ask(update, { id: a, input: { openstackId: "os-2" } })).userErrors).toEqual([]);
  });

  it("goes to one of several who want it at the same time", async () => {
    const names = ["r1", "r2", "r3", "r4"];
    const outcomes = await Promise.all(names.map((name) => ask(create, { input: { name, openstackId: "os-3" } })));
    const refused = outcomes.filter(({ userErrors }) => userErrors.length > 0);
    expect(refused).toEqual([taken("os-3"), taken("os-3"), taken("os-3")]);
  });

  it("that several had before it had to be unique stays with the oldest", async () => {
    const settings = await database.another();
    const earlier = await startApp(settings);
    const ids: string[] = [];
    for (const name of ["old", "young", "gone"]) {
      const { done } = await earlier.data(earlier.operator, create, { input: { name } });
      ids.push(done.project.id);
    }
    await earlier.data(earlier.operator, remove, { id: ids[2] });
    await earlier.close();

    const Migration = migrations.find(({ name }) => name === "OpenstackIds1763900000014");
    if (Migration === undefined) throw new Error("There is no such migration.");
    await withSource(settings, async (source) => {
      const runner = source.createQueryRunner();
      await new Migration().down(runner);
      await runner.query("UPDATE project SET openstack_id = 'shared'");
      await runner.query("DELETE FROM migration WHERE name = 'OpenstackIds1763900000014'");
      await runner.release();
    });

    await (await openDatabase(databaseSettings.parse(settings), { entities, migrations })).close();
    const rows = await withSource(settings, (source) =>
      source.query("SELECT name, openstack_id AS held FROM project ORDER BY name"),
    );
    expect(rows.map(({ name, held }: { name: string; held: string | null }) => [name, held])).toEqual([
      ["gone", null],
      ["old", "shared"],
      ["young", null],
    ]);
  });
});
