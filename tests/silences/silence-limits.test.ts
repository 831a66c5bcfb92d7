import { beforeAll, expect, test } from "vitest";
import { type Alertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const payload = "silence { id state } userErrors { code message path }";
const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { ${payload} } }`;
const update = `mutation ($id: ID!, $input: SilenceUpdateInput!) { silenceUpdate(id: $id, input: $input) { ${payload} } }`;
const expire = `mutation ($id: ID!) { silenceExpire(id: $id) { ${payload} } }`;

let pair: readonly [Alertmanager, Alertmanager];
let app: TestApp;
let count = 0;

beforeAll(async () => {
  pair = await startAlertmanagerPair();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: pair.map(({ url }, index) => ({ name: `am${index + 1}`, url })) }],
    upstreams: { pollIntervalSeconds: 0.2 },
    limits: { tiers: { default: { silences: 3 } } },
  });
});

/** A new project, with its member's token. */
async function project() {
  const name = `p${count++}`;
  const query = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
  const { id } = (await app.data(app.operator, query, { name })).projectCreate.project;
  return { id, name, member: await app.token({ [id]: "MEMBER" }) };
}
type Project = Awaited<ReturnType<typeof project>>;

const down = { name: "alertname", value: "Down" };
const silence = async ({ id, member }: Project, change: object = {}, token = member) => {
  const input = { project: id, matchers: [down], duration: "1h", comment: "mending", ...change };
  return (await app.data(token, create, { input })).silenceCreate;
};
const usageOf = async ({ id }: Project) =>
  (await app.data(app.operator, "query ($id: ID!) { node(id: $id) { ... on Project { usage { silences } } } }", { id }))
    .node.usage.silences;
const made = { silence: { id: expect.stringMatching(/^sil_/), state: "ACTIVE" }, userErrors: [] };
const limitReached = {
  silence: null,
  userErrors: [
    {
      code: "LIMIT",
      message:
        'The project may have 3 active or pending silences (limit tier "default"); it has 3, and this adds 1. Remove some that are not needed, or ask an operator for a larger tier.',
      path: ["input", "matchers"],
    },
  ],
};

test("a project at its limit gets no further silence until one ends; other projects do", async () => {
  const [full, other] = [await project(), await project()];
  const first = await silence(full);
  const startsAt = new Date(Date.now() + 3_600_000).toISOString();
  expect(await silence(full, { startsAt })).toMatchObject({ silence: { state: "PENDING" }, userErrors: [] });
  expect([await usageOf(full), await silence(full), await usageOf(full)]).toEqual([2, made, 3]);
  expect(await silence(full)).toEqual(limitReached);
  expect(await silence(full, {}, app.operator)).toEqual(limitReached);
  expect(await silence(other)).toEqual(made);
  expect([await usageOf(full), await usageOf(other)]).toEqual([3, 1]);
  await app.data(full.member, expire, { id: first.silence.id });
  expect([await usageOf(full), await silence(full), await usageOf(full)]).toEqual([2, made, 3]);
});

test("one that is there can be changed and extended, and none be moved into a full project", async () => {
  const [full, other] = [await project(), await project()];
  const [first] = [await silence(full), await silence(full), await silence(full)];
  const change = async (id: string, input: object) =>
    (await app.data(app.operator, update, { id, input })).silenceUpdate;
  const { silence: changed } = await change(first.silence.id, { comment: "longer", duration: "2h" });
  const matchers = [{ name: "project", value: full.name }, down, { name: "severity", value: "page" }];
  expect(await change(changed.id, { matchers })).toEqual(made);
  expect(await usageOf(full)).toBe(3);
  const foreign = await silence(other);
  expect(await change(foreign.silence.id, { matchers })).toEqual(limitReached);
  expect([await usageOf(full), await usageOf(other)]).toEqual([3, 1]);
});

const named = (value: string) => ({ name: "alertname", value });
const kept = (size: number) => ({
  silence: null,
  userErrors: [
    {
      code: "LIMIT",
      message: expect.stringMatching(
        `^Silences of the project that are in force or ended lately are ${size} kB, of 30, and this adds \\d+; .* There is room again when Alertmanager forgets some, five days after .* The first of those that ended did so at 20[-:.TZ0-9]+\\.$`,
      ),
      path: ["input", "matchers"],
    },
  ],
});

test("a silence whose matchers or start change over and over leaves no more behind than ten times the limit", async () => {
  const [one, other] = [await project(), await project()];
  let { id } = (await silence(one)).silence;
  const change = async (input: object) => {
    const changed = (await app.data(one.member, update, { id, input })).silenceUpdate;
    id = changed.silence?.id ?? id;
    return changed;
  };
  for (let n = 1; n < 30; n++) {
    const startsAt = new Date(Date.now() - n * 60_000).toISOString();
    const input = n % 2 ? { matchers: [{ name: "project", value: one.name }, named(`A${n}`)] } : { startsAt };
    expect([n, await change(input)]).toEqual([n, made]);
  }
  expect(await usageOf(one)).toBe(1);
  const matchers = [{ name: "project", value: one.name }, named("other")];
  expect(await change({ matchers })).toEqual(kept(30));
  expect(await change({ startsAt: new Date(Date.now() - 3_600_000).toISOString() })).toEqual(kept(30));
  expect(await silence(one)).toEqual(kept(30));
  expect(await change({ comment: "longer", duration: "2h" })).toEqual(made);
  expect(await silence(other)).toEqual(made);
  await waitFor(
    async () => ((await pair[1].api("/api/v2/silences")) as { matchers: object[] }[]).filter(isOf(one)).length === 30,
    { what: "both to keep thirty" },
  );
});

const isOf =
  ({ name }: Project) =>
  ({ matchers }: { matchers: object[] }) =>
    JSON.stringify(matchers).includes(`"${name}"`);

test("a silence counts for what it holds, as Alertmanager writes it", async () => {
  const [plain, escaped] = [await project(), await project()];
  const long = (character: string) => [down, ...Array(7).fill({ name: "a", value: character.repeat(1_000) })];
  for (let n = 0; n < 3; n++) {
    const { silence: written } = await silence(plain, { matchers: long("x") });
    await app.data(plain.member, expire, { id: written.id });
  }
  expect(await silence(plain, { matchers: long("x") })).toEqual(kept(24));
  expect(await silence(plain)).toEqual(made);
  const refused = await silence(escaped, { matchers: long("<") });
  expect(refused).toMatchObject({
    silence: null,
    userErrors: [{ code: "LIMIT", message: expect.stringMatching(/ are 0 kB, of 30, and this adds 4\d;/) }],
  });
});

test("matchers have 8,192 bytes together at most", async () => {
  const one = await project();
  const matchers = (bytes: number) => [
    ...Array(7).fill({ name: "a", value: "é".repeat(512) }),
    { name: "b", value: "x".repeat(bytes - 7 * 1_025 - 1) },
  ];
  expect(await silence(one, { matchers: matchers(8_192) })).toEqual(made);
  expect(await silence(one, { matchers: matchers(8_193) })).toEqual({
    silence: null,
    userErrors: [
      {
        code: "LIMIT",
        message: "The matchers' names and values have 8193 bytes together, at most 8192.",
        path: ["input", "matchers"],
      },
    ],
  });
});

test("what was made beside the graph counts, and operators' silences of several projects count for none", async () => {
  const one = await project();
  for (const matcher of [`${one.name}|x`, ".+"]) {
    const matchers = [{ name: "project", value: matcher, isRegex: true }, down];
    expect(await silence(one, { project: null, matchers }, app.operator)).toEqual(made);
  }
  expect(await usageOf(one)).toBe(0);
  const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 3_600_000)];
  const matchers = [{ name: "project", value: one.name, isRegex: false, isEqual: true }];
  for (let n = 0; n < 3; n++) {
    await pair[1].api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: "amtool", comment: `beside ${n}` }),
    });
  }
  await waitFor(async () => (await usageOf(one)) === 3, { what: "the silences to be in the graph" });
  expect(await silence(one)).toEqual(limitReached);
});

test("one short of its limit a project gets one of thirty silences at once", async () => {
  const one = await project();
  for (let n = 0; n < 2; n++) await silence(one);
  const answers = await Promise.all(Array.from({ length: 30 }, () => silence(one)));
  const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? "made").sort();
  expect(codes).toEqual([...Array(29).fill("LIMIT"), "made"]);
  expect(await usageOf(one)).toBe(3);
});

test("patterns ask for 100 repetitions together at most, and are not tried on alerts of other projects", async () => {
  const one = await project();
  const pattern = (name: string, value: string) => ({ name, value, isRegex: true });
  const asking = (repetitions: number) => [pattern("a", `x{${repetitions - 50}}`), pattern("b", "(a|b){50}")];
  expect(await silence(one, { matchers: asking(101) })).toEqual({
    silence: null,
    userErrors: [
      {
        code: "LIMIT",
        message: "The patterns ask for 101 repetitions, as in {n}, at most 100 together.",
        path: ["input", "matchers"],
      },
    ],
  });
  const matchers = [...asking(100), { name: "project", value: one.name }];
  expect(await silence(one, { project: undefined, matchers, comment: "in order" })).toEqual(made);
  const stored = (await pair[0].api("/api/v2/silences")) as { comment: string; matchers: { name: string }[] }[];
  const names = stored.find(({ comment }) => comment === "in order")?.matchers.map(({ name }) => name);
  expect(names).toEqual(["project", "a", "b"]);
});
