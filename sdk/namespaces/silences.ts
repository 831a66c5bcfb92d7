import {
  CreateSilenceDocument,
  ExpireSilenceDocument,
  GetSilenceDocument,
  ListSilencedAlertsDocument,
  ListSilencesDocument,
  UpdateSilenceDocument,
} from "../generated/documents.js";
import type {
  Alert,
  AlertFilter,
  ListSilencedAlertsData,
  Silence,
  SilenceCreateInput,
  SilenceCreatePayload,
  SilenceExpirePayload,
  SilenceFilter,
  SilenceUpdateInput,
  SilenceUpdatePayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which silences to list. */
export interface ListSilencesArguments extends ListArguments {
  readonly filter?: SilenceFilter | undefined;
}

/** Which alerts of a silence to list. */
export interface ListSilencedAlertsArguments extends ListArguments {
  /** The silence's id. */
  readonly silence: string;
  readonly filter?: AlertFilter | undefined;
}

/** Silences: alerts that are not to be told of for a while. They live in the Alertmanagers. */
export class Silences<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The silence with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<Silence | null> {
    const { node } = await this.#graph.request(GetSilenceDocument, { id }, options);
    return nodeOf(node, "Silence");
  }

  /** The silences that the token may see. Rejects with `UpstreamUnavailableError` when none are known. */
  list(args: ListSilencesArguments = {}, options?: CallOptions): Paginated<Silence> {
    return this.#graph.list(ListSilencesDocument, args, (data) => requireLive(data.silences, "silences"), options);
  }

  /** The alerts that a silence matches at this moment. */
  alerts({ silence: id, ...args }: ListSilencedAlertsArguments, options?: CallOptions): Paginated<Alert> {
    const alertsOf = ({ node }: ListSilencedAlertsData) =>
      requireLive(requireNode(node, ["Silence"], id).alerts, "alerts");
    return this.#graph.list(ListSilencedAlertsDocument, { id, ...args }, alertsOf, options);
  }

  /** Creates a silence; it is in force when the call resolves. */
  create<Throws extends boolean = ClientThrows>(
    input: SilenceCreateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceCreatePayload, "silence", Throws, false>> {
    return this.#graph.write(CreateSilenceDocument, { input }, (data) => data.silenceCreate, ["silence"], options);
  }

  /** Changes a silence. The Alertmanager may replace it by a new one: go on with the id of the silence that is given back. */
  update<Throws extends boolean = ClientThrows>(
    id: string,
    input: SilenceUpdateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceUpdatePayload, "silence", Throws, false>> {
    return this.#graph.write(UpdateSilenceDocument, { id, input }, (data) => data.silenceUpdate, ["silence"], options);
  }

  /** Ends a silence now. */
  expire<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceExpirePayload, "silence", Throws, false>> {
    return this.#graph.write(ExpireSilenceDocument, { id }, (data) => data.silenceExpire, ["silence"], options);
  }
}
