import { InstallRulePackDocument, ListRulePacksDocument } from "../generated/documents.js";
import type { RulePack, RulePackInstallPayload } from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions, ConfigWriteOptions } from "../options.js";
import type { WriteResult } from "../write.js";

/** Rule packs: rules that come with the server, to be installed as global rules. */
export class RulePacks<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** All packs with their rules. */
  async list(options?: CallOptions): Promise<ReadonlyArray<RulePack>> {
    return (await this.#graph.request(ListRulePacksDocument, {}, options)).rulePacks;
  }

  /**
   * Makes global rules of a pack's rules; `rules` say of each what became of it. Installed anew, rules become as the pack
   * has them now, but for what operators changed of them.
   */
  install<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    pack: string,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<RulePackInstallPayload, never, Throws, Dry>> {
    const variables = { pack, dryRun: options?.dryRun };
    return this.#graph.write(InstallRulePackDocument, variables, (data) => data.rulePackInstall, [], options);
  }
}
