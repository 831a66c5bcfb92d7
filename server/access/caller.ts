import { ForbiddenError, NotFoundError, UnauthenticatedError } from "../core/errors.js";
import { Loaders } from "../core/loaders.js";
import { Matching } from "../core/matching.js";
import { type Action, policy } from "./policy.js";
import type { Principal } from "./principal.js";
import { isAtLeast, type ProjectRole } from "./roles.js";

/** A client's `Idempotency-Key`, and a hash of operation and variables that tells a repeat from a reuse. */
export interface IdempotencyKey {
  readonly key: string;
  readonly requestHash: string;
  /** The same request's hashes under keys that were in use before. */
  readonly earlierHashes: readonly string[];
}

/** What a request brings besides who makes it. */
export interface RequestFacts {
  readonly requestId: string;
  /** The address that the request came from, as far as the trusted proxies tell; null on the command line. */
  readonly source: string | null;
  /** Ends when the client hangs up or the deadline passes. */
  readonly signal: AbortSignal;
  /** The client's `Idempotency-Key` header; null when there is none. */
  readonly idempotency: IdempotencyKey | null;
}

/** One request by one principal: its rights, its loaders, and what its matching takes. The context of every resolver. */
export class Caller {
  // Apollo copies the context, so these are plain properties that the copies share, and not private fields.
  readonly loaders = new Loaders();
  readonly matching = new Matching();
  private readonly mutations = { begun: 0 };

  constructor(
    readonly maybePrincipal: Principal | null,
    readonly request: RequestFacts,
  ) {}

  /** Who is asking; throws UNAUTHENTICATED when nobody is signed in. */
  get principal(): Principal {
    if (this.maybePrincipal === null) throw new UnauthenticatedError();
    return this.maybePrincipal;
  }

  /** Whether the policy lets this caller do `action` in the project; without a project, over all projects. */
  may(action: Action, projectId: string | null = null): boolean {
    const { project: least, global, anonymous } = policy[action];
    const { kind, globalRole, everyProjectRole, memberships } = this.principal;
    if (kind === "ANONYMOUS" && !anonymous) return false;
    if (globalRole !== null && (global as readonly string[]).includes(globalRole)) return true;
    if (least === null) return false;
    const role = projectId === null ? undefined : memberships.get(projectId);
    return [everyProjectRole, role].some((held) => held != null && isAtLeast(held, least));
  }

  /** Whether the caller may do `action` over all projects or in at least one. */
  mayAnywhere(action: Action): boolean {
    return this.may(action) || [...this.principal.memberships.keys()].some((projectId) => this.may(action, projectId));
  }

  /** Throws FORBIDDEN unless the caller may do `action` over all projects. */
  require(action: Action): void {
    if (!this.may(action))
      throw new ForbiddenError(`This needs a role that ${this.principal.name} does not have (${action}).`);
  }

  /** Throws FORBIDDEN unless the caller may do `action` over all projects or in at least one. */
  requireAnywhere(action: Action): void {
    if (!this.mayAnywhere(action)) this.require(action);
  }

  /**
   * Throws unless the caller may do `action` in the project: NOT_FOUND, as for an absent object, when the project is
   * invisible to the caller; FORBIDDEN when it is visible. `what` names the object that was asked for.
   */
  requireIn(projectId: string, action: Action, what: string): void {
    if (!this.may("project.read", projectId)) throw new NotFoundError(what);
    if (!this.may(action, projectId)) {
      throw new ForbiddenError(
        `This needs a role in the project that ${this.principal.name} does not have (${action}).`,
      );
    }
  }

  /** The ids of the projects in which the caller may do `action`, or "all". */
  projectsFor(action: Action): "all" | readonly string[] {
    if (this.may(action)) return "all";
    return [...this.principal.memberships.keys()].filter((projectId) => this.may(action, projectId));
  }

  /** The caller's role in the project, for display; operators count as ADMIN. */
  roleIn(projectId: string): ProjectRole | null {
    const { globalRole, everyProjectRole, memberships } = this.principal;
    if (globalRole === "OPERATOR") return "ADMIN";
    const held = [memberships.get(projectId), everyProjectRole, globalRole === null ? null : "VIEWER"] as const;
    return held.reduce<ProjectRole | null>(
      (best, role) => (role != null && (best === null || isAtLeast(role, best)) ? role : best),
      null,
    );
  }

  /** The idempotency key of the next mutation of this request: one header covers all mutations of a document, in order. */
  nextIdempotencyKey(): IdempotencyKey | null {
    const { idempotency } = this.request;
    return idempotency === null ? null : { ...idempotency, key: `${idempotency.key}#${this.mutations.begun++}` };
  }
}
