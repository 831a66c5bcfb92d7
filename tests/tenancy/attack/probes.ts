import type { Attack } from "./attack.js";
import { type Attempt, attempts, type Verdict } from "./attempt.js";

const probe =
  (input: (attack: Attack) => object, more: object = {}) =>
  (attack: Attack) => {
    const { exporter, ids } = attack.own;
    const staticTargets = [{ host: exporter.host, port: exporter.port }];
    return attack.call("scrapeJobCreate", {
      input: { project: ids.prj, name: attack.marker, staticTargets, probe: input(attack), ...more },
    });
  };
const http = (expected: Verdict, what: string, input: object) =>
  [expected, what, probe(() => ({ http: input }))] as const;
const header = (name: string, value = "x") =>
  http("refused", `the header ${JSON.stringify({ [name]: value })}`, { headers: { [name]: value } });

/** What the blackbox exporter is asked to send, and where to. */
export const probes: readonly Attempt[] = attempts("probes", [
  ...[
    "Host",
    "host",
    "HOST ",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Authorization",
    "authorization",
    "Proxy-Authorization",
    "Cookie",
    "Accept-Encoding",
    "X\r\nY",
    "X: y",
    "X Y",
    "",
    "{{ x }}",
    "é",
  ].map((name) => header(name)),
  ...["x\r\nHost: 127.0.0.1", "x\ny", "x\u0000", " x", "é", "{{ query `x` }}"].map((value) => header("X-A", value)),
  http("refused", "a header in two spellings", { headers: { "X-A": "1", "x-a": "2" } }),
  ...[
    "127.0.0.1",
    "localhost",
    "169.254.169.254",
    "127.0.0.1:9090",
    "a@127.0.0.1",
    "example.org\r\nX: y",
    "[::1]",
    "example.org/",
  ].map((text) => http("refused", `the host header ${JSON.stringify(text)}`, { hostHeader: text })),
  ...["x", "//a\r\nHost: b", "/a b", "/#a", "/\u0000", "@127.0.0.1/", "http://127.0.0.1/"].map((path) =>
    http("refused", `the path ${JSON.stringify(path)}`, { path }),
  ),
  http("refused", "redirects, that lead anywhere", { followRedirects: true }),
  http("refused", "a pattern that is none", { bodyMatches: "(" }),
  http("refused", "a pattern that only others know", { bodyMatches: "(?<=a)b" }),
  http("refused", "a status that is none", { validStatusCodes: [1] }),
  http("harmless", "a path that looks like another host", { path: "//127.0.0.1/x" }),
  http("harmless", "a path with a target of its own", { path: "/?target=127.0.0.1&module=x" }),
  http("harmless", "a pattern of quotes and braces", { bodyMatches: '"\\}\\n  modules: \\{' }),
  [
    "refused",
    "the parameters of the exporter",
    probe(() => ({ http: {} }), { params: { module: "x", target: "169.254.169.254" } }),
  ],
  [
    "refused",
    "a target that is ours",
    probe(() => ({ tcp: {} }), { staticTargets: [{ host: "127.0.0.1", port: 22 }] }),
  ],
  [
    "refused",
    "a ping of the metadata service",
    probe(() => ({ icmp: {} }), { staticTargets: [{ host: "169.254.169.254" }] }),
  ],
  ["refused", "two kinds at once", probe(() => ({ tcp: {}, icmp: {} }))],
  [
    "refused",
    "a name server that is ours",
    probe(() => ({ dns: { queryName: "example.org" } }), { staticTargets: [{ host: "127.0.0.53", port: 53 }] }),
  ],
  ["refused", "a DNS name of two lines", probe(() => ({ dns: { queryName: "a\nb" } }))],
  ["refused", "a DNS pattern that is none", probe(() => ({ dns: { queryName: "a", answerMatches: "(" } }))],
  ["harmless", "a job named as the victim's", probe(() => ({ tcp: {} }), { name: "own probe" })],
  [
    "refused",
    "a module name with the victim's name",
    (attack) => probe(() => ({ tcp: {} }), { name: `${attack.victim.name}/x` })(attack),
  ],
]);
