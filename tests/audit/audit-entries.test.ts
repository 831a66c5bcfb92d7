import { beforeAll, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { insertCopies, type Row, type Sql, sqlOn } from "../support/sql.js";

const list = `query ($filter: AuditEntryFilter, $first: Int! = 100, $after: String) {
  auditEntries(filter: $filter, first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let mine: string;
  let theirs: string;
  let member: string;
  let template: string;
  beforeAll(async () => {
    app = await startApp(database.settings);
    sql = await sqlOn(database.settings);
    [mine, theirs] = [await makeProject("mine"), await makeProject("theirs")];
    member = await app.token({ [mine]: "VIEWER" });
    template = String((await sql("SELECT id FROM audit_entry WHERE entity_id = ?", [mine]))[0]?.id);
  });

  const makeProject = async (name: string): Promise<string> => {
    const mutation = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
    return (await app.data(app.operator, mutation, { name })).projectCreate.project.id;
  };
  /** Adds entries in this order; answers their ids. */
  const add = async (...changes: Row[]): Promise<string[]> => {
    const rows = changes.map((change): Row => ({ id: newId("aud"), idempotency_key: null, ...change }));
    await insertCopies(sql, "audit_entry", template, rows.length, (index) => rows[index] ?? {});
    return rows.map(({ id }) => String(id));
  };
  const page = async (filter: object = {}, more: object = {}, token = app.operator) =>
    (await app.data(token, list, { filter, ...more })).auditEntries;
  const ids = async (filter: object, token = app.operator) =>
    (await page(filter, {}, token)).nodes.map(({ id }: { id: string }) => id);

  it("lists the newest first, also those that take no revision", async () => {
    const of = { entity_id: "sil_order", project_id: mine };
    const [change, note, late, same] = await add(
      { ...of, revision: 7, at: "2025-01-01 00:00:01.000" },
      { ...of, revision: 7, at: "2025-01-01 00:00:03.000" },
      // Read the newest revision, and was overtaken by the change that took the next one.
      { ...of, revision: 6, at: "2025-01-01 00:00:02.000" },
      { ...of, revision: 6, at: "2025-01-01 00:00:02.000" },
    );
    const newestFirst = [note, same, late, change];
    expect(await ids({ entityId: "sil_order" })).toEqual(newestFirst);
    expect(await ids({ entityId: "sil_order" }, member)).toEqual(newestFirst);
    const below = `query ($id: ID!) { node(id: $id) { ... on Project { auditEntries(first: 100) { nodes { id } } } } }`;
    const { node } = await app.data(member, below, { id: mine });
    const shown = node.auditEntries.nodes.map(({ id }: { id: string }) => id);
    expect(shown.filter((id: string) => newestFirst.includes(id))).toEqual(newestFirst);
  });

  it("keeps the order of entries that were made within one millisecond", async () => {
    const of = { entity_id: "sil_same", at: "2025-02-01 00:00:00.000" };
    const made = await add(...Array.from({ length: 40 }, () => of));
    expect(await ids({ entityId: "sil_same" })).toEqual(made.toReversed());
  });

  it("reads on where a page ended, whatever was added meanwhile", async () => {
    const at = (second: number) => `2025-03-01 00:00:${String(second).padStart(2, "0")}.000`;
    const of = { entity_id: "sil_pages" };
    const made = await add(...Array.from({ length: 9 }, (_, index) => ({ ...of, at: at(Math.floor(index / 2)) })));
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await page({ entityId: "sil_pages" }, { first: 2, after });
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
      await add({ ...of, at: at(30) });
    }
    expect(seen).toEqual(made.toReversed());
  });

  it("narrows by each of its conditions, and by several at once", async () => {
    const of = { entity_type: "Filtered", entity_id: "sil_filtered", project_id: mine, actor: "ann" };
    const [a, b, c, d] = await add(
      { ...of, at: "2025-04-01 00:00:00.000" },
      { ...of, at: "2025-04-01 00:00:00.001", action: "DELETE", actor: "bob", project_id: theirs },
      { ...of, at: "2025-04-01 00:00:00.002", action: "REFUSED", actor_kind: "OIDC", reason: "FORBIDDEN" },
      { ...of, at: "2025-04-01 00:00:00.003", action: "SIGN_IN", actor_kind: "OIDC", entity_id: "sil_other" },
    );
    const among = async (filter: object, token = app.operator) => ids({ entityType: "Filtered", ...filter }, token);
    expect({
      all: await among({}),
      project: await among({ project: theirs }),
      actor: await among({ actor: "bob" }),
      entity: await among({ entityId: "sil_filtered" }),
      action: await among({ action: "DELETE" }),
      actorKind: await among({ actorKind: "OIDC" }),
      withReason: await among({ hasReason: true }),
      withoutReason: await among({ hasReason: false }),
      since: await among({ since: "2025-04-01T00:00:00.002Z" }),
      until: await among({ until: "2025-04-01T02:00:00.002+02:00" }),
      between: await among({ since: "2025-04-01T00:00:00.001Z", until: "2025-04-01T00:00:00.003Z" }),
      several: await among({ actorKind: "OIDC", actor: "ann", action: "REFUSED", hasReason: true }),
      none: await among({ action: "DELETE", hasReason: true }),
      ofMember: await among({}, member),
      unset: await among({ actor: null, actorKind: null, since: null, until: null, hasReason: null, project: null }),
    }).toEqual({
      all: [d, c, b, a],
      project: [b],
      actor: [b],
      entity: [c, b, a],
      action: [b],
      actorKind: [d, c],
      withReason: [c],
      withoutReason: [d, b, a],
      since: [d, c],
      until: [b, a],
      between: [c, b],
      several: [c],
      none: [],
      ofMember: [d, c, a],
      unset: [d, c, b, a],
    });
  });

  it("answers about a foreign project, object or actor as about an absent one, byte for byte", async () => {
    const [secret] = await add({ project_id: theirs, entity_id: "sil_secret", actor: "their actor", reason: "why" });
    const absent = newId("prj");
    const answer = async (query: string, variables: object) => {
      const response = await app.graphql(member, query, variables, { "x-request-id": "r" });
      return JSON.stringify({ status: response.status, data: response.data, errors: response.errors });
    };
    const pairs: [foreign: object, absent: object][] = [
      [{ project: theirs }, { project: absent }],
      [{ entityId: "sil_secret" }, { entityId: "sil_absent" }],
      [{ entityId: theirs }, { entityId: absent }],
      [{ actor: "their actor" }, { actor: "nobody" }],
      [
        { project: theirs, action: "CREATE", since: "2020-01-01T00:00:00Z" },
        { project: absent, action: "CREATE" },
      ],
    ];
    for (const [foreign, unknown] of pairs) {
      expect(await answer(list, { filter: foreign })).toBe(await answer(list, { filter: unknown }));
      expect((await page(foreign)).nodes.length).toBeGreaterThan(0);
    }
    const node = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    expect(await answer(node, { id: secret })).toBe(await answer(node, { id: newId("aud") }));
    const below = "query ($id: ID!) { node(id: $id) { ... on Project { auditEntries { nodes { id } } } } }";
    expect(await answer(below, { id: theirs })).toBe(await answer(below, { id: absent }));
    // A cursor of somebody who sees more is a place in time, and shows nothing of what lies there.
    const { endCursor } = (await page({}, { first: 1 })).pageInfo;
    const { auditEntries } = await app.data(member, list, { after: endCursor });
    expect(auditEntries.nodes.every(({ id }: { id: string }) => id !== secret)).toBe(true);
  });
});
