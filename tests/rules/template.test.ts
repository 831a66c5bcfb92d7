import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { templatesProblem } from "../../configurator/render/template-check.js";
import { checkTemplate, checkTemplatesTogether } from "../../server/rules/template/check-template.js";
import { startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { promtoolRefusal } from "./promtool.js";
import { Random } from "./random.js";

const LABELS = { instance: "web-1.example.org:9100", job: "node" };
const VALUE = 1234.5;

/** What may be written, and what Prometheus makes of it for an alert with those labels and that value. */
const accepted: Readonly<Record<string, string>> = {
  "no template }} at all": "no template }} at all",
  "{{ $labels.instance }}: {{ $value }}": "web-1.example.org:9100: 1234.5",
  "{{$labels.job}}{{.Labels.job}}{{ .Value }}": "nodenode1234.5",
  "{{ $labels }}": "map[instance:web-1.example.org:9100 job:node]",
  "{{ $labels.absent }}.": ".",
  "{{ $value | humanize }}, {{ humanize1024 $value }}": "1.234k, 1.206ki",
  "{{ humanizeDuration $value }} {{ $value | humanizePercentage }}": "20m 34s 1.234e+05%",
  "{{ humanizeTimestamp $value }}": "1970-01-01 00:20:34.5 +0000 UTC",
  '{{ printf "%.1f|%8.2f|%-6s|%+d|%v|%t|%%" $value $value $labels.job 3 $labels.job true }}':
    "1234.5| 1234.50|node  |+3|node|true|%",
  '{{ $value | printf "%.0f" }}': "1234",
  "{{ title $labels.job }} {{ toUpper $labels.job }} {{ $labels.instance | toLower }}":
    "Node NODE web-1.example.org:9100",
  "{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}": "web-1.example.org web-1:9100",
  '{{ reReplaceAll "(.*):.*" "$1" $labels.instance }}': "web-1.example.org",
  "{{ $labels.instance | reReplaceAll `\\.example.*` `` | toUpper }}": "WEB-1",
  '{{ index $labels "job" }}': "node",
  "{{ len $labels.job }}": "4",
  '{{ if eq $labels.job "node" }}yes{{ else }}no{{ end }}': "yes",
  "{{ if gt $value 2000.0 }}high{{ else if ge $value 1000.0 }}middle{{ else }}low{{ end }}": "middle",
  '{{ if and (lt $value 2000.0) (not (eq $labels.job "x")) }}both{{ end }}': "both",
  '{{ or $labels.absent "nobody" }}': "nobody",
  '{{ if match "^web-[0-9]+" $labels.instance }}web{{ end }}': "web",
  "a {{- /* a comment */ -}} b": "ab",
  "a {{- $labels.job -}} b": "anodeb",
  '{{ "{{ }}" }}': "{{ }}",
  "{{ if true }}{{ if false }}x{{ end }}y{{ end }}": "y",
  "{{\n$value\n}}": "1234.5",
  '{{ ne "a" "b" }} {{ le 1 2 }} {{ -3 }} {{ 1.5e3 }}': "true true -3 1500",
};

const ONLY = "a template may only read $labels and $value, and format them";

const tooLong = "This makes its text too long; read fewer labels, or replace less.";

/** What is refused: the marked part, and what its author reads. */
const refused: readonly (readonly [text: string, marked: string, message: string])[] = [
  ['{{ query "up" }}', "query", `"query" may not be used: ${ONLY}.`],
  ["{{ $value | query }}", "query", `"query" may not be used: ${ONLY}.`],
  ['{{ printf "%v" (query "up") }}', "query", `"query" may not be used: ${ONLY}.`],
  ["{{ first }}", "first", `"first" may not be used: ${ONLY}.`],
  ["{{ externalURL }}", "externalURL", `"externalURL" may not be used: ${ONLY}.`],
  ["{{ pathPrefix }}", "pathPrefix", `"pathPrefix" may not be used: ${ONLY}.`],
  ['{{ graphLink "up" }}', "graphLink", `"graphLink" may not be used: ${ONLY}.`],
  ["{{ safeHtml $labels.a }}", "safeHtml", `"safeHtml" may not be used: ${ONLY}.`],
  ["{{ call $labels }}", "call", `"call" may not be used: ${ONLY}.`],
  ["{{ parseDuration `1h` }}", "parseDuration", `"parseDuration" may not be used: ${ONLY}.`],
  ["{{ nil }}", "nil", `"nil" may not be used: ${ONLY}.`],
  ['{{ template "x" }}', "template", `"template" may not be used: ${ONLY}.`],
  ["{{ break }}", "break", `"break" may not be used: ${ONLY}.`],
  ["{{ with $labels }}{{ .job }}{{ end }}", "with", '"with" may not be used: write {{ if … }} and $labels instead.'],
  ["{{ . }}", ".", `"." may not be used: ${ONLY}.`],
  ["{{ $ }}", "$", `"$" may not be read: ${ONLY}.`],
  ["{{ $.Labels }}", "$.Labels", `"$" may not be read: ${ONLY}.`],
  ["{{ .ExternalLabels.region }}", ".ExternalLabels.region", `".ExternalLabels" may not be read: ${ONLY}.`],
  ["{{ $externalLabels }}", "$externalLabels", `"$externalLabels" may not be read: ${ONLY}.`],
  ["{{ $externalURL }}", "$externalURL", `"$externalURL" may not be read: ${ONLY}.`],
  ["{{ $value.String }}", "$value.String", `"$value" may not be read: ${ONLY}.`],
  ["{{ $labels.a.b }}", "$labels.a", "A label has no fields."],
  ["{{ $labels. }}", ".", "A label's name is missing behind the dot."],
  ["{{ ($labels).job }}", ")", `Fields of results may not be read: ${ONLY}.`],
  ["{{ $x := $value }}", ":= $value }}", "A template may only read $labels and $value, and format them."],
  ["{{ $labels.a-b }}", ".a-b }}", "A template may only read $labels and $value, and format them."],
  ["{{ 'a' }}", "'a' }}", "A template may only read $labels and $value, and format them."],
  ["{{ 0x1f }}", "0x1f }}", "A template may only read $labels and $value, and format them."],
  ["{{ }}", "{{ }}", "A value is missing here."],
  ["{{ $value | }}", "{{ $value | }}", "A value is missing here."],
  ["{{ $value", "{{ $value", "This is not closed; end it with }}."],
  ["{{ /* x */ }}", "/* x */ }}", "A template may only read $labels and $value, and format them."],
  ["{{/* x }}", "{{/* x }}", "This comment is not closed; end it with */}}."],
  ["{{ $value $value }}", "$value", "Only a function takes values."],
  ["{{ $value | $value }}", "$value", "Only a function may stand behind a pipe."],
  ["{{ humanize humanize }}", "humanize", '"humanize" may not be used as a value; put a call in parentheses.'],
  ["{{ humanize(1) }}", "(", "Put a space before this."],
  ["{{ (humanize 1 }}", "(", "This parenthesis is not closed."],
  ["{{ humanize 1) }}", ")", '")" is not expected here.'],
  ["{{ if $value }}x", "{{ if $value }}", "This block lacks its {{ end }}."],
  ["{{ end }}", "{{ end }}", "No block is open here; remove it."],
  ["{{ else }}", "{{ else }}", "No {{ if … }} is open here; remove it."],
  ["{{ if true }}{{ end x }}", "{{ end x }}", "Nothing may follow end."],
  ["{{ if true }}{{ else x }}{{ end }}", "{{ else x }}", 'Only "if" may follow else.'],
  ["{{ humanize }}", "humanize", "1 values are needed here, and 0 are given."],
  ["{{ humanize $labels }}", "$labels", "float or integer or text is needed here, and this is labels."],
  ['{{ index $labels "a" "b" }}', 'index $labels "a" "b"', "2 values are needed here, and 3 are given."],
  ["{{ printf $labels.format $value }}", "$labels.format", "Spell the format of printf out, in quotes."],
  ["{{ printf 1 }}", "1", "Spell the format of printf out, in quotes."],
  [
    '{{ printf "%999999d" 1 }}',
    '"%999999d"',
    "printf may use %v %s %d %t %f %F %e %E %g %G and %%, with a width and a precision up to 99.",
  ],
  [
    '{{ printf "%*d" 1 1 }}',
    '"%*d"',
    "printf may use %v %s %d %t %f %F %e %E %g %G and %%, with a width and a precision up to 99.",
  ],
  [
    '{{ printf "%[1]s%[1]s" $labels.a }}',
    '"%[1]s%[1]s"',
    "printf may use %v %s %d %t %f %F %e %E %g %G and %%, with a width and a precision up to 99.",
  ],
  ['{{ printf "%s" }}', '"%s"', "This format has 1 verbs for 0 values; give one for each."],
  ['{{ reReplaceAll "(" "" $labels.a }}', '"("', "The regular expression is invalid: missing closing ): `(`."],
  ["{{ reReplaceAll $labels.a `` $labels.b }}", "$labels.a", "Spell the regular expression out, in quotes."],
  ["{{ reReplaceAll `a` $labels.a $labels.b }}", "$labels.a", "Spell the replacement out, in quotes."],
  [
    "{{ $labels.a | reReplaceAll `` `xxxxxxxxxxxxxxxx` | reReplaceAll `` `xxxxxxxxxxxxxxxx` }}",
    "{{ $labels.a | reReplaceAll `` `xxxxxxxxxxxxxxxx` | reReplaceAll `` `xxxxxxxxxxxxxxxx` }}",
    tooLong,
  ],
  // What is made on the way counts, though little of it is printed.
  ...[
    "{{ len (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` $labels.a)) }}",
    "{{ if eq (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` $labels.a)) `x` }}{{ end }}",
    "{{ index $labels (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` `a`)) }}",
    "{{ humanize (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` $labels.a)) }}",
    "{{ match `a` (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` $labels.a)) }}",
    "{{ not (reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` $labels.a)) }}",
    "{{ reReplaceAll `` `EIGHT` (reReplaceAll `` `EIGHT` (printf `a`)) }}",
    "{{ printf `%v%v` $labels $labels }}",
    "{{ or $labels .Labels }}",
    "{{ index (or $labels $labels) `a` }}",
    "{{ reReplaceAll `a` `b` (printf `%v` $labels) }}",
  ].map((text) => {
    const written = text.replaceAll("EIGHT", "xxxxxxxxxx");
    return [written, written.replace(/^(\{\{ if .*? \}\}).*$/, "$1"), tooLong] as const;
  }),
];

/** What Go finds wrong only when the template runs; here it is found when it is written. */
const failing: readonly (readonly [text: string, marked: string, message: string])[] = [
  ["{{ if gt $value 80 }}x{{ end }}", "80", "Compare a number with a decimal one, such as 80.0."],
  ["{{ if eq $labels.job 5 }}x{{ end }}", "5", "A text and a number never compare."],
  ["{{ toUpper $value }}", "$value", "text is needed here, and this is float."],
  ["{{ len $value }}", "$value", "text or labels is needed here, and this is float."],
  ['{{ printf "%d" $value }}', "$value", '%d does not print this: it is a number: use for example "%.2f".'],
  ['{{ printf "%s" $value }}', "$value", '%s does not print this: it is a number: use for example "%.2f".'],
  ['{{ printf "%.1f" $labels.job }}', "$labels.job", '%f does not print this: it is a text: use "%s".'],
  ['{{ printf "%s %s" $labels.job }}', '"%s %s"', "This format has 2 verbs for 1 values; give one for each."],
  ['{{ printf "%s" $labels.job $labels.job }}', '"%s"', "This format has 1 verbs for 2 values; give one for each."],
];

test.each(Object.keys(accepted))("accepts %j", (text) => {
  expect(checkTemplate(text)).toEqual([]);
});

test.each([...refused, ...failing])("refuses %j, at %j: %s", (text, marked, message) => {
  const from = text.lastIndexOf(marked);
  expect(checkTemplate(text)).toContainEqual({ message, from, to: from + marked.length });
});

test("tells every problem of a template, one for each action", () => {
  expect(checkTemplate('{{ range query "up" }}{{ .Value }}{{ . }}{{ end }} {{ $labels.a }} {{ tmpl }}')).toEqual([
    { message: '"range" may not be used: write {{ if … }} and $labels instead.', from: 3, to: 8 },
    { message: `"." may not be used: ${ONLY}.`, from: 37, to: 38 },
    { message: `"tmpl" may not be used: ${ONLY}.`, from: 70, to: 74 },
  ]);
});

test("refuses a template that is too long, or whose blocks or parentheses nest too deep", () => {
  expect(checkTemplate("x".repeat(4097))).toEqual([
    { message: "A template may have 4096 characters.", from: 0, to: 4097 },
  ]);
  const deepBlocks = checkTemplate(`${"{{ if true }}".repeat(17)}${"{{ end }}".repeat(17)}`);
  expect(deepBlocks[0]).toEqual({ message: "Blocks nest deeper than 16.", from: 16 * 13, to: 17 * 13 });
  const deepParentheses = checkTemplate(`{{ ${"(".repeat(17)}1${")".repeat(17)} }}`);
  expect(deepParentheses).toEqual([{ message: "Parentheses nest deeper than 16.", from: 19, to: 20 }]);
  expect(checkTemplate("{{ $value }}".repeat(96))).toEqual([]);
  expect(checkTemplate("{{ $value }}".repeat(120))).toHaveLength(10);
});

test("all labels and annotations of a rule together may read so much, in the eyes of the server and of the agent", () => {
  const most = (texts: readonly string[]) => [checkTemplatesTogether(texts), templatesProblem(texts)];
  const tooMany = (reads: number) => [
    "The templates of a rule's labels and annotations may read 96 labels and values in all, and these read " +
      `${reads}: each time counts, $labels itself as 64, and what reReplaceAll lengthens as often.`,
    `its templates read ${reads} labels and values, and 96 are allowed`,
  ];
  const fine = [null, undefined];
  const each = Array.from({ length: 32 }, () => "{{ $labels.a }}{{ .Labels.b }}{{ $value }}");
  expect(most(each)).toEqual(fine);
  expect(most([...each, "{{ .Value }}"])).toEqual(tooMany(97));
  expect(most(["{{ $labels }}", "{{ $value }}".repeat(32)])).toEqual(fine);
  expect(most(["{{ $labels }}", "{{ $value }}".repeat(33)])).toEqual(tooMany(97));
  expect(most(["{{ $labels }}", "{{ .Labels }}"])).toEqual(tooMany(128));
  expect(most(["{{ $labels }}", "{{ index $labels `a` }}".repeat(16)])).toEqual(fine);
  expect(most(["{{ $labels }}", "{{ if eq $labels.a `b` }}{{ $labels.c }}{{ end }}".repeat(11)])).toEqual(tooMany(97));
  expect(most(["{{ $labels.a | reReplaceAll `(.*):.*` `$1` | toUpper }}".repeat(32)])).toEqual(fine);
  expect(most(["{{ $labels.a | reReplaceAll `(.*):.*` `$1` | toUpper }}".repeat(33)])).toEqual(tooMany(99));
});

test("Prometheus renders what is accepted, and fails where it was foretold", async () => {
  const texts = [...Object.keys(accepted), ...failing.map(([text]) => text)];
  const alerts = texts.map((text, index) => {
    return { alert: `a${index}`, expr: `vector(${VALUE})`, labels: LABELS, annotations: { text } };
  });
  const series = Object.entries(LABELS).reduce((expr, [name, value]) => {
    return `label_replace(${expr}, "${name}", "${value}", "", "")`;
  }, `vector(${VALUE})`);
  const rules = alerts.map(({ alert, annotations }) => ({ alert, expr: series, annotations }));
  const file = join(await tempFolder("rules"), "alerts.yml");
  await writeFile(file, JSON.stringify({ groups: [{ name: "alerts", interval: "1s", rules }] }));
  const prometheus = await startPrometheus({ config: `rule_files: [${file}]\n` });
  interface Alert {
    readonly labels: { readonly alertname: string };
    readonly annotations: { readonly text?: string };
  }
  const rendered = await waitFor(
    async () => {
      const data = (await prometheus.api("/api/v1/alerts")) as { alerts: readonly Alert[] };
      return data.alerts.length === texts.length && data.alerts;
    },
    { what: "the alerts" },
  );
  const textOf = (index: number) => {
    return rendered.find(({ labels }) => labels.alertname === `a${index}`)?.annotations.text ?? "";
  };
  Object.values(accepted).forEach((wanted, index) => {
    expect(textOf(index)).toBe(wanted);
  });
  failing.forEach(([text], index) => {
    expect(`${text}: ${textOf(Object.keys(accepted).length + index)}`).toMatch(/error (?:expanding|executing)|%!/);
  });
});

test("what is accepted, Prometheus can read and the agent takes, however it was thrown together", async () => {
  const random = new Random(7);
  const pieces = [
    ...[
      "{{",
      "}}",
      "{{ ",
      " }}",
      "{{- ",
      " -}}",
      " ",
      "\n",
      "|",
      " | ",
      "(",
      ")",
      ".",
      ",",
      ":=",
      "text",
      "/*",
      "*/",
      "-",
    ],
    ...[
      "$labels",
      "$labels.job",
      ".Labels.a",
      "$value",
      ".Value",
      "$",
      '"a"',
      "`b`",
      '"}}"',
      '"%s"',
      '"%v"',
      "1",
      "2.5",
      "-3",
    ],
    ...[
      "if ",
      "else",
      "end",
      "else if ",
      "humanize ",
      "printf ",
      "eq ",
      "not ",
      "len ",
      "toUpper ",
      "index ",
      "true",
      "query ",
      "reReplaceAll ",
      "reReplaceAll `b` `xyz` ",
    ],
  ];
  const found = new Set<string>();
  for (let count = 0; count < 200_000; count++) {
    let text = random.chance(70) ? "{{ " : "";
    for (let length = 1 + random.below(8); length > 0; length--) text += random.pick(pieces);
    if (random.chance(70)) text += " }}";
    if (text.includes("{{") && checkTemplate(text).length === 0) found.add(text);
  }
  expect(found.size).toBeGreaterThan(1000);
  expect([...found].filter((text) => templatesProblem([text]) !== undefined)).toEqual([]);
  const texts = [...found];
  let [taken, refused] = [0, 0];
  for (let count = 0; count < 5_000; count++) {
    const several = Array.from({ length: 1 + random.below(90) }, () => random.pick(texts));
    if (checkTemplatesTogether(several) === null) {
      taken++;
      expect(templatesProblem(several), JSON.stringify(several)).toBeUndefined();
    } else {
      refused++;
      expect(templatesProblem(several), JSON.stringify(several)).toMatch(/^its templates read \d+ labels and values/);
    }
  }
  expect(Math.min(taken, refused)).toBeGreaterThan(1_000);
  const rules = [...found].map((text, index) => ({ alert: `a${index}`, expr: "up", annotations: { text } }));
  expect(await promtoolRefusal(rules)).toBeNull();
});
