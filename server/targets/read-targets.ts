import { normaliseHost } from "../core/address.js";
import type { OpenstackDiscoveryInput, StaticTargetInput } from "./scrape-job-input.js";
import type { OpenstackDiscovery, StaticTarget } from "./static-target.js";

/** The targets that an input means, each host in its one spelling; their values are not checked yet. */
export function readStaticTargets(inputs: readonly StaticTargetInput[]): readonly StaticTarget[] {
  return inputs.map(({ host, port, labels }) => ({
    host: normaliseHost(host) ?? host,
    port: port ?? null,
    labels: labels ?? {},
  }));
}

/** The discovery that an input means; its values are not checked yet. */
export function readOpenstackDiscovery({ port, nameRegex }: OpenstackDiscoveryInput): OpenstackDiscovery {
  return { port, nameRegex: nameRegex ?? null };
}
