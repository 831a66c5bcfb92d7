import { ArgsType, type ClassType, Field, Int, ObjectType } from "type-graphql";
import type { Page, PageRequest } from "../core/page.js";

/** Where a page begins and ends, as the Relay connection specification has it. */
@ObjectType({ description: "Where a page lies in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether more follow." })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether the page was asked for with a cursor." })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The cursor of the first object; null when the page is empty." })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "The cursor of the last object: give it as `after` to read on." })
  readonly endCursor!: string | null;
}

/** The arguments of every list. */
@ArgsType()
export class PageArguments implements PageRequest {
  @Field(() => Int, { defaultValue: 50, description: "How many, 1 to 100. Outside is an error, never a clamp." })
  readonly first!: number;

  @Field(() => String, {
    nullable: true,
    description: "Begin after this cursor, taken from `pageInfo.endCursor` of the same list.",
  })
  readonly after?: string | null;
}

/** A page of `T` as the graph shows it; `totalCount` is asked for only when the query selects it. */
export interface Connection<T> extends PageHolder<T> {
  readonly count: () => Promise<number> | number;
}

/** Wraps a page for a connection type. */
export function connection<T>(page: Page<T>, count: () => Promise<number> | number): Connection<T> {
  return { page, count };
}

/** One object of a page, with its cursor. */
export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** Makes the types `XConnection` and `XEdge` for the type that `node` names; resolvers return what `connection()` makes. */
export function connectionType<T extends object>(name: string, node: () => unknown): ClassType<Connection<T>> {
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class CountedConnection extends pageType<T>(name, node) implements Connection<T> {
    readonly count!: Connection<T>["count"];

    @Field(() => Int, { description: "How many the whole list holds with this filter." })
    totalCount(): Promise<number> | number {
      return this.count();
    }
  }
  return CountedConnection;
}

/** Like `connectionType`, for lists that cannot be counted cheaply: without `totalCount`. */
export function uncountedConnectionType<T extends object>(name: string, node: () => unknown): ClassType<PageHolder<T>> {
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class UncountedConnection extends pageType<T>(name, node) {}
  return UncountedConnection;
}

/** What a connection is made from. */
export interface PageHolder<T> {
  readonly page: Page<T>;
}

/** The abstract class that both kinds of connection, and those with fields of their own, extend. */
export function pageType<T extends object>(name: string, node: () => unknown) {
  @ObjectType(`${name}Edge`, { description: `One ${name} and its place in the list.` })
  class NodeEdge implements Edge<T> {
    @Field(() => String, { description: "Give it as `after` to read on from here." })
    readonly cursor!: string;

    @Field(node as () => ClassType<T>, { description: `The ${name}.` })
    readonly node!: T;
  }

  @ObjectType()
  abstract class NodePage implements PageHolder<T> {
    readonly page!: Page<T>;

    @Field(() => [NodeEdge], { description: "The objects with their cursors." })
    edges(): Edge<T>[] {
      return this.page.items.map((item) => ({ cursor: this.page.cursorOf(item), node: item }));
    }

    @Field(() => [node()] as [ClassType<T>], { description: "The objects alone." })
    nodes(): readonly T[] {
      return this.page.items;
    }

    @Field(() => PageInfo, { description: "Where this page lies in the list." })
    pageInfo(): PageInfo {
      const { items, hasNextPage, hasPreviousPage, cursorOf } = this.page;
      const [first, last] = [items[0], items.at(-1)];
      return {
        hasNextPage,
        hasPreviousPage,
        startCursor: first === undefined ? null : cursorOf(first),
        endCursor: last === undefined ? null : cursorOf(last),
      };
    }
  }
  return NodePage as abstract new () => NodePage;
}
