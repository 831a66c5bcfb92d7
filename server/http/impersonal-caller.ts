import { Caller, type RequestFacts } from "../access/caller.js";
import type { Principal } from "../access/principal.js";

/**
 * The same caller with nothing loaded and nothing spent, who tells when it is asked who it is, or of its request: a result
 * for which nobody asked that is the same for everybody with these rights.
 */
export function impersonal({ principal, request }: Caller, onPersonal: () => void): Caller {
  const { kind, globalRole, everyProjectRole, memberships } = principal;
  const told = <T>(value: T): T => {
    onPersonal();
    return value;
  };
  const somebody: Principal = {
    ...{ kind, globalRole, everyProjectRole, memberships },
    get id() {
      return told(principal.id);
    },
    get name() {
      return told(principal.name);
    },
  };
  const facts: RequestFacts = {
    get requestId() {
      return told(request.requestId);
    },
    get source() {
      return told(request.source);
    },
    get signal() {
      return told(request.signal);
    },
    get idempotency() {
      return told(request.idempotency);
    },
  };
  return new Caller(somebody, facts);
}
