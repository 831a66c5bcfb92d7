import { type Dispatcher, Pool } from "undici";
import { quantile } from "./statistics.js";

/** One request, sent again and again. */
export interface LoadRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How to send it: over so many connections, each of which sends the next once it has the answer. */
export interface LoadShape {
  readonly connections: number;
  /** None is begun after so long. */
  readonly seconds: number;
  /** Not counted: sent before, so that code is compiled and connections are open. */
  readonly warmUpSeconds: number;
}

/** What came of it. */
export interface LoadResult {
  readonly connections: number;
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Of one answer's body. */
  readonly bytes: number;
}

/** Sends a request over kept connections as fast as answers come; rejects when one is not 200. */
export async function measureLoad(request: LoadRequest, shape: LoadShape): Promise<LoadResult> {
  const { origin, pathname, search } = new URL(request.url);
  const pool = new Pool(origin, { connections: shape.connections, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
  const options = {
    path: pathname + search,
    method: request.method,
    headers: { ...request.headers },
    body: request.body ?? null,
  };
  const work = async (seconds: number) => {
    const times: number[] = [];
    let bytes = 0;
    const startedAt = performance.now();
    const until = startedAt + seconds * 1_000;
    const loop = async () => {
      do {
        const sentAt = performance.now();
        bytes = await exchange(pool, options);
        times.push(performance.now() - sentAt);
      } while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: shape.connections }, loop));
    return { times, bytes, perSecond: (times.length / (performance.now() - startedAt)) * 1_000 };
  };
  try {
    if (shape.warmUpSeconds > 0) await work(shape.warmUpSeconds);
    const { times, bytes, perSecond } = await work(shape.seconds);
    return {
      connections: shape.connections,
      perSecond,
      medianMs: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
      bytes,
    };
  } finally {
    await pool.close();
  }
}

/** Resolves with the bytes of the answer, which nobody reads: this side is to take as little of the machine as can be. */
function exchange(pool: Pool, options: Dispatcher.DispatchOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let status = 0;
    const kept: Buffer[] = [];
    pool.dispatch(options, {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        bytes += chunk.length;
        if (status !== 200) kept.push(chunk);
      },
      onResponseEnd: () => {
        if (status === 200) resolve(bytes);
        else reject(new Error(`${options.path} answered ${status}: ${Buffer.concat(kept).toString().slice(0, 500)}`));
      },
      onResponseError: (_controller, error) => reject(error),
    });
  });
}
