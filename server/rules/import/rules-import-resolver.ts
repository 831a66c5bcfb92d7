import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { DryRun } from "../../graph/arguments.js";
import { RulesImportInput, RulesImportPayload } from "./rules-import.js";
import type { RulesImportService } from "./rules-import-service.js";

/** The import of rule files. */
@Resolver()
export class RulesImportResolver {
  constructor(private readonly service: RulesImportService) {}

  @Mutation(() => RulesImportPayload, {
    description:
      "Imports a rule file of Prometheus as it is, and says of each rule whether it was accepted, and if not why. A rule of the project with the same kind and name becomes as in the file; none is deleted, so the same file again changes nothing.",
  })
  rulesImport(
    @Ctx() caller: Caller,
    @Arg("input", () => RulesImportInput, { description: "The file, and the project." }) input: RulesImportInput,
    @DryRun() dryRun: boolean,
  ) {
    return this.service.import(caller, input, dryRun);
  }
}
