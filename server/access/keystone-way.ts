import { createHash } from "node:crypto";
import type { KeystoneClient } from "../clients/keystone-client.js";
import { RecentMap } from "../core/recent-map.js";
import type { Credentials } from "./credentials.js";
import { type Identity, type ProjectNames, principalOf } from "./identity.js";
import { type KeystoneRoleNames, keystoneRoles } from "./keystone-roles.js";
import type { Principal } from "./principal.js";
import type { GrantedRoles } from "./role-patterns.js";
import { isSecret } from "./secret.js";
import type { WayIn } from "./way-in.js";

/** Whom of Keystone's users to let in, as what, and how long to believe what Keystone said. */
export interface KeystoneOptions extends KeystoneRoleNames {
  /** Keystone's URL: within it a user's id is unique. */
  readonly url: string;
  /** The names of the domains whose users are let in; absent: all. */
  readonly domains?: readonly string[] | undefined;
  /** How long an answer is used again; never beyond the token's own end. */
  readonly cacheSeconds: number;
}

/** Who a token is of, with the roles by the projects' ids in OpenStack. */
interface Holder {
  readonly identity: Identity;
  readonly roles: GrantedRoles;
}

// Keystone's own tokens have some 200 characters, signed ones below 1,000; a longer one is not even asked about.
const tokens = /^[\x21-\x7e]{1,2048}$/;
const mostTokens = 10_000;
const refusalMs = 5_000;

/**
 * Tokens of OpenStack's Keystone, sent as `X-Auth-Token`. Keystone is asked once per token for all requests at the same
 * time, and again when its answer has got old: a role that was taken away there ends here with the answer.
 */
export class KeystoneWay implements WayIn {
  readonly #holders = new RecentMap<Holder>(mostTokens);
  /** Apart, so that guessed tokens push out no good ones. */
  readonly #refused = new RecentMap<true>(mostTokens);
  readonly #asked = new Map<string, Promise<Holder | null>>();

  /** @param projects finds living projects by their ids in OpenStack */
  constructor(
    private readonly client: KeystoneClient,
    private readonly projects: ProjectNames,
    private readonly options: KeystoneOptions,
    private readonly now: () => Date,
  ) {}

  async principalOf({ keystoneToken }: Credentials): Promise<Principal | "none" | "refused"> {
    if (keystoneToken === null) return "none";
    // A token of ours that was put into the wrong header is not shown to Keystone.
    if (!tokens.test(keystoneToken) || isSecret(keystoneToken)) return "refused";
    const holder = await this.#holderOf(keystoneToken);
    return holder === null ? "refused" : principalOf(holder.identity, holder.roles, this.projects);
  }

  async #holderOf(token: string): Promise<Holder | null> {
    const key = createHash("sha256").update(token).digest("base64");
    const nowMs = this.now().getTime();
    const known = this.#holders.get(key, nowMs);
    if (known !== undefined) return known;
    if (this.#refused.get(key, nowMs)) return null;
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const answer = this.#ask(token, key).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #ask(token: string, key: string): Promise<Holder | null> {
    const { url, domains, cacheSeconds } = this.options;
    const askedAtMs = this.now().getTime();
    const said = await this.client.tokenOf(token);
    if (said === null || (domains !== undefined && !domains.includes(said.domain))) {
      this.#refused.set(key, true, askedAtMs + refusalMs);
      return null;
    }
    const { userId, userName, domain, isDelegated, expiresAtMs } = said;
    // Who made a token for less did not mean to hand on the rest.
    const assignments = isDelegated ? null : await this.client.assignmentsOf(token, userId);
    const holder: Holder = {
      identity: { kind: "KEYSTONE", issuer: url, subject: userId, name: `${userName}@${domain}` },
      roles: keystoneRoles(said, assignments ?? [], this.options),
    };
    this.#holders.set(key, holder, Math.min(askedAtMs + cacheSeconds * 1_000, expiresAtMs));
    return holder;
  }
}
