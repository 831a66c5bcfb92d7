import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { type AlertFilter, AlertFilterArgument } from "./alert-input.js";
import { AlertLabelName, AlertLabelValue } from "./alert-label.js";
import type { AlertLabelService } from "./alert-label-service.js";

const SearchArgument = () =>
  Arg("search", () => String, { nullable: true, description: "Only those with this text in them, ignoring case." });
const FirstArgument = () => Arg("first", () => Int, { defaultValue: 20, description: "How many, 1 to 100." });

/** The labels of alerts, for autocompletion and overviews. */
@Resolver()
export class AlertLabelResolver {
  constructor(private readonly service: AlertLabelService) {}

  @Query(() => [AlertLabelName], {
    nullable: true,
    description:
      "The labels of the alerts that you may read, the most frequent first; null while no Alertmanager has answered.",
  })
  alertLabelNames(
    @Ctx() caller: Caller,
    @AlertFilterArgument() filter: AlertFilter | null,
    @SearchArgument() search: string | null,
    @FirstArgument() first: number,
  ) {
    return this.service.names(caller, { filter: filter ?? {}, search, first });
  }

  @Query(() => [AlertLabelValue], {
    nullable: true,
    description:
      "The values of a label of the alerts that you may read, the most frequent first; null while no Alertmanager has answered.",
  })
  alertLabelValues(
    @Ctx() caller: Caller,
    @Arg("name", () => String, { description: "The label's name." }) name: string,
    @AlertFilterArgument() filter: AlertFilter | null,
    @SearchArgument() search: string | null,
    @FirstArgument() first: number,
  ) {
    return this.service.values(caller, name, { filter: filter ?? {}, search, first });
  }
}
