import {
  CreateRecordingRuleDocument,
  DeleteRuleDocument,
  GetRuleDocument,
  ListRulesDocument,
  UpdateRecordingRuleDocument,
} from "../generated/documents.js";
import type {
  ListRulesData,
  RecordingRule,
  RecordingRuleCreateInput,
  RecordingRuleCreatePayload,
  RecordingRuleUpdateInput,
  RecordingRuleUpdatePayload,
  RuleDeletePayload,
} from "../generated/types.js";
import { type Graph, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Page, Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";
import type { ListRulesArguments } from "./rules.js";

/** Recording rules: expressions of a project whose results are kept as new series. */
export class RecordingRules<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The recording rule with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<RecordingRule | null> {
    const { node } = await this.#graph.request(GetRuleDocument, { id }, options);
    return node?.__typename === "RecordingRule" ? node : null;
  }

  /** The recording rules of a project. */
  list(args: ListRulesArguments, options?: CallOptions): Paginated<RecordingRule> {
    const variables = { ...args, filter: { ...args.filter, kind: "RECORDING" as const } };
    return this.#graph.list(ListRulesDocument, variables, (data) => recordingRulesOf(data, args.project), options);
  }

  /** Creates a recording rule. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: RecordingRuleCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<RecordingRuleCreatePayload, "recordingRule", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(
      CreateRecordingRuleDocument,
      variables,
      (data) => data.recordingRuleCreate,
      ["recordingRule"],
      options,
    );
  }

  /** Changes a recording rule: what the input leaves out stays as it is, null clears. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: RecordingRuleUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<RecordingRuleUpdatePayload, "recordingRule", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(
      UpdateRecordingRuleDocument,
      variables,
      (data) => data.recordingRuleUpdate,
      ["recordingRule"],
      options,
    );
  }

  /** Removes a recording rule. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<RuleDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(DeleteRuleDocument, variables, (data) => data.ruleDelete, ["deletedId"], options);
  }
}

function recordingRulesOf({ node }: ListRulesData, project: string): Page<RecordingRule> {
  const { rules } = requireNode(node, ["Project"], project);
  return { ...rules, nodes: rules.nodes.filter((rule) => rule.__typename === "RecordingRule") };
}
