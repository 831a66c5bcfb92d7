import { expect, it } from "vitest";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { narrowToProject } from "../../server/rules/promql/narrow-expression.js";

function enforced(expr: string): string {
  const result = enforceProjects(expr);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.enforced;
}

it("narrows every selector to one project, by one matcher alone", () => {
  const narrowed = (expr: string) => narrowToProject(enforced(expr), "x");
  expect(narrowed('sum by (project) (rate(a{job="j"}[5m])) > 1')).toBe(
    'sum by (project) (rate(a{job="j",project="x"}[5m])) > 1',
  );
  expect(narrowed('a{project!="y"} > 1')).toBe('a{project="x"} > 1');
  expect(narrowed('a{project=~"x|y",project!~"z.*"} > 1')).toBe('a{project="x"} > 1');
});

it("narrows no expression to a project that it does not ask for", () => {
  for (const expr of ['a{project="y"} > 1', 'a{project!="x"} > 1', 'a{project=~"x.+"} > 1', 'a{project!~"x|y"} > 1']) {
    expect(narrowToProject(enforced(expr), "x")).toBeNull();
  }
  expect(() => narrowToProject(enforced("up == 0"), "")).toThrow();
});
