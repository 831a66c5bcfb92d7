import { ForbiddenError, NotFoundError } from "../core/errors.js";
import { isId, newId, requireId } from "../core/ids.js";
import { checkName } from "../core/names.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { ApiToken, type Membership } from "./api-token.js";
import type { ApiTokenCreateInput } from "./api-token-input.js";
import { type ApiTokenRepository, newestFirst, tokensOf } from "./api-token-repository.js";
import type { Caller } from "./caller.js";
import { hashOfSecret, newSecret } from "./secret.js";

/** What came of creating or revoking a token. */
export interface TokenOutcome {
  readonly apiToken: ApiToken | null;
  /** The token itself; known only here and to whoever asked. */
  readonly secret: string | null;
  readonly userErrors: readonly UserError[];
}

/** Answers which ids are those of living projects; asked of the domain that owns them. */
export interface ProjectLookup {
  findMany(ids: readonly string[]): Promise<readonly (object | null)[]>;
}

/** The rules about API tokens: who sees them, who grants what. */
export class ApiTokenService {
  constructor(
    private readonly repository: ApiTokenRepository,
    private readonly projects: ProjectLookup,
    private readonly now: () => Date,
    private readonly randomBytes: (size: number) => Buffer,
  ) {}

  /** The token with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<ApiToken | null> {
    const token = await caller.loaders.for(this.repository.byId).load(id);
    return token && (await this.#mayRead(caller, token)) ? token : null;
  }

  /** All tokens that the caller may see: those with a role in a project whose tokens the caller administers. */
  async list(caller: Caller, page: PageRequest): Promise<Connection<ApiToken>> {
    caller.requireAnywhere("token.read");
    const narrow = tokensOf(caller.projectsFor("token.read"));
    const found = await this.repository.page({ narrow, order: newestFirst, page, list: "apiTokens" });
    return connection(found, () => this.repository.count(narrow));
  }

  /** The tokens with a role in the project; null unless the caller administers them. */
  async listOf(caller: Caller, projectId: string): Promise<readonly ApiToken[] | null> {
    if (!caller.may("token.read", projectId)) return null;
    return caller.loaders.for(this.repository.ofProject).load(projectId);
  }

  /** The token's roles in projects that the caller may read. */
  async memberships(caller: Caller, token: ApiToken): Promise<readonly Membership[]> {
    const all = await caller.loaders.for(this.repository.memberships).load(token.id);
    return all.filter(({ projectId }) => caller.may("project.read", projectId));
  }

  async create(caller: Caller, input: ApiTokenCreateInput): Promise<TokenOutcome> {
    caller.requireAnywhere("token.write");
    const memberships = (input.memberships ?? []).map(({ project, role }) => ({ projectId: project, role }));
    if (input.globalRole) caller.require("token.writeGlobal");
    const errors = await this.#checked(caller, input, memberships);
    if (errors.any) return { apiToken: null, secret: null, userErrors: errors.list };
    const secret = newSecret(this.randomBytes);
    const apiToken = Object.assign(new ApiToken(), {
      id: newId("tok"),
      name: input.name,
      hash: hashOfSecret(secret),
      globalRole: input.globalRole ?? null,
      createdBy: caller.principal.name,
      createdAt: this.now(),
      expiresAt: input.expiresAt ?? null,
      lastUsedAt: null,
      revokedAt: null,
    });
    await this.repository.add(apiToken, memberships);
    return { apiToken, secret, userErrors: [] };
  }

  /** Revokes the token for good; a token that is revoked already stays as it is. */
  async revoke(caller: Caller, id: string): Promise<TokenOutcome> {
    requireId("tok", id);
    const token = await this.find(caller, id);
    if (token === null) throw new NotFoundError("API token");
    const all = await caller.loaders.for(this.repository.memberships).load(id);
    const mayAll = all.length > 0 && all.every(({ projectId }) => caller.may("token.write", projectId));
    if (!caller.may("token.writeGlobal") && (token.globalRole !== null || !mayAll)) {
      throw new ForbiddenError("The token also has roles that you do not administer; ask an operator to revoke it.");
    }
    if (token.revokedAt === null) await this.repository.revoke(id, this.now());
    caller.loaders.clear();
    return { apiToken: await this.find(caller, id), secret: null, userErrors: [] };
  }

  async #mayRead(caller: Caller, token: ApiToken): Promise<boolean> {
    if (caller.may("token.read")) return true;
    const all = await caller.loaders.for(this.repository.memberships).load(token.id);
    return all.some(({ projectId }) => caller.may("token.read", projectId));
  }

  async #checked(caller: Caller, input: ApiTokenCreateInput, memberships: readonly Membership[]): Promise<UserErrors> {
    const errors = new UserErrors();
    errors.check(checkName(input.name), ["input", "name"]);
    if (!input.globalRole && memberships.length === 0) {
      errors.add("INVALID", "A token needs a role: over all projects, or in at least one.", ["input", "memberships"]);
    }
    if (memberships.length > 100)
      errors.add("LIMIT", "A token has roles in at most 100 projects.", ["input", "memberships"]);
    if (input.expiresAt && input.expiresAt <= this.now()) {
      errors.add("INVALID", "The expiry must lie in the future.", ["input", "expiresAt"]);
    }
    const ids = memberships.map(({ projectId }) => projectId);
    const wellFormed = ids.filter((id) => isId("prj", id));
    const living = wellFormed.length > 0 ? await this.projects.findMany(wellFormed) : [];
    const known = new Set(wellFormed.filter((id, index) => living[index] && caller.may("token.write", id)));
    ids.forEach((id, index) => {
      const path = ["input", "memberships", String(index), "project"];
      if (!known.has(id)) errors.add("NOT_FOUND", "There is no such project that you administer.", path);
      if (ids.indexOf(id) !== index) errors.add("INVALID", "Each project may be named once.", path);
    });
    return errors;
  }
}
