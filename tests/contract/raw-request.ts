import { request } from "node:http";

/** An answer as it came, before anything made sense of it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** One HTTP request with exactly these headers: `fetch` would add some of its own. Of a stream the first event is the answer. */
export function rawRequest(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const done = () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          text: Buffer.concat(chunks).toString(),
        });
      const isStream = response.headers["content-type"]?.startsWith("text/event-stream") ?? false;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (!isStream || !/^data: .*\n\n/m.test(Buffer.concat(chunks).toString())) return;
        done();
        sent.destroy();
      });
      response.once("error", reject);
      response.once("end", done);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
