import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { Caller } from "../../server/access/caller.js";
import type { GlobalRole, ProjectRole } from "../../server/access/roles.js";
import { type App, makeApp } from "../../server/app.js";
import { makeLog } from "../../server/core/log.js";
import { type Settings, settingsOf } from "../../server/settings.js";
import { atEnd } from "./at-end.js";
import type { DatabaseSettings } from "./databases.js";
import { type Answer, postGraphql } from "./post-graphql.js";
import { readingWorker } from "./reading-worker.js";

/** The real server, in this process, on a free port. */
export interface TestApp {
  /** The URL of the graph. */
  readonly url: string;
  readonly app: App;
  /** A token with the role OPERATOR. */
  readonly operator: string;
  /** Sends an operation with a token (null: none) and any further headers. */
  graphql(token: string | null, query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Like `graphql`, and fails unless the answer has data and no errors. */
  // biome-ignore lint/suspicious/noExplicitAny: see Answer.data
  data(token: string, query: string, variables?: object, headers?: Record<string, string>): Promise<any>;
  /** A fresh token with a role over all projects, or with roles in projects by id. */
  token(role: GlobalRole | Readonly<Record<string, ProjectRole>>): Promise<string>;
  /**
   * The SQL statements of the requests that are made during `work`, those of authentication included; with "all" also those
   * of what the server does by itself, but not those by which servers take turns.
   */
  statementsOf(work: () => Promise<unknown>, which?: "all" | "asked"): Promise<string[]>;
  close(): Promise<void>;
}

/** What a test may set otherwise than by default; everything but the database. */
export type TestSettings = Omit<Parameters<typeof settingsOf>[0], "database"> & {
  readonly now?: () => Date;
  readonly random?: () => number;
  readonly playgroundAssets?: string;
  /** The addresses of names; by default none has any, and nobody is asked. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Told about every line of the log, which is silent without. */
  readonly onLog?: (line: string) => void;
};

/** Starts the real server over `database`; it is closed at the end of the test, or of the file, at the latest. */
export async function startApp(
  database: DatabaseSettings,
  { now, random, playgroundAssets, resolve = async () => [], onLog, ...rest }: TestSettings = {},
): Promise<TestApp> {
  const log = { level: onLog ? "debug" : "silent" } as const;
  const limits = { ...rest.limits, rate: { ...unhurried, ...rest.limits?.rate } };
  const given = { listen: { port: 0 }, log, secrets: testSecrets, egress: everywhere, ...rest, limits, database };
  const settings: Settings = settingsOf(given);
  let statements: { readonly which: "all" | "asked"; readonly seen: string[] } | null = null;
  const app = await makeApp(settings, {
    log: makeLog(settings.log.level, onLog && { write: onLog }),
    resolve,
    readingWorker,
    ...(now ? { now } : {}),
    ...(random ? { random } : {}),
    ...(playgroundAssets ? { playgroundAssets } : {}),
    onStatement: (sql) => {
      if (statements !== null && isCounted(sql, statements)) statements.seen.push(sql);
    },
  });
  const url = await app.listen();
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= app.close());
  atEnd(close);

  const graphql: TestApp["graphql"] = (...request) => postGraphql(url, ...request);
  const token: TestApp["token"] = async (role) => {
    const grant =
      typeof role === "string"
        ? { globalRole: role }
        : { memberships: Object.entries(role).map(([project, projectRole]) => ({ project, role: projectRole })) };
    const { secret, userErrors } = await app.tokens.create(operatorCaller(), {
      name: "test",
      ...grant,
    });
    if (secret === null) throw new Error(JSON.stringify(userErrors));
    return secret;
  };
  return {
    url,
    app,
    operator: await token("OPERATOR"),
    graphql,
    data: async (...request) => {
      const { data, errors } = await graphql(...request);
      if (errors) throw new Error(JSON.stringify(errors, null, 2));
      return data;
    },
    token,
    statementsOf: async (work, which = "asked") => {
      const seen: string[] = [];
      statements = { which, seen };
      try {
        await work();
      } finally {
        statements = null;
      }
      return seen;
    },
    close,
  };
}

/** Set while a request is answered. */
const asked = new AsyncLocalStorage<true>();
subscribe("http.server.request.start", () => asked.enterWith(true));

function isCounted(sql: string, { which }: { readonly which: "all" | "asked" }): boolean {
  return which === "all" ? !ownTables.test(sql) : asked.getStore() === true && !sql.startsWith(newestRevision);
}

/** How a server looks each second for what others wrote, which a request may join. */
const newestRevision = "SELECT value AS newest";

/** What a server writes every few seconds: that it is still at work. */
const ownTables = /\b(lease|alert_history_reading)\b/;

/** A key, so that tests may store secrets. */
const testSecrets = { keys: [{ id: "test", key: Buffer.alloc(32, "test").toString("base64") }] };

/** A test asks more in a second than a person in a minute. */
const unhurried = {
  requestsPerMinute: 1_000_000,
  costPerMinute: 1_000_000_000,
  failedSignInsPerMinute: 1_000_000,
  signInsPerMinute: 1_000_000,
};

/** Tests run on loopback, and most of them care for no address. */
const everywhere = {
  allowedNetworks: ["127.0.0.0/8", "10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"],
  hosts: [{ names: ["*"] }],
  probeRedirects: true,
};

const testOperator = {
  kind: "API_TOKEN",
  id: "test",
  name: "test",
  globalRole: "OPERATOR",
  everyProjectRole: null,
  memberships: new Map(),
} as const;

/** An operator for what no request reaches. */
export function operatorCaller(): Caller {
  const facts = { requestId: "test", source: null, signal: new AbortController().signal, idempotency: null };
  return new Caller(testOperator, facts);
}
