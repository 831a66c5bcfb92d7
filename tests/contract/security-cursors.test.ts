import { createHash } from "node:crypto";
import { type GraphQLNamedType, isObjectType } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.js";
import { type SampleApp, startSampleApp } from "./sample-app.js";

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp();
  const { projectCreate } = await app.data(
    app.operator,
    `mutation { projectCreate(input: { name: "gone-by" }) { project { id } } }`,
  );
  await app.data(app.operator, `mutation { projectDelete(id: "${projectCreate.project.id}") { deletedId } }`);
  await app.alertmanager.postAlerts([{ labels: { alertname: "Sample", project: "victim" } }]);
  const alerts = async () => (await app.data(app.operator, "{ alerts { totalCount } }")).alerts?.totalCount;
  await waitFor(async () => (await alerts()) === 1, { what: "the alert" });
});

/** A list of the graph, at the root or below a project. */
interface List {
  readonly name: string;
  readonly project: string | null;
}

const titleOf = ({ name, project }: List) => (project === null ? name : `${project}.${name}`);

/** All lists that the type has as the graph is now. */
function listsOf(type: GraphQLNamedType | undefined | null, project: string | null): List[] {
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  const lists = fields.filter(({ args }) => args.some(({ name }) => name === "after"));
  return lists.map(({ name }) => ({ name, project }));
}

const everyList = (): List[] => {
  const project = app.app.schema.getType("Project");
  return [...listsOf(app.app.schema.getQueryType(), null), ...listsOf(project, "victim"), ...listsOf(project, "other")];
};

/** The cursor of the list's first object, or how the list refuses the cursor given. */
async function read({ name, project }: List, after: string | null): Promise<{ cursor?: string; code?: unknown }> {
  const since = name === "changedProjects" ? ", sinceRevision: 0" : "";
  const field = `list: ${name}(first: 1, after: $after${since}) { edges { cursor } }`;
  const query = `query ($after: String) { ${project === null ? field : `project(name: "${project}") { ${field} }`} }`;
  const { data, errors } = await app.graphql(app.operator, query, { after });
  const list: { edges: { cursor: string }[] } | null = (project === null ? data : data?.project)?.list ?? null;
  const cursor = list?.edges[0]?.cursor;
  return { ...(cursor === undefined ? {} : { cursor }), ...(errors ? { code: errors[0]?.extensions.code } : {}) };
}

describe("a cursor", () => {
  it("of one list is good for that list, and refused by every other one that the graph has", async () => {
    const lists = everyList();
    const [withoutCursor, outcomes, expected] = [
      [] as string[],
      {} as Record<string, unknown>,
      {} as Record<string, unknown>,
    ];
    for (const from of lists) {
      const { cursor } = await read(from, null);
      if (cursor === undefined) withoutCursor.push(titleOf(from));
      const into = cursor === undefined ? [] : lists;
      const codes = await Promise.all(into.map(async (to) => (await read(to, cursor ?? null)).code ?? "answered"));
      into.forEach((to, index) => {
        const title = `${titleOf(from)} in ${titleOf(to)}`;
        outcomes[title] = codes[index];
        expected[title] = from === to ? "answered" : "BAD_USER_INPUT";
      });
    }
    // The other project has only the entry of its creation; no Prometheus scrapes the targets.
    expect(withoutCursor.filter((title) => !title.startsWith("other."))).toEqual(["victim.targets"]);
    expect(outcomes).toEqual(expected);
  }, 120_000);

  it("that was edited is refused", async () => {
    const edits = (cursor: string) => [
      "",
      "x",
      cursor.slice(1),
      `A${cursor}`,
      `${cursor}AAAA`,
      Buffer.from(Buffer.from(cursor, "base64url").toString().replace(/.{3}$/, "zz]")).toString("base64url"),
      Buffer.from('[1,"",""]').toString("base64url"),
    ];
    for (const list of everyList()) {
      const { cursor } = await read(list, null);
      for (const edited of cursor === undefined ? [] : edits(cursor)) {
        expect([titleOf(list), edited, await read(list, edited)]).toEqual([
          titleOf(list),
          edited,
          { code: "BAD_USER_INPUT" },
        ]);
      }
    }
  });

  it("that was made by hand, checksum and all, is refused unless it holds a position", async () => {
    const forged = (body: string) => {
      const checksum = createHash("sha256").update(`1\nprojects:name:ASC\n${body}`).digest("base64url").slice(0, 11);
      return Buffer.from(`${checksum}${body}`).toString("base64url");
    };
    const list = { name: "projects", project: null };
    expect(await read(list, forged('[1,"",""]'))).toEqual({ cursor: expect.any(String) });
    for (const body of ["{", "null", "5", "{}", "[]", '[1,"a"]', "[1,null,null]", '[1,true,"a"]', '[1,{"id":1},"a"]']) {
      expect([body, await read(list, forged(body))]).toEqual([body, { code: "BAD_USER_INPUT" }]);
    }
    for (const body of ['[1,["a","b"],"a"]', '[1,"a",{"id":1}]', '[1,"a",1]', '[2,"a","a"]']) {
      expect([body, await read(list, forged(body))]).toEqual([body, { code: "BAD_USER_INPUT" }]);
    }
  });
});
