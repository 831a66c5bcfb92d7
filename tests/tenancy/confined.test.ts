import { expect, it } from "vitest";
import { unconfinedPart } from "./attack/confined.js";

it.each([
  "up",
  "sum(up)",
  "rate(up[5m])",
  "sum by (x) (up)",
  'up{project="a"} or y',
  'topk(scalar(x{project="b"}), up{project="a"})',
  'x{project=~"a"}',
  'x{project!="a"}',
  'x{project="a",project="b"}',
  'x{note="{project=\\"a\\"}"}',
  'x{"project"="a"}',
  '{__name__=~".+"}',
  'up{project="a"} + on (job) group_left (x) up',
  "by",
  "offset",
  'bool + x{project="a"}',
])("an expression that reads more than the project's series is told by the attack suite: %s", (expr) => {
  expect(unconfinedPart(expr, "a")).not.toBeNull();
});

it.each([
  'up{project="a"}',
  "vector(1)",
  'sum by (x, y) (up{project="a"})',
  'up{project="a"} * on (x) group_left (y) z{job="}",project="a"}',
  'up{project="a"} > bool 1 and on () x{project="a"} offset 5m',
  'max_over_time(x{project="a"}[1h:1m] @ end() offset -5m)',
  '-1e-05 * x{project="a"} + +Inf',
])("one that does not is let be: %s", (expr) => {
  expect(unconfinedPart(expr, "a")).toBeNull();
});
