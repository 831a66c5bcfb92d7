import type { EgressPolicy } from "@metricsinfra/sdk";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Line {
  readonly network: [Address, number];
  readonly allowed: boolean;
}

/**
 * Which addresses may be reached, by the networks of the policy: the smallest that holds an address decides, and what none
 * holds may not be reached. An IPv4 address within an IPv6 one counts too: that is where the packets go.
 */
export class AddressRules {
  readonly #lines: readonly Line[];

  /** Throws when a network cannot be read. */
  constructor(networks: EgressPolicy["networks"]) {
    this.#lines = networks
      .map(({ network, allowed }): Line => ({ network: ipaddr.parseCIDR(network), allowed }))
      .toSorted((a, b) => b.network[1] - a.network[1]);
  }

  /** Whether an address may be reached; what is no address may not. */
  allows(text: string): boolean {
    const addresses = addressesBehind(text);
    return addresses.length > 0 && addresses.every((each) => this.#decide(each));
  }

  #decide(address: Address): boolean {
    const line = this.#lines.find(({ network }) => network[0].kind() === address.kind() && address.match(network));
    return line?.allowed ?? false;
  }
}

/** An address and those within it that packets to it may go to; none for what is no address. */
export function addressesBehind(text: string): readonly Address[] {
  const address = readAddress(text.replace(/%\w+$/, ""));
  return address === undefined ? [] : [address, ...inside(address)];
}

/** Reads an IPv4 address of four decimal parts, or an IPv6 address; undefined for anything else that some would take for one. */
export function readAddress(text: string): Address | undefined {
  const isAddress = text.includes(":") ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isAddress && !text.includes("%") ? ipaddr.process(text) : undefined;
}

/** The IPv4 addresses that an IPv6 address leads to by a translator or a tunnel. */
function inside(address: Address): readonly ipaddr.IPv4[] {
  if (address instanceof ipaddr.IPv4) return [];
  const at = (first: number, flip = 0) => {
    const words = address.parts.slice(first, first + 2).map((word) => word ^ flip);
    return new ipaddr.IPv4(words.flatMap((word) => [word >> 8, word & 0xff]));
  };
  const isIsatap = ((address.parts[4] ?? 0) & ~0x200) === 0 && address.parts[5] === 0x5efe;
  return [...embedded(address, at), ...(isIsatap ? [at(6)] : [])];
}

function embedded(address: ipaddr.IPv6, at: (first: number, flip?: number) => ipaddr.IPv4): readonly ipaddr.IPv4[] {
  const [first, second, third] = address.parts;
  switch (address.range()) {
    case "rfc6145":
    case "rfc6052":
      return [at(6)];
    case "6to4":
      return [at(1)];
    case "teredo":
      return [at(2), at(6, 0xffff)];
    default:
      // NAT64 of one's own (RFC 8215), and the "compatible" addresses of old.
      if (first === 0x64 && second === 0xff9b && third === 1) return [at(6)];
      return address.parts.slice(0, 6).every((word) => word === 0) && address.parts[6] !== 0 ? [at(6)] : [];
  }
}
