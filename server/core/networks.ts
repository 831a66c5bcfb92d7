import { z } from "zod";
import { contains, type Network, networkOf, parseAddress, parseNetwork } from "./ip-network.js";

/** A setting that names a network: an address, or an address with the number of bits that count, such as 192.0.2.0/24. */
export const networkSetting = z
  .string()
  .refine((text) => parseNetwork(text) !== null, "An address, or a network such as 192.0.2.0/24.");

/** A list of networks, each as `networkSetting` has it. */
export class Networks {
  readonly #networks: readonly Network[];

  constructor(networks: readonly string[]) {
    this.#networks = networks.map(networkOf);
  }

  /** Whether the address, as the kernel or a person writes it, lies in one of them; what is no address does not. */
  contains(address: string): boolean {
    const bytes = parseAddress(address);
    return bytes !== null && this.#networks.some((network) => contains(network, bytes));
  }
}
