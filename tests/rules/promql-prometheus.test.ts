import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import type { Expression } from "../../server/rules/promql/expression.js";
import { parseExpression } from "../../server/rules/promql/parse-expression.js";
import { printExpression } from "../../server/rules/promql/print-expression.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { checkExpression } from "./check-expression.js";
import { Random } from "./random.js";
import { ExpressionWriter } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";

let prometheus: Prometheus;

beforeAll(async () => {
  const rules = join(await tempFolder("rules"), "series.yml");
  const series = [
    ["secret", "b", 437],
    ["secret", "a", 2],
    ["load", "a", 10],
    ["load", "b", 20],
  ] as const;
  const records = series.map(([record, project, value]) => ({ record, expr: `vector(${value})`, labels: { project } }));
  await writeFile(rules, JSON.stringify({ groups: [{ name: "series", interval: "1s", rules: records }] }));
  prometheus = await startPrometheus({ config: `rule_files: [${rules}]\n` });
  await waitFor(async () => (await prometheus.query('{__name__=~"secret|load"}')).length === 4, { what: "the series" });
});

/** How the real Prometheus reads an expression, in its own layout; null when it does not. */
async function readByPrometheus(text: string): Promise<string | null> {
  const body = new URLSearchParams({ query: text });
  const response = await fetch(`${prometheus.url}/api/v1/format_query`, { method: "POST", body });
  const answer = (await response.json()) as { status: string; data?: string };
  return answer.data ?? null;
}

test("Prometheus reads the stored form as it reads what was written", async () => {
  const writer = new ExpressionWriter(new Random(4));
  const texts = [...writtenRules.map(({ expr }) => expr), ...Array.from({ length: 300 }, () => writer.rule())];
  for (const text of texts) {
    const result = checkExpression(text);
    if (!result.ok) continue;
    const read = await readByPrometheus(text);
    expect(read, text).not.toBeNull();
    // The step that is left out is stored; where else `:]` stands, it stands in both.
    const withSteps = (printed: string | null) => printed?.replaceAll(":]", ":1m]");
    expect(withSteps(await readByPrometheus(result.canonical))).toBe(withSteps(read));
  }
});

/** The same expression with every operation in parentheses of its own. */
function withParentheses(expression: Expression): string {
  switch (expression.kind) {
    case "binary": {
      const operator = expression.operator + (expression.returnsBool ? " bool" : "");
      return `(${withParentheses(expression.left)} ${operator} ${withParentheses(expression.right)})`;
    }
    case "unary":
      return `(${expression.operator}${withParentheses(expression.expression)})`;
    default:
      return printExpression(expression);
  }
}

test("operators bind as they do in Prometheus", async () => {
  const random = new Random(5);
  const operators = ["+", "-", "*", "/", "%", "^", "atan2", "> bool", "== bool", "<= bool", "!= bool"];
  for (let count = 0; count < 300; count++) {
    let text = random.pick(["2", "-3", "pi()", "-pi()"]);
    for (let length = 1 + random.below(6); length > 0; length--) {
      const sign = random.pick(["", "", "-", "+", "--"]);
      text += ` ${random.pick(operators)} ${sign}${random.pick(["2", "3", "0.5", "pi()", "5"])}`;
    }
    const evaluate = async (query: string) => {
      const { result } = (await prometheus.api(`/api/v1/query?query=${encodeURIComponent(query)}`)) as {
        result: unknown[];
      };
      return result[1];
    };
    expect(await evaluate(withParentheses(parseExpression(text))), text).toBe(await evaluate(text));
  }
});

test("an expression of project a gives what it would give if project a were alone", async () => {
  expect((await prometheus.query("secret")).map(({ value }) => value).sort()).toEqual([2, 437]);
  const answers: Readonly<Record<string, readonly number[]>> = {
    secret: [2],
    '{__name__=~".+"}': [2, 10],
    "topk(scalar(secret), load)": [10],
    "quantile(scalar(secret) / 1000, load)": [10],
    "bottomk(scalar(sum(secret)), secret) or secret": [2],
    "load * on () group_left secret": [20],
    "load unless on () (secret > 400)": [10],
    "max_over_time(secret[1m:1s] @ end() offset -5s)": [2],
    "vector(scalar(secret))": [2],
    "sum without (project) (secret)": [2],
    'count_values("value", secret)': [1],
    'label_replace(secret, "owner", "$1", "project", "(.*)")': [2],
    "max(secret @ start())": [2],
    "absent(secret > 400)": [1],
    "-secret": [-2],
  };
  for (const [text, wanted] of Object.entries(answers)) {
    const result = enforceProject(text, "a");
    const samples = await prometheus.query(result.ok ? result.enforced : "");
    expect({ text, values: samples.map(({ value }) => value).sort() }).toEqual({ text, values: [...wanted].sort() });
    expect(samples.some(({ labels }) => Object.values(labels).includes("b"))).toBe(false);
  }
});
