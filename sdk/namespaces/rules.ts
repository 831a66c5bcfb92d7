import {
  CheckExpressionDocument,
  DeleteRuleDocument,
  GetRuleDocument,
  GetRuleHealthDocument,
  ImportRulesDocument,
  ListRulesDocument,
} from "../generated/documents.js";
import type {
  AlertingRule,
  ExpressionReport,
  ListRulesData,
  RecordingRule,
  RuleDeletePayload,
  RuleFilter,
  RuleHealth,
  RuleOrder,
  RulesImportInput,
  RulesImportPayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** A rule of a project; `__typename` says of which kind. */
export type Rule = AlertingRule | RecordingRule;

/** Which rules to list, and in which order. */
export interface ListRulesArguments extends ListArguments {
  /** The project's id. */
  readonly project: string;
  readonly filter?: RuleFilter | undefined;
  readonly orderBy?: RuleOrder | undefined;
}

/** The rules of a project, of both kinds. They are written through `alertingRules` and `recordingRules`. */
export class Rules<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The rule with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<Rule | null> {
    const { node } = await this.#graph.request(GetRuleDocument, { id }, options);
    return node?.__typename === "AlertingRule" || node?.__typename === "RecordingRule" ? node : null;
  }

  /** The rules of a project. */
  list(args: ListRulesArguments, options?: CallOptions): Paginated<Rule> {
    const rulesOf = (data: ListRulesData) => requireNode(data.node, ["Project"], args.project).rules;
    return this.#graph.list(ListRulesDocument, args, rulesOf, options);
  }

  /** How Prometheus fares with a rule; null when no Prometheus has said anything of it yet. */
  async health(id: string, options?: CallOptions): Promise<RuleHealth | null> {
    const { node } = await this.#graph.request(GetRuleHealthDocument, { id }, options);
    return requireNode(node, ["AlertingRule", "RecordingRule"], id).health;
  }

  /** Checks an expression as if it were in a rule of this project, and gives the form in which it would be evaluated. */
  async check(project: string, expr: string, options?: CallOptions): Promise<ExpressionReport> {
    return (await this.#graph.request(CheckExpressionDocument, { project, expr }, options)).expression;
  }

  /** Imports a rule file of Prometheus as it is; `results` say of each rule what became of it. */
  import<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: RulesImportInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<RulesImportPayload, never, Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(ImportRulesDocument, variables, (data) => data.rulesImport, [], options);
  }

  /** Removes a rule of either kind. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<RuleDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(DeleteRuleDocument, variables, (data) => data.ruleDelete, ["deletedId"], options);
  }
}
