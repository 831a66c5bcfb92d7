import type { DataSource, EntityManager } from "typeorm";
import { UpstreamUnavailableError } from "../errors.js";
import { isTransient, wrapDriverError } from "./driver-error.js";
import { withLock } from "./with-lock.js";
import { withRights } from "./with-rights.js";
import { WorkScope } from "./work-scope.js";

/** How often a transaction is tried when MariaDB ends it because of a deadlock or a lock wait. */
const transactionTries = 5;

/** What a transaction on SQLite needs. */
export interface SqliteConnection {
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
}

/** What differs between the two databases. */
export interface DatabaseBehaviour {
  /** SQLite's writing connection, below TypeORM. */
  readonly sqlite?: SqliteConnection;
  /** Opens connections of the user who maintains the tables, where the settings name one; whoever asks closes them. */
  readonly openMaintenance?: () => Promise<DataSource>;
  /** How long a read or a transaction may take before its caller is told that the database does not answer. */
  readonly timeoutMs?: number;
  /** Called once everything is closed. */
  readonly release?: () => void;
}

/**
 * The only way to the database. TypeORM gives all requests one connection on SQLite, where one request's open
 * transaction would swallow another's writes; so writes queue on one connection and reads use a second one.
 * On MariaDB both are the same pool.
 *
 * Never await the network inside a transaction, and never write outside one.
 */
export class Database {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #transaction = new WorkScope<EntityManager>();
  readonly #maintenance = new WorkScope<DataSource>();
  #commits = 0;

  constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
    private readonly options: DatabaseBehaviour = {},
  ) {}

  /** Inside a transaction: that transaction. Outside: what was last committed; writing there fails on SQLite. */
  get manager(): EntityManager {
    return this.#transaction.current ?? this.reader.manager;
  }

  get isSqlite(): boolean {
    return this.writer.options.type === "better-sqlite3";
  }

  /** How many writes of this server were committed: whatever was read before may be different after another one. */
  get commits(): number {
    return this.#commits;
  }

  /** The SQL of how many entries the JSON array in a column has. */
  jsonLength(column: string): string {
    return this.isSqlite ? `json_array_length(${column})` : `JSON_LENGTH(${column})`;
  }

  /** The SQL that gathers rows into the text of one JSON object; without rows it is NULL or `{}`. */
  jsonObject(key: string, value: string): string {
    // The driver parses what MariaDB calls JSON.
    return this.isSqlite ? `json_group_object(${key}, ${value})` : `CAST(JSON_OBJECTAGG(${key}, ${value}) AS CHAR)`;
  }

  /** The SQL of the time that the database's own clock shows, so many milliseconds later. */
  timeIn(milliseconds: number): string {
    const later = Math.trunc(milliseconds);
    return this.isSqlite
      ? `strftime('%Y-%m-%d %H:%M:%f', 'now', '${later / 1_000} seconds')`
      : `UTC_TIMESTAMP(3) + INTERVAL ${later * 1_000} MICROSECOND`;
  }

  /** The SQL of how many seconds lie between two times. */
  secondsBetween(from: string, to: string): string {
    return this.isSqlite
      ? `(unixepoch(${to}, 'subsec') - unixepoch(${from}, 'subsec'))`
      : `(TIMESTAMPDIFF(MICROSECOND, ${from}, ${to}) / 1000000)`;
  }

  /** Runs `work` in one transaction; a nested call joins the outer one, so an error must reach the outer one to undo. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const outer = this.#transaction.current;
    if (outer) return work(outer);
    const within = (manager: EntityManager) => this.#transaction.run(manager, () => work(manager));
    const { sqlite } = this.options;
    const writer = this.#maintenance.current ?? this.writer;
    if (!sqlite) return this.#counted(this.#within(this.#retried(() => writer.transaction(within))));
    const run = () => this.#alone(sqlite, within);
    const result = this.#tail.then(run, run);
    this.#tail = result.catch(() => {});
    return this.#counted(result.catch((error: unknown) => Promise.reject(wrapDriverError(error))));
  }

  /**
   * Runs one statement that writes, in the transaction that is open, if one is. Otherwise it commits by itself, so that no
   * lock of its outlives it: between two statements of a transaction a server can be stopped for good.
   */
  async statement<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (this.isSqlite || this.#transaction.current !== undefined) return this.transaction(work);
    return this.#counted(this.#within(this.#retried(() => work(this.writer.manager))));
  }

  /** One that seems to have failed counts too: it may have been committed all the same. */
  #counted<T>(write: Promise<T>): Promise<T> {
    return write.finally(() => this.#commits++);
  }

  /** Runs a read; a driver's error comes out as an AppError that names no SQL. */
  async read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.#within(work(this.manager));
    } catch (error) {
      throw wrapDriverError(error);
    }
  }

  /**
   * Runs `work` unless another server on this database is at work under the same name; then resolves to null. Its
   * transactions are made by the user who maintains the tables, where the settings name one.
   */
  async maintain<T>(name: string, work: () => Promise<T>): Promise<T | null> {
    if (this.isSqlite) return work(); // one server alone has the file
    const { openMaintenance } = this.options;
    const source = (await openMaintenance?.()) ?? this.writer;
    try {
      return await withRights(() => withLock(source, name, 0, () => this.#maintenance.run(source, work)));
    } finally {
      if (source !== this.writer) await source.destroy();
    }
  }

  /** Resolves when the database answers a trivial query. */
  async ping(): Promise<void> {
    await this.read((manager) => manager.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await this.#tail;
    if (this.reader !== this.writer) await this.reader.destroy();
    // Last, because who may write empties SQLite's log of writes into the file.
    await this.writer.destroy();
    this.options.release?.();
  }

  /**
   * TypeORM counts its transactions, and miscounts when SQLite ends one by itself or leaves one open after a COMMIT that
   * failed, as on a full disk; what is written next then joins a transaction that nobody commits. SQLite itself knows.
   */
  async #alone<T>(sqlite: SqliteConnection, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    sqlite.exec("BEGIN IMMEDIATE");
    try {
      const result = await work(this.writer.manager);
      sqlite.exec("COMMIT");
      return result;
    } finally {
      if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
    }
  }

  /** A database that accepts connections and says nothing would hold its callers for ever. */
  #within<T>(work: Promise<T>): Promise<T> {
    const { timeoutMs } = this.options;
    if (timeoutMs === undefined) return work;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const message =
        "The database does not answer. What was asked may yet be done; repeat it with the same Idempotency-Key.";
      timer = setTimeout(() => reject(new UpstreamUnavailableError(message)), timeoutMs);
    });
    return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
  }

  async #retried<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (attempt >= transactionTries || !isTransient(error)) throw wrapDriverError(error);
      }
    }
  }
}
