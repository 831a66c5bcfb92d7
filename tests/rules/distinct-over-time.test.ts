import { beforeAll, describe, expect, test } from "vitest";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { joinedExpression } from "./joined-expression.js";
import { Random } from "./random.js";

/*
 * Project b's series come and go from one minute to the next, so that what is one series at each instant is several in a
 * subquery. What is accepted does not fail on any of them. More expressions, of another seed:
 * DISTINCT_EXPRESSIONS=50000 DISTINCT_SEED=12 npx vitest run tests/rules/distinct-over-time.test.ts
 */
const count = Number(process.env.DISTINCT_EXPRESSIONS ?? 6_000);
const seed = Number(process.env.DISTINCT_SEED ?? 5);
const timeout = 60_000 + count * 20;

const harm = "which would stop this rule for all projects";
const several = (operator: string) =>
  `Several series may match one on the other side of ${operator}, ${harm}; write max by (project) (…) here.`;
const names = `Series of several metrics may become the same here, ${harm}; name one metric, or aggregate.`;
const written = (label: string) =>
  `Series that differ in ${label} alone become the same here, ${harm}; aggregate first, as in max without (${label}) (…).`;

const factor = "sum by (project) (z) * on (project) ";
const topOne = "topk by (project) (1, x)";
const both = "{__name__=~'x|y'}";

/** What an operator writes, what is marked, and why. */
const refused: readonly (readonly [text: string, marked: string, message: string])[] = [
  ["max_over_time((x or y)[7m:1m]) > 0", "max_over_time((x or y)[7m:1m])", names],
  ["max_over_time((x or on (project) y)[7m:1m])", "max_over_time((x or on (project) y)[7m:1m])", names],
  ["max_over_time((x or abs(y))[7m:1m])", "max_over_time((x or abs(y))[7m:1m])", names],
  ["last_over_time((-(x or y))[7m:1m])", "-(x or y)", names],
  [
    `max_over_time(last_over_time((x or y)[3m:1m])[7m:1m])`,
    "max_over_time(last_over_time((x or y)[3m:1m])[7m:1m])",
    names,
  ],
  ...[
    `max_over_time(${topOne}[7m:1m])`,
    `last_over_time(bottomk by (project) (1, x)[7m:1m])`,
    `max_over_time(max_over_time(${topOne}[3m:1m])[7m:1m])`,
    `max_over_time((${topOne} * 2)[7m:1m])`,
    `max_over_time((${topOne} and on (project) z)[7m:1m])`,
    `max_over_time((${topOne} unless on (project) w)[7m:1m] offset 1m)`,
    `max_over_time((${topOne} / ignoring (l) ${topOne})[7m:1m])`,
    `max_over_time((${factor}group_left (l) ${topOne})[7m:1m])`,
    `max_over_time((absent(w{project="b"}) * on (project) group_left (l) ${topOne})[7m:1m])`,
  ].map((side) => [`${factor}${side}`, side, several("*")] as const),
  [`last_over_time(label_replace(${topOne}, "l", "", "", "")[7m:1m])`, '"l"', written("l")],
  // The same at one instant, by names that are matched or grouped by.
  ["(x or on (project, __name__) y) * 2", "(x or on (project, __name__) y) * 2", names],
  [`abs(sum by (project, __name__) (${both}))`, `abs(sum by (project, __name__) (${both}))`, names],
  [
    `sum by (project, __name__) (${both}) * on (project) group_left max by (project) (y)`,
    `sum by (project, __name__) (${both})`,
    `Series of this side may become the same, ${harm}; name one metric, or aggregate.`,
  ],
  [
    `y / sum by (project, __name__) (${both})`,
    `sum by (project, __name__) (${both})`,
    `Several series may match one on the other side of /, ${harm}; write max without () (…) here.`,
  ],
  [
    `max by (project, __name__) (${both}) * on (project, __name__) min by (project, __name__) (${both})`,
    `max by (project, __name__) (${both}) * on (project, __name__) min by (project, __name__) (${both})`,
    names,
  ],
];

/** These do not fail here: Prometheus writes labels at each instant for itself until version 3. */
const passesHere: readonly string[] = [`last_over_time(label_replace(${topOne}, "l", "", "", "")[7m:1m])`];

/** What an operator may write, though it looks alike. */
const accepted: readonly string[] = [
  "-(x or y)",
  "abs(x or y)",
  "+x",
  "max_over_time(max by (project) (x or y)[7m:1m]) > 0",
  "max_over_time(abs(x or y)[7m:1m])",
  "max_over_time((abs(x) or abs(y))[7m:1m])",
  "max_over_time((sum by (project) (x) or sum by (project) (y))[7m:1m])",
  "last_over_time((x or y)[7m:1m])",
  "max_over_time((x / y)[7m:1m])",
  "max_over_time((x > y)[7m:1m])",
  "max_over_time((x unless y)[7m:1m])",
  "max_over_time((-x)[7m:1m])",
  `max_over_time(${topOne}[7m:1m])`,
  `${factor}max by (project) (max_over_time(${topOne}[7m:1m]))`,
  `${factor}max_over_time(sum by (project) (x)[7m:1m])`,
  `${factor}group_right max_over_time(${topOne}[7m:1m])`,
  `${factor}max_over_time((${factor}${topOne})[7m:1m])`,
  `${factor}max_over_time(absent(w{project="b"})[7m:1m])`,
  `${factor}max_over_time(label_replace(sum by (project) (x), "l", "a", "", "")[7m:1m])`,
  'max_over_time(label_replace(max without (l) (x), "l", "a", "", "")[7m:1m])',
  `max_over_time((max by (project, l) (x) * on (project) group_left (m) topk by (project) (1, y))[7m:1m])`,
];

describe("an operator's expression that a project's series could make fail by coming and going", () => {
  test.each(refused)("%s is refused at %j: %s", (text, marked, message) => {
    const from = text.indexOf(marked);
    expect(enforceProjects(text)).toEqual({ ok: false, problems: [{ message, from, to: from + marked.length }] });
  });

  test.each(accepted)("%s is not, and is accepted", (text) => {
    expect(enforceProjects(text)).toMatchObject({ ok: true });
  });
});

describe("on a real Prometheus where the series of project b come and go", () => {
  const firstAt = 1_767_225_600;
  const minutes = 40;
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({ stored: stored(), flags: ["--query.lookback-delta=30s"] });
  });

  /** Every series of project a has a sample each minute; those of project b now have one, and now have none. */
  function stored(): string {
    const random = new Random(9);
    const values = ["", "1", "2"];
    const lines = ["x", "y", "z"].flatMap((name) => {
      const all = ["j", "k"].flatMap((job) => values.flatMap((l) => values.map((m) => ({ job, l, m }))));
      const written = (labels: Readonly<Record<string, string>>) =>
        Object.entries(labels).flatMap(([label, value]) => (value === "" ? [] : [`${label}="${value}"`]));
      const samples = (labels: Readonly<Record<string, string>>, percent: number) =>
        Array.from({ length: minutes }, (_, minute) =>
          random.chance(percent) ? [`${name}{${written(labels)}} ${random.below(3)} ${firstAt + minute * 60}`] : [],
        ).flat();
      return [
        ...["j", "k"].flatMap((job) => samples({ project: "a", job }, 100)),
        ...all.flatMap((labels) => samples({ project: "b", ...labels }, 20)),
      ];
    });
    return `${lines.join("\n")}\n# EOF\n`;
  }

  /** Why Prometheus gives the expression up, at one of some instants; undefined when it never does. */
  async function failureOf(query: string): Promise<string | undefined> {
    for (const minute of [12, 20, 39]) {
      const body = new URLSearchParams({ query, time: String(firstAt + minute * 60) });
      const response = await fetch(`${prometheus.url}/api/v1/query`, { method: "POST", body });
      const answer = (await response.json()) as { readonly error?: string };
      if (answer.error !== undefined) return answer.error;
    }
    return undefined;
  }

  test("what is refused would fail", async () => {
    const texts = refused.map(([text]) => text);
    const failures = await Promise.all(texts.map(failureOf));
    expect(texts.filter((_, index) => failures[index] === undefined)).toEqual(passesHere);
  });

  test("what is accepted does not", async () => {
    for (const text of accepted) {
      const result = enforceProjects(text);
      expect([text, await failureOf(result.ok ? result.enforced : "")]).toEqual([text, undefined]);
    }
  });

  test(`of ${count} generated expressions, seed ${seed}, what is accepted does not either`, { timeout }, async () => {
    const random = new Random(seed);
    const texts = Array.from({ length: count }, () => joinedExpression(random));
    const taken = [...new Set(texts)].flatMap((text) => {
      const result = enforceProjects(text);
      return result.ok ? [result.enforced] : [];
    });
    const failing: unknown[] = [];
    const entries = taken.values();
    const work = async () => {
      for (const text of entries) {
        const failure = await failureOf(text);
        if (failure !== undefined) failing.push({ text, failure });
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(failing.slice(0, 5)).toEqual([]);
    expect(taken.length).toBeGreaterThan(count / 20);
    expect(taken.filter((text) => text.includes("[7m:1m]")).length).toBeGreaterThan(count / 60);
  });
});
