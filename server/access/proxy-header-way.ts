import type { Networks } from "../core/networks.js";
import { RecentMap } from "../core/recent-map.js";
import type { Credentials } from "./credentials.js";
import { type ProjectNames, principalOf } from "./identity.js";
import type { Principal } from "./principal.js";
import type { RolePatterns } from "./role-patterns.js";
import type { WayIn } from "./way-in.js";

/** Which headers of a proxy in front say who is asking, by their names in lower case, and from where they are believed. */
export interface ProxyHeaderOptions {
  readonly user: string;
  readonly groups: string;
  /** What people know the user by; absent: as the user. */
  readonly name?: string | undefined;
  /** Stands between two groups. */
  readonly separator: string;
  /** Where the proxies' connections come from. */
  readonly proxies: Networks;
}

const warningEveryMs = 60_000;
const mostPeers = 1_000;

/**
 * Headers in which a proxy in front tells whom it let in. They are believed from the listed addresses alone, by the
 * connection's own address; from any other they are passed over, and `onIgnored` is told of the address once a minute.
 */
export class ProxyHeaderWay implements WayIn {
  readonly #warned = new RecentMap<true>(mostPeers);

  constructor(
    private readonly options: ProxyHeaderOptions,
    private readonly roles: RolePatterns,
    private readonly projects: ProjectNames,
    private readonly now: () => Date,
    private readonly onIgnored: (peer: string) => void,
  ) {}

  async principalOf({ header, peer }: Credentials): Promise<Principal | "none" | "refused"> {
    const { user, groups, name, separator, proxies } = this.options;
    const given = [user, groups, ...(name === undefined ? [] : [name])].map(header);
    if (!proxies.contains(peer)) {
      if (given.some((values) => values.length > 0)) this.#warn(peer);
      return "none";
    }
    // Which of two is the proxy's own word, and which its client's, cannot be told.
    if (given.some((values) => values.length > 1)) return "refused";
    const [subject, groupList, shownName] = given.map(([value]) => (value === undefined ? "" : textOf(value)));
    if (subject == null || groupList == null || shownName === null) return "refused";
    if (subject.trim() === "") return "none";
    const granted = this.roles.rolesOf(groupList.split(separator).map((group) => group.replace(spaces, "")));
    const identity = { kind: "PROXY_HEADER", issuer: "proxy", subject, name: shownName || subject } as const;
    return principalOf(identity, granted, this.projects);
  }

  #warn(peer: string): void {
    const nowMs = this.now().getTime();
    if (this.#warned.get(peer, nowMs)) return;
    this.#warned.set(peer, true, nowMs + warningEveryMs);
    this.onIgnored(peer);
  }
}

// Those of ASCII alone: a group whose name ends in another kind of space is another group.
const spaces = /^[ \t]+|[ \t]+$/g;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A header's text: its bytes, of which Node makes one character each, are UTF-8. Null when they are not. */
function textOf(value: string): string | null {
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    return null;
  }
}
