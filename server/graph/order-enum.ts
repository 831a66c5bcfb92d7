import { registerEnumType } from "type-graphql";
import type { Order } from "../core/database/table-reader.js";

const words: Readonly<Record<string, string>> = {
  name: "by name",
  createdAt: "by time of creation",
  updatedAt: "by time of the last change",
  startsAt: "by start",
};

/** Registers the orders of a list as an enum; a caller names an order, never a column. */
export function registerOrder(name: string, orders: Readonly<Record<string, Order>>): void {
  const valuesConfig = Object.fromEntries(
    Object.entries(orders).map(([key, { property, direction }]) => [
      key,
      { description: `${words[property] ?? `by ${property}`}, ${direction === "ASC" ? "ascending" : "descending"}.`.replace(/^b/, "B") },
    ]),
  );
  registerEnumType(orders, { name, description: `The orders of a list: ${name}.`, valuesConfig });
}
