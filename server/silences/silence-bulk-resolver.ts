import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { Silence } from "./silence.js";
import { SilenceSelection } from "./silence-bulk-input.js";
import { SilencesExpirePayload, SilencesExtendPayload } from "./silence-bulk-payload.js";
import type { SilenceBulkWriter } from "./silence-bulk-writer.js";
import { SilencesExtendInput } from "./silence-input.js";

const Selection = () => Arg("of", () => SilenceSelection, { description: "Which silences." });

/** What one key means for many. */
const howOften =
  "It costs as much as one mutation for each. A repeat with the same Idempotency-Key answers what was done, and does what is left where the first try broke off.";

/** Changes of several silences in the graph. */
@Resolver(() => Silence)
export class SilenceBulkResolver {
  constructor(private readonly writer: SilenceBulkWriter) {}

  @Mutation(() => SilencesExpirePayload, {
    description: `Ends several silences now; one that has ended stays as it is. ${howOften}`,
  })
  silencesExpire(@Ctx() caller: Caller, @Selection() of: SilenceSelection) {
    return this.writer.expire(caller, of);
  }

  @Mutation(() => SilencesExtendPayload, {
    description: `Moves the ends of several silences, each as \`silenceExtend\` does. ${howOften}`,
  })
  silencesExtend(
    @Ctx() caller: Caller,
    @Selection() of: SilenceSelection,
    @Arg("input", () => SilencesExtendInput, { description: "The new end." }) input: SilencesExtendInput,
  ) {
    return this.writer.extend(caller, of, input);
  }
}
