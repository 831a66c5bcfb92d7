import type { Attack } from "./attack.js";
import { type Attempt, attempts, type Verdict } from "./attempt.js";

const query = String.raw`query "victim_secret{project=\"VICTIM\"}"`;

const refused: readonly string[] = [
  `{{ ${query} }}`,
  `{{- ${query} -}}`,
  `{{${query}}}`,
  "{{ query `victim_secret` | first | value }}",
  "{{ with query `victim_secret` }}{{ . }}{{ end }}",
  '{{ range query `{__name__=~".+"}` }}{{ .Labels }}{{ end }}',
  "{{ if query `victim_secret` }}yes{{ end }}",
  '{{ define "x" }}{{ query `victim_secret` }}{{ end }}{{ template "x" }}',
  '{{ block "x" . }}{{ query `victim_secret` }}{{ end }}',
  "{{ $q := query `victim_secret` }}{{ $q }}",
  "{{ (query `victim_secret`) }}",
  "{{ printf `%v` (query `victim_secret`) }}",
  "{{ `victim_secret` | query }}",
  "{{ `victim_secret` | query | len }}",
  "{{ index (query `victim_secret`) 0 }}",
  "{{ and 1 (query `victim_secret`) }}",
  "{{ call query `victim_secret` }}",
  "{{ call .Query `victim_secret` }}",
  "{{ if true }}{{ else }}{{ query `victim_secret` }}{{ end }}",
  "{{/* */}}{{ query `victim_secret` }}",
  "{{/* }} */}}{{ query `victim_secret` }}",
  "{{ /* x */ query `victim_secret` }}",
  '{{ "}}" }}{{ query `victim_secret` }}',
  "{{ `{{` }}{{ query `victim_secret` }}",
  "{{\nquery\n`victim_secret`\n}}",
  "{{ query\t`victim_secret` }}",
  "{{ que\u200bry `victim_secret` }}",
  "{{ $labels.note }}{{ query `victim_secret`",
  "{{ externalURL }}",
  "{{ pathPrefix }}",
  "{{ $externalLabels }}",
  "{{ $externalURL }}",
  "{{ .ExternalLabels }}",
  "{{ graphLink `victim_secret` }}",
  "{{ tableLink `victim_secret` }}",
  "{{ safeHtml `<script>` }}",
  "{{ tmpl `x` }}",
  "{{ js `x` }}",
  "{{ args `x` }}",
  "{{ first $labels }}",
  "{{ sortByLabel `a` $labels }}",
  "{{ strvalue $labels }}",
  "{{ range $labels }}x{{ end }}",
  "{{ template `x` }}",
  "{{ printf `%*d` 999999999 1 }}",
  "{{ reReplaceAll `` `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` (reReplaceAll `` `xxxxxxxxxxxxxxxxx` $labels.note) }}",
  "{{$labels}}".repeat(256),
  "{{ $labels.note }}".repeat(97),
  "{{ len (reReplaceAll `` `xxxxxxxxxx` (reReplaceAll `` `xxxxxxxxxx` $labels.note)) }}",
  "{{ break }}",
  "{{ . | query }}",
  "{{ .Query }}",
  "{{ end }}",
];

const harmless: readonly string[] = [
  "{{ $labels.project }} {{ $labels.exported_project }} {{ $value }}",
  "{{ .Labels.project }} {{ .Value }}",
  "query victim_secret",
  "{{ $labels.query }}",
  '{{ "query `victim_secret`" }}',
  "{{/* query `victim_secret` */}}",
  "{{ if eq $labels.project `VICTIM` }}yes{{ else }}no{{ end }}",
  "{{ $labels }}",
];

const inRule = (text: string, where: "annotations" | "labels") => (attack: Attack) => {
  const template = text.replaceAll("VICTIM", attack.victim.name);
  const input = {
    project: attack.own.ids.prj,
    name: attack.marker,
    expr: "victim_secret > 0",
    for: "0s",
    [where]: { told: template },
  };
  return attack.call("alertingRuleCreate", { input });
};

const row = (expected: Verdict, where: "annotations" | "labels") => (text: string) =>
  [expected, `in ${where}: ${JSON.stringify(text)}`, inRule(text, where)] as const;

/** Templates that would ask Prometheus by themselves, or show what is the platform's. */
export const templates: readonly Attempt[] = attempts("templates", [
  ...refused.map(row("refused", "annotations")),
  ...refused.filter((_, index) => index % 5 === 0).map(row("refused", "labels")),
  ...harmless.map(row("harmless", "annotations")),
  ...harmless.slice(0, 2).map(row("harmless", "labels")),
]);
