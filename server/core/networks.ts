import ipaddr from "ipaddr.js";
import { z } from "zod";

/** A setting that names a network: an address, or an address with the number of bits that count, such as 192.0.2.0/24. */
export const networkSetting = z
  .string()
  .refine((text) => ipaddr.isValidCIDR(text) || ipaddr.isValid(text), "An address, or a network such as 192.0.2.0/24.");

/** A list of networks, each as `networkSetting` has it. */
export class Networks {
  readonly #ranges: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];

  constructor(networks: readonly string[]) {
    this.#ranges = networks.map(rangeOf);
  }

  /** Whether the address, as the kernel or a person writes it, lies in one of them; what is no address does not. */
  contains(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const one = ipaddr.process(address);
    return this.#ranges.some(([network, bits]) => one.kind() === network.kind() && one.match(network, bits));
  }
}

/** IPv4 networks that are mapped into IPv6 count as what they are: a socket may show either form of an address. */
function rangeOf(network: string): readonly [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!ipaddr.isValidCIDR(network)) {
    const address = ipaddr.process(network);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  }
  const [address, bits] = ipaddr.parseCIDR(network);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
}
