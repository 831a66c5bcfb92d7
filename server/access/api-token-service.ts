import { everything } from "../core/database/narrow.js";
import { altered } from "../core/database/stored.js";
import { parseDuration } from "../core/duration.js";
import { ForbiddenError, NotFoundError } from "../core/errors.js";
import { isId, newId, requireId } from "../core/ids.js";
import { BatchSource } from "../core/loaders.js";
import type { Page, PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { AccessLog } from "./access-log.js";
import { ApiToken, type Membership } from "./api-token.js";
import { apiTokenActs } from "./api-token-acts.js";
import type { ApiTokenCreateInput, ApiTokenRotateInput } from "./api-token-input.js";
import { type ApiTokenRepository, type GrantedToken, newestFirst, tokensOf } from "./api-token-repository.js";
import type { Caller, IdempotencyKey } from "./caller.js";
import { checkNewApiToken, checkRotation } from "./check-api-token.js";
import { hashOfSecret, newSecret } from "./secret.js";
import type { TokenLimits } from "./token-limits.js";

/** What came of creating, rotating or revoking a token. */
export interface TokenOutcome {
  readonly apiToken: ApiToken | null;
  /** The token itself; known only here and to whoever asked, and not even here when the answer is a repeat. */
  readonly secret: string | null;
  readonly userErrors: readonly UserError[];
}

interface Issued {
  readonly id: string;
  readonly apiToken: ApiToken;
  readonly secret: string | null;
}

/** Answers which ids are those of living projects; asked of the domain that owns them. */
export interface ProjectLookup {
  findMany(ids: readonly string[]): Promise<readonly (object | null)[]>;
}

/** A token as it was, null for a new one, and as it is to be; or the mistakes that keep it from that. */
type TokenChange =
  | { readonly before: ApiToken | null; readonly after: GrantedToken; readonly secret: string | null }
  | { readonly userErrors: readonly UserError[] };

/** The rules about API tokens: who sees them, who grants what. */
export class ApiTokenService {
  constructor(
    private readonly repository: ApiTokenRepository,
    private readonly projects: ProjectLookup,
    private readonly log: AccessLog,
    private readonly limits: TokenLimits,
    private readonly now: () => Date,
    private readonly randomBytes: (size: number) => Buffer,
  ) {}

  /** The token with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<ApiToken | null> {
    const token = await caller.loaders.for(this.repository.byId).load(id);
    if (token === null) return null;
    const memberships = await caller.loaders.for(this.repository.memberships).load(id);
    return mayRead(caller, { token, memberships }) ? token : null;
  }

  /** All tokens that the caller may see: those with a role in a project whose tokens the caller administers. */
  async list(caller: Caller, page: PageRequest): Promise<Connection<ApiToken>> {
    caller.requireAnywhere("token.read");
    const narrow = caller.may("token.readGlobal") ? everything : tokensOf(caller.projectsFor("token.read"));
    const found = await this.repository.page({ narrow, order: newestFirst, page, list: "apiTokens" });
    return connection(found, () => this.repository.count(narrow));
  }

  /** The tokens with a role in the project; null unless the caller administers them. */
  async listOf(caller: Caller, projectId: string, page: PageRequest): Promise<Connection<ApiToken> | null> {
    if (!caller.may("token.read", projectId)) return null;
    const kinds = caller.may("token.readGlobal") ? "all" : "ofProjects";
    const pages = () => new BatchSource<string, Page<ApiToken>>((ids) => this.repository.pagesOf(ids, page, kinds));
    const counts = () => new BatchSource<string, number>((ids) => this.repository.countsOf(ids, kinds));
    const pageKey = JSON.stringify(["Project.apiTokens", page.first, page.after]);
    return connection(await caller.loaders.keyed(pageKey, pages).load(projectId), () =>
      caller.loaders.keyed("Project.apiTokens count", counts).load(projectId),
    );
  }

  /** The token's roles in projects that the caller may read. */
  async memberships(caller: Caller, token: ApiToken): Promise<readonly Membership[]> {
    const all = await caller.loaders.for(this.repository.memberships).load(token.id);
    return all.filter(({ projectId }) => caller.may("project.read", projectId));
  }

  create(caller: Caller, input: ApiTokenCreateInput): Promise<TokenOutcome> {
    caller.requireAnywhere("token.write");
    if (input.globalRole) caller.require("token.writeGlobal");
    const memberships = (input.memberships ?? []).map(({ project, role }) => ({ projectId: project, role }));
    return this.#commit(caller, async () => {
      const now = this.now();
      const grantable = await this.#grantable(caller, memberships);
      const errors = checkNewApiToken(input, memberships, grantable, now);
      if (errors.any) return { userErrors: errors.list };
      const refusal = await this.limits.refusal(
        memberships.map(({ projectId }) => projectId),
        (index) => ["input", "memberships", String(index), "project"],
      );
      if (refusal !== null) return { userErrors: [refusal] };
      const secret = newSecret(this.randomBytes);
      const token = Object.assign(new ApiToken(), {
        id: newId("tok"),
        name: input.name,
        hash: hashOfSecret(secret),
        previousHash: null,
        globalRole: input.globalRole ?? null,
        createdBy: caller.principal.name,
        createdAt: now,
        expiresAt: input.expiresAt ?? null,
        rotatedAt: null,
        previousExpiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      return { before: null, after: { token, memberships }, secret };
    });
  }

  /** Gives the token a new secret; the one that it has goes on working for a while, the one before that ends. */
  rotate(caller: Caller, id: string, input: ApiTokenRotateInput): Promise<TokenOutcome> {
    requireId("tok", id);
    caller.requireAnywhere("token.write");
    return this.#commit(caller, async () => {
      const { token, memberships } = await this.#changeable(caller, id);
      const now = this.now();
      const expiresAt = input.expiresAt === undefined ? token.expiresAt : input.expiresAt;
      const errors = checkRotation(token, input, expiresAt, now);
      if (errors.any) return { userErrors: errors.list };
      const refusal = await this.#revivalRefusal({ token, memberships }, now);
      if (refusal !== null) return { userErrors: [refusal] };
      const secret = newSecret(this.randomBytes);
      const previousExpiresAt = earliest(
        new Date(now.getTime() + (parseDuration(input.previousValidFor ?? "1d") ?? 0)),
        token.expiresAt,
        expiresAt,
      );
      const keepsPrevious = previousExpiresAt > now;
      const rotated = altered(token, {
        hash: hashOfSecret(secret),
        previousHash: keepsPrevious ? token.hash : null,
        previousExpiresAt: keepsPrevious ? previousExpiresAt : null,
        rotatedAt: now,
        expiresAt,
      });
      return { before: token, after: { token: rotated, memberships }, secret };
    });
  }

  /** A token that has expired does not count any more, until it works again. */
  async #revivalRefusal({ token, memberships }: GrantedToken, now: Date): Promise<UserError | null> {
    if (token.expiresAt === null || token.expiresAt > now) return null;
    return this.limits.refusal(
      memberships.map(({ projectId }) => projectId),
      () => ["input", "expiresAt"],
    );
  }

  /** Revokes the token for good; a token that is revoked already stays as it is. */
  revoke(caller: Caller, id: string): Promise<TokenOutcome> {
    requireId("tok", id);
    caller.requireAnywhere("token.write");
    return this.#commit(caller, async () => {
      const { token, memberships } = await this.#changeable(caller, id);
      const revoked = token.revokedAt === null ? altered(token, { revokedAt: this.now() }) : token;
      return { before: token, after: { token: revoked, memberships }, secret: null };
    });
  }

  /**
   * Makes the change and logs it, alone: so no project goes away between the look at it and the grant of a role in it,
   * and of two rotations at once the second knows of the first.
   */
  async #commit(caller: Caller, prepare: () => Promise<TokenChange>): Promise<TokenOutcome> {
    const again = async (id: string) => {
      const apiToken = await this.find(caller, id);
      return apiToken && { id, apiToken, secret: null };
    };
    const { subject, userErrors } = await this.log.once<Issued>(caller, again, async (key) => {
      const outcome = await this.log.alone(() => this.#write(caller, prepare, key));
      caller.loaders.clear();
      return outcome;
    });
    return { apiToken: subject?.apiToken ?? null, secret: subject?.secret ?? null, userErrors };
  }

  async #write(
    caller: Caller,
    prepare: () => Promise<TokenChange>,
    key: IdempotencyKey | null,
  ): Promise<Outcome<Issued>> {
    const change = await prepare();
    if ("userErrors" in change) return { subject: null, diff: [], revision: null, userErrors: change.userErrors };
    const { before, after, secret } = change;
    if (before !== after.token) {
      await (before === null ? this.repository.add(after) : this.repository.replace(after.token));
      await this.log.note(caller, apiTokenActs(before, after), key);
    }
    const subject = { id: after.token.id, apiToken: after.token, secret };
    return { subject, diff: [], revision: null, userErrors: [] };
  }

  async #changeable(caller: Caller, id: string): Promise<GrantedToken> {
    const granted = await this.repository.findGranted(id);
    if (granted === null || !mayRead(caller, granted)) throw new NotFoundError("API token");
    if (mayWrite(caller, granted)) return granted;
    throw new ForbiddenError("The token also has roles that you do not administer; ask an operator to change it.");
  }

  /** Those of the projects in which the caller may grant roles, as they are now. */
  async #grantable(caller: Caller, memberships: readonly Membership[]): Promise<ReadonlySet<string>> {
    const ids = memberships.map(({ projectId }) => projectId);
    const allowed = ids.filter((id) => isId("prj", id) && caller.may("token.write", id));
    const living = allowed.length > 0 ? await this.projects.findMany(allowed) : [];
    return new Set(allowed.filter((_, index) => living[index]));
  }
}

/** Tokens with a role over all projects are seen by operators alone, others by whoever administers one of their projects. */
function mayRead(caller: Caller, { token, memberships }: GrantedToken): boolean {
  if (caller.may("token.readGlobal")) return true;
  return token.globalRole === null && memberships.some(({ projectId }) => caller.may("token.read", projectId));
}

/** Who administers one of a token's projects may not take its role in another. */
function mayWrite(caller: Caller, { memberships }: GrantedToken): boolean {
  if (caller.may("token.writeGlobal")) return true;
  return memberships.every(({ projectId }) => caller.may("token.write", projectId));
}

function earliest(first: Date, ...others: readonly (Date | null)[]): Date {
  return others.reduce<Date>((least, date) => (date !== null && date < least ? date : least), first);
}
