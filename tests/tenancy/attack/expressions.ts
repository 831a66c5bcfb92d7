import type { Attack } from "./attack.js";
import { type Attempt, attempts, type Verdict } from "./attempt.js";

/** Stands for the victim's name. */
const V = "VICTIM";

/** Creates an alerting rule that asks this; an expression that asks of the victim must fail by itself, not by something else. */
const rule = (expr: string) => async (attack: Attack) => {
  const input = {
    project: attack.own.ids.prj,
    name: attack.marker,
    expr: expr.replaceAll(V, attack.victim.name),
    for: "0s",
    annotations: { value: "{{ $value }} {{ $labels }}" },
  };
  const reply = await attack.call("alertingRuleCreate", { input });
  const paths = (reply.data?.alertingRuleCreate?.userErrors ?? []).map(({ path }: { path: string[] }) =>
    path.join("."),
  );
  if (paths.some((path: string) => path !== "input.expr"))
    throw new Error(`It was refused for ${paths}: ${reply.text}`);
  return reply;
};

const refused: readonly string[] = [
  // Another project by name, in each place where a selector can stand.
  `victim_secret{project="${V}"}`,
  `victim_secret{project='${V}'}`,
  `victim_secret{project=\`${V}\`}`,
  `victim_secret{project="\\x76${V.slice(1)}", project="${V}"}`,
  `victim_secret{project!="attacker"}`,
  `victim_secret{project=~".*"}`,
  `victim_secret{project=~"attacker|${V}"}`,
  `victim_secret{project!~"attacker"}`,
  `victim_secret{project=""}`,
  `{project="${V}"}`,
  `{__name__=~".+",project="${V}"}`,
  `{project!="attacker",__name__="victim_secret"}`,
  `victim_secret{project="attacker",project="${V}"}`,
  `victim_secret{project="${V}",project="attacker"}`,
  `victim_secret{project="attacker",project=~".+"}`,
  `topk(scalar(victim_secret{project="${V}"}), up)`,
  `bottomk(scalar(victim_secret{project="${V}"}), up)`,
  `quantile(scalar(victim_secret{project="${V}"})/1e10, up)`,
  `quantile by (instance) (scalar(victim_secret{project=~"vic.*"}), up)`,
  `quantile_over_time(scalar(victim_secret{project="${V}"}), up[5m])`,
  `count_values("x", victim_secret{project="${V}"})`,
  `clamp(up, scalar(victim_secret{project="${V}"}), 9e9)`,
  `clamp_max(up, scalar(victim_secret{project="${V}"}))`,
  `round(up * 8e9, scalar(victim_secret{project="${V}"}))`,
  `histogram_quantile(scalar(victim_secret{project="${V}"}), up)`,
  `holt_winters(up[5m], scalar(victim_secret{project="${V}"}), 0.5)`,
  `predict_linear(up[5m], scalar(victim_secret{project="${V}"}))`,
  `vector(scalar(victim_secret{project="${V}"}))`,
  `up or victim_secret{project="${V}"}`,
  `up unless on() victim_secret{project="${V}"}`,
  `up and on() victim_secret{project="${V}"}`,
  `up * on() group_left(note) victim_secret{project="${V}"}`,
  `up + ignoring(project) group_left victim_secret{project="${V}"}`,
  `up > bool on() victim_secret{project="${V}"}`,
  `max_over_time(victim_secret{project="${V}"}[1h:1m] @ end() offset -5m)`,
  `rate(victim_secret{project="${V}"}[5m])`,
  `victim_secret{project="${V}"} @ 1`,
  `victim_secret{project="${V}"} offset 1m`,
  `-victim_secret{project="${V}"}`,
  `((((victim_secret{project="${V}"}))))`,
  `absent(victim_secret{project="${V}"})`,
  `absent(nope{project=~"attacker|${V}"})`,
  `absent_over_time(nope{project="${V}"}[5m])`,
  `sort_desc(victim_secret{project="${V}"})`,
  `timestamp(victim_secret{project="${V}"})`,
  `label_replace(victim_secret{project="${V}"}, "a", "$1", "note", "(.*)")`,
  `sum without () (victim_secret{project="${V}"})`,
  // Series of Prometheus itself.
  `ALERTS{project="${V}"}`,
  `ALERTS_FOR_STATE{project="${V}"}`,
  `up{project="${V}"}`,
  `scrape_samples_scraped{project="${V}"}`,
  // Writing the label that says whose a series is.
  `label_replace(up, "project", "${V}", "", "")`,
  `label_replace(up, ("project"), "${V}", "", "")`,
  `label_replace(up, "pro\\x6aect", "${V}", "", "")`,
  `label_replace(up, \`project\`, "$1", "exported_project", "(.*)")`,
  `label_join(up, "project", "", "exported_project")`,
  `label_join(up, (("project")), "", "exported_project")`,
  `count_values("project", victim_secret)`,
  `count_values(("project"), victim_secret)`,
  `count_values('\\160roject', victim_secret)`,
  // What one parser reads so and another otherwise.
  `{"victim_secret","project"="${V}"}`,
  `{"victim_secret"}`,
  `victim_secret{"project"="${V}"}`,
  `{"victim_secret",project="attacker","project"="${V}"}`,
  `up # comment\r or victim_secret{project="${V}"}`,
  `up #\n or victim_secret{project="${V}"}`,
  `victim_secret{project="attacker"} or victim_secret{proj\u200bect="${V}"}`,
  `victim_secret{\u0440roject="${V}"}`,
  `up\u0000 or victim_secret{project="${V}"}`,
  `victim_secret{project="attacker\u0000${V}"}`,
  `victim_secret{project="attacker\\"} or victim_secret{project=\\"${V}"}`,
  `victim_secret{project="attacker\\u0022} or victim_secret{project=\\u0022${V}"}`,
  `victim_secret{project="attacker"} or victim_secret{project="${V}"`,
  `up) or (victim_secret{project="${V}"}`,
  `{{ query "victim_secret" }}`,
  `$__all{project="${V}"}`,
  // What is experimental, or newer than the oldest Prometheus that may run it.
  `info(up)`,
  `limitk(scalar(victim_secret{project="${V}"}), up)`,
  `limit_ratio(1, victim_secret{project="${V}"})`,
  `sort_by_label(victim_secret{project="${V}"}, "note")`,
  `mad_over_time(victim_secret{project="${V}"}[5m])`,
  `double_exponential_smoothing(victim_secret{project="${V}"}[5m], 0.5, 0.5)`,
  `ts_of_max_over_time(victim_secret{project="${V}"}[5m])`,
  `start()`,
  `victim_secret{project="${V}"} smoothed`,
  // What would keep everybody's Prometheus busy.
  `max_over_time(rate(up[5m])[30d:1s])`,
  `sum_over_time(up[400d])`,
  `up offset 400d`,
  `max_over_time(max_over_time(up[1d:1s])[1d:1s])`,
  "max_over_time(rate(up[1d])[1d:8s])",
  Array.from({ length: 80 }, () => "max_over_time(rate(up[1d])[1d:30s])").join(" or "),
  `${"(".repeat(200)}up${")".repeat(200)}`,
  `${"-".repeat(300)}up`,
  Array.from({ length: 120 }, (_, index) => `up{i="${index}"}`).join(" or "),
  `up{instance="${"x".repeat(4_200)}"}`,
  `up{instance=~"(a*)*\\\\1"}`,
  `up{instance=~"(?=x)"}`,
  `{instance=~".*"}`,
  "",
  " ",
];

/** They run, and see nothing but what is the attacker's own; its machine shows series that claim to be the victim's. */
const harmless: readonly string[] = [
  `up # \u2028 or victim_secret{project="${V}"}`,
  "victim_secret",
  `{__name__=~".+"}`,
  `{__name__!=""}`,
  `victim_secret{project="attacker"}`,
  `victim_secret{project="attacker",project="attacker"}`,
  `victim_secret{exported_project="${V}"}`,
  "topk(scalar(victim_secret), up)",
  "quantile(scalar(victim_secret)/1e10, up)",
  `count_values("victim", victim_secret)`,
  `absent(victim_secret{note!="forged"})`,
  "absent(nope)",
  "absent_over_time(nope[5m])",
  "vector(1)",
  "vector(time())",
  "sum(victim_secret)",
  "sum without (project) (victim_secret)",
  "group by (project) (victim_secret)",
  "max by (exported_project, project) (victim_secret)",
  "up * on (project) group_left (exported_project) victim_secret",
  "up * ignoring (project, exported_project, job, note) group_left (note) victim_secret",
  "victim_secret or on () up",
  "up unless on () victim_secret",
  `label_replace(up, "owner", "${V}", "", "")`,
  `label_replace(victim_secret, "Project", "$1", "exported_project", "(.*)")`,
  `label_join(up, "projects", ",", "project", "exported_project")`,
  `ALERTS{alertstate="firing"}`,
  "ALERTS_FOR_STATE",
  "scrape_samples_scraped",
  "max_over_time(victim_secret[1h:1m] @ end() offset -5m)",
  "up # and victim_secret{project}\n or victim_secret",
  `victim_secret{note="} or victim_secret{project=\\"${V}\\"}"}`,
  `victim_secret{note!='} or victim_secret{project="${V}"}'}`,
  "prometheus_build_info",
  'sum(count_over_time({__name__=~"prometheus_.+"}[5m]))',
];

const row = (expected: Verdict) => (expr: string) =>
  [expected, `an alerting rule: ${JSON.stringify(expr).slice(1, 90)}`, rule(expr)] as const;

/** Ways to read another project's series, or to pass for another project, by a rule's expression. */
export const expressions: readonly Attempt[] = attempts("expressions", [
  ...refused.map(row("refused")),
  ...harmless.map(row("harmless")),
  ...["alertingRuleUpdate", "recordingRuleUpdate"].map(
    (field) =>
      [
        "refused",
        `${field}: a rule of one's own turned to the victim's series`,
        (attack: Attack) =>
          attack.call(field, {
            id: attack.own.ids[field.startsWith("alerting") ? "rul" : "rec"],
            input: { expr: `victim_secret{project="${attack.victim.name}"}` },
          }),
      ] as const,
  ),
]);
