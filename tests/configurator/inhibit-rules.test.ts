import { join } from "node:path";
import { expect, test } from "vitest";
import { renderAlertmanagerConfig } from "../../configurator/render/alertmanager-config.js";
import { BaseFileError, parseBaseFile } from "../../configurator/render/base-file.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { waitFor } from "../support/wait-for.js";
import { startGraphServer } from "./support/graph-server.js";
import { alertmanagerBase, Workspace } from "./support/workspace.js";

/** Debian's alertmanager.yml has this rule. */
const stock = `- source_match: {severity: critical}
  target_match: {severity: warning}
  equal: [alertname, cluster, service]
`;
const withRules = (rules: string) => `${alertmanagerBase}inhibit_rules:\n${rules}`;
const render = (rule: string) =>
  renderAlertmanagerConfig(parseBaseFile("/etc/b.yml", withRules(`- {target_matchers: [a=b], ${rule}}\n`)), []);

test.each([
  "equal: [alertname, project]",
  `equal: ["project"]`,
  `source_matchers: ['project="x"']`,
  `source_matchers: ['project = x']`,
  `source_matchers: ['project=""']`,
  `source_matchers: ['severity=~"a|b"', '"project" = "x"']`,
  `source_matchers: ['{severity!="a", project="x"}']`,
  `source_matchers: ['{ "severity" !~ "a,}" , project = "x", }']`,
  "source_match: {severity: critical, project: x}",
  `source_match: {project: ""}`,
  `source_match: {<<: {project: x}}`,
])("an inhibit rule that stays in one project is taken: %s", (rule) => {
  expect(render(rule)).toContain("inhibit_rules:");
});

test.each([
  "equal: [alertname]",
  "equal: project",
  "equal: [[project]]",
  `source_matchers: ['project!="x"']`,
  `source_matchers: ['project=~"x"']`,
  `source_matchers: ['project!~"x"']`,
  `source_matchers: ['Project="x"', 'projects="x"', 'a_project="x"']`,
  `source_matchers: ['a="b, project=\\"x\\""']`,
  `source_matchers: ['a="b\\\\", project="x"']`,
  `source_matchers: ['a="b,project=x']`,
  `source_matchers: ['a=b project="x"']`,
  `source_matchers: ['{project="x"']`,
  `source_matchers: ['project="x"}']`,
  `source_matchers: 'project="x"'`,
  `source_matchers: [{project: x}]`,
  `source_match: {project: [x]}`,
  `source_match: [project]`,
  `source_match_re: {project: x}`,
  `target_match: {project: x}`,
  // The operators' own alerts are no project's to mute either.
  `target_match: {project: ""}`,
  `target_match: {project: ~}`,
  `target_match_re: {project: ""}`,
])("one by which a project's alerts might mute another's is refused: %s", (rule) => {
  expect(() => render(rule)).toThrow(BaseFileError);
});

test("the refusal names the rule and says what to do", () => {
  const rules = `- {equal: [project]}\n${stock}`;
  expect(() => renderAlertmanagerConfig(parseBaseFile("/etc/b.yml", withRules(rules)), [])).toThrow(
    '/etc/b.yml: inhibit_rules[1]: one project\'s alerts would mute another\'s: add "project" to "equal", or name the ' +
      'project whose alerts may mute in "source_matchers" (project="x", or project="" for alerts of no project)',
  );
});

async function statesOf(alertmanager: Alertmanager): Promise<Readonly<Record<string, string>>> {
  const alerts = (await alertmanager.api("/api/v2/alerts")) as {
    labels: { project: string; severity: string };
    status: { state: string };
  }[];
  return Object.fromEntries(alerts.map(({ labels, status }) => [`${labels.project} ${labels.severity}`, status.state]));
}

test("a real Alertmanager mutes a project's alert for the project's own and for nobody else's", async () => {
  const server = await startGraphServer();
  const machine = await Workspace.make({ url: server.url, prometheus: false });
  await machine.base("alertmanager", withRules(stock));
  expect((await machine.once()).refused.map(({ message }) => message)).toEqual([
    expect.stringMatching(/alertmanager\.yml: inhibit_rules\[0\]: one project's alerts would mute another's/),
  ]);
  await machine.base("alertmanager", withRules(stock.replace("[alertname,", "[project, alertname,")));
  expect(await machine.once()).toMatchObject({ refused: [] });
  const alertmanager = await startAlertmanager({
    configFile: join(machine.directory, "alertmanager/current/alertmanager.yml"),
  });
  const alert = (project: string, severity: string) => ({ labels: { alertname: "DiskFull", project, severity } });
  await alertmanager.postAlerts([alert("a", "critical"), alert("a", "warning"), alert("b", "warning")]);
  const states = await waitFor(
    async () => {
      const found = await statesOf(alertmanager);
      // Each group of alerts looks at its own when it is first due, so the one that is muted may take longer.
      return found["a warning"] === "suppressed" && found["b warning"] !== "unprocessed" && found;
    },
    { what: "a's critical alert to mute its warning", deadlineMs: 20_000 },
  );
  expect(states).toEqual({ "a critical": "active", "a warning": "suppressed", "b warning": "active" });
});
