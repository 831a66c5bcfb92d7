import { beforeAll, expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { type EvaluatedSeries, type Evaluation, evaluateAll } from "./evaluate.js";
import { Random } from "./random.js";
import { ExpressionWriter, keywordNames, plainNames } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";
import { sensitiveExpression } from "./sensitive-expression.js";
import { openMetricsOf, seriesOfRules } from "./tenant-data.js";

/*
 * Two real Prometheus servers: one holds the series of projects a and b and some of no project, the other those of a
 * alone. What project a may run must give the same on both. More expressions, of another seed:
 * ISOLATION_EXPRESSIONS=5000 ISOLATION_SEED=12 npx vitest run tests/rules/isolation.test.ts
 */
const count = Number(process.env.ISOLATION_EXPRESSIONS ?? 200);
const seed = Number(process.env.ISOLATION_SEED ?? 11);
const timeout = 60_000 + count * 500;
const names = [...plainNames, ...keywordNames];

let shared: Prometheus;
let alone: Prometheus;

beforeAll(async () => {
  const random = new Random(7);
  const series = seriesOfRules(random);
  const ofB = [...series, ...seriesOfRules(random), ...series.map((labels) => ({ ...labels, instance: "only-b" }))];
  const unowned = series.filter(() => random.chance(30));
  [shared, alone] = await Promise.all([
    startPrometheus({ stored: openMetricsOf({ a: series, b: ofB, "": unowned }) }),
    startPrometheus({ stored: openMetricsOf({ a: series }) }),
  ]);
}, 120_000);

/** What each expression gives among others' series and on project a's alone. */
async function evaluated(texts: readonly string[]) {
  const [among, own] = await Promise.all([evaluateAll(shared.url, texts), evaluateAll(alone.url, texts)]);
  const nothing: Evaluation = { series: [] };
  return texts.map((text, index) => ({ text, among: among[index] ?? nothing, own: own[index] ?? nothing }));
}

/**
 * Those whose result differs in what `of` takes of it. A comparison with a number that Prometheus adds up, now in this
 * order and now in another, may fall either way; so what differs is evaluated again, and differs if it always does.
 */
async function differing(
  texts: readonly string[],
  of: (evaluation: Evaluation) => unknown,
): Promise<readonly string[]> {
  const seen = new Map(texts.map((text) => [text, { among: new Set<string>(), own: new Set<string>() }]));
  let different = [...seen.keys()];
  for (let tries = 0; tries < 5 && different.length > 0; tries++) {
    for (const { text, among, own } of await evaluated(different)) {
      seen.get(text)?.among.add(JSON.stringify(of(among)));
      seen.get(text)?.own.add(JSON.stringify(of(own)));
    }
    different = different.filter((text) => {
      const { among = new Set(), own = new Set() } = seen.get(text) ?? {};
      return ![...among].some((result) => own.has(result));
    });
  }
  return different;
}

const all = (evaluation: Evaluation) => evaluation;
const givenBy = async (texts: readonly string[]) =>
  (await evaluateAll(alone.url, texts)).filter(({ series }) => series.length > 0).length;

function enforcedOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => {
    const result = enforceProject(text, "a");
    return result.ok ? [result.enforced] : [];
  });
}

test(`${count} generated expressions of project a, seed ${seed}, see project a alone`, { timeout }, async () => {
  const writer = new ExpressionWriter(new Random(seed), names, ["project='a'"]);
  const random = new Random(seed);
  const texts = Array.from({ length: count }, (_, index) => {
    return index % 2 === 0 ? writer.rule() : sensitiveExpression(random, plainNames);
  });
  const enforced = enforcedOf(texts);
  expect(enforced.length).toBeGreaterThan(count * 0.9);
  expect(await differing(enforced, all), `seed ${seed}`).toEqual([]);
  expect(await givenBy(enforced)).toBeGreaterThan(count / 3);
});

test("the rules that people published, run for project a, see project a alone", { timeout }, async () => {
  const enforced = enforcedOf(writtenRules.map(({ expr }) => expr));
  expect(enforced.length).toBe(508);
  expect(await differing(enforced, all)).toEqual([]);
  expect(await givenBy(enforced)).toBeGreaterThan(250);
});

test("a leak would show: not confined, most of them give something else", { timeout }, async () => {
  const random = new Random(seed);
  const sensitive = Array.from({ length: 50 }, () => sensitiveExpression(random, plainNames));
  for (const texts of [sensitive, writtenRules.slice(0, 200).map(({ expr }) => expr)]) {
    const results = await evaluated(texts);
    const shown = results.filter(({ among, own }) => JSON.stringify(among) !== JSON.stringify(own));
    expect(shown.length).toBeGreaterThan(texts.length / 2);
  }
  const hidden = [
    'topk(scalar(count(up{instance="only-b"})), up{project="a"})',
    'quantile(scalar(sum(up)) / 1e6, up{project="a"})',
    'up{project="a"} / on () group_left () sum(up)',
    'up{project="a"} or up{instance="only-b"}',
    'max_over_time(sum(up)[10m:1m]) > 0 and on () up{project="a"}',
    'absent(up{project=~"a|b",instance="only-b"})',
  ];
  expect(await differing(hidden, all)).toEqual(hidden);
});

test(`global rules, seed ${seed}, give for a project what they would if it were alone, and nothing of none`, {
  timeout,
}, async () => {
  const groupings = ["project", "project", "project", "job", "instance"];
  const writer = new ExpressionWriter(new Random(seed), names, ['project="b"', 'project!=""'], groupings);
  const texts = Array.from({ length: count * 2 }, () => writer.rule());
  const enforced = [...texts, ...writtenRules.map(({ expr }) => expr)].flatMap((text) => {
    const result = enforceProjects(text);
    return result.ok ? [result.enforced] : [];
  });
  expect(enforced.length).toBeGreaterThan(count);
  expect(await differing(enforced, seriesOfA), `seed ${seed}`).toEqual([]);
  const results = await evaluated(enforced);
  const unowned = results.filter(({ among, own }) => [among, own].some(({ series }) => !series.every(isOwned)));
  expect(unowned.map(({ text }) => text)).toEqual([]);
  expect(
    results.filter(({ among }) => among.series.some(({ labels }) => labels.project === "b")).length,
  ).toBeGreaterThan(count / 4);
});

const seriesOfA = ({ series }: Evaluation) => series.filter(({ labels }) => labels.project === "a");
const isOwned = ({ labels }: EvaluatedSeries) => labels.project === "a" || labels.project === "b";
