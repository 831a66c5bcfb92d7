import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { DataSource, type DataSourceOptions, type MigrationInterface } from "typeorm";
import { Database } from "./database.js";
import { DatabaseError } from "./database-error.js";
import type { DatabaseSettings } from "./database-settings.js";
import { isDenied } from "./driver-error.js";
import { migrate } from "./migrate.js";
import { StatementLogger } from "./statement-logger.js";
import { withRights } from "./with-rights.js";

/** What the database is made of, and who wants to hear about it. */
export interface DatabaseOptions {
  readonly entities: readonly (new () => object)[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Told once per attempt while the database does not answer. */
  readonly onWaiting?: (message: string) => void;
  /** Told about every SQL statement; tests count them, the server exports their number. */
  readonly onStatement?: (sql: string) => void;
  /** How long to wait for a database that does not answer yet. Default 300 s. */
  readonly waitMs?: number;
}

const retryMs = 1_000;

/** Connects (waiting for a database that is still starting), brings the schema up to date under a lock, and opens it. */
export async function openDatabase(settings: DatabaseSettings, options: DatabaseOptions): Promise<Database> {
  return settings.type === "sqlite" ? openSqlite(settings, options) : openMariadb(settings, options);
}

type SqliteSettings = Extract<DatabaseSettings, { type: "sqlite" }>;
type MariadbSettings = Extract<DatabaseSettings, { type: "mariadb" }>;

async function openSqlite(settings: SqliteSettings, options: DatabaseOptions): Promise<Database> {
  mkdirSync(dirname(settings.file), { recursive: true });
  const lock = lockSqliteFile(settings.file);
  const connections: BetterSqlite3.Database[] = [];
  const base = {
    type: "better-sqlite3",
    database: settings.file,
    timeout: 5_000,
    prepareDatabase: (raw: BetterSqlite3.Database) => {
      connections.push(raw);
      prepareSqlite(raw);
    },
    ...shared(options),
  } as const;
  const writer = new DataSource({ ...base, enableWAL: true });
  try {
    await writer.initialize();
    const [sqlite] = connections;
    if (!sqlite) throw new DatabaseError(`${settings.file} was not opened.`);
    await migrate(writer);
    const reader = await new DataSource({ ...base, readonly: true }).initialize();
    return new Database(writer, reader, { sqlite, release: () => void lock.close() });
  } catch (error) {
    if (writer.isInitialized) await writer.destroy();
    lock.close();
    throw error;
  }
}

function prepareSqlite(raw: BetterSqlite3.Database): void {
  raw.pragma("synchronous = NORMAL");
  // What is deleted or replaced is overwritten: a secret that was encrypted since is in no free page.
  raw.pragma("secure_delete = ON");
  // SQLite's own knows ASCII alone; MariaDB's, and what a search is compared with, every script.
  raw.function("lower", { deterministic: true }, (text) => (typeof text === "string" ? text.toLowerCase() : text));
}

/**
 * Two servers on one SQLite file would each keep their own queue of writes. The lock is a transaction held open on a
 * file beside it: the operating system releases it however the process ends.
 */
function lockSqliteFile(file: string): BetterSqlite3.Database {
  const lock = new BetterSqlite3(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw new DatabaseError(`${file} is in use by another server. SQLite serves one; use MariaDB to run several.`, {
      cause: error,
    });
  }
}

async function openMariadb(settings: MariadbSettings, options: DatabaseOptions): Promise<Database> {
  const connect = (user: MariadbUser) => connectWithPatience(poolOf(settings, user, options), settings, options);
  const { maintenance } = settings;
  const ready = async (source: DataSource) => {
    await requireBinaryCollation(source, settings.name);
    await withRights(() => migrate(source));
  };
  if (maintenance === undefined) {
    const source = await orDestroyed(await connect(settings), ready);
    return new Database(source, source, { timeoutMs: settings.timeoutSeconds * 1_000 });
  }
  await (await orDestroyed(await connect(maintenance), ready)).destroy();
  const source = await orDestroyed(await connect(settings), (made) => requireRights(made, settings.user));
  return new Database(source, source, {
    timeoutMs: settings.timeoutSeconds * 1_000,
    openMaintenance: () => new DataSource(poolOf(settings, maintenance, options)).initialize(),
  });
}

type MariadbUser = Pick<MariadbSettings, "user" | "password"> & { readonly poolSize?: number };

/** One connection of whoever maintains holds a lock, another works; a third waits for neither. */
const maintenancePoolSize = 3;

function poolOf(settings: MariadbSettings, { user, password, poolSize }: MariadbUser, options: DatabaseOptions) {
  return {
    type: "mariadb",
    host: settings.host,
    port: settings.port,
    username: user,
    password,
    database: settings.name,
    charset: "utf8mb4",
    timezone: "Z",
    poolSize: poolSize ?? maintenancePoolSize,
    connectTimeout: settings.connectTimeoutSeconds * 1_000,
    ...shared(options),
  } satisfies DataSourceOptions;
}

async function orDestroyed(source: DataSource, prepare: (source: DataSource) => Promise<void>): Promise<DataSource> {
  try {
    await prepare(source);
    return source;
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/** A newer version may have tables that its user has no rights on yet; better told at once than by whoever needs them. */
async function requireRights(source: DataSource, user: string): Promise<void> {
  const denied: string[] = [];
  for (const { tablePath } of source.entityMetadatas.filter(({ tableType }) => tableType !== "entity-child")) {
    try {
      await source.query(`SELECT 1 FROM \`${tablePath}\` LIMIT 0`);
    } catch (error) {
      if (!isDenied(error)) throw error;
      denied.push(tablePath);
    }
  }
  if (denied.length === 0) return;
  throw new DatabaseError(
    `The user ${user} has no rights on the tables ${denied.toSorted().join(", ")}. Give it those in server/database-grants.sql.`,
  );
}

/** Tables take the collation of their database; by any but a binary one, names and keys that differ in case are one. */
async function requireBinaryCollation(source: DataSource, name: string): Promise<void> {
  const [row]: { collation: string }[] = await source.query("SELECT @@collation_database AS collation");
  if (row?.collation.endsWith("_bin")) return;
  throw new DatabaseError(
    `The database ${name} has the collation ${row?.collation}, which takes different names for one. ALTER DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, before the first start.`,
  );
}

async function connectWithPatience(
  pool: DataSourceOptions,
  { host, port }: MariadbSettings,
  options: DatabaseOptions,
): Promise<DataSource> {
  const where = `${host}:${port}`;
  const deadline = Date.now() + (options.waitMs ?? 300_000);
  for (;;) {
    const source = new DataSource(pool);
    try {
      return await source.initialize();
    } catch (error) {
      if (!isNotThereYet(error)) throw error;
      if (Date.now() > deadline)
        throw new DatabaseError(`MariaDB at ${where} did not answer in time: ${reason(error)}`, { cause: error });
      options.onWaiting?.(`Waiting for MariaDB at ${where}: ${reason(error)}`);
      await delay(retryMs);
    }
  }
}

const notThereYet = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST",
]);

function isNotThereYet(error: unknown): boolean {
  return error instanceof Error && "code" in error && notThereYet.has(String(error.code));
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
}

function shared(options: DatabaseOptions) {
  return {
    entities: [...options.entities],
    migrations: [...options.migrations],
    migrationsTableName: "migration",
    ...(options.onStatement
      ? { logging: ["query" as const], logger: new StatementLogger(options.onStatement) }
      : { logging: false }),
  };
}
