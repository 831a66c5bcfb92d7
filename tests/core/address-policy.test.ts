import { describe, expect, test } from "vitest";
import { normaliseHost } from "../../server/core/address.js";
import { AddressPolicy } from "../../server/core/address-policy.js";
import { formatNetwork, parseAddress, parseNetwork } from "../../server/core/ip-network.js";
import { Random } from "../rules/random.js";

const policy = new AddressPolicy();
const verdicts = (addresses: readonly string[], one = policy) => addresses.map((each) => [each, one.allows(each)]);
const all = (addresses: readonly string[], allowed: boolean) => addresses.map((each) => [each, allowed]);

const classes: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1"],
  unspecified: ["0.0.0.0", "0.1.2.3", "::", "::0.0.0.0"],
  "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1"],
  "the metadata of a cloud": [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::a9fe:a9fe",
  ],
  private: [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "fc00::1",
    "fdff::1",
  ],
  "multicast or broadcast": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
  "reserved or for documentation": [
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "2001:db8::1",
    "2001:2::1",
    "3fff::1",
    "100::1",
    "64:ff9b:1::1",
    "4000::1",
    "5f00::1",
    "1::1",
  ],
};
const open = ["1.1.1.1", "9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "169.253.0.1"];
const openIpv6 = ["2606:4700:4700::1111", "2a00::1", "64:ff9b::1.1.1.1", "2002:101:101::1"];

describe("an address", () => {
  test.each(Object.entries(classes))("that is %s is refused", (_name, addresses) => {
    expect(verdicts(addresses)).toEqual(all(addresses, false));
  });

  test("of the public net is allowed", () => {
    expect(verdicts([...open, ...openIpv6])).toEqual(all([...open, ...openIpv6], true));
  });

  test("in another spelling than the usual one is none, and refused; as a host it is none either", () => {
    const spellings = (last: readonly string[]) => [
      "127.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "0x7f.0.0.1",
      ...last,
    ];
    const texts = spellings(["127.0.0.01", "127.0.0.1.", "127.0.0", "0x7f.1", "1.1", "256.1.1.1", "::1::", "1:2", ""]);
    expect(verdicts(texts)).toEqual(all(texts, false));
    expect(texts.map((text) => [text, normaliseHost(text)])).toEqual(texts.map((text) => [text, null]));
    for (const text of [
      "١٢٧.٠.٠.١",
      "127。0。0。1",
      "[::1]",
      "127.0.0.1%lo",
      "::1%a%b",
      " 127.0.0.1",
      "http://1.1.1.1",
    ]) {
      expect([text, parseAddress(text)]).toEqual([text, null]);
    }
  });
});

/** Every way of ours to write an IPv4 address into an IPv6 one. */
const forms: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  mapped: (bytes) => `::ffff:${bytes.join(".")}`,
  "mapped, in hexadecimal": (bytes) => `::ffff:${words(bytes)}`,
  "mapped, in full": (bytes) => `0:0:0:0:0:FFFF:${words(bytes)}`,
  compatible: (bytes) => `::${words(bytes)}`,
  translated: (bytes) => `::ffff:0:${words(bytes)}`,
  NAT64: (bytes) => `64:ff9b::${words(bytes)}`,
  "6to4": (bytes) => `2002:${words(bytes)}::1`,
  "Teredo's server": (bytes) => `2001:0:${words(bytes)}:0:ffff:fefe:fefe`,
  "Teredo's client": (bytes) => `2001:0:101:101:0:ffff:${words(bytes.map((byte) => byte ^ 0xff))}`,
  ISATAP: (bytes) => `2a00:1:2:3:0:5efe:${words(bytes)}`,
  "ISATAP, of a public address": (bytes) => `2a00:1:2:3:200:5efe:${words(bytes)}`,
};

function words(bytes: readonly number[]): string {
  const word = (index: number) => (((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16);
  return `${word(0)}:${word(2)}`;
}

const randomBytes = (random: Random, length: number) => Array.from({ length }, () => random.below(256));

describe("an IPv4 address within an IPv6 one", () => {
  // The tunnels' and translators' own networks opened, only the address inside decides.
  const opened = new AddressPolicy(["::/0", "::/96", "::ffff:0:0:0/96", "2001::/23"]);

  test.each(Object.entries(forms))("is found where it is %s, whichever it is", (_name, form) => {
    const random = new Random(64);
    const seen = { allowed: 0, refused: 0 };
    for (let round = 0; round < 5_000; round++) {
      const bytes = randomBytes(random, 4);
      // Half of them from around the networks that are refused.
      const near = random.pick(
        Object.values(classes)
          .flat()
          .filter((each) => /^[\d.]+$/.test(each)),
      );
      if (random.chance(50)) bytes.splice(0, 2, ...near.split(".").slice(0, 2).map(Number));
      // Zeros in front make "compatible" another address: `::` and its neighbours.
      if (bytes[0] === 0 && bytes[1] === 0) continue;
      const isAllowed = policy.allows(bytes.join("."));
      seen[isAllowed ? "allowed" : "refused"]++;
      expect([form(bytes), opened.allows(form(bytes))]).toEqual([form(bytes), isAllowed]);
    }
    expect(seen.allowed).toBeGreaterThan(500);
    expect(seen.refused).toBeGreaterThan(500);
  });

  test("is not looked for where it is loopback's or nobody's", () => {
    expect(new AddressPolicy(["::1"]).allows("::1")).toBe(true);
    expect(new AddressPolicy(["::"]).allows("::")).toBe(true);
  });
});

describe("the settings", () => {
  test("open and close: the smallest network decides", () => {
    const one = new AddressPolicy(["10.0.0.0/8", "10.1.1.0/24"], ["10.1.0.0/16", "10.1.1.7", "8.8.8.8"]);
    expect(verdicts(["10.0.0.1", "10.1.0.1", "10.1.1.1", "10.1.1.7", "10.2.0.1", "8.8.8.8", "8.8.4.4"], one)).toEqual([
      ["10.0.0.1", true],
      ["10.1.0.1", false],
      ["10.1.1.1", true],
      ["10.1.1.7", false],
      ["10.2.0.1", true],
      ["8.8.8.8", false],
      ["8.8.4.4", true],
    ]);
  });

  test("refuse what they both allow and refuse, however it is written", () => {
    const both = new AddressPolicy(["10.0.0.0/8", "fd00::/8"], ["10.99.0.1/8", "fd00:0::1/8"]);
    expect(verdicts(["10.0.0.1", "fd00::1"], both)).toEqual(all(["10.0.0.1", "fd00::1"], false));
    expect(new AddressPolicy(["::ffff:10.0.0.0/104"]).allows("10.1.2.3")).toBe(true);
  });

  test("open no cloud's metadata by a wider network, and loopback by none but its own", () => {
    const wide = new AddressPolicy(["0.0.0.0/0", "::/0", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"]);
    const metadata = classes["the metadata of a cloud"] ?? [];
    expect(verdicts([...metadata, "127.0.0.1", "::1"], wide)).toEqual(all([...metadata, "127.0.0.1", "::1"], false));
    expect(verdicts(["169.254.1.1", "100.64.0.1", "fc00::1"], wide)).toEqual(
      all(["169.254.1.1", "100.64.0.1", "fc00::1"], true),
    );
    expect(new AddressPolicy(["169.254.169.254"]).allows("169.254.169.254")).toBe(true);
  });

  test("decide as a comparison bit by bit does, whatever they hold", () => {
    const random = new Random(128);
    for (let round = 0; round < 300; round++) {
      const network = () => {
        const isIpv4 = random.chance(50);
        const bytes = isIpv4
          ? [10, random.below(4), random.below(4), random.below(4)]
          : [0x2a, 0, ...Array(13).fill(0), random.below(4)];
        return formatNetwork({ bytes: [...bytes], prefixLength: random.below(isIpv4 ? 33 : 129) });
      };
      const lists = [Array.from({ length: 5 }, network), Array.from({ length: 5 }, network)] as const;
      const one = new AddressPolicy(...lists);
      for (const address of [
        `10.${random.below(4)}.${random.below(4)}.${random.below(4)}`,
        `2a00::${random.below(4)}`,
      ]) {
        const [widest] = one.rules
          .filter(
            (rule) =>
              bitsOf(address).startsWith(prefixOf(rule.network)) &&
              rule.network.includes(":") === address.includes(":"),
          )
          .toSorted((a, b) => lengthOf(b.network) - lengthOf(a.network));
        expect([lists, address, one.allows(address)]).toEqual([lists, address, widest?.allowed]);
      }
      const named = [
        ...lists[1].map((text) => [text, false] as const),
        ...lists[0].map((text) => [text, true] as const),
      ];
      for (const [text, isAllowed] of named) {
        const spelled = spelling(text);
        const expected = lists[1].map(spelling).includes(spelled) ? false : isAllowed;
        expect(one.rules.find(({ network }) => network === spelled)).toEqual({ network: spelled, allowed: expected });
      }
    }
  });

  test("hold no network twice, and say of each built-in one whether it is allowed", () => {
    const networks = policy.rules.map(({ network }) => network);
    expect(new Set(networks).size).toBe(networks.length);
    expect(policy.rules.filter(({ allowed }) => allowed).map(({ network }) => network)).toEqual([
      "64:ff9b::/96",
      "2000::/3",
      "0.0.0.0/0",
    ]);
    expect(policy.rules.length).toBeGreaterThan(35);
  });
});

describe("a network", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3", "10.1.2.3/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["10.255.255.255/9", "10.128.0.0/9"],
    ["2001:DB8::1/33", "2001:db8::/33"],
    ["::1", "::1/128"],
    ["::/0", "::/0"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
  ])("%s is spelled %s", (text, spelled) => expect(spelling(text)).toBe(spelled));

  test.each([
    "10/8",
    "10.0.0/8",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "::/129",
    "::ffff:0.0.0.0/95",
    "fe80::1%eth0/64",
    "/8",
    "",
    "10.0.0.0/8/8",
    "a/8",
  ])("%j is none", (text) => expect(parseNetwork(text)).toBeNull());
});

function spelling(text: string): string {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network`);
  return formatNetwork(network);
}

const bitsOf = (address: string) =>
  (parseAddress(address) ?? []).map((byte) => byte.toString(2).padStart(8, "0")).join("");
const lengthOf = (network: string) => Number(network.split("/")[1]);
const prefixOf = (network: string) => bitsOf(network.split("/")[0] ?? "").slice(0, lengthOf(network));
