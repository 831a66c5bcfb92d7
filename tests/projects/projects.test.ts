import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const fields = "id name description extraLabels limitTier openstackId aclGroup viewerRole revision version";
const payload = `project { ${fields} } diff { field before after } revision userErrors { code message path }`;
const create = `mutation ($input: ProjectCreateInput!, $dryRun: Boolean! = false) {
  projectCreate(input: $input, dryRun: $dryRun) { ${payload} }
}`;
const update = `mutation ($id: ID!, $input: ProjectUpdateInput!, $dryRun: Boolean! = false) {
  projectUpdate(id: $id, input: $input, dryRun: $dryRun) { ${payload} }
}`;
const remove = `mutation ($id: ID!, $expectedVersion: Int) {
  projectDelete(id: $id, expectedVersion: $expectedVersion) {
    deletedId diff { field before after } revision userErrors { code message path }
  }
}`;

interface Mistake {
  readonly code: string;
  readonly path: readonly string[];
}
const mistakes = (list: readonly Mistake[]) => list.map(({ code, path }) => `${code} ${path.join(".")}`);

describeOnEachDatabase((database) => {
  let app: TestApp;
  const made = async (name: string, input: object = {}) =>
    (await app.data(app.operator, create, { input: { name, ...input } })).projectCreate.project;

  beforeAll(async () => {
    app = await startApp(database.settings);
  });

  it("creates a project, and finds it by name and by id", async () => {
    const input = { name: "tools", extraLabels: { team: "a" } };
    const { projectCreate } = await app.data(app.operator, create, { input });
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
    const query = `query ($id: ID!) { project(name: "tools") { id } node(id: $id) { ... on Project { name } } }`;
    expect(await app.data(app.operator, query, { id })).toEqual({ project: { id }, node: { name: "tools" } });
  });

  it("writes nothing in a dry run and says what it would write", async () => {
    const { projectCreate } = await app.data(app.operator, create, { input: { name: "dry" }, dryRun: true });
    expect(projectCreate).toEqual({
      project: null,
      diff: [
        { field: "name", before: null, after: "dry" },
        { field: "description", before: null, after: "" },
        { field: "extraLabels", before: null, after: {} },
        { field: "limitTier", before: null, after: "default" },
      ],
      revision: null,
      userErrors: [],
    });
    expect(await app.data(app.operator, `{ project(name: "dry") { id } }`)).toEqual({ project: null });
  });

  it("tells every mistake of an input with its path, and writes nothing", async () => {
    const input = { name: "Not A Name", extraLabels: { "bad-name": "x", project: "y" }, limitTier: "/", aclGroup: "" };
    const openstackId = "x".repeat(65);
    const { projectCreate } = await app.data(app.operator, create, { input: { ...input, openstackId } });
    expect({ ...projectCreate, userErrors: mistakes(projectCreate.userErrors) }).toEqual({
      project: null,
      diff: [],
      revision: null,
      userErrors: [
        "INVALID input.openstackId",
        "INVALID input.aclGroup",
        "INVALID input.extraLabels.bad-name",
        "INVALID input.extraLabels.project",
        "INVALID input.limitTier",
        "INVALID input.name",
      ],
    });
    expect(await app.data(app.operator, `{ projects(filter: { search: "not a" }) { totalCount } }`)).toEqual({
      projects: { totalCount: 0 },
    });
  });

  it("says that a name is taken, in a dry run too, and frees it when its project is deleted", async () => {
    const { id } = await made("once");
    const taken = { code: "TAKEN", message: `There is a project named "once" already.`, path: ["input", "name"] };
    for (const dryRun of [true, false]) {
      const { projectCreate } = await app.data(app.operator, create, { input: { name: "once" }, dryRun });
      expect(projectCreate).toEqual({ project: null, diff: [], revision: null, userErrors: [taken] });
    }
    const { projectDelete } = await app.data(app.operator, remove, { id });
    expect({ deletedId: projectDelete.deletedId, userErrors: projectDelete.userErrors }).toEqual({
      deletedId: id,
      userErrors: [],
    });
    expect((await made("once")).id).not.toBe(id);
  });

  it("lets one of eight creations of the same name win", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.data(app.operator, create, { input: { name: "race" } })),
    );
    const outcomes = answers.map(({ projectCreate }) =>
      projectCreate.project ? "created" : mistakes(projectCreate.userErrors)[0],
    );
    expect(outcomes.sort()).toEqual([...Array(7).fill("TAKEN input.name"), "created"]);
  });

  it("keeps absent fields, clears null ones, and answers the diff", async () => {
    const { id } = await made("edited", { description: "old", openstackId: "abc", aclGroup: "ops" });
    const { projectUpdate } = await app.data(app.operator, update, {
      id,
      input: { description: "new", aclGroup: null },
    });
    expect(projectUpdate).toMatchObject({
      project: { description: "new", openstackId: "abc", aclGroup: null, version: 2 },
      diff: [
        { field: "description", before: "old", after: "new" },
        { field: "aclGroup", before: "ops", after: null },
      ],
      userErrors: [],
    });
  });

  it("takes no revision for an update that changes nothing", async () => {
    const { id, revision } = await made("same", { description: "x" });
    const { projectUpdate } = await app.data(app.operator, update, { id, input: { description: "x" } });
    expect(projectUpdate).toMatchObject({
      project: { revision, version: 1 },
      diff: [],
      revision: null,
      userErrors: [],
    });
  });

  it("refuses an update from an old version as CONFLICT, and of eight at once lets one win", async () => {
    const { id } = await made("locked");
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        app.data(app.operator, update, { id, input: { description: `by ${index}`, expectedVersion: 1 } }),
      ),
    );
    const outcomes = answers.map(({ projectUpdate }) => mistakes(projectUpdate.userErrors)[0] ?? "updated");
    expect(outcomes.sort()).toEqual([...Array(7).fill("CONFLICT expectedVersion"), "updated"]);
    const stale = await app.data(app.operator, remove, { id, expectedVersion: 1 });
    expect(mistakes(stale.projectDelete.userErrors)).toEqual(["CONFLICT expectedVersion"]);
    expect(await app.data(app.operator, `{ project(name: "locked") { version } }`)).toEqual({
      project: { version: 2 },
    });
  });

  it("walks the list in pages of each order, the same forwards and backwards", async () => {
    for (const name of ["w-3", "w-1", "w-2", "w-5", "w-4"]) await made(name);
    const page = `query ($order: ProjectOrder!, $after: String) {
      projects(filter: { search: "W-" }, orderBy: $order, first: 2, after: $after) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
      }
    }`;
    const walk = async (order: string) => {
      const names: string[] = [];
      let after: string | null = null;
      do {
        const { projects } = await app.data(app.operator, page, { order, after });
        expect([projects.totalCount, projects.pageInfo.hasPreviousPage]).toEqual([5, after !== null]);
        names.push(...projects.nodes.map(({ name }: { name: string }) => name));
        after = projects.pageInfo.hasNextPage ? projects.pageInfo.endCursor : null;
      } while (after !== null);
      return names.join(" ");
    };
    expect(await walk("NAME_ASC")).toBe("w-1 w-2 w-3 w-4 w-5");
    expect(await walk("NAME_DESC")).toBe("w-5 w-4 w-3 w-2 w-1");
    expect(await walk("CREATED_AT_ASC")).toBe("w-3 w-1 w-2 w-5 w-4");
    expect(await walk("UPDATED_AT_DESC")).toBe("w-4 w-5 w-2 w-1 w-3");
  });

  it("refuses page sizes out of range and cursors of another list or order", async () => {
    const list = `query ($first: Int!, $after: String, $order: ProjectOrder!) { projects(first: $first, after: $after, orderBy: $order) { pageInfo { endCursor } } }`;
    const ask = async (variables: object) =>
      (await app.graphql(app.operator, list, { first: 1, order: "NAME_ASC", ...variables })).errors?.[0]?.extensions
        .code;
    const { projects } = await app.data(app.operator, list, { first: 1, order: "NAME_ASC" });
    const cursor: string = projects.pageInfo.endCursor;
    const edited = Buffer.from(
      Buffer.from(cursor, "base64url")
        .toString()
        .replace(/"[^"]*"/, '"zzz"'),
    ).toString("base64url");
    expect(await Promise.all([0, -1, 101, 1_000_000].map((first) => ask({ first })))).toEqual(
      Array(4).fill("BAD_USER_INPUT"),
    );
    expect([
      await ask({ after: cursor }),
      await ask({ after: cursor, order: "NAME_DESC" }),
      await ask({ after: edited }),
      await ask({ after: "" }),
      await ask({ after: "x" }),
    ]).toEqual([undefined, ...Array(4).fill("BAD_USER_INPUT")]);
  });

  it("searches literally: %, _, \\ and quotes stand for themselves", async () => {
    await made("literal-1");
    const search = async (text: string) =>
      (
        await app.data(app.operator, `query ($text: String) { projects(filter: { search: $text }) { totalCount } }`, {
          text,
        })
      ).projects.totalCount;
    expect(await Promise.all(["LITERAL-", "%", "_", "\\", "'", "!", "literal_1"].map(search))).toEqual([
      1, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("shows a member its own projects only, and the others as absent ones", async () => {
    const [mine, other] = [await made("mine"), await made("other")];
    const token = await app.token({ [mine.id]: "MEMBER" });
    const query = `query ($mine: ID!, $other: ID!) {
      projects { nodes { name viewerRole } totalCount } a: node(id: $mine) { id } b: node(id: $other) { id }
      nodes(ids: [$other, $mine]) { id } project(name: "other") { id } viewer { name globalRole memberships { role project { name } } }
    }`;
    expect(await app.data(token, query, { mine: mine.id, other: other.id })).toEqual({
      projects: { nodes: [{ name: "mine", viewerRole: "MEMBER" }], totalCount: 1 },
      a: { id: mine.id },
      b: null,
      nodes: [null, { id: mine.id }],
      project: null,
      viewer: { name: "test", globalRole: null, memberships: [{ role: "MEMBER", project: { name: "mine" } }] },
    });
  });

  it("answers a forbidden project like an absent one, byte for byte, and a visible one with FORBIDDEN", async () => {
    const [mine, other] = [await made("guarded"), await made("hidden")];
    const token = await app.token({ [mine.id]: "MEMBER" });
    const absent = "prj_01h455vb4pex5vsknk084sn02q";
    const attempt = async (id: string) => {
      const { errors, data } = await app.graphql(
        token,
        update,
        { id, input: { description: "taken over" } },
        { "x-request-id": "r" },
      );
      return JSON.stringify({ errors, data });
    };
    expect(await attempt(other.id)).toBe(await attempt(absent));
    expect(JSON.parse(await attempt(other.id)).errors[0].extensions).toEqual({ code: "NOT_FOUND", requestId: "r" });
    expect(JSON.parse(await attempt(mine.id)).errors[0].extensions.code).toBe("FORBIDDEN");
    const admin = await app.token({ [mine.id]: "ADMIN" });
    const raise = await app.graphql(admin, update, { id: mine.id, input: { limitTier: "huge" } });
    expect(raise.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(
      (await app.data(admin, update, { id: mine.id, input: { description: "ours" } })).projectUpdate.project
        .description,
    ).toBe("ours");
  });

  it("refuses an id of another type before it reads anything", async () => {
    const ids = [
      "tok_01h455vb4pex5vsknk084sn02q",
      "prj_",
      "prj_x",
      "prj_01H455VB4PEX5VSKNK084SN02Q",
      "nonsense",
      "",
      "__proto__",
    ];
    for (const id of ids) {
      let code: unknown;
      const statements = await app.statementsOf(async () => {
        code = (await app.graphql(app.operator, update, { id, input: {} })).errors?.[0]?.extensions.code;
      });
      expect([id, code, statements.filter((sql) => /FROM .project/.test(sql))]).toEqual([id, "BAD_USER_INPUT", []]);
    }
    const node = await app.graphql(app.operator, `query ($id: ID!) { node(id: $id) { id } }`, { id: "zzz_1" });
    expect(node.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("takes as many statements for one project as for thirty", async () => {
    for (let index = 0; index < 30; index++)
      await made(`many-${String(index).padStart(2, "0")}`, { extraLabels: { n: String(index) } });
    const query = `query ($first: Int!) {
      projects(filter: { search: "many-" }, first: $first) {
        nodes { name apiTokens(first: 5) { totalCount nodes { name memberships { role project { name } } } } auditEntries(first: 3) { nodes { action project { name } } } rollout { state agents { state } problems { message } } }
        totalCount
      }
    }`;
    const count = async (first: number) =>
      (await app.statementsOf(() => app.data(app.operator, query, { first }))).length;
    const ofOne = await count(1);
    expect([await count(30), ofOne]).toEqual([ofOne, ofOne]);
  });
});
