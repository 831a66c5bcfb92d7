import { describe, expect, test } from "vitest";
import { parseMatchers as parseAll } from "../../server/core/matcher.js";
import { Matching } from "../../server/core/matching.js";
import { alertsMatchedBy, projectOf, projectsConcernedBy } from "../../server/silences/silence-scope.js";

const parseMatchers = (text: string) => parseAll(text, new Matching());

describe("the project that a silence may be written for", () => {
  test.each([
    [`{project="a"}`, "a"],
    [`{project="a",severity="page"}`, "a"],
    [`{severity!~"page",project="a",instance=~".+"}`, "a"],
    [`{project="a",projects="b",Project="b",exported_project="b"}`, "a"],
  ])("of %s is %s", (matchers, project) => {
    expect(projectOf(parseMatchers(matchers))).toBe(project);
  });

  test.each([
    "{}",
    `{alertname="X"}`,
    `{project=""}`,
    `{project!="a"}`,
    `{project!=""}`,
    `{project=~"a"}`,
    `{project=~"a|b"}`,
    `{project=~".*"}`,
    `{project!~"b"}`,
    `{project="a",project="a"}`,
    `{project="a",project="b"}`,
    `{project="a",project!="b"}`,
    `{project="a",project=~"a|b"}`,
    `{project="",project="a"}`,
  ])("cannot be read off %s", (matchers) => {
    expect(projectOf(parseMatchers(matchers))).toBeNull();
  });
});

describe("the projects that a silence concerns", () => {
  const every = ["a", "b", "ab"];
  test.each([
    [`{alertname="X"}`, every],
    [`{project="a"}`, ["a"]],
    [`{project=~"a|b"}`, ["a", "b"]],
    [`{project=~"a.*"}`, ["a", "ab"]],
    [`{project=~".*"}`, every],
    [`{project!="a"}`, ["b", "ab"]],
    [`{project!~"a.*"}`, ["b"]],
    [`{project=""}`, []],
    [`{project="a",project="b"}`, []],
    [`{project=~"a.*",project!="a"}`, ["ab"]],
  ])("%s", (matchers, concerned) => {
    expect(every.filter(projectsConcernedBy(parseMatchers(matchers), new Matching()))).toEqual(concerned);
  });

  test("are none when its regular expression is beyond us, and it matches nothing", () => {
    const matchers = [{ name: "project", value: "(?<=a)b", isRegex: true, isEqual: false }];
    expect(every.filter(projectsConcernedBy(matchers, new Matching()))).toEqual([]);
    expect(alertsMatchedBy(matchers, new Matching())({ project: "a" })).toBe(false);
  });
});
