import type { OidcProvider } from "../clients/oidc-provider.js";
import type { Claims } from "../clients/provider-keys.js";
import { SignInRefusal } from "../clients/sign-in-refusal.js";
import { BadUserInputError, UpstreamUnavailableError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { AccessAct, AccessLog } from "./access-log.js";
import { Caller, type RequestFacts } from "./caller.js";
import { localPath } from "./local-path.js";
import type { OidcPeople, Person } from "./oidc-people.js";
import { hashOfSecret } from "./secret.js";
import { Session } from "./session.js";
import type { SessionRepository } from "./session-repository.js";
import { attemptSeconds, type SignInAttempt } from "./sign-in-attempt.js";
import { signInError } from "./sign-in-error.js";

/** What sign-in takes from the settings and the world. */
export interface SignInOptions {
  /** The origin at which browsers reach the server. */
  readonly publicOrigin: string;
  readonly sessionMs: number;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** What a browser comes back from the provider with. */
export interface SignInReturn {
  /** The query of the address that it was sent to, with its "?". */
  readonly search: string;
  /** Of its cookie; null when it has none. */
  readonly attempt: SignInAttempt | null;
  /** The secret of the session that it has already, and that ends with a new one. */
  readonly earlierSecret: string | null;
}

/** Where the provider sends browsers back to. */
const callbackPath = "/auth/callback";
/** Where people land who did not say where they want to go. */
const home = "/graphql";
const mostGroups = 1_000;

/** The rules of signing in with a browser: begin at this server, prove it at the provider, come back to a session. */
export class SignInService {
  constructor(
    private readonly provider: OidcProvider,
    private readonly people: OidcPeople,
    private readonly sessions: SessionRepository,
    private readonly log: Pick<AccessLog, "note">,
    readonly options: SignInOptions,
  ) {}

  /** The provider's page to go to, and what the browser must bring back from there; `returnTo` counts if it is a path of ours. */
  async begin(returnTo: unknown): Promise<{ readonly url: URL; readonly attempt: SignInAttempt }> {
    const { publicOrigin, now } = this.options;
    const attempt = {
      state: this.#secret(),
      nonce: this.#secret(),
      verifier: this.#secret(),
      returnTo: localPath(returnTo, publicOrigin) ?? home,
      begunAt: now().getTime(),
    };
    return { url: await this.provider.authorizationUrl(`${publicOrigin}${callbackPath}`, attempt), attempt };
  }

  /** Opens a session for whom the provider vouches; gives the secret for the browser's cookie, and the path to go on to. */
  async complete(
    { search, attempt, earlierSecret }: SignInReturn,
    facts: RequestFacts,
  ): Promise<{ readonly secret: string; readonly returnTo: string }> {
    const { publicOrigin, now, sessionMs } = this.options;
    const callback = new URL(`${publicOrigin}${callbackPath}${search}`);
    if (attempt === null || !comesBack(attempt, callback)) {
      throw new BadUserInputError("This sign-in was begun in another window or browser, or is over already.");
    }
    if (now().getTime() - attempt.begunAt >= attemptSeconds * 1_000) {
      throw new BadUserInputError(`This sign-in took longer than ${attemptSeconds / 60} minutes.`);
    }
    const person = await this.#prove(callback, attempt, facts);
    const caller = await this.#callerFor(person, facts);
    const secret = this.#secret();
    const createdAt = now();
    const session = Object.assign(new Session(), {
      ...person,
      id: newId("ses"),
      name: caller.principal.name,
      hash: hashOfSecret(secret),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + sessionMs),
      lastSeenAt: createdAt,
    });
    await this.sessions.removeExpired(createdAt);
    const earlierHash = earlierSecret === null ? null : hashOfSecret(earlierSecret);
    await this.sessions.add(session, earlierHash, () =>
      this.log.note(caller, [{ ...actOn(session), action: "SIGN_IN", after: describe(session) }], null),
    );
    return { secret, returnTo: localPath(attempt.returnTo, publicOrigin) ?? home };
  }

  /** Ends the session; gives the page to go on to: the provider's, which ends its own session too, or else ours. */
  async end(secret: string | null, facts: RequestFacts): Promise<string> {
    const signedOut = `${this.options.publicOrigin}/auth/signed-out`;
    const session = secret === null ? null : await this.sessions.findByHash(hashOfSecret(secret));
    if (session === null || !this.people.knows(session)) return signedOut;
    const caller = await this.#callerFor(session, facts);
    await this.sessions.remove(session, () =>
      this.log.note(caller, [{ ...actOn(session), action: "SIGN_OUT", before: describe(session) }], null),
    );
    try {
      return (await this.provider.endSessionUrl(signedOut))?.href ?? signedOut;
    } catch (error) {
      if (error instanceof UpstreamUnavailableError) return signedOut;
      throw error;
    }
  }

  async #prove(callback: URL, attempt: SignInAttempt, facts: RequestFacts): Promise<Person> {
    try {
      const claims = await this.provider.redeem(callback, attempt);
      const person = this.people.personIn(claims);
      if (person === null) throw new SignInRefusal("UNTRUSTED", "the claims name nobody");
      if (person.groups.length > mostGroups) {
        throw new SignInRefusal("MISCONFIGURED", `more than ${mostGroups} groups`, claims);
      }
      return person;
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      await this.#noteRefusal(error, error.claims, facts);
      throw signInError(error);
    }
  }

  /** Who failed to sign in is worth knowing, if the provider said who it was. */
  async #noteRefusal({ kind, message }: SignInRefusal, claims: Claims | null, facts: RequestFacts): Promise<void> {
    const person = claims && this.people.personIn(claims);
    if (person === null) return;
    const caller = await this.#callerFor({ ...person, groups: [] }, facts);
    const act = { ...actOn({ id: newId("ses") }), action: "REFUSED" as const, reason: `${kind}: ${message}` };
    await this.log.note(caller, [act], null);
  }

  async #callerFor(person: Person, facts: RequestFacts): Promise<Caller> {
    return new Caller(await this.people.principalOf(person), facts);
  }

  /** 256 random bits. */
  #secret(): string {
    return this.options.randomBytes(32).toString("base64url");
  }
}

/** Whether the browser comes back from where it was sent: `state` is there once, and the same. */
function comesBack({ state }: SignInAttempt, callback: URL): boolean {
  const given = callback.searchParams.getAll("state");
  return given.length === 1 && given[0] === state;
}

function actOn({ id }: { readonly id: string }): Omit<AccessAct, "action"> {
  return { entityType: "Session", entityId: id, projectId: null, before: null, after: null };
}

function describe({ issuer, subject, name, groups, expiresAt }: Session) {
  return { issuer, subject, name, groups, expiresAt: expiresAt.toISOString() };
}
