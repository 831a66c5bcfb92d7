import type { Attack } from "./attack.js";
import { type Attempt, attempts, type Verdict } from "./attempt.js";

const job = (input: (attack: Attack) => object) => (attack: Attack) =>
  attack.call("scrapeJobCreate", { input: { project: attack.own.ids.prj, name: attack.marker, ...input(attack) } });
const host = (text: string, port = 80) =>
  [
    "refused",
    `a target at ${JSON.stringify(text)}, port ${port}`,
    job(() => ({ staticTargets: [{ host: text, port }] })),
  ] as const;
const own = ({ own: { exporter } }: Attack, more: object = {}) => [
  { host: exporter.host, port: exporter.port, ...more },
];
const label = (name: string) =>
  [
    "refused",
    `a target's label ${JSON.stringify(name)}`,
    job((attack) => ({ staticTargets: own(attack, { labels: { [name]: "x" } }) })),
  ] as const;
const with_ = (expected: Verdict, what: string, input: (attack: Attack) => object) =>
  [expected, what, job((attack) => ({ staticTargets: own(attack), ...input(attack) }))] as const;
const param = (name: string) =>
  with_("refused", `the parameter ${JSON.stringify(name)}`, () => ({ params: { [name]: "x" } }));
const platform = (what: string, url: (attack: Attack) => string, more: object = {}) =>
  [
    "refused",
    `our own ${what}`,
    job((attack) => {
      const { hostname, port } = new URL(url(attack));
      return { staticTargets: [{ host: hostname, port: Number(port) }], ...more };
    }),
  ] as const;

/** Where a job may scrape, and what its targets may say of themselves. */
export const targets: readonly Attempt[] = attempts("targets", [
  platform("Prometheus, all series of everybody", ({ arena }) => arena.stack.prometheus.url, {
    metricsPath: "/federate",
    params: { "match[]": "{project!=''}" },
  }),
  platform("Prometheus, with a parameter that is allowed", ({ arena }) => arena.stack.prometheus.url, {
    metricsPath: "/federate",
  }),
  platform("Alertmanager", ({ arena }) => arena.stack.alertmanagers[0].url),
  platform("blackbox exporter, with a target of one's choice", ({ arena }) => arena.stack.blackboxExporter.url, {
    metricsPath: "/probe",
    params: { target: "169.254.169.254", module: "x" },
  }),
  platform("server", ({ arena }) => arena.stack.graphUrl),
  ...[
    "169.254.169.254",
    "[169.254.169.254]",
    "::ffff:169.254.169.254",
    "[::ffff:a9fe:a9fe]",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "fd00:ec2::254",
    "100.100.100.200",
    "metadata.google.internal.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "printer.local",
    "prometheus",
    "127.0.0.1",
    "127.1",
    "127.0.0.4",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.0.0.1.",
    "::1",
    "[::1]",
    "::",
    "0.0.0.0",
    "0",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "fe80::1%lo",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "fc00::1",
    "224.0.0.1",
    "255.255.255.255",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "example.org@127.0.0.1",
    "example.org/x",
    "example.org:80@x",
    "example.org#",
    "example.org\n127.0.0.1",
    "example.org\u0000.127.0.0.1",
    "exa mple.org",
    "../../../etc/passwd",
    "$HOME",
    "",
  ].map((text) => host(text)),
  host("127.0.0.2", 0),
  host("127.0.0.2", 65_536),
  host("127.0.0.2", -1),
  ...[
    "project",
    "job",
    "instance",
    "__address__",
    "__scheme__",
    "__metrics_path__",
    "__param_target",
    "__name__",
    "__scrape_interval__",
    "__scrape_timeout__",
    "__metricsinfra_scrape_job",
    "__meta_x",
    "__tmp",
    "pro\u200bject",
    "project ",
    "a-b",
    "",
  ].map(label),
  ...["a b", "a[]", "match[]", "a}", "é", "", "a\nb"].map(param),
  with_("refused", "a path that leads to another", () => ({ metricsPath: "/metrics?target=x" })),
  with_("refused", "a path with a host in it", () => ({ metricsPath: "@127.0.0.1/" })),
  with_("refused", "a path with a fragment", () => ({ metricsPath: "/metrics#x" })),
  with_("refused", "a path of two lines", () => ({ metricsPath: "/metrics HTTP/1.1\r\nHost: 127.0.0.1" })),
  with_("refused", "a path with an escape", () => ({ metricsPath: "/%2e%2e/x" })),
  with_("refused", "a name that is a path", ({ marker }) => ({ name: `../../rules/${marker}` })),
  with_("refused", "the victim's name and a slash", ({ victim, marker }) => ({ name: `${victim.name}/${marker}` })),
  with_("refused", "a name with a line break", ({ marker }) => ({ name: `${marker}\n` })),
  with_("refused", "more often than allowed", () => ({ scrapeInterval: "10ms" })),
  with_("harmless", "a path that begins with two slashes", () => ({ metricsPath: "//metrics" })),
  with_("harmless", "a path with dots", () => ({ metricsPath: "/../metrics" })),
  with_("harmless", "a name that looks like a tier", ({ marker }) => ({ name: `metricsinfra-default-${marker}` })),
  with_("harmless", "a name of quotes and braces", ({ marker }) => ({ name: `"},{"${marker}` })),
  with_("harmless", "a machine that says it is the victim's", () => ({})),
  with_("harmless", "a label whose value is the victim's name", ({ victim, own: { exporter } }) => ({
    staticTargets: [
      { host: exporter.host, port: exporter.port, labels: { exported_project: victim.name, owner: victim.name } },
    ],
  })),
  with_("harmless", "a discovery of every machine", () => ({ openstackDiscovery: { port: 9100, nameRegex: ".*" } })),
  with_("refused", "a discovery with a pattern that is none", () => ({
    openstackDiscovery: { port: 9100, nameRegex: "(" },
  })),
  [
    "refused",
    "one's own job turned to our Prometheus",
    (attack) =>
      attack.call("scrapeJobUpdate", {
        id: attack.own.ids.job,
        input: { staticTargets: [{ host: "127.0.0.1", port: attack.arena.stack.prometheus.port }] },
      }),
  ],
  with_("refused", "a credential of two lines", () => ({ scheme: "HTTPS", credentials: { bearerToken: "a\r\nX: y" } })),
  with_("refused", "two kinds of credentials", () => ({
    scheme: "HTTPS",
    credentials: { bearerToken: "x", basicAuth: { username: "x", password: "y" } },
  })),
  with_("refused", "a credential that all may read on its way", () => ({ credentials: { bearerToken: "x" } })),
  with_("refused", "a credential that is kept somewhere", () => ({
    scheme: "HTTPS",
    credentials: { secretId: "sec_01h455vb4pex5vsknk084sn02q" },
  })),
  [
    "refused",
    "the victim's credentials sent to oneself",
    (attack) =>
      attack.call("scrapeJobUpdate", {
        id: attack.victim.ids.job,
        input: { staticTargets: [{ host: attack.own.exporter.host, port: attack.own.exporter.port }] },
      }),
  ],
]);
