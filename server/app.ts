import { randomBytes as cryptoRandomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { GraphQLSchema } from "graphql";
import { migrations } from "../migrations/migrations.js";
import type { ApiTokenService } from "./access/api-token-service.js";
import { type Resolve, resolveName } from "./clients/host-lookups.js";
import { openDatabase } from "./core/database/open-database.js";
import type { Log } from "./core/log.js";
import { makeDomains } from "./domains.js";
import { entities } from "./entities.js";
import { graphqlServer } from "./http/graphql.js";
import { httpApp } from "./http/http-app.js";
import { KeptAnswers } from "./http/kept-answers.js";
import { Metrics } from "./http/metrics.js";
import { RateLimits } from "./http/rate-limits.js";
import { watchRefusals } from "./http/refused-mutations.js";
import { buildGraph } from "./http/schema.js";
import { signInRoutes } from "./http/sign-in.js";
import { SignInGuard } from "./http/sign-in-guard.js";
import { strangerLog } from "./http/stranger-log.js";
import { subscriptionStream } from "./http/stream.js";
import type { ProjectPurge } from "./projects/project-purge.js";
import type { Retention } from "./retention.js";
import type { SecretCare } from "./secret-care.js";
import { requestHasher } from "./secrets/request-hashes.js";
import type { Settings } from "./settings.js";

/** What the server takes from the world, so that tests can give it another. */
export interface World {
  readonly log: Log;
  readonly now?: () => Date;
  readonly randomBytes?: (size: number) => Buffer;
  /** Looks the hosts up that tenants name; this machine's own way by default. */
  readonly resolve?: Resolve;
  /** 0 to 1; spreads what several servers would do at the same time. */
  readonly random?: () => number;
  /** Told about every SQL statement. */
  readonly onStatement?: (sql: string) => void;
  /** Where the built playground lies, if not where the build puts it. */
  readonly playgroundAssets?: string;
  /** Where the built worker lies that reads large answers of Alertmanagers, if not beside this file. */
  readonly readingWorker?: URL;
}

/** The server, built and connected; not listening yet. */
export interface App {
  readonly schema: GraphQLSchema;
  readonly tokens: ApiTokenService;
  readonly secrets: SecretCare;
  readonly retention: Retention;
  /** Removes what is left of deleted projects whose grace time is over. */
  readonly purge: ProjectPurge;
  /** Serves on the address of the settings; resolves with the URL of the graph. */
  listen(): Promise<string>;
  /** Lets requests under way finish, ends streams, closes the database. */
  close(): Promise<void>;
}

const builtPlayground = fileURLToPath(new URL("../../web/dist/playground", import.meta.url));
const builtReadingWorker = new URL("./alerts/reading/reading-worker.js", import.meta.url);

/** Builds everything, once, and passes each part what it uses. */
export async function makeApp(settings: Settings, world: World): Promise<App> {
  const { log, now = () => new Date(), randomBytes = cryptoRandomBytes, random = Math.random } = world;
  const metrics = new Metrics();
  const database = await openDatabase(settings.database, {
    entities,
    migrations,
    onWaiting: (message) => log.warn(message),
    onStatement: (sql) => {
      metrics.onStatement();
      world.onStatement?.(sql);
    },
  });
  const domains = makeDomains(settings, database, {
    log,
    now,
    randomBytes,
    random,
    readingWorker: world.readingWorker ?? builtReadingWorker,
    resolve: world.resolve ?? resolveName,
    onLimit: metrics.onLimitRefusal,
    onRefusal: metrics.onRefusal,
    onResync: metrics.streams.onResync,
  });
  metrics.watchdogs(() => domains.watchdogs.readings);
  await domains.check().catch(async (error: unknown) => {
    await domains.stop();
    await database.close();
    throw error;
  });
  const schema = buildGraph(domains.resolvers, domains.streams);
  watchRefusals(schema, (caller, refusal) => domains.refusals.record(caller, refusal));
  const rates = new RateLimits(settings.limits, metrics.onRateRefusal, now);
  const { failedSignInsPerMinute } = settings.limits.rate;
  const guard = new SignInGuard(domains.authentication, failedSignInsPerMinute, metrics.onRateRefusal);
  const kept = new KeptAnswers({ budget: rates, version: domains.liveVersion, onOperation: metrics.onOperation });
  const http = httpApp({
    authentication: domains.authentication,
    guard,
    rates,
    kept,
    log,
    hashesOf: requestHasher(settings.secrets),
    bodyBytes: settings.limits.bodyBytes,
    trustedProxies: settings.listen.trustedProxies,
    playgroundAssets: world.playgroundAssets ?? builtPlayground,
    signIn: signInRoutes({
      ways: domains.ways,
      service: domains.signIn,
      log,
      now,
      admit: (address) => rates.signIn(address),
    }),
    ready: () => database.ping(),
    onStranger: strangerLog(log, now, metrics.onStranger),
    metrics: () => metrics.render(),
  });
  const apollo = graphqlServer({
    schema,
    httpServer: http.server,
    log,
    shutdownMs: settings.shutdownSeconds * 1_000,
    budget: rates,
    kept,
    drain: async () => http.endStreams(),
    onOperation: metrics.onOperation,
  });
  await apollo.start();
  const { callerOf } = http;
  http.mount(apollo, subscriptionStream({ schema, log, callerOf, budget: rates, metrics: metrics.streams }));
  await domains.start();

  return {
    schema,
    tokens: domains.tokens,
    secrets: domains.secrets,
    retention: domains.retention,
    purge: domains.purge,
    listen: async () => {
      http.server.listen(settings.listen.port, settings.listen.host);
      await once(http.server, "listening");
      const { address, port, family } = http.server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${port}/graphql`;
    },
    close: async () => {
      await apollo.stop();
      await domains.stop();
      await database.close();
    },
  };
}
