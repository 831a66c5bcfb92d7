import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { silenceIdOf, uuidIn } from "../../server/alerts/silence-id.js";
import { BadUserInputError } from "../../server/core/errors.js";
import { parseMatcher } from "../../server/core/matcher.js";
import { Matching } from "../../server/core/matching.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { seeded } from "../support/seeded.js";
import { waitFor } from "../support/wait-for.js";
import { type ApiMatcher, matcherSets, oddAlerts, oddSilences } from "./odd-alerts.js";

const SEED = 20_261_123;
const SETS = 300;

let alertmanager: Alertmanager;
let app: TestApp;

beforeAll(async () => {
  alertmanager = await startAlertmanager({
    config: `
route: {receiver: nobody, group_wait: 1s, group_interval: 1s}
receivers: [{name: nobody}]
inhibit_rules: [{source_matchers: ['alertname="Root"'], target_matchers: ['alertname=~"A2|A3"'], equal: [project]}]
`,
  });
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const alerts = oddAlerts(seeded(SEED), 300).map((labels) => ({ labels, endsAt }));
  await alertmanager.postAlerts(alerts);
  for (const silence of oddSilences(seeded(SEED))) {
    const { silenceID } = (await alertmanager.api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ startsAt: new Date().toISOString(), endsAt, createdBy: "ann", ...silence }),
    })) as { silenceID: string };
    if (silence.comment === "ended") await alertmanager.api(`/api/v2/silence/${silenceID}`, { method: "DELETE" });
  }
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.2 },
  });
  await waitFor(
    async () => {
      const [theirs, ours] = [await amtoolAlerts([]), await ourAlerts([])];
      return theirs.length === alerts.length && JSON.stringify(theirs) === JSON.stringify(ours);
    },
    { what: "both to hold all alerts alike" },
  );
}, 60_000);

interface Found {
  readonly fingerprint: string;
  readonly state: string;
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
}

/** What amtool prints as JSON; throws with what it says when it ends badly. */
async function amtool(...args: readonly string[]): Promise<unknown> {
  const all = [...args.slice(0, 2), "--no-version-check", `--alertmanager.url=${alertmanager.url}`, "-o", "json"];
  const { stdout } = await promisify(execFile)("amtool", [...all, ...args.slice(2)], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}

const byFingerprint = (a: Found, b: Found) => (a.fingerprint < b.fingerprint ? -1 : 1);

async function amtoolAlerts(
  matchers: readonly string[],
  states = ["--active", "--silenced", "--inhibited", "--unprocessed"],
): Promise<readonly Found[]> {
  const found = (await amtool("alert", "query", ...states, ...matchers)) as {
    fingerprint: string;
    status: { state: string; silencedBy: string[]; inhibitedBy: string[] };
  }[];
  return found
    .map(({ fingerprint, status: { state, silencedBy, inhibitedBy } }) => ({
      fingerprint,
      state: state.toUpperCase(),
      silencedBy: silencedBy.toSorted(),
      inhibitedBy: inhibitedBy.toSorted(),
    }))
    .sort(byFingerprint);
}

/** All pages of a connection that `query` selects as `list`. */
async function allPages<T>(query: string, variables: object): Promise<readonly T[] | "refused"> {
  const nodes: T[] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors } = await app.graphql(app.operator, query, { ...variables, after });
    if (errors?.every(({ extensions }) => extensions.code === "BAD_USER_INPUT")) return "refused";
    if (errors) throw new Error(JSON.stringify(errors));
    nodes.push(...data.list.nodes);
    if (!data.list.pageInfo.hasNextPage) return nodes;
    after = data.list.pageInfo.endCursor;
  }
}

async function ourAlerts(matchers: readonly string[]): Promise<readonly Found[] | "refused"> {
  const query = `query ($filter: AlertFilter, $after: String) { list: alerts(filter: $filter, first: 100, after: $after) {
    nodes { fingerprint state silencedBy { id } inhibitedBy { fingerprint } } pageInfo { hasNextPage endCursor } } }`;
  const nodes = await allPages<{
    fingerprint: string;
    state: string;
    silencedBy: { id: string }[];
    inhibitedBy: { fingerprint: string }[];
  }>(query, { filter: { matchers } });
  if (nodes === "refused") return nodes;
  return nodes
    .map(({ fingerprint, state, silencedBy, inhibitedBy }) => ({
      fingerprint,
      state,
      silencedBy: silencedBy.map(({ id }) => uuidIn(id) ?? "").toSorted(),
      inhibitedBy: inhibitedBy.map((alert) => alert.fingerprint).toSorted(),
    }))
    .sort(byFingerprint);
}

/** So many processes at a time. */
const atOnce = 4;

async function forEach<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = list.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function parsed(text: string): ApiMatcher | "refused" {
  try {
    return parseMatcher(text, new Matching());
  } catch (error) {
    if (error instanceof BadUserInputError) return "refused";
    throw error;
  }
}

/** As amtool does: a first argument that is no matcher is taken for the name of an alert. */
function asAmtoolTakes([first = "", ...others]: readonly string[]): readonly string[] {
  return [parsed(first) === "refused" ? `alertname=${first}` : first, ...others];
}

async function refusing<T>(answer: Promise<T>): Promise<T | "refused"> {
  try {
    return await answer;
  } catch (error) {
    if (/\[400\]|status 400/.test(String(error))) return "refused";
    throw error;
  }
}

const sets = matcherSets(seeded(SEED), SETS);

test(`${SETS} generated sets of matchers select the same alerts, in the same states, kept quiet by the same`, async () => {
  const different: object[] = [];
  const counts = { refused: 0, none: 0, some: 0 };
  await forEach(sets, async (matchers) => {
    const [theirs, ours] = [await refusing(amtoolAlerts(matchers)), await ourAlerts(asAmtoolTakes(matchers))];
    counts[theirs === "refused" ? "refused" : theirs.length === 0 ? "none" : "some"]++;
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) different.push({ seed: SEED, matchers, theirs, ours });
  });
  expect(different).toEqual([]);
  // Else the sets would say little.
  expect(counts.some).toBeGreaterThan(SETS / 3);
  expect(counts.refused).toBeGreaterThan(SETS / 30);
  expect(counts.refused).toBeLessThan(SETS / 4);
}, 120_000);

interface FoundSilence {
  readonly id: string;
  readonly state: string;
  readonly comment: string;
  readonly matchers: readonly ApiMatcher[];
}

const byId = (a: FoundSilence, b: FoundSilence) => (a.id < b.id ? -1 : 1);

async function amtoolSilences(...args: readonly string[]): Promise<readonly FoundSilence[]> {
  const found = (await amtool("silence", "query", ...args)) as (Omit<FoundSilence, "state"> & {
    status: { state: string };
  })[];
  return found
    .map(({ id, status, comment, matchers }) => ({
      id,
      state: status.state.toUpperCase(),
      comment,
      matchers: matchers.map(({ name, value, isRegex, isEqual }) => ({ name, value, isRegex, isEqual })),
    }))
    .sort(byId);
}

async function ourSilences(states: readonly string[]): Promise<readonly FoundSilence[]> {
  const query = `query ($states: [SilenceState!], $after: String) {
    list: silences(filter: { states: $states }, first: 100, after: $after) {
      nodes { id state comment matchers { name value isRegex isEqual } } pageInfo { hasNextPage endCursor } } }`;
  const nodes = await allPages<FoundSilence>(query, { states });
  if (nodes === "refused") throw new Error("Without matchers there is nothing to refuse.");
  return nodes.map((silence) => ({ ...silence, id: uuidIn(silence.id) ?? "" })).sort(byId);
}

test("the silences are the same, those that are or come and those that have ended", async () => {
  const live = await ourSilences(["ACTIVE", "PENDING"]);
  const ended = await ourSilences(["EXPIRED"]);
  expect(live).toEqual(await amtoolSilences());
  expect(ended).toEqual(await amtoolSilences("--expired"));
  expect([live.length, ended.length]).toEqual([35, 5]);
  expect(new Set(live.map(({ state }) => state))).toEqual(new Set(["ACTIVE", "PENDING"]));
});

test("generated sets of matchers select the same silences: those that have each of them, as it is written", async () => {
  const live = await ourSilences(["ACTIVE", "PENDING"]);
  const text = ({ name, value, isRegex, isEqual }: ApiMatcher) => JSON.stringify([name, value, isRegex, isEqual]);
  const have = (wanted: readonly ApiMatcher[]) =>
    live.filter(({ matchers }) => {
      const own = new Set(matchers.map(text));
      return wanted.every((matcher) => own.has(text(matcher)));
    });
  const operator = ({ isRegex, isEqual }: ApiMatcher) => (isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=");
  // Theirs written anew, so that there is something to find, and the others, which find next to nothing.
  const own = live.map(({ matchers }) =>
    matchers.map((matcher) => {
      const value = matcher.value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
      return `${matcher.name}${operator(matcher)}"${value}"`;
    }),
  );
  const different: object[] = [];
  let found = 0;
  await forEach([...own, ...sets.slice(0, 60)], async (matchers) => {
    const wanted = asAmtoolTakes(matchers).map(parsed);
    const isRefused = wanted.includes("refused");
    const ours = isRefused ? "refused" : have(wanted.filter((one) => one !== "refused"));
    const theirs = await refusing(amtoolSilences(...matchers));
    if (theirs.length > 0 && theirs !== "refused") found++;
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) different.push({ seed: SEED, matchers, theirs, ours });
  });
  expect(different).toEqual([]);
  expect(found).toBeGreaterThanOrEqual(live.length);
}, 60_000);

test("each silence silences the same alerts", async () => {
  const silenced = (await amtoolAlerts([], ["--silenced", "--inhibited"])).filter((one) => one.silencedBy.length > 0);
  const theirs = new Map<string, string[]>();
  for (const { fingerprint, silencedBy } of silenced) {
    for (const id of silencedBy) theirs.set(id, [...(theirs.get(id) ?? []), fingerprint].sort());
  }
  const query = `query ($id: ID!, $after: String) { node(id: $id) { ... on Silence {
    list: alerts(first: 100, after: $after) { nodes { fingerprint } pageInfo { hasNextPage endCursor } } } } }`;
  const ours = new Map<string, string[]>();
  for (const { id } of await ourSilences(["ACTIVE"])) {
    const fingerprints: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { node } = await app.data(app.operator, query, { id: silenceIdOf(id), after });
      fingerprints.push(...node.list.nodes.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
      [after, more] = [node.list.pageInfo.endCursor, node.list.pageInfo.hasNextPage];
    }
    if (fingerprints.length > 0) ours.set(id, fingerprints.sort());
  }
  expect(ours).toEqual(theirs);
  expect(theirs.size).toBeGreaterThan(10);
});

test("amtool's own choices of states are filters of ours", async () => {
  const all = await ourAlerts([]);
  if (all === "refused") throw new Error("Nothing was asked for.");
  const isSilenced = ({ silencedBy }: Found) => silencedBy.length > 0;
  const isInhibited = ({ inhibitedBy }: Found) => inhibitedBy.length > 0;
  expect(await amtoolAlerts([], [])).toEqual(all.filter(({ state }) => state === "ACTIVE"));
  expect(await amtoolAlerts([], ["--silenced"])).toEqual(all.filter((one) => isSilenced(one) && !isInhibited(one)));
  expect(await amtoolAlerts([], ["--inhibited"])).toEqual(all.filter((one) => isInhibited(one) && !isSilenced(one)));
  expect(all.filter(isSilenced).length).toBeGreaterThan(20);
  expect(all.filter(isInhibited).length).toBeGreaterThan(5);
});
