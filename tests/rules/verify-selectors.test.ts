import { parser } from "@prometheus-io/lezer-promql";
import { expect, test } from "vitest";
import { everySelectorHasProject, everySelectorReads } from "../../server/rules/promql/verify-selectors.js";

const confined = [
  's{project="a"}',
  '{project="a",job="x"}',
  's{job="x",project="a"}[5m]',
  'topk(scalar(s{project="a"}), x{project="a"})',
  "vector(1)",
];

const leaking = [
  "s",
  "s{}",
  's{project="b"}',
  's{project=~"a"}',
  's{project!="a"}',
  's{project="a",project="b"}',
  's{project="a",project="a"}',
  's{project="a"} + s',
  'topk(scalar(s), x{project="a"})',
  's{"project"="a"}',
  '{"s",project="a"}',
  's{exported_project="a"}',
  "s{project='a'}",
  's{project="a"',
  's{project="a"}}',
  'sum by ("project") (s{project="a"})',
];

test.each(confined)("%s reads project a alone", (text) => {
  expect(everySelectorReads(parser.parse(text), text, "a")).toBe(true);
});

test.each(leaking)("%s is not what is written for project a", (text) => {
  expect(everySelectorReads(parser.parse(text), text, "a")).toBe(false);
});

test.each(['s{project!=""}', 's{project="a"} + x{project!="",project=~"b"}', "vector(1)"])(
  "%s reads projects alone",
  (text) => {
    expect(everySelectorHasProject(parser.parse(text), text)).toBe(true);
  },
);

test.each([
  "s",
  's{project=""}',
  's{project!="a"}',
  's{project=~".+"}',
  's{project!~""}',
  's{project!=""} + s',
  's{exported_project!=""}',
  's{"project"!=""}',
  's{project!=""',
])("%s may read what belongs to no project", (text) => {
  expect(everySelectorHasProject(parser.parse(text), text)).toBe(false);
});
