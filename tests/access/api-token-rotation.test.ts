import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const fields =
  "id name globalRole memberships { role project { name } } expiresAt rotatedAt previousExpiresAt revokedAt";
const create = `mutation ($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) { apiToken { ${fields} } secret userErrors { code path } }
}`;
const rotate = `mutation ($id: ID!, $input: ApiTokenRotateInput) {
  apiTokenRotate(id: $id, input: $input) { apiToken { ${fields} } secret userErrors { code message path } }
}`;
const revoke = `mutation ($id: ID!) { apiTokenRevoke(id: $id) { apiToken { ${fields} } userErrors { code } } }`;

interface Issued {
  readonly id: string;
  readonly secret: string;
}

describeOnEachDatabase((database) => {
  let app: TestApp;
  let now = new Date();
  let projectId = "";
  let otherId = "";

  const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const made = async (input: object = {}): Promise<Issued> => {
    const memberships = [{ project: projectId, role: "VIEWER" }];
    const { apiTokenCreate } = await app.data(app.operator, create, {
      input: { name: "turning", memberships, ...input },
    });
    expect(apiTokenCreate.userErrors).toEqual([]);
    return { id: apiTokenCreate.apiToken.id, secret: apiTokenCreate.secret };
  };
  const rotated = async (id: string, input: object = {}) =>
    (await app.data(app.operator, rotate, { id, input })).apiTokenRotate;
  const works = async (secret: string) => (await app.graphql(secret, "{ viewer { name } }")).status === 200;
  const day = 86_400_000;

  beforeAll(async () => {
    now = new Date("2026-01-01T00:00:00Z");
    app = await startApp(database.settings, { now: () => now });
    const project = async (name: string) =>
      (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
        .projectCreate.project.id;
    [projectId, otherId] = [await project("one"), await project("two")];
  });

  it("gives a token a new secret and leaves it what it is; the old secret works for a day more", async () => {
    const { id, secret } = await made();
    const { secret: newer, ...answer } = (await app.data(app.operator, rotate, { id })).apiTokenRotate;
    expect(answer).toEqual({
      apiToken: {
        id,
        name: "turning",
        globalRole: null,
        memberships: [{ role: "VIEWER", project: { name: "one" } }],
        expiresAt: null,
        rotatedAt: now.toISOString(),
        previousExpiresAt: after(day),
        revokedAt: null,
      },
      userErrors: [],
    });
    expect(newer).toMatch(/^mi_[\w-]{43}$/);
    expect([await works(secret), await works(newer)]).toEqual([true, true]);
    const query = "{ viewer { kind name memberships { role project { name } } } }";
    expect(await app.data(newer, query)).toEqual(await app.data(secret, query));
    now = new Date(after(day - 1));
    expect([await works(secret), await works(newer)]).toEqual([true, true]);
    now = new Date(after(1));
    expect([await works(secret), await works(newer)]).toEqual([false, true]);
    const everything = await app.data(
      app.operator,
      "{ apiTokens { nodes { id name } } auditEntries(first: 100) { nodes { before after } } }",
    );
    expect(JSON.stringify(everything)).not.toContain(newer);
  });

  it("ends the old secret at once if told to, or after as long as told", async () => {
    const atOnce = await made();
    const { secret, apiToken } = await rotated(atOnce.id, { previousValidFor: "0s" });
    expect([apiToken.previousExpiresAt, await works(atOnce.secret), await works(secret)]).toEqual([null, false, true]);
    const later = await made();
    const { apiToken: kept } = await rotated(later.id, { previousValidFor: "30d" });
    expect([kept.previousExpiresAt, await works(later.secret)]).toEqual([after(30 * day), true]);
  });

  it("ends the secret before with each rotation: two work at the most", async () => {
    const { id, secret: first } = await made();
    const { secret: second } = await rotated(id);
    const { secret: third, apiToken } = await rotated(id, { previousValidFor: "1h" });
    expect(apiToken.previousExpiresAt).toBe(after(3_600_000));
    expect(await Promise.all([first, second, third].map(works))).toEqual([false, true, true]);
    const { secret: fourth } = await rotated(id, { previousValidFor: "0s" });
    expect(await Promise.all([first, second, third, fourth].map(works))).toEqual([false, false, false, true]);
  });

  it("knows of one rotation in another at the same time: both new secrets work, and the old one ends", async () => {
    for (let round = 0; round < 10; round++) {
      const { id, secret } = await made();
      const [one, two] = await Promise.all([rotated(id), rotated(id)]);
      expect(await Promise.all([secret, one.secret, two.secret].map(works))).toEqual([false, true, true]);
    }
    const { id, secret } = await made();
    const answers = await Promise.all(Array.from({ length: 20 }, () => rotated(id)));
    const good = await Promise.all([secret, ...answers.map((answer) => answer.secret)].map(works));
    expect(good.filter(Boolean)).toHaveLength(2);
  });

  it("never lets the old secret outlive the token's expiry, be it old or new", async () => {
    const expiring = await made({ expiresAt: after(1_000) });
    expect((await rotated(expiring.id)).apiToken).toMatchObject({
      expiresAt: after(1_000),
      previousExpiresAt: after(1_000),
    });
    const prolonged = await made({ expiresAt: after(1_000) });
    const longer = await rotated(prolonged.id, { expiresAt: after(5_000) });
    expect(longer.apiToken).toMatchObject({ expiresAt: after(5_000), previousExpiresAt: after(1_000) });
    const shortened = await made();
    const shorter = await rotated(shortened.id, { expiresAt: after(2_000) });
    expect(shorter.apiToken).toMatchObject({ expiresAt: after(2_000), previousExpiresAt: after(2_000) });
    const endless = await made({ expiresAt: after(1_000) });
    const everlasting = await rotated(endless.id, { expiresAt: null });
    expect(everlasting.apiToken).toMatchObject({ expiresAt: null, previousExpiresAt: after(1_000) });
    now = new Date(after(2_000));
    const secrets = [
      prolonged.secret,
      longer.secret,
      shortened.secret,
      shorter.secret,
      endless.secret,
      everlasting.secret,
    ];
    expect(await Promise.all(secrets.map(works))).toEqual([false, true, false, false, false, true]);
    const renewed = await rotated(shortened.id, { expiresAt: after(1_000) });
    expect(renewed.apiToken).toMatchObject({ expiresAt: after(1_000), previousExpiresAt: null });
    expect(await Promise.all([shorter.secret, renewed.secret].map(works))).toEqual([false, true]);
  });

  it("tells every mistake, and changes nothing", async () => {
    const { id, secret } = await made({ expiresAt: after(1_000) });
    const mistakes = async (input: object) => {
      const { apiToken, secret: none, userErrors } = await rotated(id, input);
      expect([apiToken, none]).toEqual([null, null]);
      return userErrors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join(".")}`);
    };
    expect(await mistakes({ previousValidFor: "31d" })).toEqual(["INVALID input.previousValidFor"]);
    expect(await mistakes({ previousValidFor: "soon", expiresAt: now.toISOString() })).toEqual([
      "INVALID input.previousValidFor",
      "INVALID input.expiresAt",
    ]);
    expect(await works(secret)).toBe(true);
    now = new Date(after(1_000));
    expect(await mistakes({})).toEqual(["INVALID input.expiresAt"]);
    const gone = await made();
    await app.data(app.operator, revoke, { id: gone.id });
    expect((await rotated(gone.id)).userErrors).toEqual([
      { code: "CONFLICT", message: "The token is revoked for good. Create another one.", path: ["id"] },
    ]);
  });

  it("revokes both secrets", async () => {
    const { id, secret } = await made();
    const { secret: newer } = await rotated(id);
    const { apiTokenRevoke } = await app.data(app.operator, revoke, { id });
    expect(apiTokenRevoke.apiToken.revokedAt).toBe(now.toISOString());
    expect(await Promise.all([secret, newer].map(works))).toEqual([false, false]);
  });

  it("is for whoever may revoke the token", async () => {
    const [admin, member] = [await app.token({ [projectId]: "ADMIN" }), await app.token({ [projectId]: "MEMBER" })];
    const grant = (...ids: string[]) => ids.map((project) => ({ project, role: "VIEWER" }));
    const tokens = [
      await made(),
      await made({ memberships: grant(projectId, otherId) }),
      await made({ memberships: grant(otherId) }),
      await made({ globalRole: "READER" }),
    ];
    const codes = (as: string) =>
      Promise.all(
        tokens.map(async ({ id }) => {
          const answers = [await app.graphql(as, rotate, { id }), await app.graphql(as, revoke, { id })];
          return answers.map(({ errors }) => errors?.[0]?.extensions.code ?? "done").join(" ");
        }),
      );
    const denied = "FORBIDDEN FORBIDDEN";
    expect(await codes(member)).toEqual([denied, denied, denied, denied]);
    const absent = "NOT_FOUND NOT_FOUND";
    expect(await codes(admin)).toEqual(["done done", denied, absent, absent]);
    expect(await Promise.all(tokens.map(({ secret }) => works(secret)))).toEqual([false, true, true, true]);
  });
});
