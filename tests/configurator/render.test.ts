import type { ProjectConfig } from "@metricsinfra/sdk";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderAlertmanagerConfig } from "../../configurator/render/alertmanager-config.js";
import { parseBaseFile } from "../../configurator/render/base-file.js";
import { renderBlackboxConfig } from "../../configurator/render/blackbox-config.js";
import { renderPrometheusConfig } from "../../configurator/render/prometheus-config.js";
import { type RenderOptions, renderProject as renderThrough } from "../../configurator/render/render-project.js";
import { renderGlobalRuleFile } from "../../configurator/render/rule-file.js";
import { aGlobalRule, aGroup, aJob, anAlert, aProject, aRecording, aTier } from "./support/config.js";
import { anywhere } from "./support/egress.js";

const renderProject = (project: ProjectConfig, options: RenderOptions) => renderThrough(project, options, anywhere);

const options: RenderOptions = {
  prometheus: {
    tiers: { default: aTier(), large: aTier("large", { samplesPerScrape: 100_000, labelNameLength: 99 }) },
  },
  blackbox: { address: "127.0.0.1:9115", secretsFolder: "/srv/agent/blackbox/current/secrets" },
  alertmanager: {
    secretsFolder: "/srv/agent/alertmanager/current/secrets",
    continue: false,
    email: true,
    ircRelayUrl: "http://127.0.0.1:7772/",
    phabricatorUrl: "http://127.0.0.1:8292/alerts",
  },
  namingKey: "key",
};

const odd = "a\nb: {{ $labels.job }} \u2028 \u{1f469}\u200d\u{1f680} 'x' \"y\" # z";

const everything = aProject("alpha", {
  extraLabels: { team: "cloud", severity: "never", project: "never" },
  limitTier: "large",
  defaultContactGroup: { id: "cgr_admins", name: "admins" },
  scrapeJobs: [
    aJob("node", {
      staticTargets: [
        { host: "192.0.2.1", port: 9100, labels: {} },
        { host: "2001:db8::1", port: 9100, labels: {} },
        { host: "db.example.org", port: 9100, labels: { role: odd } },
      ],
    }),
    aJob("app", {
      scheme: "HTTPS",
      metricsPath: "/-/metrics",
      params: { module: "a b", format: "prometheus" },
      scrapeInterval: "30s",
      scrapeTimeout: "5s",
    }),
    aJob("often", { scrapeInterval: "1s" }),
    aJob("hasty", { scrapeTimeout: "2m" }),
    aJob("disabled", { enabled: false }),
    aJob("cloud", { staticTargets: [], openstackDiscovery: { port: 9100, nameRegex: null } }),
    aJob("web", {
      scheme: "HTTPS",
      staticTargets: [
        { host: "www.example.org", port: null, labels: { site: "www" } },
        { host: "2001:db8::2", port: 8443, labels: {} },
      ],
      probe: {
        __typename: "HttpProbe",
        method: "GET",
        path: "/health?deep=1",
        hostHeader: "internal.example.org",
        headers: { Accept: "text/html" },
        followRedirects: false,
        validStatusCodes: [200, 204],
        bodyMatches: "^ok: \\d+",
        bodyNotMatches: "error",
        verifyTls: false,
        ipProtocol: "IP4",
      },
    }),
    aJob("plain web", {
      staticTargets: [{ host: "www.example.org", port: 80, labels: {} }],
      probe: {
        __typename: "HttpProbe",
        method: "HEAD",
        path: "/",
        hostHeader: null,
        headers: {},
        followRedirects: true,
        validStatusCodes: [],
        bodyMatches: null,
        bodyNotMatches: null,
        verifyTls: true,
        ipProtocol: "ANY",
      },
    }),
    aJob("ssh", {
      staticTargets: [{ host: "192.0.2.1", port: 22, labels: {} }],
      probe: { __typename: "TcpProbe", tls: false, ipProtocol: "IP6" },
    }),
    aJob("tls", {
      staticTargets: [{ host: "ldap.example.org", port: 636, labels: {} }],
      probe: { __typename: "TcpProbe", tls: true, ipProtocol: "ANY" },
    }),
    aJob("ping", {
      staticTargets: [{ host: "2001:db8::1", port: null, labels: {} }],
      probe: { __typename: "IcmpProbe", ipProtocol: "ANY" },
    }),
    aJob("dns", {
      staticTargets: [
        { host: "192.0.2.53", port: null, labels: {} },
        { host: "2001:db8::53", port: 5353, labels: {} },
      ],
      probe: {
        __typename: "DnsProbe",
        queryName: "example.org",
        queryType: "MX",
        transport: "TCP",
        answerMatches: "mail\\.example\\.org",
        ipProtocol: "ANY",
      },
    }),
  ],
  rules: [
    anAlert("alpha", "Zulu", {
      labels: { tier: "{{ $labels.job }}", project: "beta" },
      annotations: { summary: odd, description: "{{ $value }}", metricsinfra_rule_id: "never" },
      keepFiringFor: "5m",
    }),
    anAlert("alpha", "Alpha: with a colon", { interval: "5m", severity: "critical" }),
    anAlert("alpha", "Off", { enabled: false }),
    anAlert("alpha", "Too often", { interval: "1s" }),
    aRecording("alpha", "job:up:sum", { labels: { source: "recorded", project: "beta" } }),
  ],
  contactGroups: [
    aGroup("admins", [
      { type: "EMAIL", value: "admins@example.org", sendResolved: true, secret: null },
      { type: "IRC", value: "##alpha+alerts", sendResolved: false, secret: null },
      { type: "WEBHOOK", value: "https://hooks.example.org/x?a=1&b=2", sendResolved: true, secret: "top-secret" },
      { type: "WEBHOOK", value: "http://192.0.2.9/", sendResolved: true, secret: null },
      { type: "PHABRICATOR", value: "PHID-PROJ-aaaaaaaaaaaaaaaaaaaa", sendResolved: false, secret: null },
      { type: "SLACK", value: "#alpha", sendResolved: true, secret: "https://hooks.slack.example.org/T/B/X" },
    ]),
    aGroup("nobody here", []),
  ],
});

describe("one project", () => {
  const rendered = renderProject(everything, options);

  test("its rule file", async () => {
    const text = rendered.files.prometheus.get("rules/alpha.yml") ?? "";
    await expect(text).toMatchFileSnapshot("fixtures/rules.yml");
    const { groups } = parse(text) as { groups: { name: string; rules: { annotations?: { summary?: string } }[] }[] };
    expect(groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.annotations?.summary ?? []))).toEqual([odd]);
  });

  test("its target file, in the folder of its limit tier", async () => {
    expect(rendered.targets?.tier).toBe("large");
    await expect(rendered.targets?.text).toMatchFileSnapshot("fixtures/targets.json");
  });

  test("its blackbox modules, merged with the operator's", async () => {
    const fragment = JSON.parse(rendered.files.blackbox.get("projects/alpha.json") ?? "");
    const base = parseBaseFile("base.yml", "modules: {http_2xx: {prober: http, timeout: 5s}}");
    await expect(renderBlackboxConfig(base, [fragment])).toMatchFileSnapshot("fixtures/blackbox.yml");
  });

  test("its routes, receivers and secrets, merged with the operator's", async () => {
    const { alertmanager } = rendered.files;
    const fragment = JSON.parse(alertmanager.get("projects/alpha.json") ?? "");
    const base = parseBaseFile(
      "base.yml",
      `# a comment
global: {smtp_smarthost: 'mail.example.org:25', smtp_from: alerts@example.org, smtp_require_tls: no}
route:
  receiver: operators
  group_wait: 10s
  routes: [{receiver: night, matchers: ['severity="page"'], mute_time_intervals: [day]}]
receivers: [{name: operators}, {name: night}]
time_intervals: [{name: day, time_intervals: [{times: [{start_time: 09:00, end_time: 17:00}]}]}]
`,
    );
    await expect(renderAlertmanagerConfig(base, [fragment])).toMatchFileSnapshot("fixtures/alertmanager.yml");
    expect([...alertmanager].filter(([path]) => path.startsWith("secrets/"))).toEqual([
      [expect.stringMatching(/^secrets\/alpha\.cgr_admins\.[0-9a-f]{16}$/), "top-secret"],
      [expect.stringMatching(/^secrets\/alpha\.cgr_admins\.[0-9a-f]{16}$/), "https://hooks.slack.example.org/T/B/X"],
    ]);
    expect(JSON.stringify(fragment)).not.toMatch(/top-secret|hooks\.slack/);
  });

  test("what it is told", () => {
    expect(rendered.problems).toEqual(
      [
        [
          `Rule "Too often" is evaluated every 15s: its limits allow no shorter interval.`,
          "prometheus/rules/alpha.yml",
        ],
        [`Scrape job "cloud" uses OpenStack discovery, and this agent's settings name no OpenStack.`],
        [`Scrape job "hasty" has a timeout of 1m: none may be longer than the interval.`],
        [`Scrape job "often" is scraped every 15s: its limits allow no shorter interval.`],
      ].map(([message, file]) => ({ project: "prj_alpha", ...(file === undefined ? {} : { file }), message })),
    );
  });
});

test("what the operator's base says of HTTP for all goes for the projects' receivers too, but who we are they are not told", () => {
  const base = parseBaseFile(
    "base.yml",
    `global:
  http_config:
    proxy_url: http://proxy.example.org:3128
    tls_config: {ca_file: /etc/ca.pem}
    follow_redirects: yes
    basic_auth: {username: operator, password: top-secret}
route: {receiver: operators}
receivers: [{name: operators, webhook_configs: [{url: 'http://127.0.0.1:1'}]}]
`,
  );
  const { alertmanager } = renderProject(everything, options).files;
  const { receivers } = parse(
    renderAlertmanagerConfig(base, [JSON.parse(alertmanager.get("projects/alpha.json") ?? "")]),
  );
  const configs = receivers.flatMap(({ webhook_configs = [], slack_configs = [] }) => [
    ...webhook_configs,
    ...slack_configs,
  ]);
  const https = configs.map(({ http_config }: { http_config?: object }) => http_config).filter(Boolean);
  const common = {
    proxy_url: "http://proxy.example.org:3128",
    tls_config: { ca_file: "/etc/ca.pem" },
    follow_redirects: false,
  };
  const authorization = {
    credentials_file: expect.stringMatching(/^\/srv\/agent\/alertmanager\/current\/secrets\/alpha\.cgr_admins\.\w+$/),
  };
  expect(https).toEqual([{ ...common, authorization }, common, common]);
});

test("the order in which the server lists things changes nothing", () => {
  const turned = {
    ...everything,
    scrapeJobs: everything.scrapeJobs.toReversed(),
    rules: everything.rules.toReversed(),
    contactGroups: everything.contactGroups.toReversed(),
  };
  expect(renderProject(turned, options)).toEqual(renderProject(everything, options));
});

test("a project without anything has no file", () => {
  const { files, targets, problems } = renderProject(aProject("empty"), options);
  expect(Object.values(files).map((each) => each.size)).toEqual([0, 0, 0, 0]);
  expect([targets, problems]).toEqual([undefined, []]);
});

test("the main config of Prometheus: the base, and one scrape job per limit tier", async () => {
  const base = parseBaseFile(
    "base.yml",
    `global:
  scrape_interval: 30s
  external_labels: &labels {replica: '1', shard: 01}
alerting: {alert_relabel_configs: [{action: labeldrop, regex: replica}]}
rule_files: [/etc/prometheus/own.yml]
scrape_configs:
  - job_name: prometheus
    honor_timestamps: yes
    static_configs: [{targets: ['localhost:9090'], labels: *labels}]
storage:
`,
  );
  const tiers = options.prometheus?.tiers ?? {};
  await expect(renderPrometheusConfig(base, { tiers, folder: "/srv/agent/prometheus", own: [] })).toMatchFileSnapshot(
    "fixtures/prometheus.yml",
  );
});

test("global rules: those of each Prometheus, without a forced project; those for Thanos Rule are not written", async () => {
  const rules = [
    aGlobalRule("TargetDown", { labels: { area: "targets" }, annotations: { summary: "{{ $labels.project }}" } }),
    aGlobalRule("Global", { mode: "GLOBAL" }),
    aGlobalRule("Off", { enabled: false }),
    aGlobalRule("Slow", { interval: "10m", keepFiringFor: "1h" }),
  ];
  await expect(renderGlobalRuleFile(rules)).toMatchFileSnapshot("fixtures/global-rules.yml");
  expect(renderGlobalRuleFile(rules.slice(1, 3))).toBeUndefined();
});
