import { describe, expect, test } from "vitest";
import { templateProblem } from "../../configurator/render/template-check.js";

describe("the agent's own check of a template", () => {
  test.each([
    "no template",
    "Slow query on {{ $labels.instance }}",
    "{{ $value | humanize }} }} {{ $labels.query }}",
    `{{ "query" }} {{ printf "%s }} query" "x" }}`,
    "{{/* query */}}",
    "{{- /* query */ -}} {{ with $labels }}{{ .query }}{{ end }}",
    "{{ `query` }}",
    "{{ $query := 1 }}{{ $query }}",
  ])("allows %j", (text) => {
    expect(templateProblem(text)).toBeUndefined();
  });

  test.each([
    `{{ query "s{project=\\"b\\"}" }}`,
    `{{query "up"}}`,
    `{{-query "up"}}`,
    `{{ with query "up" }}{{ . }}{{ end }}`,
    `{{ range (query "up") }}{{ end }}`,
    `{{ define "x" }}{{ query "up" }}{{ end }}`,
    `{{ "}}" | query }}`,
    `{{ "up" | query | first | value }}`,
    "{{ `\\` | query }}",
    `{{/* " */}}{{ query "up" }}`,
    `{{ "{{/*" }}{{ query "*/}}" }}`,
  ])("refuses %j", (text) => {
    expect(templateProblem(text)).toBe('a template must not use "query"');
  });

  test.each(["{{", "{{ $labels.x", `{{ "}}`, "{{ `}}"])("refuses %j, which is not closed", (text) => {
    expect(templateProblem(text)).toBe("a template is not closed");
  });
});
