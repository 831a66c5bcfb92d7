import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import express from "express";
import { beforeAll, describe, expect, it } from "vitest";
import { type CredentialsWatch, pauseMs, watchCredentials } from "../../server/http/watch-credentials.js";
import { startApp, type TestApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

/** A stream that is open, and what came of it so far. */
interface OpenStream {
  readonly events: readonly number[];
  readonly isEnded: boolean;
}

describeOnEachDatabase((database) => {
  let app: TestApp;
  const start = new Date("2026-01-01T00:00:00Z").getTime();
  let now = start;

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => new Date(now) });
  });

  const issue = async (input: object): Promise<{ id: string; secret: string }> => {
    const mutation = `mutation ($input: ApiTokenCreateInput!) {
      apiTokenCreate(input: $input) { apiToken { id } secret }
    }`;
    const all = { name: "watcher", globalRole: "AGENT", ...input };
    const { apiToken, secret } = (await app.data(app.operator, mutation, { input: all })).apiTokenCreate;
    return { id: apiToken.id, secret };
  };
  const rotate = async (id: string, previousValidFor: string): Promise<string> => {
    const mutation = `mutation ($id: ID!, $input: ApiTokenRotateInput!) { apiTokenRotate(id: $id, input: $input) { secret } }`;
    return (await app.data(app.operator, mutation, { id, input: { previousValidFor } })).apiTokenRotate.secret;
  };
  const project = async (name: string): Promise<string> =>
    (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
      .projectCreate.project.id;
  const statusOf = async (secret: string) => (await app.graphql(secret, "{ revision }")).status;

  /** Opens a stream; it is there once its first event is. */
  const open = async (secret: string): Promise<OpenStream> => {
    const response = await fetch(`${app.url}/stream`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query: "subscription { revisions }" }),
    });
    expect(response.status).toBe(200);
    const stream = { events: [] as number[], isEnded: false };
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        for (const [, revision] of decoder.decode(chunk).matchAll(/"revisions":(\d+)/g)) {
          stream.events.push(Number(revision));
        }
      }
      stream.isEnded = true;
    };
    read().catch(() => {});
    await waitFor(() => stream.events.length > 0, { what: "the first event" });
    return stream;
  };
  const ended = (...streams: OpenStream[]) =>
    waitFor(() => streams.every(({ isEnded }) => isEnded), { what: "the streams to end", deadlineMs: 15_000 });

  it("ends a stream when its token is revoked, expires, is rotated at once or has other roles, and no other", async () => {
    const other = await project("other");
    const brief = await project("brief");
    const memberships = [{ project: brief, role: "ADMIN" }];
    const [kept, revoked, expiring, rotated, graced, demoted] = await Promise.all([
      issue({ memberships: [{ project: other, role: "ADMIN" }] }),
      issue({}),
      issue({ expiresAt: new Date(start + 1_000) }),
      issue({}),
      issue({}),
      issue({ memberships }),
    ]);
    const keptStream = await open(kept.secret);
    const revokedStream = await open(revoked.secret);
    const expiringStream = await open(expiring.secret);
    const rotatedStream = await open(rotated.secret);
    const gracedStream = await open(graced.secret);
    const demotedStream = await open(demoted.secret);

    await app.data(app.operator, `mutation { apiTokenRevoke(id: "${revoked.id}") { apiToken { id } } }`);
    now = start + 1_000;
    const [newest, newer] = [await rotate(rotated.id, "0s"), await rotate(graced.id, "1h")];
    await app.data(app.operator, `mutation { projectDelete(id: "${brief}") { deletedId } }`);
    const secrets = [kept.secret, revoked.secret, expiring.secret, rotated.secret, newest, graced.secret, newer];
    expect(await Promise.all(secrets.map(statusOf))).toEqual([200, 401, 401, 401, 200, 200, 200]);
    await ended(revokedStream, expiringStream, rotatedStream, demotedStream);
    expect([keptStream.isEnded, gracedStream.isEnded]).toEqual([false, false]);

    // What has other roles now is let in again, with these.
    const again = await open(demoted.secret);
    now = start + 3_601_000;
    await ended(gracedStream);
    expect(await Promise.all([graced.secret, newer].map(statusOf))).toEqual([401, 200]);
    await project("later");
    const { revision } = await app.data(app.operator, "{ revision }");
    await waitFor(() => [keptStream, again].every(({ events }) => events.at(-1) === revision), {
      what: "the revision",
    });
    expect([keptStream.isEnded, again.isEnded]).toEqual([false, false]);
  });
});

describe("a watch over a stream's credentials", () => {
  interface Watched {
    readonly url: string;
    readonly told: string[];
    open: number;
    asked: number;
    mostAtOnce: number;
  }

  /** A server whose answers are streams that are watched, each check of which takes longer than the pause between two. */
  const watched = async (
    answer: (asked: number) => boolean,
    limits: Pick<CredentialsWatch, "mostMs" | "unknownMs" | "now" | "restMs"> = {},
    sent = "open",
  ): Promise<Watched> => {
    const app = express();
    const server = createServer(app);
    const seen = { url: "", told: [] as string[], asked: 0, mostAtOnce: 0, open: 0 };
    let atOnce = 0;
    app.get("/", (_request, response) => {
      seen.open++;
      response.once("close", () => seen.open--);
      response.write(sent);
      watchCredentials(response, {
        ...limits,
        meanMs: 1,
        stillProves: async () => {
          seen.mostAtOnce = Math.max(seen.mostAtOnce, ++atOnce);
          await delay(5);
          atOnce--;
          return answer(++seen.asked);
        },
        onEnd: () => seen.told.push("ended"),
        onUnknown: (error) => seen.told.push(String(error)),
      });
    });
    server.listen(0, "127.0.0.1");
    atEnd(async () => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return seen;
  };

  it("asks one question at a time, outlives questions without an answer, and tells of those once", async () => {
    const seen = await watched((asked) => {
      if (asked > 2 && asked < 6) throw new Error(`no answer ${asked}`);
      if (asked === 8) throw new Error("no answer again");
      return asked < 12;
    });
    const response = await fetch(seen.url);
    expect(await response.text()).toBe("open");
    expect(seen).toEqual({
      url: seen.url,
      asked: 12,
      mostAtOnce: 1,
      open: 0,
      told: ["Error: no answer 3", "Error: no answer again", "ended"],
    });
  });

  it("ends what has not been known to hold for too long, and what is too old, whatever it proves", async () => {
    let time = 0;
    const now = () => time;
    const unknown = await watched(
      (asked) => {
        time += 100;
        if (asked > 2) throw new Error("no answer");
        return true;
      },
      { now, unknownMs: 300 },
    );
    expect(await (await fetch(unknown.url)).text()).toBe("open");
    expect([unknown.asked, unknown.told]).toEqual([5, ["Error: no answer", "ended"]]);
    time = 0;
    const old = await watched(
      () => {
        time += 100;
        return true;
      },
      { now, mostMs: 300 },
    );
    expect(await (await fetch(old.url)).text()).toBe("open");
    expect([old.asked, old.told]).toEqual([3, ["ended"]]);
  });

  it("lets go of a client that does not read the rest", async () => {
    const seen = await watched(() => false, { restMs: 100 }, "x".repeat(50_000_000));
    const socket = connect(Number(new URL(seen.url).port), "127.0.0.1");
    atEnd(async () => void socket.destroy());
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    await waitFor(() => seen.told.length > 0 && seen.open === 0, { what: "the stream to be closed" });
    expect(seen.told).toEqual(["ended"]);
  });

  it("ends with the stream", async () => {
    const left = await watched(() => true);
    const hangUp = new AbortController();
    await fetch(left.url, { signal: hangUp.signal });
    await waitFor(() => left.asked > 2, { what: "questions" });
    hangUp.abort();
    const stays = await watched((asked) => asked < 20);
    await (await fetch(stays.url)).text();
    const then = left.asked;
    const longer = await watched((asked) => asked < 20);
    await (await fetch(longer.url)).text();
    expect([left.asked, left.told]).toEqual([then, []]);
  });

  it("spreads the questions of streams that were opened at once, and asks within five seconds", () => {
    expect([0, 0.5, 1].map((random) => pauseMs(random))).toEqual([3_000, 4_000, 5_000]);
  });
});
