import { Arg, registerEnumType } from "type-graphql";
import type { Order } from "../core/database/table-reader.js";

const words: Readonly<Record<string, string>> = {
  name: "By name",
  createdAt: "By time of creation",
  updatedAt: "By time of the last change",
  startsAt: "By start",
  project: "By the project's name",
  severity: "By severity, from none over info, warning and error to critical",
  endsAt: "By end",
};

/** The orders of a list by the name that callers give; a caller never names a column. */
export type Orders = Readonly<Record<string, Order>>;

// The library takes only plain values in enums, so the enum holds the names, and resolvers look the order up.
const enums = new WeakMap<Orders, Readonly<Record<string, string>>>();

/** Registers the orders of a list as the enum `name`. */
export function registerOrder(name: string, orders: Orders): void {
  const names = Object.fromEntries(Object.keys(orders).map((key) => [key, key]));
  const valuesConfig = Object.fromEntries(
    Object.entries(orders).map(([key, { property, direction }]) => {
      const description = `${words[property] ?? `By ${property}`}, ${direction === "ASC" ? "ascending" : "descending"}.`;
      return [key, { description }];
    }),
  );
  registerEnumType(names, { name, description: "The orders of a list.", valuesConfig });
  enums.set(orders, names);
}

/** The argument `orderBy` of a list: the name of one of `orders`, which were registered before. */
export function OrderBy<T extends Orders>(orders: T, defaultValue: keyof T & string) {
  const names = enums.get(orders);
  if (!names) throw new Error("Register the orders before they are used.");
  return Arg("orderBy", () => names, { defaultValue, description: "The order of the list." });
}
