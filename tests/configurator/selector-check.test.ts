import { describe, expect, test } from "vitest";
import { globalSelectorProblem, selectorProblem } from "../../configurator/render/selector-check.js";

const allowed = [
  `up{project="a"}`,
  `up{project='a'}`,
  "up{project=`a`}",
  `up{ project = "a" , job=~"x.*"}`,
  `{project="a",__name__=~"node_.+"}`,
  `sum by (project) (rate(http_requests_total{code!="200",project="a"}[5m] offset 1h)) > bool 0.5`,
  `max_over_time(s{project="a"}[1h:1m] @ end() offset -5m)`,
  `topk(scalar(s{project="a"}), x{project="a"})`,
  `label_replace(x{project="a"}, "project", "b", "", "")`,
  `absent(nope{project="a"})`,
  `x{project="a"} and on (project) y{project="a"} unless z{project="a"}`,
  `vector(1)`,
  `time() > 5`,
  `up{project="a", project_id="b", my_project="c"}`,
];

const noSelector = `a selector lacks project="a"`;
const another = (text: string) => `a selector asks for another project: ${text}`;
const unknown = (text: string) => `the expression holds "${text}", which is not allowed`;
const unparsable = /^the expression cannot be parsed at character \d+$/;

const refused: readonly (readonly [string, string | RegExp])[] = [
  ["", "the expression is empty"],
  ["up", noSelector],
  [`up{job="x"}`, noSelector],
  [`{__name__=~".+"}`, noSelector],
  [`up{project="a"} or other`, noSelector],
  [`topk(scalar(s), x{project="a"})`, noSelector],
  [`quantile(scalar(s), x{project="a"})`, noSelector],
  [`x{project="a"} * on () group_left () s`, noSelector],
  [`max_over_time(s[1h:1m] @ end())`, noSelector],
  [`ALERTS`, noSelector],
  [`info(x{project="a"}, {job="y"})`, unknown("info")],
  [`info(x{project="a"})`, unknown("info")],
  [`limitk(2, x{project="a"})`, unknown("limitk")],
  [`mad_over_time(x{project="a"}[5m])`, unknown("mad_over_time")],
  [`x{project="a"} smoothed`, unknown(`x{project="a"} smoothed`)],
  [`x{project="a"} + fill(0) x{project="a"}`, unknown("fill(0)")],
  [`rate(x{project="a"}[range()])`, unknown("range")],
  [`x{project="a"} >/ 1`, unknown(">/")],
  [`up{project="b"}`, another(`project="b"`)],
  [`up{project=""}`, another(`project=""`)],
  [`up{project!="a"}`, another(`project!="a"`)],
  [`up{project=~"a"}`, another(`project=~"a"`)],
  [`up{project!~"b"}`, another(`project!~"b"`)],
  [`up{project="a|b"}`, another(`project="a|b"`)],
  [`up{project="\\x61"}`, another(`project="\\x61"`)],
  [`up{project="a",project="a"}`, "a selector has more than one matcher on project"],
  [`up{project="a",project="b"}`, another(`project="b"`)],
  [`up{project="a"} > 0 or up{project="b"}`, another(`project="b"`)],
  [`{"up", "project"="a"}`, "the expression holds a quoted label name"],
  [`up{"project"="a"}`, "the expression holds a quoted label name"],
  [`up{project="a"} # a comment`, "the expression holds a comment"],
  [`up{project="a"} # hidden\r or up`, "the expression holds control characters"],
  [`up{project="a"\u0000}`, "the expression holds control characters"],
  [`up{project="a"`, unparsable],
  [`up{project="a"} or`, unparsable],
  [`up{project="a" or project="b"}`, unparsable],
  [`up{project="a"}) or (up`, unparsable],
];

describe("the agent's own check of an expression", () => {
  test.each(allowed)("allows %s", (expression) => {
    expect(selectorProblem(expression, "a")).toBeUndefined();
  });

  test.each(refused)("refuses %j", (expression, problem) => {
    const found = selectorProblem(expression, "a");
    if (typeof problem === "string") expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });
});

describe("the agent's own check of an operators' expression", () => {
  test.each([
    'up{project!=""} == 0',
    "up{job='x', project != ''}",
    'up{project="a"}',
    'up{project=~"a|b",project!=""} / on (project) sum by (project) (x{project!=""})',
  ])("allows %s", (expression) => {
    expect(globalSelectorProblem(expression)).toBeUndefined();
  });

  test.each([
    ["up", `a selector lacks project!=""`],
    ['up{project=""}', `a selector lacks project!=""`],
    ['up{project!="a"}', `a selector lacks project!=""`],
    ['up{project=~".+"}', `a selector lacks project!=""`],
    ['up{project!=""} or up', `a selector lacks project!=""`],
    ['info(up{project!=""})', unknown("info")],
    ['up{project!=""} # x', "the expression holds a comment"],
    ["", "the expression is empty"],
  ])("refuses %j", (expression, problem) => {
    expect(globalSelectorProblem(expression)).toBe(problem);
  });
});
