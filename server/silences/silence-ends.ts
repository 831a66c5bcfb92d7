import type { Caller } from "../access/caller.js";
import type { UserErrors } from "../graph/user-error.js";
import { readExtension } from "./read-silence.js";
import type { Silence } from "./silence.js";
import type { SilencesExtendInput } from "./silence-input.js";
import type { SilencePolicyService } from "./silence-policy-service.js";
import { change, end, type SilenceWrite } from "./silence-write.js";

/** Judges what moves the end of a silence, be it one or one of many. */
export class SilenceEnds {
  constructor(
    private readonly policy: SilencePolicyService,
    private readonly now: () => Date,
  ) {}

  /** The write that ends it now; null when it has ended. */
  expiry(stored: Silence): SilenceWrite | null {
    return stored.state === "EXPIRED" ? null : end(stored, this.now().getTime());
  }

  /** The write that moves its end; what is wrong with that goes to `errors`, `path` being where the silence is named. */
  async extension(
    caller: Caller,
    stored: Silence,
    input: SilencesExtendInput,
    path: readonly string[],
    errors: UserErrors,
  ): Promise<SilenceWrite> {
    const nowMs = this.now().getTime();
    if (stored.state === "EXPIRED") {
      errors.add("CONFLICT", "The silence has expired, and cannot be extended. Create it again.", path);
    }
    const text = readExtension(stored.text, input, caller.principal.name, errors);
    if (!errors.any) await this.policy.check(caller, { before: stored, cluster: stored.cluster, text }, errors);
    return change(stored, text, nowMs);
  }
}
