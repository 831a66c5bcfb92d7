import { describe, expect, test } from "vitest";
import { templatesProblem } from "../../configurator/render/template-check.js";

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
    expect(templatesProblem([text])).toBeUndefined();
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
    expect(templatesProblem([text])).toBe(`a template must not use ${JSON.stringify(word)}`);
  });

  test.each([
    "{{ printf `%999999d` 1 }}",
    '{{ printf "\\x25\\u0039\\U00000039\\071d" 1 }}',
    "{{ printf `%*d` 99999 1 }}",
    "{{ printf `%[1]s%[1]s` $value }}",
    "{{ printf `%.999999f` $value }}",
    "{{ printf $labels.format $value }}",
    "{{ `%999999d` | printf }}",
    "{{ printf }}",
    "{{ reReplaceAll `` $labels.a $labels.b }}",
    "{{ reReplaceAll `` (printf `x`) $labels.b }}",
    "{{ $labels.b | reReplaceAll `` }}",
    "{{ printf `%v%v` toUpper $labels.a }}",
    "{{ $value $value }}",
    "{{ $value | $value }}",
    "{{ ($value }}",
    "{{ $value) }}",
    `{{ ${"(".repeat(100_000)}1${")".repeat(100_000)} }}`,
  ])("refuses %j, whose cost it cannot tell", (text) => {
    expect(templatesProblem([text])).toBe("a template is written in a way that this agent does not understand");
  });

  test.each([
    [["{{$labels}}".repeat(256)], 256 * 64],
    [["{{ .Labels }}", "{{- $labels -}}"], 128],
    [Array.from({ length: 97 }, () => "{{ $labels.a }}"), 97],
    [["{{ printf `%v%v` $labels .Value }}", "{{ $value }}".repeat(31)], 97],
    [["{{ (index (or $labels $labels) `a`) }}"], 129],
    [["{{ if reReplaceAll `` `xxxxxxxxx` (reReplaceAll `` `xxxxxxxxx` $labels.a) }}{{ end }}"], 100],
    [['{{ len (reReplaceAll "" "\\x41\\101" (reReplaceAll ("a") ("xxxxxxxxx") (printf "%v" .Labels))) }}'], 65 * 30],
  ])("refuses %j, which read too much", (texts, reads) => {
    expect(templatesProblem(texts)).toBe(`its templates read ${reads} labels and values, and 96 are allowed`);
  });

  test.each(["{{", "{{ $labels.x", `{{ "}}`, "{{ `}}"])("refuses %j, which is not closed", (text) => {
    expect(templatesProblem([text])).toBe("a template is not closed");
  });
});
