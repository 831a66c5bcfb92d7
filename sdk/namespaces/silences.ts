import { foldEvents } from "../fold-events.js";
import {
  CreateSilenceDocument,
  ExpireSilenceDocument,
  ExpireSilencesDocument,
  ExtendSilenceDocument,
  ExtendSilencesDocument,
  GetSilenceDocument,
  GetSilencePolicyDocument,
  ListSilencedAlertsDocument,
  ListSilencesDocument,
  UpdateSilenceDocument,
  WatchSilencesDocument,
} from "../generated/documents.js";
import type {
  Alert,
  AlertFilter,
  ListSilencedAlertsData,
  Silence,
  SilenceCreateInput,
  SilenceCreatePayload,
  SilenceEvent,
  SilenceExpirePayload,
  SilenceExtendInput,
  SilenceExtendPayload,
  SilenceFilter,
  SilenceOrder,
  SilencePolicy,
  SilenceSelection,
  SilencesExpirePayload,
  SilencesExtendInput,
  SilencesExtendPayload,
  SilenceUpdateInput,
  SilenceUpdatePayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { SubscribeOptions, Subscriptions } from "../subscription.js";
import type { WriteResult } from "../write.js";
import { SilencePreviews } from "./silence-previews.js";

/** Which silences to list, and in which order. */
export interface ListSilencesArguments extends ListArguments {
  readonly filter?: SilenceFilter | undefined;
  readonly orderBy?: SilenceOrder | undefined;
}

/** Which alerts of a silence to list. */
export interface ListSilencedAlertsArguments extends ListArguments {
  /** The silence's id. */
  readonly silence: string;
  readonly filter?: AlertFilter | undefined;
}

/** Which silences to watch. */
export interface WatchSilencesArguments {
  readonly filter?: SilenceFilter | undefined;
}

/** Which silences to watch, and from when on. */
export interface WatchSilenceEventsArguments extends WatchSilencesArguments {
  /** Whether to begin with all that there are. @default true */
  readonly snapshot?: boolean | undefined;
}

/** Silences: alerts that are not to be told of for a while. They live in the Alertmanagers. */
export class Silences<ClientThrows extends boolean> {
  readonly #graph: Graph;
  /** What silences would do before they are written. */
  readonly previews: SilencePreviews;
  readonly #subscriptions: Subscriptions;

  constructor(graph: Graph, subscriptions: Subscriptions) {
    this.#graph = graph;
    this.previews = new SilencePreviews(graph);
    this.#subscriptions = subscriptions;
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

  /** What the operators want of whoever writes a silence of a project with this token. */
  async policy(project: string, options?: CallOptions): Promise<SilencePolicy> {
    const { node } = await this.#graph.request(GetSilencePolicyDocument, { project }, options);
    return requireNode(node, ["Project"], project).silencePolicy;
  }

  /** Creates a silence; it is in force when the call resolves. */
  create<Throws extends boolean = ClientThrows>(
    input: SilenceCreateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceCreatePayload, "silence", Throws, false>> {
    return this.#graph.write(CreateSilenceDocument, { input }, (data) => data.silenceCreate, ["silence"], options);
  }

  /** Changes a silence. Where the Alertmanager has replaced it by a new one, go on with the id of `silence`; the old one is in `replaced`. */
  update<Throws extends boolean = ClientThrows>(
    id: string,
    input: SilenceUpdateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceUpdatePayload, "silence", Throws, false>> {
    return this.#graph.write(UpdateSilenceDocument, { id, input }, (data) => data.silenceUpdate, ["silence"], options);
  }

  /** Moves the end of a silence that has not ended; a `duration` counts from its present end. */
  extend<Throws extends boolean = ClientThrows>(
    id: string,
    input: SilenceExtendInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceExtendPayload, "silence", Throws, false>> {
    return this.#graph.write(ExtendSilenceDocument, { id, input }, (data) => data.silenceExtend, ["silence"], options);
  }

  /** Ends a silence now. */
  expire<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilenceExpirePayload, "silence", Throws, false>> {
    return this.#graph.write(ExpireSilenceDocument, { id }, (data) => data.silenceExpire, ["silence"], options);
  }

  /** Moves the ends of up to 100 silences. Resolves also when some failed: `results` says what came of each. */
  extendMany<Throws extends boolean = ClientThrows>(
    of: SilenceSelection,
    input: SilencesExtendInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilencesExtendPayload, "results", Throws, false>> {
    return this.#graph.write(
      ExtendSilencesDocument,
      { of, input },
      (data) => data.silencesExtend,
      ["results"],
      options,
    );
  }

  /** Ends up to 100 silences now. Resolves also when some failed: `results` says what came of each. */
  expireMany<Throws extends boolean = ClientThrows>(
    of: SilenceSelection,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<SilencesExpirePayload, "results", Throws, false>> {
    return this.#graph.write(ExpireSilencesDocument, { of }, (data) => data.silencesExpire, ["results"], options);
  }

  /** The silences that pass the filter, by their ids: at once, and whenever one of them changes, as `client.alerts.live`. */
  live(
    args: WatchSilencesArguments = {},
    options?: SubscribeOptions,
  ): AsyncGenerator<ReadonlyMap<string, Silence>, void, undefined> {
    return foldEvents(this.watch(args, options), ({ silence }) => silence);
  }

  /** What happens to the silences that pass the filter, as `client.alerts.watch` tells of alerts. */
  async *watch(
    args: WatchSilenceEventsArguments = {},
    options?: SubscribeOptions,
  ): AsyncGenerator<SilenceEvent, void, undefined> {
    const events = this.#subscriptions.subscribe(WatchSilencesDocument, args, { ...options, endless: true });
    for await (const { silenceEvents } of events) yield silenceEvents;
  }
}
