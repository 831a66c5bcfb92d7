import {
  CreateScrapeJobDocument,
  DeleteScrapeJobDocument,
  GetScrapeJobDocument,
  ListScrapeJobsDocument,
  UpdateScrapeJobDocument,
} from "../generated/documents.js";
import type {
  ListScrapeJobsData,
  ScrapeJob,
  ScrapeJobCreateInput,
  ScrapeJobCreatePayload,
  ScrapeJobDeletePayload,
  ScrapeJobFilter,
  ScrapeJobOrder,
  ScrapeJobUpdateInput,
  ScrapeJobUpdatePayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which scrape jobs to list, and in which order. */
export interface ListScrapeJobsArguments extends ListArguments {
  /** The project's id. */
  readonly project: string;
  readonly filter?: ScrapeJobFilter | undefined;
  readonly orderBy?: ScrapeJobOrder | undefined;
}

/** Scrape jobs: what of a project is scraped or probed. */
export class ScrapeJobs<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The scrape job with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<ScrapeJob | null> {
    const { node } = await this.#graph.request(GetScrapeJobDocument, { id }, options);
    return nodeOf(node, "ScrapeJob");
  }

  /** The scrape jobs of a project. */
  list(args: ListScrapeJobsArguments, options?: CallOptions): Paginated<ScrapeJob> {
    const jobsOf = (data: ListScrapeJobsData) => requireNode(data.node, ["Project"], args.project).scrapeJobs;
    return this.#graph.list(ListScrapeJobsDocument, args, jobsOf, options);
  }

  /** Creates a scrape job. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: ScrapeJobCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ScrapeJobCreatePayload, "scrapeJob", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(
      CreateScrapeJobDocument,
      variables,
      (data) => data.scrapeJobCreate,
      ["scrapeJob"],
      options,
    );
  }

  /** Changes a scrape job: what the input leaves out stays as it is, null clears. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: ScrapeJobUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ScrapeJobUpdatePayload, "scrapeJob", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(
      UpdateScrapeJobDocument,
      variables,
      (data) => data.scrapeJobUpdate,
      ["scrapeJob"],
      options,
    );
  }

  /** Removes a scrape job; its targets are no longer scraped. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<ScrapeJobDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(
      DeleteScrapeJobDocument,
      variables,
      (data) => data.scrapeJobDelete,
      ["deletedId"],
      options,
    );
  }
}
