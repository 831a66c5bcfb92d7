import { ObjectType } from "type-graphql";
import { ChildEntity } from "typeorm";
import { Node } from "../graph/node.js";
import { Rule } from "./rule.js";

/** A rule that records what its expression gives as a new series. */
@ChildEntity("RECORDING")
@ObjectType({ implements: [Node, Rule], description: "A rule that records what its expression gives as a new series." })
export class RecordingRule extends Rule {}
