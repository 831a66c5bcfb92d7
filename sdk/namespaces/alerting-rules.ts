import {
  CreateAlertingRuleDocument,
  DeleteRuleDocument,
  GetRuleDocument,
  ListRulesDocument,
  UpdateAlertingRuleDocument,
} from "../generated/documents.js";
import type {
  AlertingRule,
  AlertingRuleCreateInput,
  AlertingRuleCreatePayload,
  AlertingRuleUpdateInput,
  AlertingRuleUpdatePayload,
  ListRulesData,
  RuleDeletePayload,
} from "../generated/types.js";
import { type Graph, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Page, Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";
import type { ListRulesArguments } from "./rules.js";

/** Alerting rules: expressions of a project that raise alerts. */
export class AlertingRules<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The alerting rule with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<AlertingRule | null> {
    const { node } = await this.#graph.request(GetRuleDocument, { id }, options);
    return node?.__typename === "AlertingRule" ? node : null;
  }

  /** The alerting rules of a project. */
  list(args: ListRulesArguments, options?: CallOptions): Paginated<AlertingRule> {
    const variables = { ...args, filter: { ...args.filter, kind: "ALERTING" as const } };
    return this.#graph.list(ListRulesDocument, variables, (data) => alertingRulesOf(data, args.project), options);
  }

  /** Creates an alerting rule. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: AlertingRuleCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<AlertingRuleCreatePayload, "alertingRule", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(
      CreateAlertingRuleDocument,
      variables,
      (data) => data.alertingRuleCreate,
      ["alertingRule"],
      options,
    );
  }

  /** Changes an alerting rule: what the input leaves out stays as it is, null clears. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: AlertingRuleUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<AlertingRuleUpdatePayload, "alertingRule", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(
      UpdateAlertingRuleDocument,
      variables,
      (data) => data.alertingRuleUpdate,
      ["alertingRule"],
      options,
    );
  }

  /** Removes an alerting rule. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<RuleDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(DeleteRuleDocument, variables, (data) => data.ruleDelete, ["deletedId"], options);
  }
}

function alertingRulesOf({ node }: ListRulesData, project: string): Page<AlertingRule> {
  const { rules } = requireNode(node, ["Project"], project);
  return { ...rules, nodes: rules.nodes.filter((rule) => rule.__typename === "AlertingRule") };
}
