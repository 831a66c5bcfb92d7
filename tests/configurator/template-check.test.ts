import { describe, expect, test } from "vitest";
import { templateProblem } from "../../configurator/render/template-check.js";

describe("the agent's own check of a template", () => {
  test.each([
    "no template",
    "Slow query on {{ $labels.instance }}",
    "{{ $value | humanize }} }} {{ $labels.query }}",
    `{{ "query" }} {{ printf "%s }} query" "x" }}`,
    "{{/* query */}}",
    "{{- /* query */ -}} {{ $labels.query }}",
    "{{ `query` }}",
    "{{ if and (gt $value 1.5e3) (ne .Labels.job `x`) -}} {{ .Value }} {{- else if not true }}{{ len $labels }}{{ end }}",
    '{{ index $labels "query" | reReplaceAll "a(.)" "$1" | toUpper | printf "%-10s" }}',
  ])("allows %j", (text) => {
    expect(templateProblem(text)).toBeUndefined();
  });

  test.each([
    [`{{ query "s{project=\\"b\\"}" }}`, "query"],
    [`{{query "up"}}`, "query"],
    [`{{-query "up"}}`, "query"],
    [`{{ (query "up") }}`, "query"],
    [`{{ "}}" | query }}`, "query"],
    [`{{ "up" | query | first | value }}`, "query"],
    ["{{ `\\` | query }}", "query"],
    [`{{/* " */}}{{ query "up" }}`, "query"],
    [`{{ "{{/*" }}{{ query "*/}}" }}`, "query"],
    [`{{ with $labels }}{{ end }}`, "with"],
    [`{{ range $labels }}{{ end }}`, "range"],
    [`{{ define "x" }}{{ end }}`, "define"],
    [`{{ template "x" }}`, "template"],
    [`{{ block "x" . }}{{ end }}`, "block"],
    ["{{ . }}", "."],
    ["{{ $ }}", "$"],
    ["{{ $x := 1 }}", "$x"],
    ["{{ $value = 1 }}", "="],
    ["{{ $externalLabels.replica }}", "$externalLabels"],
    ["{{ .ExternalURL }}", ".ExternalURL"],
    ["{{ .Labels.a.b }}", ".Labels.a.b"],
    ["{{ $labels.a.b }}", ".a.b"],
    ["{{ $labels .job }}", ".job"],
    ["{{ html $labels.job }}", "html"],
    ["{{ call $value }}", "call"],
    ["{{ tmpl }}", "tmpl"],
    ["{{ externalURL }}", "externalURL"],
    ["{{ queryRange }}", "queryRange"],
    ["{{ humanizé 1 }}", "humanizé"],
    ["{{ nil }}", "nil"],
    ["{{ break }}", "break"],
  ])("refuses %j", (text, word) => {
    expect(templateProblem(text)).toBe(`a template must not use ${JSON.stringify(word)}`);
  });

  test.each(["{{", "{{ $labels.x", `{{ "}}`, "{{ `}}"])("refuses %j, which is not closed", (text) => {
    expect(templateProblem(text)).toBe("a template is not closed");
  });
});
