import { fieldsOf, listOf, listOrEmpty, textOf, timeOf } from "./answer-shape.js";
import { type HttpJson, type HttpRequest, HttpStatusError } from "./http-json.js";
import type { KeystoneSession } from "./keystone-session.js";

/** What Keystone says of a token that is valid now. */
export interface KeystoneToken {
  readonly userId: string;
  readonly userName: string;
  /** The name of the user's domain. */
  readonly domain: string;
  readonly expiresAtMs: number;
  /** What its roles are for; null when it has none, or they are for a domain. */
  readonly scope: { readonly projectId: string } | "SYSTEM" | null;
  /** The names of its roles. */
  readonly roles: readonly string[];
  /** Whether its user made it for less than all that the user may do: by an application credential, a trust, OAuth. */
  readonly isDelegated: boolean;
}

/** A role in a project. */
export interface KeystoneAssignment {
  readonly projectId: string;
  readonly role: string;
}

/** Asks OpenStack's Keystone (API v3) who a token is of. Failures are `UpstreamUnavailableError`. */
export class KeystoneClient {
  /** @param session whose token to ask with; without, each token answers for itself, which Keystone's own policy allows */
  constructor(
    private readonly http: HttpJson,
    private readonly session: KeystoneSession | null,
  ) {}

  /** What the token says; null when Keystone does not know it, or no longer: expired, revoked, its project disabled. */
  async tokenOf(token: string): Promise<KeystoneToken | null> {
    const request = { path: "/v3/auth/tokens", query: { nocatalog: "" }, headers: { "x-subject-token": token } };
    try {
      return await this.#ask(request, token, readToken);
    } catch (error) {
      // A token that asks for itself and is not valid may not ask (401). A 404 of something else than Keystone is a wrong URL.
      const unknown = saysKeystone(error, 404) || (this.session === null && saysKeystone(error, 401));
      if (unknown) return null;
      throw error;
    }
  }

  /**
   * The roles of a token's user in all enabled projects, by groups, inheritance and implication too; null when there is
   * no user of ours who may read them.
   */
  async assignmentsOf(token: string, userId: string): Promise<readonly KeystoneAssignment[] | null> {
    if (this.session === null) return null;
    const assigned = { path: "/v3/role_assignments", query: { "user.id": userId, effective: "", include_names: "" } };
    const open = { path: "/v3/auth/projects", headers: { "x-auth-token": token } };
    const [assignments, enabled] = await Promise.all([
      this.#ask(assigned, token, readAssignments),
      // Of a disabled project the assignments are still there.
      this.http.read(open, readEnabledProjects),
    ]);
    return assignments.filter(({ projectId }) => enabled.has(projectId));
  }

  async #ask<T>(request: HttpRequest, token: string, read: (answer: unknown) => T): Promise<T> {
    const asWho = (own: string) => ({ ...request, headers: { ...request.headers, "x-auth-token": own } });
    if (this.session === null) return this.http.read(asWho(token), read);
    const own = await this.session.token();
    try {
      return await this.http.read(asWho(own), read);
    } catch (error) {
      if (!saysKeystone(error, 401)) throw error;
      // Revoked before its time, as by a new password.
      this.session.forget(own);
      return this.http.read(asWho(await this.session.token()), read);
    }
  }
}

/** Whether the error is Keystone's own; another server, at a wrong URL, has the same statuses. */
function saysKeystone(error: unknown, status: number): boolean {
  if (!(error instanceof HttpStatusError) || error.status !== status) return false;
  const { code } = Object((error.answer as { readonly error?: unknown } | undefined)?.error);
  return code === status;
}

/** Ways to a token that its user could not widen to all that the user may do. */
const delegations = ["application_credential", "oauth2_credential", "OS-TRUST:trust", "OS-OAUTH1"];

function readToken(answer: unknown): KeystoneToken {
  const token = fieldsOf(fieldsOf(answer, "the answer").token, "token");
  const user = fieldsOf(token.user, "token.user");
  return {
    userId: textOf(user.id, "token.user.id"),
    userName: textOf(user.name, "token.user.name"),
    domain: textOf(fieldsOf(user.domain, "token.user.domain").name, "token.user.domain.name"),
    expiresAtMs: timeOf(token.expires_at, "token.expires_at"),
    scope: readScope(token.project, token.system),
    roles: listOrEmpty(token.roles, "token.roles", (role) => textOf(fieldsOf(role, "role").name, "role.name")),
    isDelegated: delegations.some((delegation) => token[delegation] !== undefined),
  };
}

function readScope(project: unknown, system: unknown): KeystoneToken["scope"] {
  if (system !== undefined) return fieldsOf(system, "token.system").all === true ? "SYSTEM" : null;
  return project === undefined
    ? null
    : { projectId: textOf(fieldsOf(project, "token.project").id, "token.project.id") };
}

/** Those in projects; roles in domains and in the system are none of ours. */
function readAssignments(answer: unknown): readonly KeystoneAssignment[] {
  const list = listOf(fieldsOf(answer, "the answer").role_assignments, "role_assignments", fieldsOf);
  return list.flatMap(({ scope, role }) => {
    const { project } = fieldsOf(scope, "scope");
    if (project === undefined) return [];
    const projectId = textOf(fieldsOf(project, "scope.project").id, "scope.project.id");
    return [{ projectId, role: textOf(fieldsOf(role, "role").name, "role.name") }];
  });
}

function readEnabledProjects(answer: unknown): ReadonlySet<string> {
  const projects = listOf(fieldsOf(answer, "the answer").projects, "projects", fieldsOf);
  return new Set(projects.filter(({ enabled }) => enabled === true).map(({ id }) => textOf(id, "project.id")));
}
