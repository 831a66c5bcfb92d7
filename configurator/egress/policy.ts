import type { EgressPolicy } from "@metricsinfra/sdk";
import { isHostName } from "../render/names.js";
import { AddressRules, readAddress } from "./address-rules.js";

/** What a project names a host for. */
export type EgressUse = EgressPolicy["hosts"][number]["uses"][number];

/** What is to be done with a host: a name is only judged once its addresses are known. */
export type Verdict = "ALLOWED" | "REFUSED" | "RESOLVE";

/** Where projects' config may point, as the server says: what was checked when it was written is checked again by this. */
export class Policy {
  readonly #addresses: AddressRules;

  /** Throws when it cannot be understood. */
  constructor(readonly source: EgressPolicy) {
    this.#addresses = new AddressRules(source.networks);
  }

  get fingerprint(): string {
    return this.source.fingerprint;
  }

  /** Judges a host that the project of that name uses. */
  judge(project: string, use: EgressUse, host: string): Verdict {
    const about = this.source.hosts.filter(({ projects, uses }) => uses.includes(use) && matches(projects, project));
    if (readAddress(host) !== undefined) {
      return about.every(({ addresses }) => addresses) && this.allowsAll([host]) ? "ALLOWED" : "REFUSED";
    }
    if (!isHostName(host)) return "REFUSED";
    const name = host.toLowerCase();
    const isNamed = about.some(({ names }) => names.some((pattern) => matches(pattern, name, project)));
    return (about.length === 0 ? isPublic(name) : isNamed) ? "RESOLVE" : "REFUSED";
  }

  /** Whether a host with these addresses may be used: all of them must be allowed. */
  allowsAll(addresses: readonly string[]): boolean {
    return addresses.every((address) => this.#addresses.allows(address));
  }
}

/** Whether a name means the same host on every machine: no single label, localhost or multicast DNS. */
function isPublic(name: string): boolean {
  return name.includes(".") && !name.endsWith(".localhost") && !name.endsWith(".local");
}

function matches(pattern: string, text: string, project = ""): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().replaceAll("{name}", project).split("*").map(escaped);
  return new RegExp(`^${[first, ...rest].join(".+")}$`).test(text);
}

function escaped(text: string): string {
  return text.replace(/[^a-z0-9_]/g, "\\$&");
}
