import { AsyncLocalStorage } from "node:async_hooks";
import type { DataSource, EntityManager } from "typeorm";
import { isTransient, wrapDriverError } from "./driver-error.js";

/** How often a transaction is tried when MariaDB ends it because of a deadlock or a lock wait. */
const transactionTries = 5;

/**
 * The only way to the database. TypeORM gives all requests one connection on SQLite, where one request's open
 * transaction would swallow another's writes; so writes queue on one connection and reads use a second one.
 * On MariaDB both are the same pool.
 *
 * Never await the network inside a transaction, and never write outside one.
 */
export class Database {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #transaction = new AsyncLocalStorage<EntityManager>();

  constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
    private readonly release: () => Promise<void> = async () => {},
  ) {}

  /** Inside a transaction: that transaction. Outside: what was last committed; writing there fails on SQLite. */
  get manager(): EntityManager {
    return this.#transaction.getStore() ?? this.reader.manager;
  }

  get isSqlite(): boolean {
    return this.writer.options.type === "better-sqlite3";
  }

  /** Runs `work` in one transaction; a nested call joins the outer one, so an error must reach the outer one to undo. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const outer = this.#transaction.getStore();
    if (outer) return work(outer);
    const run = () => this.writer.transaction((manager) => this.#transaction.run(manager, () => work(manager)));
    if (!this.isSqlite) return this.#retried(run);
    const result = this.#tail.then(run, run);
    this.#tail = result.catch(() => {});
    return result.catch((error: unknown) => Promise.reject(wrapDriverError(error)));
  }

  /** Runs a read; a driver's error comes out as an AppError that names no SQL. */
  async read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.manager);
    } catch (error) {
      throw wrapDriverError(error);
    }
  }

  /** Resolves when the database answers a trivial query. */
  async ping(): Promise<void> {
    await this.read((manager) => manager.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.writer.destroy();
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.release();
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
