import { normaliseHost } from "./address.js";
import { AddressPolicy } from "./address-policy.js";
import { parseAddress } from "./ip-network.js";

/** What a tenant names a host for: to have it scraped or probed, or to be told of alerts there. */
export type EgressUse = "TARGETS" | "CONTACTS";

/** Which names some projects may use. */
export interface HostRule {
  /** The names of the projects that it is for; `*` stands for any text. */
  readonly projects: string;
  readonly uses: readonly EgressUse[];
  /** The names of hosts; `*` stands for any text, `{name}` for the project's name. */
  readonly names: readonly string[];
  /** Whether these projects may name hosts by their IP addresses too. */
  readonly addresses: boolean;
}

/** What the settings say about where tenants' config may point. */
export interface EgressSettings {
  readonly allowedNetworks: readonly string[];
  readonly refusedNetworks: readonly string[];
  readonly hosts: readonly HostRule[];
}

/** What is to be done with a host: some names are only known once their addresses are. */
export type EgressVerdict = "ALLOWED" | "REFUSED" | "RESOLVE";

/**
 * Where tenants' config may point. An IP address is judged by its network. A name must match one of the project's patterns
 * if there are any for that use, or else be a name of public DNS; and then each of its addresses is judged like an address.
 */
export class EgressRules {
  readonly addresses: AddressPolicy;

  constructor(readonly settings: EgressSettings) {
    this.addresses = new AddressPolicy(settings.allowedNetworks, settings.refusedNetworks);
  }

  /** Judges a host that the project of that name wants to use; what is no host is refused. */
  judge(project: string, use: EgressUse, text: string): EgressVerdict {
    const host = normaliseHost(text);
    if (host === null) return "REFUSED";
    const rules = this.settings.hosts.filter((rule) => rule.uses.includes(use) && matches(rule.projects, project));
    if (parseAddress(host) !== null) {
      return rules.every(({ addresses }) => addresses) && this.addresses.allows(host) ? "ALLOWED" : "REFUSED";
    }
    const names = rules.flatMap((rule) => rule.names);
    const named = rules.length === 0 ? !isLocalName(host) : names.some((name) => matches(name, host, project));
    return named ? "RESOLVE" : "REFUSED";
  }

  /** Whether a name with these addresses may be used: one that is refused among them is enough to refuse it. */
  allowsAll(addresses: readonly string[]): boolean {
    return addresses.every((address) => this.addresses.allows(address));
  }
}

/** Names that mean another host on each machine: of one label (a search domain is added), localhost, multicast DNS. */
function isLocalName(name: string): boolean {
  return !name.includes(".") || /\.(localhost|local)$/.test(name);
}

function matches(pattern: string, text: string, project = ""): boolean {
  const parts = pattern.toLowerCase().replaceAll("{name}", project).split("*");
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join(".+")}$`).test(text);
}
