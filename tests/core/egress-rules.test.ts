import { describe, expect, test } from "vitest";
import { EgressRules, type EgressUse, type HostRule } from "../../server/core/egress-rules.js";

const rule = (overrides: Partial<HostRule>): HostRule => ({
  projects: "*",
  uses: ["TARGETS", "CONTACTS"],
  names: [],
  addresses: true,
  ...overrides,
});
const rulesOf = (...hosts: readonly Partial<HostRule>[]) =>
  new EgressRules({ allowedNetworks: [], refusedNetworks: [], hosts: hosts.map(rule) });
const judged = (rules: EgressRules, hosts: readonly string[], project = "web", use: EgressUse = "TARGETS") =>
  Object.fromEntries(hosts.map((host) => [host, rules.judge(project, use, host)]));

test("without patterns any name of public DNS may be used, if its addresses may; addresses go by their networks", () => {
  expect(
    judged(rulesOf(), [
      "example.org",
      "a.b.example.org",
      "EXAMPLE.org",
      "localhost",
      "LOCALHOST",
      "a.localhost",
      "a.b.local",
      "db1",
      "local",
      "com",
      "metadata.google.internal",
      "notlocalhost.org",
      "localhost.example.org",
      "1.1.1.1",
      "[2606:4700:4700::1111]",
      "127.0.0.1",
      "[::ffff:127.0.0.1]",
      "a b",
      "127.1",
      "example.org.",
      "",
    ]),
  ).toEqual({
    "example.org": "RESOLVE",
    "a.b.example.org": "RESOLVE",
    "EXAMPLE.org": "RESOLVE",
    localhost: "REFUSED",
    LOCALHOST: "REFUSED",
    "a.localhost": "REFUSED",
    "a.b.local": "REFUSED",
    db1: "REFUSED",
    local: "REFUSED",
    com: "REFUSED",
    "metadata.google.internal": "RESOLVE",
    "notlocalhost.org": "RESOLVE",
    "localhost.example.org": "RESOLVE",
    "1.1.1.1": "ALLOWED",
    "[2606:4700:4700::1111]": "ALLOWED",
    "127.0.0.1": "REFUSED",
    "[::ffff:127.0.0.1]": "REFUSED",
    "a b": "REFUSED",
    "127.1": "REFUSED",
    "example.org.": "REFUSED",
    "": "REFUSED",
  });
});

describe("patterns", () => {
  const rules = rulesOf(
    { names: ["*.{name}.cloud.example", "Status.example.com"] },
    { projects: "web-*", names: ["cdn.example.net"] },
    { uses: ["CONTACTS"], names: ["*.slack.com", "localhost"] },
  );

  test("hold a project to its own names, whatever the case, and to no less than the whole name", () => {
    const hosts = ["a.web.cloud.example", "A.b.WEB.cloud.example", "status.example.com"];
    const others = [
      "web.cloud.example",
      "a.db.cloud.example",
      "a.web.cloud.example.org",
      "aXweb.cloud.example",
      "xstatus.example.com",
      "example.org",
      "hooks.slack.com",
      "localhost",
    ];
    expect(judged(rules, [...hosts, ...others])).toEqual({
      ...Object.fromEntries(hosts.map((host) => [host, "RESOLVE"])),
      ...Object.fromEntries(others.map((host) => [host, "REFUSED"])),
    });
  });

  test("of all entries that are about a project count together", () => {
    expect(judged(rules, ["cdn.example.net", "status.example.com"], "web-1")).toEqual({
      "cdn.example.net": "RESOLVE",
      "status.example.com": "RESOLVE",
    });
    expect(judged(rules, ["cdn.example.net"], "web")).toEqual({ "cdn.example.net": "REFUSED" });
    expect(judged(rules, ["cdn.example.net"], "web-")).toEqual({ "cdn.example.net": "REFUSED" });
  });

  test("are for the uses that they name, and may name hosts that are refused without", () => {
    expect(judged(rules, ["hooks.slack.com", "localhost", "a.web.cloud.example"], "web", "CONTACTS")).toEqual({
      "hooks.slack.com": "RESOLVE",
      localhost: "RESOLVE",
      "a.web.cloud.example": "RESOLVE",
    });
    const targetsOnly = rulesOf({ uses: ["TARGETS"], names: ["*.example.org"] });
    expect(targetsOnly.judge("web", "CONTACTS", "example.com")).toBe("RESOLVE");
  });

  test("of no name at all leave addresses, unless those are refused too", () => {
    expect(judged(rulesOf({}), ["example.org", "1.1.1.1"])).toEqual({ "example.org": "REFUSED", "1.1.1.1": "ALLOWED" });
    const names = rulesOf({ names: ["*"] }, { projects: "web", addresses: false });
    expect(judged(names, ["localhost", "a.local", "1.1.1.1"])).toEqual({
      localhost: "RESOLVE",
      "a.local": "RESOLVE",
      "1.1.1.1": "REFUSED",
    });
    expect(judged(names, ["1.1.1.1", "10.0.0.1"], "db")).toEqual({ "1.1.1.1": "ALLOWED", "10.0.0.1": "REFUSED" });
  });

  test("mean their dots and signs, and no more", () => {
    const signs = rulesOf({ names: ["a.b", "x-*y.example"] });
    expect(judged(signs, ["a.b", "axb", "x-1y.example", "x-y.example", "x-1yzexample"])).toEqual({
      "a.b": "RESOLVE",
      axb: "REFUSED",
      "x-1y.example": "RESOLVE",
      "x-y.example": "REFUSED",
      "x-1yzexample": "REFUSED",
    });
  });
});

test("a name may be used if not one of its addresses is refused", () => {
  const rules = rulesOf();
  expect(rules.allowsAll(["1.1.1.1", "2606:4700::1111"])).toBe(true);
  expect(rules.allowsAll(["1.1.1.1", "10.0.0.1"])).toBe(false);
  expect(rules.allowsAll(["1.1.1.1", "fe80::1%2"])).toBe(false);
  expect(rules.allowsAll(["nonsense"])).toBe(false);
});
