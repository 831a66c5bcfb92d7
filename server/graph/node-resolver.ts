import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { BadUserInputError } from "../core/errors.js";
import { Node } from "./node.js";

/** How the objects of one id prefix are found; null stands for absent and for invisible alike. */
export interface NodeSource<C> {
  readonly prefix: string;
  /** Whether `id` has the shape of this kind's ids; asked before anything is looked up. */
  readonly isWellFormed: (id: string) => boolean;
  readonly find: (caller: C, id: string) => Promise<Node | null>;
}

const mostIds = 100;

/** Look-up by id, of whatever type. */
@Resolver()
export class NodeResolver<C = unknown> {
  readonly #sources: ReadonlyMap<string, NodeSource<C>>;

  constructor(sources: readonly NodeSource<C>[]) {
    this.#sources = new Map(sources.map((source) => [source.prefix, source]));
  }

  @Query(() => Node, {
    nullable: true,
    description: "The object with this id; null when it is absent or invisible to you.",
  })
  node(@Ctx() caller: C, @Arg("id", () => ID, { description: "Its id." }) id: string): Promise<Node | null> {
    return this.#find(caller, id, ["id"]);
  }

  @Query(() => [Node], {
    nullable: "items",
    description:
      "The objects with these ids, at most 100, in their order; null for those that are absent or invisible to you.",
  })
  nodes(
    @Ctx() caller: C,
    @Arg("ids", () => [ID], { description: "Their ids." }) ids: string[],
  ): Promise<(Node | null)[]> {
    if (ids.length > mostIds) throw new BadUserInputError(`"ids" may name at most ${mostIds} objects.`, ["ids"]);
    return Promise.all(ids.map((id, index) => this.#find(caller, id, ["ids", String(index)])));
  }

  async #find(caller: C, id: string, path: readonly string[]): Promise<Node | null> {
    const source = this.#sources.get(id.slice(0, Math.max(id.indexOf("_"), 0)));
    if (!source?.isWellFormed(id)) throw new BadUserInputError("There is no such kind of id.", path);
    return source.find(caller, id);
  }
}
