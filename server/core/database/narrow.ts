import type { ObjectLiteral, SelectQueryBuilder } from "typeorm";

/** Narrows a query; `row` is the alias of the table. Values are bound as parameters, never put into the text. */
export type Narrow = <T extends ObjectLiteral>(query: SelectQueryBuilder<T>, row: string) => SelectQueryBuilder<T>;

/** Everything, in the sense of a filter. */
export const everything: Narrow = (query) => query;

/** Keeps only rows whose `property` contains `text`, ignoring case; `%`, `_` and `\` in it stand for themselves. */
export function contains(property: string, text: string): Narrow {
  const pattern = `%${text.toLowerCase().replace(/[!%_]/g, "!$&")}%`;
  return (query, row) =>
    query.andWhere(`LOWER(${row}.${property}) LIKE :${property}Like ESCAPE '!'`, { [`${property}Like`]: pattern });
}

/** Keeps only rows whose `property` equals `value`. */
export function equals(property: string, value: string | number | boolean): Narrow {
  return (query, row) => query.andWhere(`${row}.${property} = :${property}Equal`, { [`${property}Equal`]: value });
}

/** Keeps only rows whose `property` is one of `values`; none when there are no values. */
export function oneOf(property: string, values: readonly string[]): Narrow {
  if (values.length === 0) return (query) => query.andWhere("1 = 0");
  return (query, row) =>
    query.andWhere(`${row}.${property} IN (:...${property}In)`, { [`${property}In`]: [...values] });
}

/** Keeps only rows whose `property` is this time or later. */
export function since(property: string, time: Date): Narrow {
  return (query, row) => query.andWhere(`${row}.${property} >= :${property}Since`, { [`${property}Since`]: time });
}

/** Keeps only rows whose `property` is before this time. */
export function until(property: string, time: Date): Narrow {
  return (query, row) => query.andWhere(`${row}.${property} < :${property}Until`, { [`${property}Until`]: time });
}

/** All of them at once. */
export function all(...narrows: readonly Narrow[]): Narrow {
  return (query, row) => narrows.reduce((narrowed, narrow) => narrow(narrowed, row), query);
}

/** Only rows in which the property is not null. */
export function isSet(property: string): Narrow {
  return (query, row) => query.andWhere(`${row}.${property} IS NOT NULL`);
}
