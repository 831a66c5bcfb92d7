import { describe, expect, test } from "vitest";
import { templatesProblem } from "../../configurator/render/template-check.js";
import { checkTemplate } from "../../server/rules/template/check-template.js";
import { templateFunctions } from "../../server/rules/template/template-functions.js";
import { promtoolRefusal } from "./promtool.js";

/**
 * Every kind of node that Go's templates have (text/template/parse/node.go), and what its lexer knows beyond them, each
 * with an example. What is refused is refused by the server and by the agent.
 */
const allowed: Readonly<Record<string, string>> = {
  NodeText: "a }} b",
  NodeList: "a{{ $value }}b{{ $value }}",
  NodeAction: "{{ $value }}",
  NodePipe: "{{ $value | humanize }}",
  NodeCommand: "{{ humanize $value }}",
  NodeIdentifier: "{{ humanize $value }}",
  NodeVariable: "{{ $labels.job }}",
  NodeField: "{{ .Labels.job }}",
  NodeString: '{{ "text" }}{{ `text` }}',
  NodeNumber: "{{ 1.5e3 }}{{ -3 }}",
  NodeBool: "{{ true }}",
  NodeIf: "{{ if true }}a{{ end }}",
  nodeElse: "{{ if true }}a{{ else }}b{{ end }}",
  "else if": "{{ if true }}a{{ else if false }}b{{ end }}",
  nodeEnd: "{{ if true }}a{{ end }}",
  NodeComment: "{{/* text */}}",
  "trim markers": "a {{- $value -}} b",
  parentheses: "{{ len (toUpper $labels.job) }}",
};
const refused: Readonly<Record<string, string>> = {
  NodeDot: "{{ . }}",
  NodeNil: "{{ if eq nil $value }}a{{ end }}",
  NodeChain: "{{ (index $labels `job`).x }}",
  NodeRange: "{{ range $labels }}a{{ end }}",
  NodeWith: "{{ with $value }}a{{ end }}",
  NodeTemplate: '{{ template "x" . }}',
  NodeBreak: "{{ range $labels }}{{ break }}{{ end }}",
  NodeContinue: "{{ range $labels }}{{ continue }}{{ end }}",
  define: '{{ define "x" }}a{{ end }}',
  block: '{{ block "x" . }}a{{ end }}',
  declaration: "{{ $x := $value }}{{ $value }}",
  assignment: "{{ $value = 1.0 }}",
  "declaration in if": "{{ if $x := $value }}a{{ end }}",
  "character constant": "{{ printf `%d` 'a' }}",
  "root variable": "{{ $ }}",
  "field of the root": "{{ .ExternalURL }}",
  "other variable": "{{ $externalLabels.replica }}",
  "field of a field": "{{ .Labels.a.b }}",
};

/** Functions that are not allowed: of Go itself, of Prometheus 2.42, and of later versions or of its consoles alone. */
const otherFunctions = {
  go: ["call", "html", "js", "print", "println", "slice", "urlquery"],
  prometheus: [
    ..."query first label value strvalue sortByLabel args safeHtml externalURL pathPrefix tableLink".split(" "),
    ..."graphLink parseDuration toTime".split(" "),
  ],
  later: ["tmpl", "now", "toDuration", "urlQueryEscape", "queryRange", "series"],
};

const problemsOf = (text: string) => ({
  server: checkTemplate(text).length > 0,
  agent: templatesProblem([text]) !== undefined,
});
const ruleWith = (text: string) => ({ alert: "A", expr: "up", annotations: { text } });

describe("each kind of node of a template", () => {
  test.each(Object.entries(allowed))("%s is allowed: %s", async (_, text) => {
    expect(problemsOf(text)).toEqual({ server: false, agent: false });
    expect(await promtoolRefusal([ruleWith(text)])).toBeNull();
  });

  test.each(Object.entries(refused))("%s is refused: %s", async (_, text) => {
    expect(problemsOf(text)).toEqual({ server: true, agent: true });
  });

  test("is known to Prometheus, so that nothing here is refused for its spelling alone", async () => {
    for (const text of Object.values(refused)) expect(await promtoolRefusal([ruleWith(text)]), text).toBeNull();
  });
});

describe("each function", () => {
  test("of the allow-list is one of Prometheus", async () => {
    const names = [...templateFunctions.keys()];
    const messages = await promtoolRefusal(names.map((name) => ruleWith(`{{ ${name} }}`)));
    expect(messages).toBeNull();
    expect(names.filter((name) => templatesProblem([`{{ ${name} "" "" "" }}`]) !== undefined)).toEqual([]);
    expect(names.sort()).toEqual([
      ..."and eq ge gt humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp".split(" "),
      ..."index le len lt match ne not or printf reReplaceAll stripDomain stripPort title toLower toUpper".split(" "),
    ]);
  });

  test("of another kind is refused wherever it is called, by the server and by the agent", async () => {
    const all = Object.values(otherFunctions).flat();
    const forms = (name: string) => [
      `{{ ${name} }}`,
      `{{${name}}}`,
      `{{- ${name} "x" -}}`,
      `{{ "x" | ${name} }}`,
      `{{ printf "%v" (${name} "x") }}`,
      `{{ if ${name} }}a{{ end }}`,
      `{{ if true }}{{ else if ${name} }}{{ end }}`,
      `{{ and true (or false (${name} $labels.a)) }}`,
      `{{/* a */}}{{ ${name}\`x\` }}`,
      `{{ "{{" }}{{ ${name} }}`,
    ];
    for (const text of all.flatMap(forms))
      expect({ text, ...problemsOf(text) }).toEqual({ text, server: true, agent: true });
    for (const name of [...otherFunctions.go, ...otherFunctions.prometheus]) {
      expect(await promtoolRefusal([ruleWith(`{{ ${name} }}`)]), name).toBeNull();
    }
    for (const name of otherFunctions.later) {
      expect(await promtoolRefusal([ruleWith(`{{ ${name} }}`)])).toContain(`function "${name}" not defined`);
    }
  });
});
