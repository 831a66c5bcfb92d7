import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { Project } from "../projects/project.js";
import { SilencePolicy } from "./silence-policy.js";
import type { SilencePolicyService } from "./silence-policy-service.js";

/** What is wanted of whoever writes a silence of a project. */
@Resolver(() => Project)
export class SilencePolicyResolver {
  constructor(private readonly service: SilencePolicyService) {}

  @FieldResolver(() => SilencePolicy, { description: "What is wanted of you when you write a silence of it." })
  silencePolicy(@Ctx() caller: Caller, @Root() { id }: Project) {
    return this.service.of(caller, id);
  }
}
