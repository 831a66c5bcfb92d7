import { describe, expect, test } from "vitest";
import { checkRecordName } from "../../server/rules/promql/check-record-name.js";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { checkTemplate } from "../../server/rules/template/check-template.js";
import { promtoolRefusalOf } from "./promtool.js";
import { readsOnly } from "./selectors-of.js";

const FOREIGN = "Remove this matcher: an expression reads its own project, and project is added by itself.";
const WRITTEN = "The label project is set by itself; write to another label.";

function enforced(text: string): string {
  const result = enforceProject(text, "a");
  return result.ok ? result.enforced : result.problems.map(({ message }) => message).join("\n");
}

/** Refused, at exactly the places of `marked`, for exactly that reason. */
function expectRefused(text: string, message: string, ...marked: readonly string[]): void {
  const result = enforceProject(text, "a");
  const problems = marked.map((part) => ({ message, from: text.indexOf(part), to: text.indexOf(part) + part.length }));
  expect(result).toEqual({ ok: false, problems });
}

describe("an attacker in project a, with a victim b", () => {
  test("1: reads nothing through the parameter of an aggregation", async () => {
    const expressions = {
      "topk(scalar(s), x)": 'topk(scalar(s{project="a"}), x{project="a"})',
      "bottomk(scalar(s), x) by (l)": 'bottomk by (l) (scalar(s{project="a"}), x{project="a"})',
      "quantile(scalar(s)/1000, x)": 'quantile(scalar(s{project="a"}) / 1000, x{project="a"})',
      "topk(scalar(topk(scalar(s), t)), x)":
        'topk(scalar(topk(scalar(s{project="a"}), t{project="a"})), x{project="a"})',
      'count_values("v", s)': 'count_values("v", s{project="a"})',
    };
    for (const [text, wanted] of Object.entries(expressions)) expect(enforced(text)).toBe(wanted);
    expect(await promtoolRefusalOf(Object.values(expressions))).toBeNull();
    expectRefused('topk(scalar(s{project="b"}), x)', FOREIGN, 'project="b"');
    expectRefused('bottomk(scalar(s{project="b"}), x)', FOREIGN, 'project="b"');
    expectRefused('quantile(scalar(s{project="b"})/1000, x{project="a"})', FOREIGN, 'project="b"');
    for (const name of ["limitk", "limit_ratio"]) {
      const message = `"${name}" may not be used: only newer versions of Prometheus understand it, and a rule must run on each.`;
      expectRefused(`${name}(scalar(s), x)`, message, name);
    }
  });

  test("2: queries nothing from a template, however deep it is put", () => {
    const query = '{{ query "s{project=\\"b\\"}" }}';
    const templates = [
      query,
      '{{ query "s" | first | value }}',
      '{{ with query "s" }}{{ . | first | value }}{{ end }}',
      '{{ range query "{__name__=~\\".+\\",project=\\"b\\"}" }}{{ .Labels.__name__ }}{{ end }}',
      '{{ define "x" }}{{ query "s" }}{{ end }}{{ template "x" }}',
      '{{ block "x" . }}{{ query "s" }}{{ end }}',
      '{{ if eq $labels.a (query "s" | first | value | printf "%v") }}x{{ end }}',
      '{{ printf "%v" (query "s") }}',
      '{{- query "s" -}}',
      "{{query`s`}}",
      '{{/* a */}}{{ query "s" }}',
      '{{ "{{" }}{{ query "s" }}',
      '{{ $x := query "s" }}',
      "{{ $labels.a | query }}",
      '{{ and true (query "s") }}',
      '{{ .Labels.a }}{{\nquery "s" }}',
      "{{ tmpl `x` . }}",
    ];
    expect(templates.filter((template) => checkTemplate(template).length === 0)).toEqual([]);
  });

  test("3: takes no other project's name by label_replace, label_join or count_values", () => {
    expectRefused('label_replace(x,"project","b","","")', WRITTEN, '"project"');
    expectRefused('label_replace(x,("project"),"b","","")', WRITTEN, '"project"');
    expectRefused("label_join(x,(('project')),'','l')", WRITTEN, "'project'");
    expectRefused('label_replace(x,"\\x70roject","b","","")', WRITTEN, '"\\x70roject"');
    expectRefused('sum(label_join(x, `project`, "", "l")) by (project)', WRITTEN, "`project`");
    expectRefused('count_values("project", x)', WRITTEN, '"project"');
    expectRefused('count_values(("proj\\u0065ct"), x)', WRITTEN, '"proj\\u0065ct"');
    expect(enforced('label_replace(x, "owner", "$1", "project", "(.*)")')).toBe(
      'label_replace(x{project="a"}, "owner", "$1", "project", "(.*)")',
    );
  });

  test("4: asks only for its own absence; what has no label gets it from the rule", () => {
    expectRefused('absent(nope{project=~"a|b"})', FOREIGN, 'project=~"a|b"');
    expect(enforced('absent(nope{project="a"})')).toBe('absent(nope{project="a"})');
    expect(enforced("absent(nope)")).toBe('absent(nope{project="a"})');
    expect(enforced("absent_over_time(nope[5m])")).toBe('absent_over_time(nope{project="a"}[5m])');
    expect(enforced("vector(1)")).toBe("vector(1)");
    expect(enforced("time() > bool scalar(x)")).toBe('time() > bool scalar(x{project="a"})');
    expect(enforced("sum(x)")).toBe('sum(x{project="a"})');
  });

  test("5: reaches nobody by selectors, sides of operators, subqueries and times", async () => {
    const refused = {
      '{project!="a"}': undefined,
      '{project=""}': undefined,
      '{project=~".*"}': undefined,
      'x{project=""}': 'project=""',
      'x{project=~".*"}': 'project=~".*"',
      'x{project!~"a"}': 'project!~"a"',
      'x{project=~"a"}': 'project=~"a"',
      'x{project="b"} or y': 'project="b"',
      'x * on() group_left s{project="b"}': 'project="b"',
      'x unless on() s{project="b"}': 'project="b"',
      'max_over_time(s{project="b"}[1h:1m] @ end() offset -5m)': 'project="b"',
      'x{project="a",project="b"}': 'project="b"',
      'x{project="a",project!=""}': 'project!=""',
    };
    for (const [text, marked] of Object.entries(refused)) {
      if (marked) expectRefused(text, FOREIGN, marked);
      else expect(enforceProject(text, "a").ok).toBe(false);
    }
    const accepted = {
      '{__name__=~".+"}': '{__name__=~".+",project="a"}',
      "x or y": 'x{project="a"} or y{project="a"}',
      "x * on() group_left s": 'x{project="a"} * on () group_left () s{project="a"}',
      "x unless on(project) s": 'x{project="a"} unless on (project) s{project="a"}',
      "sum without(project) (x) / ignoring(project) y":
        'sum without (project) (x{project="a"}) / ignoring (project) y{project="a"}',
      "max_over_time(s[1h:1m] @ end() offset -5m)": 'max_over_time(s{project="a"}[1h:1m] @ end() offset -5m)',
      "x - x offset 1h": 'x{project="a"} - x{project="a"} offset 1h',
      "-(x @ 5)[1h:1m] + y": undefined,
      'x{exported_project="b"}': 'x{exported_project="b",project="a"}',
    };
    for (const [text, wanted] of Object.entries(accepted)) {
      if (wanted) expect(enforced(text)).toBe(wanted);
      else expect(enforceProject(text, "a").ok).toBe(false);
    }
    const printed = Object.values(accepted).filter((text) => text !== undefined);
    expect(printed.filter((text) => !readsOnly(text, "a"))).toEqual([]);
    expect(await promtoolRefusalOf(printed)).toBeNull();
  });

  test("6: sees its own share of Prometheus's own series, and records under none of their names", () => {
    for (const name of ["ALERTS", "ALERTS_FOR_STATE", "up", "scrape_duration_seconds", "target_info"]) {
      expect(enforced(name)).toBe(`${name}{project="a"}`);
      expectRefused(`${name}{project="b"}`, FOREIGN, 'project="b"');
    }
    const own = "is a series of Prometheus itself; choose another name, such as job:requests:rate5m.";
    for (const name of ["ALERTS", "ALERTS_FOR_STATE", "up", "scrape_duration_seconds", "scrape_"]) {
      expect(checkRecordName(name)).toBe(`"${name}" ${own}`);
    }
    for (const name of ["", "1a", "a-b", "a b", "a\n", "ä", "a.b", "up{}"]) {
      expect(checkRecordName(name)).toMatch(/^A metric name is 1 to 200 letters/);
    }
    for (const name of ["job:errors:rate5m", "_up", "alerts", ":x", "upper"]) expect(checkRecordName(name)).toBeNull();
    expectRefused(
      "info(x)",
      '"info" may not be used: it joins series that the expression does not name; join them yourself, with group_left.',
      "info",
    );
  });

  test("7: gets nothing past by quoting, escapes, comments, depth, length or range", () => {
    const quoted = (written: string) =>
      `"${written}" may not be used: quoted names are not supported; write letters, digits and _, without quotes.`;
    expectRefused('{"s", "project"="b"}', quoted('"s"'), '"s"');
    expectRefused('s{"project"="b"}', quoted('"project"="b"'), '"project"="b"');
    expectRefused('sum by ("project") (s)', quoted('"project"'), '"project"');
    expect(enforced('s{project="a",project="\\x61",job="b"}')).toBe('s{project="a",job="b"}');
    expectRefused('s{project="\\x62"}', FOREIGN, 'project="\\x62"');
    expect(enforced('s # {project="b"}\n{ # ,\njob="x" # }\n}')).toBe('s{job="x",project="a"}');
    expectRefused(
      's # x\r {project="b"}',
      "A comment holds a carriage return; end it with a line break.",
      '# x\r {project="b"}',
    );
    const deep = `${"(".repeat(64)}s${")".repeat(64)}`;
    expect(enforceProject(deep, "a")).toEqual({
      ok: false,
      problems: [{ message: "Brackets nest deeper than 64; write it more simply.", from: 64, to: 65 }],
    });
    expect(enforced(deep.slice(1, -1))).toBe(`${"(".repeat(63)}s{project="a"}${")".repeat(63)}`);
    expect(enforced("s".repeat(4097))).toBe("An expression may have 4096 characters; this one has 4097.");
    expect(enforced(`label_join(s,"a",""${',"c"'.repeat(500)})`)).toBe(
      "An expression may have 500 parts at most; split it with recording rules.",
    );
    expect(enforced("rate(s[366d])")).toBe("A range may be 1y at most.");
    expect(enforced("s offset 366d")).toBe("An offset may be 1y at most.");
    expect(enforced("s offset -366d")).toBe("An offset may be 1y at most.");
    const often =
      "This would be evaluated more than 11000 times; use a longer step (1m if left out) or a shorter range.";
    expect(enforced("max_over_time(s[1d:1s])")).toBe(often);
    expect(enforced("max_over_time(max_over_time(s[1h:1s])[1h:1s])")).toBe(often);
    expect(enforced("max_over_time(s[30d:])")).toBe(often);
    expect(enforced('s{a=~"x{600}",b=~"x{401}"}')).toBe(
      "Regular expressions may ask for 1000 repetitions, as in {n}, in all.",
    );
  });

  test("8: deploys the printed form, which Prometheus reads as it was checked", async () => {
    const differing = {
      "a\u00a0+\u2003b": 'a{project="a"} + b{project="a"}',
      "-a ^ 2 offset 5m": undefined,
      "-2 ^ 2 * a": '-2 ^ 2 * a{project="a"}',
      "a + b offset 5m * c": 'a{project="a"} + b{project="a"} offset 5m * c{project="a"}',
      "sum + max": '{__name__="sum",project="a"} + {__name__="max",project="a"}',
      's{a="\ufffd",b="\\a\\101"}': 's{a="\\ufffd",b="\\u0007A",project="a"}',
      's{a="\u202e\u2028"}': 's{a="\\u202e\\u2028",project="a"}',
      "a[5400s:90s]": undefined,
      "rate(a[5400s])": 'rate(a{project="a"}[1h30m])',
      "sum(a)BY(on,by,)": undefined,
      "sum(a)BY(on,by)": 'sum by (on, by) (a{project="a"})',
      "a > 0x1f": 'a{project="a"} > 31',
      "a > 1000000": 'a{project="a"} > 1000000',
    };
    const printed: string[] = [];
    for (const [text, wanted] of Object.entries(differing)) {
      const result = enforceProject(text, "a");
      if (wanted) expect(result).toEqual({ ok: true, enforced: wanted });
      if (result.ok) printed.push(result.enforced);
    }
    expect(await promtoolRefusalOf(printed)).toBeNull();
    expect(enforceProject("a > 010", "a")).toEqual({
      ok: false,
      problems: [{ message: "Write 010 without leading zeros; Prometheus reads them as octal.", from: 4, to: 7 }],
    });
  });
});

test("a project's name is quoted, whatever it holds", () => {
  expect(enforceProject("s", 'x"} or s{project="b')).toEqual({
    ok: true,
    enforced: 's{project="x\\"} or s{project=\\"b"}',
  });
  expect(() => enforceProject("s", "")).toThrow("Without a project's name");
});
