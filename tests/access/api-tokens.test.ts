import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const create = `mutation ($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) {
    apiToken { id name globalRole memberships { role project { name } } createdBy expiresAt lastUsedAt revokedAt } secret userErrors { code path }
  }
}`;
const revoke = `mutation ($id: ID!) { apiTokenRevoke(id: $id) { apiToken { id revokedAt } userErrors { code } } }`;
const whoAmI = "{ viewer { kind name globalRole memberships { role project { name } } } }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let now = new Date("2026-01-01T00:00:00Z");
  let projectId = "";
  let otherId = "";
  const token = async (as: string, input: object) => (await app.data(as, create, { input })).apiTokenCreate;
  const paths = (errors: readonly { code: string; path: string[] }[]) =>
    errors.map(({ code, path }) => `${code} ${path.join(".")}`);

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
    const project = async (name: string) =>
      (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
        .projectCreate.project.id;
    [projectId, otherId] = [await project("one"), await project("two")];
  });

  it("creates a token whose secret works at once, is shown once, and is stored nowhere", async () => {
    const input = { name: "script", memberships: [{ project: projectId, role: "MEMBER" }] };
    const { apiToken, secret, userErrors } = await token(app.operator, input);
    expect({ apiToken, userErrors }).toEqual({
      apiToken: {
        id: expect.stringMatching(/^tok_/),
        name: "script",
        globalRole: null,
        memberships: [{ role: "MEMBER", project: { name: "one" } }],
        createdBy: "test",
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      },
      userErrors: [],
    });
    expect(secret).toMatch(/^mi_[\w-]{43}$/);
    expect(await app.data(secret, whoAmI)).toEqual({
      viewer: {
        kind: "API_TOKEN",
        name: "script",
        globalRole: null,
        memberships: [{ role: "MEMBER", project: { name: "one" } }],
      },
    });
    const everything = await app.data(
      app.operator,
      "{ apiTokens { nodes { id name lastUsedAt } totalCount } auditEntries { nodes { before after } } }",
    );
    expect(JSON.stringify(everything)).not.toContain(secret);
    expect(everything.apiTokens.nodes.find(({ id }: { id: string }) => id === apiToken.id).lastUsedAt).toBe(
      now.toISOString(),
    );
  });

  it("refuses unknown, expired and revoked tokens alike", async () => {
    const expiring = await token(app.operator, {
      name: "brief",
      globalRole: "READER",
      expiresAt: "2026-01-01T01:00:00Z",
    });
    const revoked = await token(app.operator, { name: "gone", globalRole: "READER" });
    expect((await app.data(expiring.secret, whoAmI)).viewer.name).toBe("brief");
    const { apiTokenRevoke } = await app.data(app.operator, revoke, { id: revoked.apiToken.id });
    expect(apiTokenRevoke).toEqual({
      apiToken: { id: revoked.apiToken.id, revokedAt: now.toISOString() },
      userErrors: [],
    });
    now = new Date("2026-01-01T01:00:00Z");
    const answers = await Promise.all(
      [expiring.secret, revoked.secret, "mi_unknown", null].map((secret) =>
        app.graphql(secret, whoAmI, {}, { "x-request-id": "r" }),
      ),
    );
    const unauthenticated = {
      message: "A valid API token is needed. Send it as `Authorization: Bearer <token>`.",
      extensions: { code: "UNAUTHENTICATED", requestId: "r" },
    };
    expect(answers.map(({ status, data, errors }) => ({ status, data, errors }))).toEqual(
      Array(4).fill({ status: 401, data: undefined, errors: [unauthenticated] }),
    );
  });

  it("tells every mistake, and creates nothing", async () => {
    const mistake = async (input: object) => {
      const outcome = await token(app.operator, { name: "x", ...input });
      expect([outcome.apiToken, outcome.secret]).toEqual([null, null]);
      return paths(outcome.userErrors);
    };
    const role = "VIEWER";
    expect(await mistake({})).toEqual(["INVALID input.memberships"]);
    expect(await mistake({ name: "", globalRole: "READER" })).toEqual(["INVALID input.name"]);
    expect(await mistake({ globalRole: "READER", expiresAt: "2020-01-01T00:00:00Z" })).toEqual([
      "INVALID input.expiresAt",
    ]);
    expect(
      await mistake({
        memberships: [
          { project: "prj_01h455vb4pex5vsknk084sn02q", role },
          { project: "x", role },
        ],
      }),
    ).toEqual(["NOT_FOUND input.memberships.0.project", "NOT_FOUND input.memberships.1.project"]);
    expect(
      await mistake({
        memberships: [
          { project: projectId, role },
          { project: projectId, role },
        ],
      }),
    ).toEqual(["INVALID input.memberships.1.project"]);
  });

  it("lets a project's administrator grant and revoke within the project, and nowhere else", async () => {
    const admin = await app.token({ [projectId]: "ADMIN", [otherId]: "VIEWER" });
    const granted = await token(admin, { name: "mine", memberships: [{ project: projectId, role: "ADMIN" }] });
    expect(granted.userErrors).toEqual([]);
    const foreign = await token(admin, { name: "theirs", memberships: [{ project: otherId, role: "VIEWER" }] });
    expect(paths(foreign.userErrors)).toEqual(["NOT_FOUND input.memberships.0.project"]);
    const global = await app.graphql(admin, create, { input: { name: "all", globalRole: "READER" } });
    expect(global.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const both = await token(app.operator, {
      name: "both",
      memberships: [
        { project: projectId, role: "VIEWER" },
        { project: otherId, role: "VIEWER" },
      ],
    });
    const elsewhere = await token(app.operator, {
      name: "elsewhere",
      memberships: [{ project: otherId, role: "VIEWER" }],
    });
    const codes = await Promise.all(
      [granted, both, elsewhere].map(
        async ({ apiToken }) => (await app.graphql(admin, revoke, { id: apiToken.id })).errors?.[0]?.extensions.code,
      ),
    );
    expect(codes).toEqual([undefined, "FORBIDDEN", "NOT_FOUND"]);
    const { project } = await app.data(
      admin,
      `{ project(name: "one") { apiTokens { nodes { name } } } other: project(name: "two") { apiTokens { nodes { name } } } }`,
    );
    expect(project.apiTokens.nodes.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["mine", "both", "script"]),
    );
  });

  it("pages through a project's tokens, newest first, each project's its own", async () => {
    const [many, few] = await Promise.all(
      ["many", "few"].map(async (name) => {
        const made = await app.data(
          app.operator,
          `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`,
        );
        return made.projectCreate.project.id as string;
      }),
    );
    const grant = (name: string, ...projects: (string | undefined)[]) => {
      now = new Date(now.getTime() + 1_000);
      return token(app.operator, { name, memberships: projects.map((project) => ({ project, role: "VIEWER" })) });
    };
    for (const name of ["t1", "t2", "t3"]) await grant(name, many);
    await grant("shared", many, few);
    await token(app.operator, {
      name: "global",
      globalRole: "READER",
      memberships: [{ project: few, role: "VIEWER" }],
    });
    const admin = await app.token({ [many ?? ""]: "ADMIN", [few ?? ""]: "ADMIN" });
    const fields =
      "apiTokens(first: 2, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } }";
    const query = `query ($after: String) { many: project(name: "many") { ${fields} } few: project(name: "few") { ${fields} } }`;
    const names = ({ apiTokens }: { apiTokens: { nodes: { name: string }[] } }) =>
      apiTokens.nodes.map(({ name }) => name);
    const first = await app.data(admin, query);
    expect([names(first.many), names(first.few)]).toEqual([
      ["test", "shared"],
      ["test", "shared"],
    ]);
    expect([first.many.apiTokens.totalCount, first.few.apiTokens.totalCount]).toEqual([5, 2]);
    expect([first.many.apiTokens.pageInfo.hasNextPage, first.few.apiTokens.pageInfo.hasNextPage]).toEqual([
      true,
      false,
    ]);
    const rest = `query ($after: String) { many: project(name: "many") { ${fields} } }`;
    const second = await app.data(admin, rest, { after: first.many.apiTokens.pageInfo.endCursor });
    const third = await app.data(admin, rest, { after: second.many.apiTokens.pageInfo.endCursor });
    expect([names(second.many), names(third.many)]).toEqual([["t3", "t2"], ["t1"]]);
    expect(names((await app.data(app.operator, query)).few)).toEqual(["test", "global"]);
    // A cursor of one project's list is none of another's.
    const elsewhere = `query ($after: String) { few: project(name: "few") { ${fields} } }`;
    const foreign = await app.graphql(admin, elsewhere, { after: first.many.apiTokens.pageInfo.endCursor });
    expect(foreign.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("hides tokens from members, and a foreign project's from its administrators", async () => {
    const member = await app.token({ [projectId]: "MEMBER" });
    expect((await app.graphql(member, "{ apiTokens { totalCount } }")).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(await app.data(member, `{ project(name: "one") { apiTokens { nodes { name } } } }`)).toEqual({
      project: { apiTokens: null },
    });
    const hidden = await token(app.operator, { name: "secretly", memberships: [{ project: otherId, role: "VIEWER" }] });
    const admin = await app.token({ [projectId]: "ADMIN" });
    expect(await app.data(admin, `{ node(id: "${hidden.apiToken.id}") { id } }`)).toEqual({ node: null });
  });

  it("takes a role away with its project", async () => {
    const { projectCreate } = await app.data(
      app.operator,
      `mutation { projectCreate(input: { name: "brief" }) { project { id } } }`,
    );
    const secret = await app.token({ [projectCreate.project.id]: "ADMIN", [projectId]: "VIEWER" });
    await app.data(app.operator, `mutation { projectDelete(id: "${projectCreate.project.id}") { deletedId } }`);
    expect((await app.data(secret, whoAmI)).viewer.memberships).toEqual([{ role: "VIEWER", project: { name: "one" } }]);
  });
});
