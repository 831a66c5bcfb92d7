import { embeddedIpv4 } from "./embedded-ipv4.js";
import { type AddressBytes, contains, formatNetwork, type Network, networkOf, parseAddress } from "./ip-network.js";

/** One line of the policy: whether the addresses of a network may be reached. */
export interface NetworkRule {
  readonly network: string;
  readonly allowed: boolean;
}

/** What holds without any settings. Those of a cloud's metadata stand by themselves, so that no wider network opens them. */
const builtIn = {
  allowed: ["0.0.0.0/0", "2000::/3", "64:ff9b::/96"],
  refused: [
    "0.0.0.0/8, ::/128", // unspecified, "this network"
    "127.0.0.0/8, ::1/128", // loopback
    "169.254.0.0/16, fe80::/10, fec0::/10", // link-local, and the site-local of old
    "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7", // private
    "169.254.169.254, fe80::a9fe:a9fe, fd00:ec2::254, fd20:ce::254", // metadata of OpenStack, AWS, Google and others
    "169.254.170.2, 100.100.100.200, 192.0.0.192, 168.63.129.16", // metadata of ECS, Alibaba, Oracle and Azure
    "224.0.0.0/4, ff00::/8, 255.255.255.255", // multicast, broadcast
    "192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32, 3fff::/20", // documentation
    "192.0.0.0/24, 192.88.99.0/24, 198.18.0.0/15, 240.0.0.0/4", // reserved, benchmarks
    "::/0, 100::/64, 64:ff9b:1::/48, 2001::/23", // not assigned, discarded, NAT64 and tunnels of one's own
  ].flatMap((networks) => networks.split(", ")),
} as const;

/**
 * Which addresses tenants may reach. The rule: the smallest network that holds the address decides; where the settings name
 * a network that is built in, the settings count; where they both allow and refuse one, it is refused. An IPv6 address that
 * holds an IPv4 address (NAT64, 6to4, Teredo, ISATAP and the like) is allowed only if that one is too.
 */
export class AddressPolicy {
  /** All lines, the built-in ones included, no network twice, smallest networks first. */
  readonly rules: readonly NetworkRule[];
  readonly #lines: readonly (Network & { readonly allowed: boolean })[];

  constructor(allowedNetworks: readonly string[] = [], refusedNetworks: readonly string[] = []) {
    const allowed = new Map<string, boolean>();
    // Of the same network the last line counts.
    for (const text of builtIn.allowed) allowed.set(spelled(text), true);
    for (const text of builtIn.refused) allowed.set(spelled(text), false);
    for (const text of allowedNetworks) allowed.set(spelled(text), true);
    for (const text of refusedNetworks) allowed.set(spelled(text), false);
    this.#lines = [...allowed]
      .map(([network, isAllowed]) => ({ ...networkOf(network), allowed: isAllowed }))
      .toSorted((a, b) => b.prefixLength - a.prefixLength);
    this.rules = this.#lines.map((line) => ({ network: formatNetwork(line), allowed: line.allowed }));
  }

  /** Whether an address may be reached; what is no address may not. */
  allows(address: string): boolean {
    const bytes = parseAddress(address);
    return bytes !== null && [bytes, ...embeddedIpv4(bytes)].every((each) => this.#allowsBytes(each));
  }

  #allowsBytes(bytes: AddressBytes): boolean {
    return this.#lines.find((line) => contains(line, bytes))?.allowed ?? false;
  }
}

function spelled(text: string): string {
  return formatNetwork(networkOf(text));
}
