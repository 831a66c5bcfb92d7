import { type QueryRunner, Table, TableColumn, type TableColumnOptions, type TableIndexOptions } from "typeorm";

/** The column types of a migration, in the spelling that TypeORM reads back from each dialect: so nothing drifts. */
export class Columns {
  readonly #isSqlite: boolean;

  constructor(runner: QueryRunner) {
    this.#isSqlite = runner.dataSource.options.type === "better-sqlite3";
  }

  /** An id, alone the primary key, or together with other columns made by `key`. */
  key(name = "id"): TableColumnOptions {
    return { name, type: "varchar", length: "40", isPrimary: true, primaryKeyConstraintName: "pk" };
  }

  /** A whole-number primary key that is not generated. */
  intKey(name = "id"): TableColumnOptions {
    return { ...this.int(name), isPrimary: true, primaryKeyConstraintName: "pk" };
  }

  text(name: string, length: number): TableColumnOptions {
    return { name, type: "varchar", length: String(length) };
  }

  int(name: string): TableColumnOptions {
    return { name, type: this.#isSqlite ? "integer" : "int" };
  }

  flag(name: string): TableColumnOptions {
    return { name, type: this.#isSqlite ? "boolean" : "tinyint" };
  }

  /** JSON, of any size. */
  json(name: string): TableColumnOptions {
    return { name, type: "json" };
  }

  /** A point in time, in UTC, with milliseconds. */
  time(name: string): TableColumnOptions {
    return { name, type: "datetime", precision: 3 };
  }

  /** The columns of every stored noun: see `StoredNode`. */
  stored(): TableColumnOptions[] {
    return [this.key(), this.int("revision"), this.int("version"), this.time("created_at"), this.time("updated_at")];
  }
}

/** The same column, allowing null. */
export function nullable(column: TableColumnOptions): TableColumnOptions {
  return { ...column, isNullable: true };
}

/** An index that entity and migration name alike. */
export function index(name: string, ...columnNames: string[]): TableIndexOptions {
  return { name, columnNames };
}

/** A unique index that entity and migration name alike. */
export function unique(name: string, ...columnNames: string[]): TableIndexOptions {
  return { name, columnNames, isUnique: true };
}

/** Creates a table; parents are named by id, without foreign keys: services keep children and parents together. */
export async function createTable(
  runner: QueryRunner,
  name: string,
  columns: TableColumnOptions[],
  indices: TableIndexOptions[] = [],
): Promise<void> {
  await runner.createTable(new Table({ name, columns, indices }));
}

/** Adds a column; rows that are there already get `value`, which new ones do not get by themselves. */
export async function addColumn(
  runner: QueryRunner,
  table: string,
  column: TableColumnOptions,
  value?: string,
): Promise<void> {
  if (value === undefined) return runner.addColumn(table, new TableColumn(column));
  const filled = new TableColumn({ ...column, default: `'${value}'` });
  await runner.addColumn(table, filled);
  await runner.changeColumn(table, filled, new TableColumn(column));
}
