import {
  AcknowledgeAlertsDocument,
  GetAcknowledgementDocument,
  ListAcknowledgementsDocument,
  UnacknowledgeAlertsDocument,
  UpdateAcknowledgementDocument,
} from "../generated/documents.js";
import type {
  Acknowledgement,
  AcknowledgementFilter,
  AcknowledgementUpdateInput,
  AcknowledgementUpdatePayload,
  AlertsAcknowledgeInput,
  AlertsAcknowledgePayload,
  AlertsUnacknowledgeInput,
  AlertsUnacknowledgePayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf } from "../graph.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which acknowledgements to list. */
export interface ListAcknowledgementsArguments extends ListArguments {
  readonly filter?: AcknowledgementFilter | undefined;
}

/** Acknowledgements: who looks after which alert. */
export class Acknowledgements<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The acknowledgement with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<Acknowledgement | null> {
    const { node } = await this.#graph.request(GetAcknowledgementDocument, { id }, options);
    return nodeOf(node, "Acknowledgement");
  }

  /** The acknowledgements that the token may see: those in force first. */
  list(args: ListAcknowledgementsArguments = {}, options?: CallOptions): Paginated<Acknowledgement> {
    return this.#graph.list(ListAcknowledgementsDocument, args, (data) => data.acknowledgements, options);
  }

  /**
   * Says that one looks after alerts, 1 to 100. `results` tells of each of them, in their order, and holds its `userErrors`:
   * what cannot be done about one is not thrown, and keeps none of the others from being done.
   *
   * @example
   * ```ts
   * const { results } = await client.acknowledgements.acknowledge({ alerts: [alert.id], note: "a disk is ordered" });
   * for (const { id, userErrors } of results) if (userErrors[0]) console.log(id, userErrors[0].message);
   * ```
   */
  acknowledge<Throws extends boolean = ClientThrows>(
    input: AlertsAcknowledgeInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AlertsAcknowledgePayload, "results", Throws, false>> {
    const payloadOf = (data: { readonly alertsAcknowledge: AlertsAcknowledgePayload }) => data.alertsAcknowledge;
    return this.#graph.write(AcknowledgeAlertsDocument, { input }, payloadOf, ["results"], options);
  }

  /** Takes acknowledgements back, by their own ids or by those of the alerts; `results` is as that of `acknowledge`. */
  unacknowledge<Throws extends boolean = ClientThrows>(
    input: AlertsUnacknowledgeInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AlertsUnacknowledgePayload, "results", Throws, false>> {
    const payloadOf = (data: { readonly alertsUnacknowledge: AlertsUnacknowledgePayload }) => data.alertsUnacknowledge;
    return this.#graph.write(UnacknowledgeAlertsDocument, { input }, payloadOf, ["results"], options);
  }

  /** Changes an acknowledgement; another `owner` hands it over. */
  update<Throws extends boolean = ClientThrows>(
    id: string,
    input: AcknowledgementUpdateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AcknowledgementUpdatePayload, "acknowledgement", Throws, false>> {
    const payloadOf = (data: { readonly acknowledgementUpdate: AcknowledgementUpdatePayload }) =>
      data.acknowledgementUpdate;
    return this.#graph.write(UpdateAcknowledgementDocument, { id, input }, payloadOf, ["acknowledgement"], options);
  }
}
