import { describe, expect, test } from "vitest";
import { AddressRules } from "../../configurator/egress/address-rules.js";
import { Policy } from "../../configurator/egress/policy.js";
import { hostOfAuthority, hostOfUrl } from "../../configurator/render/host-of-url.js";
import { isHost } from "../../configurator/render/names.js";
import { normaliseHost, hostOfUrl as serversHostOfUrl } from "../../server/core/address.js";
import { AddressPolicy } from "../../server/core/address-policy.js";
import { EgressRules, type EgressSettings, type EgressUse } from "../../server/core/egress-rules.js";
import { Random } from "../rules/random.js";

const words = (bytes: readonly number[]) =>
  Array.from({ length: bytes.length / 2 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  ).join(":");
const bytes = (random: Random, length: number) => Array.from({ length }, () => random.below(256));

/** Addresses of every kind that there is, most of them where something is decided. */
function anAddress(random: Random): string {
  const ipv4 = random.chance(50)
    ? bytes(random, 4)
    : [
        ...random.pick([
          [10],
          [127],
          [169, 254],
          [169, 254, 169, 254],
          [172, 16],
          [100, 64],
          [192, 168],
          [0],
          [224],
          [8, 8],
        ]),
        ...bytes(random, 4),
      ].slice(0, 4);
  const inside = words(ipv4);
  return random.pick([
    () => ipv4.join("."),
    () => `::ffff:${ipv4.join(".")}`,
    () => `::ffff:0:${inside}`,
    () => `::${inside}`,
    () => `64:ff9b::${inside}`,
    () => `64:ff9b:1::${inside}`,
    () => `2002:${inside}::1`,
    () => `2001:0:${words(bytes(random, 4))}:0:ffff:${inside}`,
    () => `2a00::5efe:${inside}`,
    () => `2a00::200:5efe:${inside}`,
    () => words([random.pick([0x20, 0x2a, 0xfc, 0xfd, 0xfe, 0xff, 0, 1]), ...bytes(random, 15)]),
    () => random.pick(["::", "::1", "fe80::1", "fd00:ec2::254", "2001:db8::1", "3fff::1"]),
  ])();
}

test("an address is judged as the server judges it, though by other code", () => {
  const random = new Random(7);
  const lists = [
    [[], []],
    [
      ["10.0.0.0/8", "127.0.0.0/8", "::1/128", "fd00::/8"],
      ["10.1.0.0/16", "8.8.8.0/24", "2a00::/32"],
    ],
    [["0.0.0.0/0", "::/0", "2001::/23", "::/96", "64:ff9b:1::/48"], ["192.168.0.0/16"]],
  ] as const;
  const seen = { true: 0, false: 0 };
  for (const [allowed, refused] of lists) {
    const server = new AddressPolicy(allowed, refused);
    const agent = new AddressRules(server.rules);
    for (let round = 0; round < 20_000; round++) {
      const address = anAddress(random);
      const verdict = server.allows(address);
      seen[`${verdict}`]++;
      if (agent.allows(address) !== verdict) expect.fail(`${address} is ${verdict ? "" : "not "}allowed by the server`);
    }
  }
  expect(seen.true).toBeGreaterThan(5_000);
  expect(seen.false).toBeGreaterThan(5_000);
});

test("what no network holds may not be reached: a policy that says nothing opens nothing", () => {
  const nothing = new AddressRules([]);
  expect([nothing.allows("1.1.1.1"), nothing.allows("2a00::1")]).toEqual([false, false]);
  expect(() => new AddressRules([{ network: "everything", allowed: true }])).toThrow();
});

test("a host is judged as the server judges it, names and patterns too", () => {
  const hosts: EgressSettings["hosts"] = [
    { projects: "web-*", uses: ["TARGETS"], names: ["*.{name}.example", "x.y"], addresses: true },
    { projects: "web-1", uses: ["TARGETS", "CONTACTS"], names: ["*"], addresses: false },
    { projects: "*-db", uses: ["CONTACTS"], names: [], addresses: true },
  ];
  const settings = { allowedNetworks: ["10.0.0.0/8"], refusedNetworks: [], hosts };
  const server = new EgressRules(settings);
  const agent = policyOf(settings);
  const names = [
    "a.web-1.example",
    "A.WEB-2.example",
    "web-2.example",
    "x.y",
    "xzy",
    "localhost",
    "a.localhost",
    "a.local",
    "db1",
  ];
  const texts = [
    ...names,
    "example.org",
    "1.1.1.1",
    "10.0.0.1",
    "127.0.0.1",
    "2a00::1",
    "::1",
    "127.1",
    "0x7f.1",
    "a b",
    "",
    "a.",
    "-",
  ];
  for (const project of ["web-1", "web-2", "web", "web-db", "other"]) {
    for (const use of ["TARGETS", "CONTACTS"] as EgressUse[]) {
      const judged = (one: Pick<EgressRules, "judge">) =>
        Object.fromEntries(texts.map((text) => [`${project} ${use} ${text}`, one.judge(project, use, text)]));
      expect(judged(agent)).toEqual(judged(server));
    }
  }
});

describe("a URL's host", () => {
  test.each([
    ["http://example.org", "example.org"],
    ["https://Example.org:8443/a/b?x=%20@y", "Example.org"],
    ["http://example.org?x", "example.org"],
    ["http://[::1]:80/", "::1"],
    ["http://127.0.0.1/", "127.0.0.1"],
  ])("of %s is %s", (url, host) => {
    expect(hostOfUrl(url)).toBe(host);
    expect(serversHostOfUrl(url)).toBe(host.toLowerCase());
  });

  test.each([
    "file:///etc/passwd",
    "http://",
    "http:///x",
    "//example.org",
    "http://u:p@example.org/",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\.evil/",
    "http://example.org/#@127.0.0.1",
    "http://example.org /",
    "http://example.org/\r\nHost: x",
    "http://example.org/{{ .x }}",
    "http://éxample.org/",
    "http://example.org:80:80/",
    "http://[::1/",
    "HTTP://example.org",
    "javascript:alert(1)",
  ])("of %j is none, as it is not one URL to all who read it", (url) => {
    expect(hostOfUrl(url)).toBeUndefined();
    expect(serversHostOfUrl(url)).toBeNull();
  });

  test("of a Host header is what stands before the port", () => {
    const texts = [
      "a.example",
      "a.example:80",
      "[::1]:80",
      "[::1]",
      "::1",
      "a:80:80",
      "a/b",
      "a b",
      "u@a",
      "a\r\nb",
      "",
    ];
    expect(texts.map(hostOfAuthority)).toEqual(["a.example", "a.example", "::1", "::1", ...Array(7).fill(undefined)]);
  });
});

test("a host is a name or an address, and nothing that some read as an address", () => {
  for (const text of ["a", "a.example", "A_b.example", "127.0.0.1", "::1", "1a", "3com.com"])
    expect([text, isHost(text)]).toEqual([text, true]);
  for (const text of [
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "a.0x",
    "1.2.3",
    "a.",
    ".a",
    "a..b",
    "fe80::1%eth0",
    "[::1]",
    "a:80",
    "a b",
    "",
    "١.1.1.1",
    "1.1.1.1.",
    "x".repeat(254),
  ]) {
    expect([text, isHost(text)]).toEqual([text, false]);
    expect([text, normaliseHost(text)]).toEqual([text, text === "[::1]" ? "::1" : null]);
  }
});

function policyOf(settings: EgressSettings): Policy {
  return new Policy({
    fingerprint: "f",
    networks: new AddressPolicy(settings.allowedNetworks, settings.refusedNetworks).rules,
    hosts: settings.hosts,
    unresolvedAllowed: true,
    probeRedirects: false,
    credentialsOverHttp: false,
  });
}
