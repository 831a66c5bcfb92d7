import { beforeAll, expect, it } from "vitest";
import { Caller } from "../../server/access/caller.js";
import type { ProjectRole } from "../../server/access/roles.js";
import { AppError } from "../../server/core/errors.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

/** Somebody whose group gives a role in every project; such come in by other ways than an API token. */
function everywhere(everyProjectRole: ProjectRole): Caller {
  const signal = new AbortController().signal;
  return new Caller(
    { kind: "OIDC", id: "usr_admin", name: "admin", globalRole: null, everyProjectRole, memberships: new Map() },
    { requestId: "test", source: null, signal, idempotency: null },
  );
}

describeOnEachDatabase((database) => {
  let app: TestApp;
  let one = "";
  let tokens: Record<"inOne" | "inBoth" | "global" | "globalInOne" | "ofNone", string>;
  const admin = () => everywhere("ADMIN");
  const names = async (caller: Caller) => {
    const { page, count } = await app.app.tokens.list(caller, { first: 100 });
    return { names: page.items.map(({ name }) => name).sort(), count: await count() };
  };
  const codeOf = async (act: () => Promise<unknown>) => {
    try {
      await act();
      return "done";
    } catch (error) {
      return error instanceof AppError ? error.code : error;
    }
  };

  beforeAll(async () => {
    app = await startApp(database.settings);
    const project = async (name: string) =>
      (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
        .projectCreate.project.id;
    one = await project("one");
    const [two, gone] = [await project("two"), await project("gone")];
    const made = async (name: string, projects: string[], globalRole: string | null = null) => {
      const memberships = projects.map((id) => ({ project: id, role: "VIEWER" }));
      const mutation = `mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { apiToken { id } } }`;
      const input = { name, memberships, globalRole };
      return (await app.data(app.operator, mutation, { input })).apiTokenCreate.apiToken.id;
    };
    tokens = {
      inOne: await made("inOne", [one]),
      inBoth: await made("inBoth", [one, two]),
      global: await made("global", [], "READER"),
      globalInOne: await made("globalInOne", [one], "READER"),
      ofNone: await made("ofNone", [gone]),
    };
    await app.data(app.operator, `mutation { projectDelete(id: "${gone}") { deletedId } }`);
  });

  it("an administrator of every project sees the tokens of all projects, and none of the operators'", async () => {
    expect(await names(admin())).toEqual({ names: ["inBoth", "inOne"], count: 2 });
    const found = await Promise.all(Object.values(tokens).map((id) => app.app.tokens.find(admin(), id)));
    expect(found.map((token) => token?.name ?? null)).toEqual(["inOne", "inBoth", null, null, null]);
    const listed = await app.app.tokens.listOf(admin(), one, { first: 100 });
    expect(listed?.page.items.map(({ name }) => name).sort()).toEqual(["inBoth", "inOne"]);
  });

  it("nor does the administrator of one project see those with a role over all projects too", async () => {
    const secret = await app.token({ [one]: "ADMIN" });
    const query = `{ apiTokens { nodes { name } totalCount } project(name: "one") { apiTokens { nodes { name } } } }`;
    const { apiTokens, project } = await app.data(secret, query);
    const seen = [apiTokens.nodes, project.apiTokens.nodes].map((list: { name: string }[]) =>
      list.map(({ name }) => name).sort(),
    );
    expect([...seen, apiTokens.totalCount]).toEqual([["inBoth", "inOne", "test"], ["inBoth", "inOne", "test"], 3]);
    const operators = await app.data(app.operator, query);
    expect(operators.project.apiTokens.nodes.map(({ name }: { name: string }) => name).sort()).toEqual([
      "globalInOne",
      "inBoth",
      "inOne",
      "test",
    ]);
  });

  it("members and viewers of every project see and do nothing with tokens", async () => {
    for (const role of ["VIEWER", "MEMBER"] as const) {
      const caller = everywhere(role);
      expect([
        await codeOf(() => app.app.tokens.list(caller, { first: 1 })),
        await app.app.tokens.find(caller, tokens.inOne),
        await app.app.tokens.listOf(caller, one, { first: 1 }),
        await codeOf(() => app.app.tokens.revoke(caller, tokens.inOne)),
        await codeOf(() => app.app.tokens.rotate(caller, tokens.inOne, {})),
      ]).toEqual(["FORBIDDEN", null, null, "FORBIDDEN", "FORBIDDEN"]);
    }
  });

  it("an administrator of every project grants and takes roles in projects, and none over all", async () => {
    const grant = (input: object) => app.app.tokens.create(admin(), { name: "granted", ...input });
    expect(await codeOf(() => grant({ globalRole: "READER" }))).toBe("FORBIDDEN");
    const role = "ADMIN";
    expect(await codeOf(() => grant({ globalRole: "READER", memberships: [{ project: one, role }] }))).toBe(
      "FORBIDDEN",
    );
    const { userErrors } = await grant({ memberships: [{ project: one, role }] });
    expect(userErrors).toEqual([]);
    for (const act of ["rotate", "revoke"] as const) {
      const codes = await Promise.all(
        Object.values(tokens).map((id) => codeOf(() => app.app.tokens[act](admin(), id, {}))),
      );
      expect(codes).toEqual(["done", "done", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    }
  });
});
