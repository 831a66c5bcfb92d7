import type { EntityManager, EntityTarget, ObjectLiteral, SelectQueryBuilder } from "typeorm";
import { BatchSource, groupBy, inOrderOf, type Loaders } from "../loaders.js";
import { decodeCursor, encodeCursor, type Page, type PageRequest, type Position, requirePageSize } from "../page.js";
import type { Database } from "./database.js";
import { everything, type Narrow } from "./narrow.js";

/** A total order over a table: a property of the entity, then the id in the same direction. */
export interface Order {
  readonly property: string;
  readonly direction: "ASC" | "DESC";
}

/** The parameters of a list: which rows, in which order, and the name that its cursors are bound to. */
export interface ListQuery {
  readonly narrow?: Narrow;
  readonly order: Order;
  readonly page: PageRequest;
  /** Names the list; its cursors are bound to it, to the order and to the parent. */
  readonly list: string;
}

/** A list below a parent; `filter` tells equal narrowings apart from different ones. */
export interface ChildQuery extends ListQuery {
  readonly filter?: unknown;
}

/** How many rows a parent has, and how many entries in a JSON array of them all. */
export interface EntryCount {
  readonly rows: number;
  readonly entries: number;
}

/** Reads one table: by id, by page, and by page for many parents in one statement. */
export class TableReader<T extends ObjectLiteral & { readonly id: string }> {
  /** Many by id, in the ids' order, null where there is none. */
  readonly byId = new BatchSource<string, T | null>((ids) => this.findMany(ids));

  constructor(
    protected readonly database: Database,
    protected readonly entity: EntityTarget<T>,
  ) {}

  async find(id: string): Promise<T | null> {
    const [found] = await this.findMany([id]);
    return found ?? null;
  }

  async findMany(ids: readonly string[]): Promise<(T | null)[]> {
    const rows = await this.select((query, row) => query.where(`${row}.id IN (:...ids)`, { ids: [...ids] }));
    return inOrderOf(ids, rows, (entity) => entity.id);
  }

  /** All rows that `narrow` leaves; only for lists that are bounded by what they hang off. */
  select(narrow: Narrow, order?: Order): Promise<T[]> {
    return this.database.read((manager) => {
      const query = narrow(this.#query(manager), "row");
      return (order ? ordered(query, "row", order) : query).getMany();
    });
  }

  async page({ narrow = everything, order, page, list: name }: ListQuery): Promise<Page<T>> {
    const first = requirePageSize(page.first);
    const list = boundName(name, order);
    const after = page.after != null ? decodeCursor(list, page.after) : null;
    const rows = await this.database.read((manager) => {
      const query = ordered(narrow(this.#query(manager), "row"), "row", order).limit(first + 1);
      if (after) query.andWhere(...afterPosition("row", order, positionForSql(after, order)));
      return query.getMany();
    });
    return pageOf(rows, first, after !== null, list, order);
  }

  /** The first page below each of many parents, in one statement; `parent` is the property that holds the parent's id. */
  async pages(parents: readonly string[], parent: string, query: ListQuery): Promise<Page<T>[]> {
    const listOf = (id: string) => `${query.list}@${id}`;
    const narrow = query.narrow ?? everything;
    const below =
      (ids: readonly string[]): Narrow =>
      (select, row) =>
        narrow(select.where(`${row}.${parent} IN (:...parents)`, { parents: [...ids] }), row);
    if (parents.length === 1 || query.page.after != null) {
      return Promise.all(parents.map((id) => this.page({ ...query, narrow: below([id]), list: listOf(id) })));
    }
    const first = requirePageSize(query.page.first);
    const { property, direction } = query.order;
    const rows = await this.database.read((manager) => {
      const ranked = below(parents)(manager.createQueryBuilder(this.entity, "ranked"), "ranked")
        .select("ranked.id", "id")
        .addSelect(
          `ROW_NUMBER() OVER (PARTITION BY ranked.${parent} ORDER BY ranked.${property} ${direction}, ranked.id ${direction})`,
          "place",
        );
      const select = this.#query(manager)
        .where(`row.id IN (SELECT first.id FROM (${ranked.getQuery()}) first WHERE first.place <= :most)`)
        .setParameters({ ...ranked.getParameters(), most: first + 1 });
      return ordered(select, "row", query.order).getMany();
    });
    const byParent = groupBy(rows, (row) => String(row[parent]));
    return parents.map((id) => this.firstPage(byParent.get(id) ?? [], { ...query, list: listOf(id) }));
  }

  /**
   * The page below one parent and the count of all below it, each loaded together with those of the request's other
   * parents: a query costs the same number of statements for one parent as for a hundred.
   */
  async below(
    loaders: Loaders,
    parent: string,
    parentId: string,
    query: ChildQuery,
  ): Promise<{ page: Page<T>; count: () => Promise<number> }> {
    const { narrow = everything, filter, order, page, list } = query;
    const counts = () => new BatchSource<string, number>((ids) => this.counts(ids, parent, narrow));
    const pages = () => new BatchSource<string, Page<T>>((ids) => this.pages(ids, parent, query));
    const pageKey = JSON.stringify(["page", list, filter, order, page.first, page.after]);
    return {
      page: await loaders.keyed(pageKey, pages).load(parentId),
      count: () => loaders.keyed(JSON.stringify(["count", list, filter]), counts).load(parentId),
    };
  }

  count(narrow: Narrow): Promise<number> {
    return this.database.read((manager) => narrow(this.#query(manager), "row").getCount());
  }

  /** How many rows each parent has, in the parents' order. */
  async counts(parents: readonly string[], parent: string, narrow: Narrow = everything): Promise<number[]> {
    const rows = await this.database.read((manager) =>
      narrow(this.#query(manager).where(`row.${parent} IN (:...parents)`, { parents: [...parents] }), "row")
        .select(`row.${parent}`, "parent")
        .addSelect("COUNT(*)", "count")
        .groupBy(`row.${parent}`)
        .getRawMany<{ parent: string; count: string | number }>(),
    );
    const byParent = new Map(rows.map((row) => [row.parent, Number(row.count)]));
    return parents.map((id) => byParent.get(id) ?? 0);
  }

  /** How many rows each parent has, and how many entries the arrays in the JSON property of all of them have. */
  async entryCounts(parents: readonly string[], parent: string, property: string): Promise<EntryCount[]> {
    const length = this.database.jsonLength(`row.${property}`);
    const rows = await this.database.read((manager) =>
      this.#query(manager)
        .where(`row.${parent} IN (:...parents)`, { parents: [...parents] })
        .select(`row.${parent}`, "parent")
        .addSelect("COUNT(*)", "count")
        .addSelect(`SUM(${length})`, "entries")
        .groupBy(`row.${parent}`)
        .getRawMany<{ parent: string; count: string | number; entries: string | number }>(),
    );
    const byParent = new Map(rows.map((row) => [row.parent, row]));
    return parents.map((id) => {
      const { count = 0, entries = 0 } = byParent.get(id) ?? {};
      return { rows: Number(count), entries: Number(entries) };
    });
  }

  /** The first page of a list, of whose rows there is one more than the page takes if there are so many. */
  protected firstPage(rows: readonly T[], { page, list, order }: ListQuery): Page<T> {
    return pageOf(rows, page.first, false, boundName(list, order), order);
  }

  /** How the rows of a page are named as places in the list. */
  protected cursorsOf({ list, order }: ListQuery): Page<T>["cursorOf"] {
    const name = boundName(list, order);
    return (item) => encodeCursor(name, positionOf(item, order));
  }

  #query(manager: EntityManager): SelectQueryBuilder<T> {
    return manager.createQueryBuilder(this.entity, "row");
  }
}

function boundName(list: string, { property, direction }: Order): string {
  return `${list}:${property}:${direction}`;
}

function ordered<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  row: string,
  order: Order,
): SelectQueryBuilder<T> {
  return query.orderBy(`${row}.${order.property}`, order.direction).addOrderBy(`${row}.id`, order.direction);
}

function afterPosition(
  row: string,
  { property, direction }: Order,
  [value, id]: readonly [string | number | Date, string],
): [string, ObjectLiteral] {
  const beyond = direction === "ASC" ? ">" : "<";
  const column = `${row}.${property}`;
  return [
    // Written so that both databases begin to read an index at the position.
    `${column} ${beyond}= :afterValue AND (${column} ${beyond} :afterValue OR ${row}.id ${beyond} :afterId)`,
    { afterValue: value, afterId: id },
  ];
}

function isDateProperty(property: string): boolean {
  return property === "at" || property.endsWith("At");
}

function positionForSql([value, id]: Position, order: Order): readonly [string | number | Date, string] {
  return [isDateProperty(order.property) ? new Date(value) : value, id];
}

function positionOf(entity: ObjectLiteral, order: Order): Position {
  const value: unknown = entity[order.property];
  return [value instanceof Date ? value.getTime() : (value as string | number), String(entity.id)];
}

function pageOf<T extends ObjectLiteral>(
  rows: readonly T[],
  first: number,
  hasPreviousPage: boolean,
  list: string,
  order: Order,
): Page<T> {
  return {
    items: rows.slice(0, first),
    hasNextPage: rows.length > first,
    hasPreviousPage,
    cursorOf: (item) => encodeCursor(list, positionOf(item, order)),
  };
}
