import { expect, test } from "vitest";
import { checkMetricName, checkName, checkProjectName, checkRuleName } from "../../server/core/names.js";

test.each(["a", "0", "tools", "deployment-prep", "cloudinfra-codfw1dev", "3d-printing", "a".repeat(63), "a--b"])(
  "%s is a project name",
  (name) => expect(checkProjectName(name)).toBeNull(),
);

test.each([
  "",
  "-a",
  "a-",
  "_all",
  "A",
  "a.b",
  "a b",
  "a_b",
  "a/b",
  "a\n",
  "..",
  "é",
  "a".repeat(64),
  "{{a}}",
  "a\u0000",
  "tools\u2028",
])("%j is no project name", (name) =>
  expect(checkProjectName(name)).toBe("A project name is 1 to 63 lower-case letters, digits and inner hyphens."),
);

test.each([
  "node",
  "My job: 1 #2",
  "öffentlich",
  "监控",
  "👩‍🚀 crew",
  "a.b_c-d",
  "x".repeat(100),
  "🔥".repeat(100),
  "$1",
  "'\"\\",
])("%s names a job, a group and a rule", (name) => {
  expect(checkName(name)).toBeNull();
  expect(checkRuleName(name)).toBeNull();
});

const unprintable = "A name must not hold control, invisible or direction-changing characters.";
const marks = 'A name must not hold "{{" or "}}".';
test.each([
  ["", "A name is 1 to 100 characters long."],
  ["x".repeat(101), "A name is 1 to 100 characters long."],
  [" a", "A name must not begin or end with a space."],
  ["a\u00a0", "A name must not begin or end with a space."],
  ["a\nb", unprintable],
  ["a\tb", unprintable],
  ["a\r", unprintable],
  ["a\u0000b", unprintable],
  ["a\u007fb", unprintable],
  ["a\u0085b", unprintable],
  ["a\u2028b", unprintable],
  ["a\u202eb", unprintable],
  ["a\u2066b", unprintable],
  ["a\u200bb", unprintable],
  ["a\ufeffb", unprintable],
  ["a\ud800b", unprintable],
  ["{{ $value }}", marks],
  ["a}}", marks],
])("%j names nothing", (name, message) => {
  expect(checkName(name)).toBe(message);
  expect(checkRuleName(name)).toBe(message);
});

test("only an alerting rule's name may hold a slash, since the others are joined with one", () => {
  expect(checkName("a/b")).toBe('A name must not hold "/".');
  expect(checkRuleName("RAM / swap full")).toBeNull();
});

test("a recorded series is named as a metric", () => {
  for (const name of ["up", "_x", "job:errors:rate5m", "a".repeat(200)]) expect(checkMetricName(name)).toBeNull();
  for (const name of ["", "1a", "a-b", "a b", "ä", "a\n", "a{}", "a".repeat(201)]) {
    expect(checkMetricName(name)).toBe(
      'A metric name is 1 to 200 letters, digits, "_" and ":", and does not begin with a digit.',
    );
  }
});
