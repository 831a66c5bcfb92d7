import type { Principal } from "./principal.js";
import type { WayIn } from "./way-in.js";

const stranger: Principal = {
  kind: "ANONYMOUS",
  id: "anonymous",
  name: "anonymous",
  globalRole: null,
  everyProjectRole: "VIEWER",
  memberships: new Map(),
};

/** Lets everybody in as a viewer of every project, as far as the policy lets strangers; the last way to be asked. */
export class AnonymousWay implements WayIn {
  async principalOf(): Promise<Principal> {
    return stranger;
  }
}
