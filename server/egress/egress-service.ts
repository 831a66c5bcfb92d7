import { createHash } from "node:crypto";
import type { Caller, RequestFacts } from "../access/caller.js";
import type { HostLookups, RequestLookups } from "../clients/host-lookups.js";
import { normaliseHost } from "../core/address.js";
import { EgressRules, type EgressSettings, type EgressUse } from "../core/egress-rules.js";
import type { UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import type { EgressPolicy } from "./egress-policy.js";

/** The part of the settings about where tenants' config may point. */
export interface EgressOptions extends EgressSettings {
  readonly unresolved: "accept" | "refuse";
  readonly probeRedirects: boolean;
  readonly credentialsOverHttp: boolean;
}

/** A host that an input names, and where. */
export interface NamedHost {
  readonly host: string;
  readonly path: readonly string[];
}

/** Where tenants' config may point: each host that a tenant names passes here before it is stored. */
export class EgressService {
  readonly #rules: EgressRules;
  readonly #policy: EgressPolicy;
  readonly #lookups = new WeakMap<RequestFacts, RequestLookups>();

  constructor(
    private readonly options: EgressOptions,
    private readonly lookups: HostLookups,
    private readonly projects: ProjectService,
  ) {
    this.#rules = new EgressRules(options);
    this.#policy = policyOf(options, this.#rules);
  }

  /** The whole policy: agents judge by it again, because names move. */
  policy(caller: Caller): EgressPolicy {
    caller.require("egress.read");
    return this.#policy;
  }

  /**
   * Adds a mistake for each host that the project may not use. All are looked up before anything is told, and all refusals
   * read the same, so that nobody learns from them which addresses internal names have. A name that nobody could tell of in
   * time is not taken: whoever may be reached by it is not known. While the input holds other mistakes nobody is asked for
   * names: nothing would be stored anyway.
   */
  async check(
    caller: Caller,
    projectId: string,
    use: EgressUse,
    hosts: readonly NamedHost[],
    errors: UserErrors,
  ): Promise<void> {
    if (hosts.length === 0 || errors.any) return;
    const { name } = await this.projects.require(caller, projectId);
    await this.checkFor(caller, name, use, hosts, errors);
  }

  /** Like `check`, by the project's name: also for one that is about to be there again. */
  async checkFor(
    caller: Caller,
    project: string,
    use: EgressUse,
    hosts: readonly NamedHost[],
    errors: UserErrors,
  ): Promise<void> {
    if (hosts.length === 0 || errors.any) return;
    const named = hosts.flatMap(({ host, path }) => {
      const one = normaliseHost(host);
      return one === null ? [] : [{ host: one, path, verdict: this.#rules.judge(project, use, one) }];
    });
    const names = named.flatMap(({ host, verdict }) => (verdict === "RESOLVE" ? [host] : []));
    const found = await this.#lookupsOf(caller).addressesOf(names, project);
    for (const { host, path, verdict } of named) {
      const addresses = found.get(host);
      if (verdict === "RESOLVE" && addresses === undefined) errors.add("INVALID", tooLate, path);
      else if (verdict === "REFUSED" || !this.#allows(addresses)) errors.add("INVALID", refusal, path);
    }
  }

  /** Says why HTTP probes may not follow redirects, or null: they lead wherever the target says, unchecked. */
  get refusesRedirects(): string | null {
    if (this.options.probeRedirects) return null;
    return "Redirects are not followed here, since they could lead anywhere. Probe the address that they lead to.";
  }

  /** Whether scrapes and probes may say who they are in the clear. */
  get credentialsOverHttp(): boolean {
    return this.options.credentialsOverHttp;
  }

  #allows(addresses: readonly string[] | undefined): boolean {
    return addresses?.length === 0 ? this.options.unresolved === "accept" : this.#rules.allowsAll(addresses ?? []);
  }

  #lookupsOf({ request }: Caller): RequestLookups {
    const lookups = this.#lookups.get(request) ?? this.lookups.ofOneRequest();
    this.#lookups.set(request, lookups);
    return lookups;
  }
}

const refusal = "Projects may not reach this host, by the policy of the operators. Ask them if you need it.";
const tooLate = "This host could not be looked up in time. Try again in a moment.";

function policyOf(options: EgressOptions, { addresses }: EgressRules): EgressPolicy {
  const { hosts, unresolved, probeRedirects, credentialsOverHttp } = options;
  const unresolvedAllowed = unresolved === "accept";
  const policy = { networks: addresses.rules, hosts, unresolvedAllowed, probeRedirects, credentialsOverHttp };
  return { ...policy, fingerprint: createHash("sha256").update(JSON.stringify(policy)).digest("hex").slice(0, 32) };
}
