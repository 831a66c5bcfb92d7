import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";

const create = `mutation ($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) { apiToken { id name } secret userErrors { code } }
}`;
const rotate = `mutation ($id: ID!) { apiTokenRotate(id: $id) { apiToken { id rotatedAt } secret userErrors { code } } }`;
const revoke = `mutation ($id: ID!) { apiTokenRevoke(id: $id) { apiToken { id revokedAt } userErrors { code } } }`;
const entriesOf = `query ($id: ID!) {
  auditEntries(filter: { entityId: $id }) { nodes { id action entityType actor actorKind project { name } before after } }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let one = "";
  let two = "";
  const now = new Date("2026-01-01T00:00:00Z");

  const made = async (input: object, headers: Record<string, string> = {}) =>
    (await app.data(app.operator, create, { input }, headers)).apiTokenCreate;
  const entries = async (as: string, id: string) => (await app.data(as, entriesOf, { id })).auditEntries.nodes;
  const works = async (secret: string) => (await app.graphql(secret, "{ viewer { name } }")).status === 200;

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
    const project = async (name: string) =>
      (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
        .projectCreate.project.id;
    [one, two] = [await project("one"), await project("two")];
  });

  it("says who created, rotated and revoked a token, to each project of its own role there alone", async () => {
    const memberships = [
      { project: one, role: "ADMIN" },
      { project: two, role: "VIEWER" },
    ];
    const { apiToken, secret } = await made({ name: "both", memberships, expiresAt: "2026-02-01T00:00:00Z" });
    const { id } = apiToken;
    const { secret: newer } = (await app.data(app.operator, rotate, { id })).apiTokenRotate;
    await app.data(app.operator, revoke, { id });
    await app.data(app.operator, revoke, { id }); // It is revoked already: nothing to log.
    const told = (project: string, role: string) => {
      const entry = { id: expect.any(String), entityType: "ApiToken", actor: "test", actorKind: "API_TOKEN" };
      const at = now.toISOString();
      const first = {
        name: "both",
        role,
        expiresAt: "2026-02-01T00:00:00.000Z",
        rotatedAt: null,
        previousExpiresAt: null,
        revokedAt: null,
      };
      const turned = { ...first, rotatedAt: at, previousExpiresAt: "2026-01-02T00:00:00.000Z" };
      return [
        { ...entry, action: "UPDATE", project: { name: project }, before: turned, after: { ...turned, revokedAt: at } },
        { ...entry, action: "UPDATE", project: { name: project }, before: first, after: turned },
        { ...entry, action: "CREATE", project: { name: project }, before: null, after: first },
      ];
    };
    expect(await entries(await app.token({ [one]: "ADMIN" }), id)).toEqual(told("one", "ADMIN"));
    expect(await entries(await app.token({ [two]: "ADMIN" }), id)).toEqual(told("two", "VIEWER"));
    const all = [...told("one", "ADMIN"), ...told("two", "VIEWER")];
    for (const role of ["OPERATOR", "READER"] as const) {
      const seen = await entries(await app.token(role), id);
      expect(seen).toHaveLength(6);
      expect(seen).toEqual(expect.arrayContaining(all));
    }
    const { stored, hashes } = await DatabaseContent.of(database.settings, async (content) => ({
      stored: JSON.stringify(await content.sql("SELECT * FROM audit_entry")),
      hashes: await content.sql("SELECT hash, previous_hash FROM api_token WHERE id = ?", [id]),
    }));
    for (const hidden of [secret, newer, hashes[0]?.hash, hashes[0]?.previous_hash]) {
      expect(hidden).toEqual(expect.any(String));
      expect(stored).not.toContain(hidden);
    }
  });

  it("tells of tokens with a role over all projects to operators and readers alone", async () => {
    const { apiToken } = await made({ name: "everywhere", globalRole: "READER" });
    const [entry] = await entries(await app.token("READER"), apiToken.id);
    expect([entry.project, entry.after.role]).toEqual([null, "READER"]);
    expect(await entries(await app.token({ [one]: "ADMIN" }), apiToken.id)).toEqual([]);
    const both = await made({ name: "both", globalRole: "AGENT", memberships: [{ project: one, role: "MEMBER" }] });
    const roles = (nodes: { after: { role: string } }[]) => nodes.map(({ after }) => after.role).sort();
    expect(roles(await entries(app.operator, both.apiToken.id))).toEqual(["AGENT", "MEMBER"]);
    expect(roles(await entries(await app.token({ [one]: "ADMIN" }), both.apiToken.id))).toEqual(["MEMBER"]);
  });

  it("hides the entries from who may not see the tokens, on every path", async () => {
    const { apiToken } = await made({ name: "hidden", memberships: [{ project: one, role: "VIEWER" }] });
    const [entry] = await entries(app.operator, apiToken.id);
    const query = `query ($id: ID!, $entry: ID!) {
      node(id: $entry) { id }
      auditEntries(filter: { entityType: "ApiToken" }) { nodes { id } }
      project(name: "one") { auditEntries { nodes { entityType } } }
      projects { nodes { auditEntries { nodes { entityType } } } }
      of: auditEntries(filter: { entityId: $id }) { nodes { id } }
    }`;
    const variables = { id: apiToken.id, entry: entry.id };
    const project = { auditEntries: { nodes: [{ entityType: "Project" }] } };
    for (const role of ["VIEWER", "MEMBER"] as const) {
      expect(await app.data(await app.token({ [one]: role }), query, variables)).toEqual({
        node: null,
        auditEntries: { nodes: [] },
        project,
        projects: { nodes: [project] },
        of: { nodes: [] },
      });
    }
    const mixed = await app.token({ [one]: "ADMIN", [two]: "MEMBER" });
    const seen = await app.data(mixed, query, variables);
    expect([seen.node, seen.of.nodes]).toEqual([{ id: entry.id }, [{ id: entry.id }]]);
    const types = seen.projects.nodes.map(({ auditEntries }: typeof project) =>
      [...new Set(auditEntries.nodes.map(({ entityType }) => entityType))].sort(),
    );
    expect(types).toEqual([["ApiToken", "Project"], ["Project"]]);
  });

  it("answers a repeat with the same key with the same token, and without its secret", async () => {
    const input = { name: "repeated", memberships: [{ project: one, role: "VIEWER" }] };
    const key = (name: string) => ({ "idempotency-key": name });
    const [first, again] = [await made(input, key("create")), await made(input, key("create"))];
    expect([first.secret, again]).toEqual([expect.any(String), { ...first, secret: null }]);
    const { id } = first.apiToken;
    const turn = async () => (await app.data(app.operator, rotate, { id }, key("rotate"))).apiTokenRotate;
    const [turned, turnedAgain] = [await turn(), await turn()];
    expect([turned.secret, turnedAgain]).toEqual([expect.any(String), { ...turned, secret: null }]);
    expect(await Promise.all([first.secret, turned.secret].map(works))).toEqual([true, true]);
    const end = () => app.data(app.operator, revoke, { id }, key("revoke"));
    expect(await end()).toEqual(await end());
    expect(await entries(app.operator, id)).toHaveLength(3);
    const other = await app.graphql(app.operator, create, { input: { ...input, name: "other" } }, key("create"));
    expect(other.errors?.[0]?.extensions.code).toBe("CONFLICT");
  });

  it("makes one token of twelve requests at once with one key, and shows its secret once", async () => {
    const input = { name: "at once", memberships: [{ project: one, role: "VIEWER" }] };
    const answers = await Promise.all(Array.from({ length: 12 }, () => made(input, { "idempotency-key": "at-once" })));
    const secrets = answers.map(({ secret }) => secret).filter((secret) => secret !== null);
    expect([new Set(answers.map(({ apiToken }) => apiToken.id)).size, secrets.length]).toEqual([1, 1]);
    expect(await works(secrets[0])).toBe(true);
    const rows = await DatabaseContent.of(database.settings, (content) =>
      content.sql("SELECT name FROM api_token WHERE name = 'at once'"),
    );
    expect(rows).toHaveLength(1);
  });
});
