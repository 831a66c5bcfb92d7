import { expect, test } from "vitest";
import { checkExpression } from "./check-expression.js";
import { promtoolRefusalOf } from "./promtool.js";

/** What people write, and how it is stored. */
const canonical: Readonly<Record<string, string>> = {
  "up  ==   0 # down": "up == 0",
  "up{}": "up",
  "up{job='a',}": 'up{job="a"}',
  "up{job=`a\\d`}": 'up{job="a\\\\d"}',
  "x{a!~'b'}": 'x{a!~"b"}',
  "x{a='\\n\\t\\'\\x41\\u00e9\\U0001F600'}": 'x{a="\\n\\t\'Aé😀"}',
  '{__name__="up"}': '{__name__="up"}',
  "start + by": '{__name__="start"} + {__name__="by"}',
  "sum(rate(x[5m]))by(job)": "sum by (job) (rate(x[5m]))",
  "SUM BY (job) (x)": "sum by (job) (x)",
  "sum by () (x)": "sum(x)",
  "sum without () (x)": "sum without () (x)",
  "count_values without (x) ('v', y)": 'count_values without (x) ("v", y)',
  "a > BOOL 1": "a > bool 1",
  "a AND ON (job) b": "a and on (job) b",
  "a * ignoring(x) group_left(y) b": "a * ignoring (x) group_left (y) b",
  "a * on(x) group_right b": "a * on (x) group_right () b",
  "rate(x[90s]) + rate(x[3600s])": "rate(x[1m30s]) + rate(x[1h])",
  "max_over_time(x[7d:1d])": "max_over_time(x[1w:1d])",
  "avg_over_time(x[1y] offset 8d)": "avg_over_time(x[1y] offset 8d)",
  "max_over_time(x offset 5m[1h:])": "max_over_time(x offset 5m[1h:1m])",
  "x offset 5m @ 1e9": "x @ 1000000000.000 offset 5m",
  "x @ start() - x @ end()": "x @ start() - x @ end()",
  "x @ -1.5 offset -1w": "x @ -1.500 offset -1w",
  "- -1": "1",
  "-(1)": "-(1)",
  "1 + -1": "1 + -1",
  "2 ^ 3 ^ 2 > bool -inf": "2 ^ 3 ^ 2 > bool -Inf",
  "1 / -0": "1 / -0",
  "0x1F + .5 + 1e3 + 1E-9": "31 + 0.5 + 1000 + 1e-9",
  "NaN == bool nAn": "NaN == bool NaN",
  "month()": "month()",
  "round(x, .1)": "round(x, 0.1)",
  'label_join(x, "a", "")': 'label_join(x, "a", "")',
  "histogram_quantile(0.9, sum by (le) (rate(x[5m])))": "histogram_quantile(0.9, sum by (le) (rate(x[5m])))",
};

const tooNew = (written: string) =>
  `"${written}" may not be used: only newer versions of Prometheus understand it, and a rule must run on each.`;

/** What is refused: the marked part, and what its author reads. */
const refused: readonly (readonly [text: string, marked: string, message: string])[] = [
  ["", "", "Write an expression, for example up == 0."],
  [" \n", " \n", "Write an expression, for example up == 0."],
  [
    "a b",
    "b",
    'The expression cannot be read from "b" on; check the brackets, commas, quotes and operators around it.',
  ],
  ["rate(a[5m]", "", "The expression ends too early; a closing bracket, a closing quote or an operand is missing."],
  ["1 +", "", "The expression ends too early; a closing bracket, a closing quote or an operand is missing."],
  ["raet(a[5m])", "raet", '"raet" is not a function that may be used here; check its spelling.'],
  [
    "holt_winters(a[5m], 1, 1)",
    "holt_winters",
    '"holt_winters" is not a function that may be used here; check its spelling.',
  ],
  ["sort_by_label(a, 'b')", "sort_by_label", tooNew("sort_by_label")],
  ["mad_over_time(a[5m])", "mad_over_time", tooNew("mad_over_time")],
  ["a smoothed", "a smoothed", tooNew("a smoothed")],
  ["a + fill(0) b", "fill(0)", tooNew("fill(0)")],
  ["a </ 1", "</", tooNew("</")],
  ["rate(a[5m + 5m])", "5m + 5m", "Write the duration out, for example 5m or 1h30m."],
  ["rate(a[(5m)])", "(5m)", "Write the duration out, for example 5m or 1h30m."],
  ["rate(a[300])", "300", '"300" is not a duration; write for example 5m, 1h30m or 7d, largest unit first.'],
  ["rate(a[0s])", "0s", "A duration must be greater than 0."],
  ["a offset +5m", "+5m", "Write the duration out, for example 5m or 1h30m."],
  ["a offset step()", "step", tooNew("step")],
  ["a > 5m", "5m", "Write 5m in seconds: a duration is no number here."],
  ["a > 1_000", "1_000", '"1_000" is not a number that every Prometheus reads; write it in plain decimals.'],
  ["a > 1e999", "1e999", '"1e999" is not a number that every Prometheus reads; write it in plain decimals.'],
  ["a @ inf", "inf", "Write the time behind @ in seconds since 1970."],
  ["a[5m", "", "The expression ends too early; a closing bracket, a closing quote or an operand is missing."],
  [
    "(a)[5m]",
    "(a)[5m]",
    "A range goes directly behind a selector, before offset and @; for an expression write [5m:1m].",
  ],
  [
    "rate(a offset 1m[5m])",
    "a offset 1m[5m]",
    "A range goes directly behind a selector, before offset and @; for an expression write [5m:1m].",
  ],
  ["(a) offset 5m", "(a) offset 5m", '"offset" goes behind a selector, a range or a subquery.'],
  ["a offset 5m offset 5m", "a offset 5m offset 5m", '"offset" may be given only once.'],
  ["a @ 1 @ 2", "a @ 1 @ 2", '"@" may be given only once.'],
  ["a{b='c}", "", "The expression ends too early; a closing bracket, a closing quote or an operand is missing."],
  ["'c", "'c", "This string does not end; close it with '."],
  ["a{b='\\q'}", "'\\q'", '"\\q" is no escape sequence; a backslash itself is written \\\\.'],
  ["a{b='\\xff'}", "'\\xff'", '"\\xff" is a single byte beyond ASCII; write the character itself, or \\u….'],
  ["a{b='\\ud800'}", "'\\ud800'", '"\\ud800" is no Unicode character.'],
  ["a{b='\ud800'}", "\ud800", "Half a character stands here; remove it."],
  ["a{__name__='b'}", "__name__='b'", 'The metric\'s name is already "a"; remove this matcher.'],
  [
    "{job=~'.*'}",
    "{job=~'.*'}",
    'Every matcher here takes the empty value too; add a metric name or a matcher such as job="web".',
  ],
  ["{}", "{}", 'Every matcher here takes the empty value too; add a metric name or a matcher such as job="web".'],
  ["a{b=~'('}", "b=~'('", "The regular expression is invalid: missing closing ): `(`."],
  ["a{b=~'(?<n>x)'}", "b=~'(?<n>x)'", "Write a named group as (?P<name>…); RE2 does not look behind."],
  ["sum by (without) (a)", "without", "without cannot be used as a label here."],
  ["sum(a, b)", "sum(a, b)", "sum takes one instant vector; 2 given."],
  ["topk(a)", "topk(a)", "topk takes a scalar and an instant vector; 1 given."],
  [
    "rate(a)",
    "a",
    "Argument 1 of rate must be a range vector, and this is an instant vector. Add a range such as [5m].",
  ],
  [
    "abs(a[5m])",
    "a[5m]",
    "Argument 1 of abs must be an instant vector, and this is a range vector. Wrap it in a function such as rate().",
  ],
  ["rate(a[5m], b)", "rate(a[5m], b)", "rate takes (range vector); 2 given."],
  ["time(a)", "time(a)", "time takes no arguments; 1 given."],
  ["round()", "round()", "round takes (instant vector, scalar), the last may be left out; 0 given."],
  ["vector(a)", "a", "Argument 1 of vector must be a scalar, and this is an instant vector."],
  ["topk(a, b)", "a", "The parameter of topk must be a scalar, and this is an instant vector."],
  ["count_values(1, b)", "1", "The parameter of count_values must be a string, and this is a scalar."],
  ["sum(1)", "1", "sum must be an instant vector, and this is a scalar."],
  ["rate(1[5m:])", "1", "A subquery must be an instant vector, and this is a scalar."],
  ["-a[5m] > 1", "-a[5m]", "A sign goes before a scalar or an instant vector, and this is a range vector."],
  [
    "a[5m] > 1",
    "a[5m]",
    "> takes scalars and instant vectors, and this is a range vector. Wrap it in a function such as rate().",
  ],
  ["1 > 2", "1 > 2", 'Comparing two scalars needs "bool": write > bool.'],
  ["a + bool b", "a + bool b", '"bool" goes only behind a comparison, and + is none.'],
  ["a and 1", "a and 1", "and joins two instant vectors; wrap a scalar in vector()."],
  ["1 + on (a) b", "1 + on (a) b", '"on" matches two instant vectors; remove it beside a scalar.'],
  ["a and on (x) group_left b", "a and on (x) group_left b", "group_left cannot be used with and; remove it."],
  [
    "a + on (x) group_left (x) b",
    "a + on (x) group_left (x) b",
    'The label "x" may not be both in "on" and in "group_…".',
  ],
  ["label_replace(a, 'b-c', '', '', '')", "'b-c'", '"b-c" is no name for a label: use letters, digits and _.'],
  ["label_join(a, 'b', '', 'c-d')", "'c-d'", '"c-d" is no name for a label: use letters, digits and _.'],
  ["label_replace(a, 'b', '', '', '(')", "'('", "The regular expression is invalid: missing closing ): `(`."],
  [
    "a[5m]",
    "a[5m]",
    "A rule needs an instant vector or a scalar, and this is a range vector. Wrap it in a function such as rate().",
  ],
  ['"a"', '"a"', "A rule needs an instant vector or a scalar, and this is a string."],
];

test.each(Object.entries(canonical))("stores %j as %j", (text, wanted) => {
  expect(checkExpression(text)).toEqual({ ok: true, canonical: wanted });
  expect(checkExpression(wanted)).toEqual({ ok: true, canonical: wanted });
});

test("Prometheus takes every form that is stored", async () => {
  expect(await promtoolRefusalOf(Object.values(canonical))).toBeNull();
});

test.each(refused)("refuses %j, at %j: %s", (text, marked, message) => {
  const from = marked === "" ? text.length : text.lastIndexOf(marked);
  expect(checkExpression(text)).toEqual({ ok: false, problems: [{ message, from, to: from + marked.length }] });
});

test("tells every mistake of types at once", () => {
  expect(checkExpression("rate(a) + sum(1)")).toEqual({
    ok: false,
    problems: [
      {
        message: "Argument 1 of rate must be a range vector, and this is an instant vector. Add a range such as [5m].",
        from: 5,
        to: 6,
      },
      { message: "sum must be an instant vector, and this is a scalar.", from: 14, to: 15 },
    ],
  });
});
