import { UpstreamUnavailableError } from "../core/errors.js";
import { fieldsOf, timeOf, UnexpectedShape } from "./answer-shape.js";
import { type HttpJson, HttpStatusError } from "./http-json.js";

/** A user of ours in Keystone, who may read other people's tokens and role assignments. */
export interface KeystoneUser {
  readonly username: string;
  readonly password: string;
  /** The name of the user's domain. */
  readonly domain: string;
  /** The name of the project to sign in to; absent: to the system as a whole. */
  readonly project?: string | undefined;
  /** The name of the project's domain. */
  readonly projectDomain: string;
}

interface Attempt {
  /** Its outcome, which all who ask meanwhile wait for. */
  readonly token: Promise<string>;
  /** The token, once it is there. */
  made: string | null;
  /** When the next attempt is due. */
  untilMs: number;
}

/** How long before its end a token is replaced, so that none ends on its way to Keystone. */
const renewBeforeMs = 60_000;
/** How long to wait after a refusal: Keystone locks out whom it refuses too often. */
const retryAfterMs = 5_000;

/** Keeps a user of ours signed in to Keystone. */
export class KeystoneSession {
  #attempt: Attempt | null = null;

  constructor(
    private readonly http: HttpJson,
    private readonly user: KeystoneUser,
    private readonly now: () => Date,
  ) {}

  /** A token of the user, made when there is none; throws UPSTREAM_UNAVAILABLE while Keystone gives none. */
  token(): Promise<string> {
    if (this.#attempt === null || this.#attempt.untilMs <= this.now().getTime()) this.#attempt = this.#begin();
    return this.#attempt.token;
  }

  /** Told when Keystone does not take a token of the user any more. */
  forget(token: string): void {
    if (this.#attempt?.made === token) this.#attempt = null;
  }

  #begin(): Attempt {
    const settle = (made: string | null, untilMs: number) => Object.assign(attempt, { made, untilMs });
    const token = this.#signIn().then(
      ({ token, expiresAtMs }) => {
        settle(token, expiresAtMs - renewBeforeMs);
        return token;
      },
      (error: unknown) => {
        settle(null, error instanceof Refused ? this.now().getTime() + retryAfterMs : Number.NEGATIVE_INFINITY);
        throw error;
      },
    );
    const attempt: Attempt = { token, made: null, untilMs: Number.POSITIVE_INFINITY };
    return attempt;
  }

  async #signIn(): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const { username, password, domain, project, projectDomain } = this.user;
    const user = { name: username, domain: { name: domain }, password };
    const scope =
      project === undefined
        ? { system: { all: true } }
        : { project: { name: project, domain: { name: projectDomain } } };
    const body = { auth: { identity: { methods: ["password"], password: { user } }, scope } };
    try {
      return await this.http.read(
        { method: "POST", path: "/v3/auth/tokens", query: { nocatalog: "" }, body },
        (answer, headers) => {
          const token = headers.get("x-subject-token");
          if (token === null) throw new UnexpectedShape("X-Subject-Token", "a header of it");
          const { expires_at } = fieldsOf(fieldsOf(answer, "the answer").token, "token");
          return { token, expiresAtMs: timeOf(expires_at, "token.expires_at") };
        },
      );
    } catch (error) {
      if (!(error instanceof HttpStatusError) || error.status !== 401) throw error;
      throw new Refused(`${this.http.who} does not let in the user that this server has there.`, { cause: error });
    }
  }
}

/** Keystone knows no such user, not with this password, or not with a role in this project or the system. */
class Refused extends UpstreamUnavailableError {}
