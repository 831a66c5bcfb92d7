import {
  ListAlertsNoLongerMatchedDocument,
  ListPreviewedAlertsDocument,
  ListPreviewedRulesDocument,
  PreviewSilenceDocument,
} from "../generated/documents.js";
import type { Alert, AlertFilter, SilencedRule, SilencePreview, SilencePreviewInput } from "../generated/types.js";
import type { Graph, ListArguments } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";

/** What of which preview to list. */
export interface ListPreviewArguments extends ListArguments {
  /** The silence that is to be. */
  readonly input: SilencePreviewInput;
}

/** Which alerts of which preview to list. */
export interface ListPreviewedAlertsArguments extends ListPreviewArguments {
  readonly filter?: AlertFilter | undefined;
}

/** What silences would do before they are written. Rejects with `UpstreamUnavailableError` when no alerts are known. */
export class SilencePreviews {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** How many alerts a silence would match, of which projects, what speaks against it and what to confirm. */
  async get(input: SilencePreviewInput, options?: CallOptions): Promise<SilencePreview> {
    const { silencePreview } = await this.#graph.request(PreviewSilenceDocument, { input }, options);
    return requireLive(silencePreview, "alerts");
  }

  /** The alerts that it would match. */
  alerts(args: ListPreviewedAlertsArguments, options?: CallOptions): Paginated<Alert> {
    return this.#graph.list(
      ListPreviewedAlertsDocument,
      args,
      ({ silencePreview }) => requireLive(silencePreview, "alerts").alerts,
      options,
    );
  }

  /** Of a change, the alerts that the silence matches now, and would match no longer. */
  noLongerMatched(args: ListPreviewedAlertsArguments, options?: CallOptions): Paginated<Alert> {
    return this.#graph.list(
      ListAlertsNoLongerMatchedDocument,
      args,
      ({ silencePreview }) => requireLive(silencePreview, "alerts").noLongerMatched,
      options,
    );
  }

  /** The rules that have no alert among those yet, and could have one. */
  rules(args: ListPreviewArguments, options?: CallOptions): Paginated<SilencedRule> {
    return this.#graph.list(
      ListPreviewedRulesDocument,
      args,
      ({ silencePreview }) => requireLive(silencePreview, "alerts").rules,
      options,
    );
  }
}
