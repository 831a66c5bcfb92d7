import type { Credentials } from "./credentials.js";
import type { OidcPeople } from "./oidc-people.js";
import { requireOwnOrigin } from "./own-origin.js";
import type { Principal } from "./principal.js";
import { hashOfSecret } from "./secret.js";
import type { Session } from "./session.js";
import type { SessionRepository } from "./session-repository.js";
import type { WayIn } from "./way-in.js";

/** When sessions end, and where their pages are. */
export interface SessionWayOptions {
  /** The origin of the public URL; requests from pages of another one are FORBIDDEN. */
  readonly publicOrigin: string;
  /** A session ends when nobody was there for this long. */
  readonly idleMs: number;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

/** Browsers that signed in, by their cookie. A cookie counts only where no token is sent. */
export class SessionWay implements WayIn {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly people: OidcPeople,
    private readonly options: SessionWayOptions,
  ) {}

  async principalOf({
    bearer,
    keystoneToken,
    session: cookie,
    header,
  }: Credentials): Promise<Principal | "none" | "refused"> {
    if (cookie === null || bearer !== null || keystoneToken !== null) return "none";
    const { publicOrigin, now, onError } = this.options;
    requireOwnOrigin(header("origin"), publicOrigin);
    const session = await this.sessions.findByHash(hashOfSecret(cookie));
    if (session === null || this.#isOver(session) || !this.people.knows(session)) return "refused";
    const principal = await this.people.principalOf(session);
    // A full disk must not keep those from reading who only read.
    await this.sessions.touch(session, now()).catch(onError);
    return principal;
  }

  #isOver({ expiresAt, lastSeenAt }: Session): boolean {
    const now = this.options.now();
    return expiresAt <= now || now.getTime() - lastSeenAt.getTime() >= this.options.idleMs;
  }
}
