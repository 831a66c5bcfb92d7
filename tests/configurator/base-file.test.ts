import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderAlertmanagerConfig } from "../../configurator/render/alertmanager-config.js";
import { BaseFileError, parseBaseFile } from "../../configurator/render/base-file.js";
import { renderBlackboxConfig } from "../../configurator/render/blackbox-config.js";
import { renderPrometheusConfig } from "../../configurator/render/prometheus-config.js";
import { yamlText } from "../../configurator/render/yaml-text.js";

const parts = { tiers: {}, folder: "/srv/p", own: [] };
const prometheus = (text: string) => renderPrometheusConfig(parseBaseFile("/etc/b.yml", text), parts);
const alertmanager = (text: string) => renderAlertmanagerConfig(parseBaseFile("/etc/b.yml", text), []);
const blackbox = (text: string) => renderBlackboxConfig(parseBaseFile("/etc/b.yml", text), []);

const sharded = (text: string) =>
  renderPrometheusConfig(parseBaseFile("/etc/b.yml", text), { ...parts, labels: { shard: "one", replica: "a" } });

describe("a base file that cannot be merged is refused by file and key", () => {
  test.each<[(text: string) => string, string, string]>([
    [prometheus, "a: [", "line 1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    [prometheus, "a: 1\na: 2", "line 2: Map keys must be unique"],
    [prometheus, "- a", "the file must hold a map"],
    [prometheus, "a: !!int 5", "line 1: Unresolved tag: tag:yaml.org,2002:int"],
    [prometheus, "? [a]\n: b", "a key must be a plain text"],
    [prometheus, "scrape_configs: {a: b}", "scrape_configs: must be a list"],
    [
      prometheus,
      "scrape_configs: [{job_name: a}, {job_name: metricsinfra/default}]",
      `scrape_configs[1].job_name: "metricsinfra/default" begins with "metricsinfra/", which is kept for the jobs of the projects`,
    ],
    [
      prometheus,
      "rule_files: [/srv/p/current/rules/x.yml]",
      `rule_files[0]: "/srv/p/current/rules/x.yml" lies in /srv/p, whose rule files are added already`,
    ],
    [prometheus, "rule_files: [own.yml]", `rule_files[0]: "own.yml" is a relative path; write it in full`],
    [
      prometheus,
      "scrape_configs: [{authorization: {credentials_file: token}}]",
      `scrape_configs[0].authorization.credentials_file: "token" is a relative path; write it in full`,
    ],
    [
      prometheus,
      "scrape_configs: [{file_sd_configs: [{files: ['x/*.json']}]}]",
      `scrape_configs[0].file_sd_configs[0].files[0]: "x/*.json" is a relative path; write it in full`,
    ],
    [
      prometheus,
      "global: {external_labels: {project: x}}",
      "global.external_labels.project: this label is kept for the projects",
    ],
    [
      sharded,
      "global: {external_labels: {replica: x}}",
      "global.external_labels.replica: the agent's settings have a replica, which becomes this label: leave it out of one of the two",
    ],
    [sharded, "global: {external_labels: [x]}", "global.external_labels: must be a map"],
    [sharded, "alerting: x", "alerting: must be a map"],
    [alertmanager, "receivers: []", "route: the file must have a root route with a receiver"],
    [alertmanager, "route: {group_wait: 1s}", "route: the file must have a root route with a receiver"],
    [
      alertmanager,
      "{route: {receiver: x, routes: [{matchers: [a=b], routes: [{receiver: a/b}]}]}, receivers: [{name: x}]}",
      'route.routes[0].routes[0].receiver: "a/b" is a name that is kept for the contact groups of the projects',
    ],
    [
      alertmanager,
      "{route: {receiver: x}, receivers: [{name: x}, {name: a/b}]}",
      `receivers[1].name: "a/b" holds a "/": such names are kept for the contact groups of the projects`,
    ],
    [
      alertmanager,
      "{route: {receiver: x}, templates: [t/*]}",
      `templates[0]: "t/*" is a relative path; write it in full`,
    ],
    [
      blackbox,
      "modules: {a/b: {prober: http}}",
      `modules.a/b: names with a "/" are kept for the probes of the projects`,
    ],
    [blackbox, "modules: [a]", "modules: must be a map"],
  ])("%o of %j", (render, text, problem) => {
    let thrown: unknown;
    try {
      render(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BaseFileError);
    expect(String(thrown)).toBe(`BaseFileError: /etc/b.yml: ${problem}`);
  });
});

describe("a base file that is read", () => {
  test("means what Prometheus would have read in it: anchors, merged maps, old booleans, times, octal numbers", () => {
    const text = `
defaults: &defaults {a: 1, b: yes}
one:
  <<: *defaults
  b: 0644
  quoted: "0644"
  time: 09:00
  date: 2026-01-01
  none:
  tilde: ~
  long: plain text
    that goes on
  block: |
    two
    lines
two: {<<: [{c: first}, {c: second, d: *defaults}]}
list: [*defaults, on]
`;
    const merged = parseBaseFile("b.yml", text).content;
    const original = parse(text, { version: "1.1" });
    expect(parse(yamlText(merged), { version: "1.1" })).toEqual(original);
    expect(yamlText(merged)).toMatch(/b: 0644\n {2}quoted: '0644'\n {2}time: 09:00\n {2}date: 2026-01-01/);
  });

  test("may be empty, or leave lists empty", () => {
    const watchdog = {
      receiver: "_platform/nobody",
      matchers: ['alertname="Watchdog"', 'watchdog!=""', 'project=""'],
    };
    expect(parse(prometheus(""))).toEqual({
      rule_files: ["watchdog.yml", "rules/*.yml", "release.yml"],
      scrape_configs: [],
    });
    expect(parse(prometheus("# nothing\nscrape_configs:\n"))).toEqual({
      scrape_configs: [],
      rule_files: ["watchdog.yml", "rules/*.yml", "release.yml"],
    });
    expect(parse(blackbox(""))).toEqual({ modules: {} });
    expect(parse(alertmanager("route: {receiver: x, routes: }\nreceivers: [{name: x}]"))).toEqual({
      route: { receiver: "x", routes: [watchdog] },
      receivers: [{ name: "x" }, { name: "_platform/nobody" }],
    });
  });
});
