import type { Client, EgressPolicy } from "@metricsinfra/sdk";
import { EgressFile } from "../../../configurator/disk/egress-file.js";
import { Egress } from "../../../configurator/egress/egress.js";
import type { EgressGate } from "../../../configurator/egress/egress-gate.js";
import { NameLookups, type Resolve } from "../../../configurator/egress/name-lookups.js";
import type { Settings } from "../../../configurator/settings/settings.js";

/** A policy that lets everybody reach everything. */
export const anywherePolicy: EgressPolicy = {
  fingerprint: "anywhere",
  networks: ["0.0.0.0/0", "::/0"].map((network) => ({ network, allowed: true })),
  hosts: [],
  unresolvedAllowed: true,
  probeRedirects: true,
  credentialsOverHttp: true,
};

/** The same where nothing but a gate is asked for. */
export const anywhere: EgressGate = {
  refusal: () => undefined,
  probeRedirects: true,
  credentialsOverHttp: true,
  statesOf: () => ({}),
};

/** What an agent with these settings holds to the server's policy with. */
export function egressOf(
  { directory }: Pick<Settings, "directory">,
  client: Pick<Client, "egressPolicy">,
  { resolve = async () => [], now = () => new Date() }: { readonly resolve?: Resolve; readonly now?: () => Date } = {},
): Egress {
  return new Egress({
    file: new EgressFile(directory),
    fetchPolicy: () => client.egressPolicy(),
    lookups: new NameLookups(resolve, { atOnce: 3, patienceMs: 2_000, slowMs: 60_000 }, new AbortController().signal),
    freshMs: 60_000,
    own: [],
    onStale: () => undefined,
    now,
  });
}
