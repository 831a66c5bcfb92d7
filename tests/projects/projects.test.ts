import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const create = `mutation ($input: ProjectCreateInput!, $dryRun: Boolean! = false) {
  projectCreate(input: $input, dryRun: $dryRun) {
    project { id name description extraLabels limitTier openstackId aclGroup viewerRole revision version }
    diff { field before after } revision userErrors { code message path }
  }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.settings);
  });

  it("creates a project, and finds it by name and by id", async () => {
    const { projectCreate } = await app.data(app.operator, create, { input: { name: "tools", extraLabels: { team: "a" } } });
    const { id, revision } = projectCreate.project;
    expect(projectCreate).toEqual({
      project: {
        id: expect.stringMatching(/^prj_[0-9a-z]{26}$/),
        name: "tools",
        description: "",
        extraLabels: { team: "a" },
        limitTier: "default",
        openstackId: null,
        aclGroup: null,
        viewerRole: "ADMIN",
        revision,
        version: 1,
      },
      diff: [
        { field: "name", before: null, after: "tools" },
        { field: "description", before: null, after: "" },
        { field: "extraLabels", before: null, after: { team: "a" } },
        { field: "limitTier", before: null, after: "default" },
      ],
      revision,
      userErrors: [],
    });
    expect(
      await app.data(app.operator, `query ($id: ID!) { project(name: "tools") { id } node(id: $id) { ... on Project { name } } }`, { id }),
    ).toEqual({ project: { id }, node: { name: "tools" } });
  });

  it("writes nothing in a dry run and says what it would write", async () => {
    const { projectCreate } = await app.data(app.operator, create, { input: { name: "dry" }, dryRun: true });
    expect(projectCreate).toMatchObject({ project: null, revision: null, userErrors: [], diff: [{ field: "name", before: null, after: "dry" }, {}, {}, {}] });
    expect(await app.data(app.operator, `{ project(name: "dry") { id } }`)).toEqual({ project: null });
  });

  it("tells every mistake of an input with its path, and writes nothing", async () => {
    const input = { name: "Not A Name", extraLabels: { "bad-name": "x", project: "y" }, limitTier: "/" };
    const { projectCreate } = await app.data(app.operator, create, { input });
    expect(projectCreate.project).toBeNull();
    expect(projectCreate.userErrors.map(({ code, path }: { code: string; path: string[] }) => [code, path.join(".")])).toEqual([
      ["INVALID", "input.extraLabels.bad-name"],
      ["INVALID", "input.extraLabels.project"],
      ["INVALID", "input.limitTier"],
      ["INVALID", "input.name"],
    ].sort((a, b) => expectOrder(a, b)));
  });
});

function expectOrder(_a: string[], _b: string[]): number {
  return 0;
}
