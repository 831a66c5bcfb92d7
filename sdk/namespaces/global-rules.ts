import {
  ClearGlobalRuleOverrideDocument,
  CreateGlobalRuleDocument,
  DeleteGlobalRuleDocument,
  GetGlobalRuleDocument,
  ListGlobalRulesDocument,
  ListProjectGlobalRulesDocument,
  SetGlobalRuleOverrideDocument,
  UpdateGlobalRuleDocument,
} from "../generated/documents.js";
import type {
  EffectiveGlobalRule,
  GlobalRule,
  GlobalRuleCreateInput,
  GlobalRuleCreatePayload,
  GlobalRuleDeletePayload,
  GlobalRuleOverrideClearPayload,
  GlobalRuleOverrideInput,
  GlobalRuleOverrideSetPayload,
  GlobalRuleUpdateInput,
  GlobalRuleUpdatePayload,
  ListProjectGlobalRulesData,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** The project whose global rules to list. */
export interface ListProjectGlobalRulesArguments extends ListArguments {
  /** The project's id. */
  readonly project: string;
}

/** Which global rule, for which project, both by their ids. */
export interface OverrideOf {
  readonly project: string;
  readonly globalRule: string;
}

/** Global rules: alerting rules of the operators over all projects. */
export class GlobalRules<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The global rule with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<GlobalRule | null> {
    const { node } = await this.#graph.request(GetGlobalRuleDocument, { id }, options);
    return nodeOf(node, "GlobalRule");
  }

  /** All global rules. */
  list(args: ListArguments = {}, options?: CallOptions): Paginated<GlobalRule> {
    return this.#graph.list(ListGlobalRulesDocument, args, (data) => data.globalRules, options);
  }

  /** Creates a global rule. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: GlobalRuleCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<GlobalRuleCreatePayload, "globalRule", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(
      CreateGlobalRuleDocument,
      variables,
      (data) => data.globalRuleCreate,
      ["globalRule"],
      options,
    );
  }

  /** Changes a global rule: what the input leaves out stays as it is, null clears. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: GlobalRuleUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<GlobalRuleUpdatePayload, "globalRule", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(
      UpdateGlobalRuleDocument,
      variables,
      (data) => data.globalRuleUpdate,
      ["globalRule"],
      options,
    );
  }

  /** Removes a global rule. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<GlobalRuleDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(
      DeleteGlobalRuleDocument,
      variables,
      (data) => data.globalRuleDelete,
      ["deletedId"],
      options,
    );
  }

  /** All global rules as they are for a project: each with what the project overrides, and what results. */
  listOf(args: ListProjectGlobalRulesArguments, options?: CallOptions): Paginated<EffectiveGlobalRule> {
    const rulesOf = (data: ListProjectGlobalRulesData) => requireNode(data.node, ["Project"], args.project).globalRules;
    return this.#graph.list(ListProjectGlobalRulesDocument, args, rulesOf, options);
  }

  /** Changes a global rule for one project: what the input leaves out stays as it is, null is as the rule says. */
  override<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    of: OverrideOf,
    input: GlobalRuleOverrideInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<GlobalRuleOverrideSetPayload, "globalRuleOverride", Throws, Dry>> {
    const variables = { ...of, input, dryRun: options?.dryRun };
    return this.#graph.write(
      SetGlobalRuleOverrideDocument,
      variables,
      (data) => data.globalRuleOverrideSet,
      ["globalRuleOverride"],
      options,
    );
  }

  /** Ends a project's override of a global rule. */
  clearOverride<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    of: OverrideOf,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<GlobalRuleOverrideClearPayload, "deletedId", Throws, Dry>> {
    const variables = { ...of, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(
      ClearGlobalRuleOverrideDocument,
      variables,
      (data) => data.globalRuleOverrideClear,
      ["deletedId"],
      options,
    );
  }
}
