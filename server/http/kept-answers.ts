import type { ApolloServerPlugin, HTTPGraphQLResponse } from "@apollo/server";
import type { DocumentNode, GraphQLSchema } from "graphql";
import type { Caller, RequestFacts } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import type { Budget, Cost } from "./cost.js";
import { isLiveDocument } from "./live-fields.js";

/** What kept answers need. */
export interface KeptAnswersOptions {
  readonly budget: Budget<Caller>;
  /** Differs whenever an answer about what is live may differ. */
  readonly version: () => string;
  readonly onOperation: (kind: string, seconds: number, failed: boolean) => void;
}

/** An answer as it is sent, its pieces one after the other. */
export interface KeptAnswer {
  readonly contentType: string;
  readonly body: readonly Buffer[];
}

interface Kept {
  readonly contentType: string;
  /** The answer before its cost, which each caller is told of anew. */
  readonly data: Buffer;
  readonly cost: Cost;
  readonly untilMs: number;
}

/** A request that was not answered from here, what was known when it came, and whether its answer can be kept. */
interface Asked {
  readonly key: string;
  readonly version: string;
  isLive: boolean;
}

/** So old an answer may be of what other servers wrote: which projects there are. */
const keptMs = 1_000;
/** Of all answers, and of the requests that they are for. */
const mostBytes = 32 * 1024 * 1024;
/** Where the cost begins in an answer; a text in the data has its quotes escaped. */
const costMark = ',"extensions":{"cost":';

/**
 * Boards ask the same all day, and many do. An answer that follows from what is live alone is printed once, and given to all
 * with the same roles who ask the same, as long as nothing has changed. Each of them pays for it.
 */
export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new WeakMap<RequestFacts, Asked>();
  readonly #live = new WeakMap<DocumentNode, boolean>();
  #version = "";
  #bytes = 0;

  constructor(private readonly options: KeptAnswersOptions) {}

  /** Finds out whose answer can be kept. */
  readonly plugin: ApolloServerPlugin<Caller> = {
    requestDidStart: async () => ({
      willSendResponse: async ({ contextValue, response: { body }, document, schema }) => {
        const asked = this.#asked.get(contextValue.request);
        if (!asked || !document || body.kind !== "single" || body.singleResult.errors) return;
        asked.isLive = this.#isLive(schema, document);
      },
    }),
  };

  /** The answer to a request with this body; null where Apollo has to answer it. */
  async find(caller: Caller, accept: string, text: string): Promise<KeptAnswer | null> {
    const startedAt = performance.now();
    const key = `${rightsKey(caller.principal)}\n${accept}\n${text}`;
    this.#forgetOld();
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.untilMs <= startedAt) {
      this.#asked.set(caller.request, { key, version: this.#version, isLive: false });
      return null;
    }
    const { requested, limit } = kept.cost;
    const cost = await this.options.budget.charge(caller, { requested, limit }).catch(() => null);
    // Apollo says how that is refused.
    if (cost === null) return null;
    this.options.onOperation("query", (performance.now() - startedAt) / 1_000, false);
    return { contentType: kept.contentType, body: [kept.data, Buffer.from(`${costMark}${JSON.stringify(cost)}}}\n`)] };
  }

  /** Takes note of what Apollo answered. */
  keep({ request }: Caller, { headers, body }: HTTPGraphQLResponse): void {
    const asked = this.#asked.get(request);
    if (!asked?.isLive || body.kind !== "complete") return;
    const contentType = headers.get("content-type");
    const end = body.string.lastIndexOf(costMark);
    this.#forgetOld();
    // What changed meanwhile may be in one half of it.
    if (contentType === undefined || end < 0 || asked.version !== this.#version) return;
    // Behind the cost are the brackets that close the answer.
    const cost: Cost = JSON.parse(
      body.string
        .slice(end + costMark.length)
        .trimEnd()
        .slice(0, -2),
    );
    const data = Buffer.from(body.string.slice(0, end));
    const kept = { contentType, data, cost, untilMs: performance.now() + keptMs };
    this.#drop(asked.key);
    this.#kept.set(asked.key, kept);
    this.#bytes += sizeOf(asked.key, kept);
    for (const key of this.#kept.keys()) {
      if (this.#bytes <= mostBytes) break;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= sizeOf(key, kept);
  }

  #forgetOld(): void {
    const version = this.options.version();
    if (version === this.#version) return;
    this.#version = version;
    this.#kept.clear();
    this.#bytes = 0;
  }

  #isLive(schema: GraphQLSchema, document: DocumentNode): boolean {
    const known = this.#live.get(document);
    if (known !== undefined) return known;
    const isLive = isLiveDocument(schema, document);
    this.#live.set(document, isLive);
    return isLive;
  }
}

function sizeOf(key: string, { data }: Kept): number {
  return key.length + data.length;
}
