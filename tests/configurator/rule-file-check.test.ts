import { describe, expect, test } from "vitest";
import { checkRuleFile } from "../../configurator/check/check-rule-file.js";
import { ExpressionReader } from "../../configurator/check/expression-reader.js";
import { readRuleFile } from "../../configurator/check/read-rule-file.js";
import { RuleFileCheck } from "../../configurator/check/rule-file-check.js";
import { globalRulesName, renderGlobalRuleFile, renderRuleFile } from "../../configurator/render/rule-file.js";
import { faults, json, type StandIn, startStandIn } from "../clients/stand-in.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { aGlobalRule, anAlert, aProject, aRecording, aTier } from "./support/config.js";

const tier = aTier();
const odd = "a\nb: {{ $labels.job }} \u2028 \u{1f469}\u200d\u{1f680} 'x' \"y\\ # z";
const rules = [
  anAlert("a", "First", { annotations: { odd, empty: "" }, labels: { y: odd }, interval: "5m", keepFiringFor: "1h" }),
  anAlert("a", 'it\'s: - "this"', { enforcedExpr: `x{project="a",l="'é\\n"} or vector(1)` }),
  aRecording("a", "job:up:sum", { labels: { on: "1" } }),
];
const written = renderRuleFile(aProject("a", { rules }), tier).text ?? "";
const globalText = renderGlobalRuleFile([aGlobalRule("Down"), aGlobalRule("Slow", { interval: "10m" })]) ?? "";

describe("a rule file", () => {
  test("that this agent has written is read as it was meant", () => {
    const alert = (id: string) => ({ metricsinfra_rule_id: `rul_${id}` });
    expect(readRuleFile(written)).toEqual([
      {
        kind: "record",
        name: "job:up:sum",
        expr: 'sum(up{project="a"})',
        labels: { on: "1", project: "a" },
        annotations: {},
      },
      {
        kind: "alert",
        name: 'it\'s: - "this"',
        expr: `x{project="a",l="'é\\n"} or vector(1)`,
        labels: { severity: "warning", project: "a" },
        annotations: alert("it_s_____this_"),
      },
      {
        kind: "alert",
        name: "First",
        expr: 'up{project="a"} == 0',
        labels: { y: odd, severity: "warning", project: "a" },
        annotations: { odd, empty: "", ...alert("First") },
      },
    ]);
    expect(readRuleFile(globalText)?.map(({ name }) => name)).toEqual(["Down", "Slow"]);
    expect(readRuleFile("groups:\n")).toEqual([]);
  });

  const lines = `groups:
  - name: a/default
    rules:
      - alert: Down
        expr: 'up{project="a"}'
        labels:
          project: a
`;

  test.each([
    ["a comment", lines.replace("groups:", "groups: # all")],
    ["a line of something else", `${lines}---\n`],
    ["a second document", `${lines}${lines}x: {}\n`],
    ["an anchor", lines.replace("Down", "&x Down")],
    ["a block", lines.replace(`'up{project="a"}'`, "|\n          up")],
    ["a plain expression", lines.replace(`'up{project="a"}'`, "up == 0")],
    ["a second expression", lines.replace("        labels:", "        expr: up\n        labels:")],
    ["second labels", `${lines}        labels:\n          project: b\n`],
    ["a label twice", `${lines}          project: b\n`],
    ["a map in a line", lines.replace("        labels:\n          project: a", "        labels: {project: b}")],
    ["an unknown key", lines.replace("        labels:", "        query_offset: 1m\n        labels:")],
    ["a key at another place", lines.replace("        expr", "      expr")],
    ["a rule without an expression", lines.replace(/ +expr.*\n/, "")],
    ["an expression before any rule", lines.replace(/ +- alert.*\n/, "")],
    ["a broken escape", lines.replace(`'up{project="a"}'`, '"\\q"')],
    ["no end of its last line", lines.trimEnd()],
    ["tabs", lines.replace("        expr", "\texpr")],
  ])("with %s is not", (_, text) => {
    expect(readRuleFile(lines)).toHaveLength(1);
    expect(readRuleFile(text)).toBeUndefined();
  });

  test.each([
    ["an expression that reaches further", `'up{project="a"}'`, "up", `"Down": a selector lacks project="a"`],
    ["another project's label", "project: a", "project: b", `"Down": it lacks the label project="a"`],
    ["no label", "labels:\n          project: a", "for: 1m", `"Down": it lacks the label project="a"`],
    [
      "a name of Prometheus's own",
      "alert: Down",
      "record: ALERTS",
      `"ALERTS": it records under the name of a series that Prometheus itself writes`,
    ],
    ["a name that is none", "alert: Down", "record: 'a-b'", `"a-b": its name is none for a series`],
    [
      "a template that queries",
      "project: a\n",
      `project: a\n          x: '{{ query "up" }}'\n`,
      `"Down": a template must not use "query"`,
    ],
    [
      "templates that read too much",
      "project: a\n",
      `project: a\n          x: '${"{{ $labels }}".repeat(2)}'\n`,
      '"Down": its templates read 128 labels and values, and 96 are allowed',
    ],
  ])("with %s is refused", (_, part, replacement, problem) => {
    expect(checkRuleFile("a", lines)).toEqual({ expressions: ['up{project="a"}'] });
    expect(checkRuleFile("a", lines.replace(part, replacement))).toEqual({ problem });
  });

  test("of the operators reads projects alone and sets no project", () => {
    expect(checkRuleFile(globalRulesName, globalText)).toEqual({
      expressions: [
        'max without (alertname, severity) (up{project!=""} == 0)',
        'max without (alertname, severity) (up{project!=""} == 0)',
      ],
    });
    expect(checkRuleFile(globalRulesName, globalText.replace('{project!=""}', ""))).toEqual({
      problem: `"Down": a selector lacks project!=""`,
    });
    expect(checkRuleFile(globalRulesName, globalText.replace("labels:", "labels:\n          project: a"))).toEqual({
      problem: `"Down": it sets the label project`,
    });
    expect(checkRuleFile("a", globalText)).toEqual({ problem: `"Down": it lacks the label project="a"` });
    expect(checkRuleFile("a", `${lines}x`)).toEqual({ problem: "it is not as this agent writes it" });
  });
});

const readerOf = (urls: readonly string[]) => new ExpressionReader({ urls, timeoutMs: 1_500 });
const fileOf = (expressions: readonly string[]) => {
  const alerts = expressions.map((enforcedExpr, index) => anAlert("a", `R${index}`, { enforcedExpr }));
  return renderRuleFile(aProject("a", { rules: alerts }), tier).text ?? "";
};
const formatted = (server: StandIn) => server.requests.filter((request) => request.includes("format_query")).length;

describe("what Prometheus reads in a rule file", () => {
  test("is as confined as what this agent reads, whatever types the expressions are of", async () => {
    const prometheus = await startPrometheus();
    const check = new RuleFileCheck(readerOf([prometheus.url]));
    expect(await check.problem("a", written)).toBeUndefined();
    expect(await check.problem(globalRulesName, globalText)).toBeUndefined();
    expect(
      await check.problem(
        "a",
        fileOf(["1", "time() > bool 2", 'x{project="a"} > 5', 'sum({project="a",__name__="sum"})']),
      ),
    ).toBeUndefined();
    expect(await check.problem("a", fileOf(['x{project="a"}', 'rate(x{project="a"})']))).toBe(
      'Prometheus refuses the expression: 1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    );
    expect(check.unread).toEqual([]);
  });

  test("costs one request for a file of twenty rules", async () => {
    const echo = await startStandIn((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () =>
        json({ status: "success", data: new URLSearchParams(body).get("query") })(request, response),
      );
    });
    const check = new RuleFileCheck(readerOf([echo.url]));
    const text = fileOf(Array.from({ length: 20 }, (_, index) => `x${index}{project="a"}`));
    expect([await check.problem("a", text), await check.problem("a", text)]).toEqual([undefined, undefined]);
    expect(formatted(echo)).toBe(1);
    await check.problem("a", fileOf(Array.from({ length: 21 }, (_, index) => `y${index}{project="a"}`)));
    expect(formatted(echo)).toBe(3);
  });

  test.each([
    ["another project", 'x{project="b"}', `as Prometheus reads it, a selector asks for another project: project="b"`],
    ["no project", "x", `as Prometheus reads it, a selector lacks project="a"`],
    [
      "a function unknown here",
      'info(x{project="a"})',
      `as Prometheus reads it, the expression holds "info", which is not allowed`,
    ],
    ["a selector more", 'x{project="a"} + y{project="a"}', "Prometheus reads other selectors in it"],
    ["nothing", "", "as Prometheus reads it, the expression is empty"],
    ["something unreadable", "x{{", "as Prometheus reads it, the expression cannot be parsed at character 3"],
  ])("may be %s, and then the file is refused", async (_, printed, problem) => {
    const liar = await startStandIn(json({ status: "success", data: printed }));
    const check = new RuleFileCheck(readerOf([liar.url]));
    expect(await check.problem("a", fileOf(['x{project="a"}']))).toBe(problem);
  });

  test.each(faults)("stays unknown when the server $name; the file passes, and is kept in mind", async ({ answer }) => {
    const server = await startStandIn(answer);
    const check = new RuleFileCheck(readerOf([server.url]));
    expect(await check.problem("a", fileOf(['x{project="a"}', "1"]))).toBeUndefined();
    expect(await check.problem("b", written)).toBe(`"job:up:sum": it lacks the label project="b"`);
    expect(check.unread).toEqual(["a"]);
    expect(server.requests.length).toBe(1);
  });

  test("is asked of the first server that answers, and of nobody where none is set", async () => {
    const good = await startStandIn(json({ status: "success", data: 'x{project="a"}' }));
    const check = new RuleFileCheck(readerOf([`http://127.0.0.1:${await freePort()}`, good.url]));
    expect(await check.problem("a", fileOf(['x{project="a"}']))).toBeUndefined();
    expect([formatted(good), check.unread]).toEqual([1, []]);
    const alone = new RuleFileCheck(readerOf([]));
    expect(await alone.problem("a", written)).toBeUndefined();
    expect(alone.unread).toEqual([]);
  });
});
