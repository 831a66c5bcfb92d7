import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { AlertConnection } from "../alerts/alert-connection.js";
import { type AlertFilter, AlertFilterArgument } from "../alerts/alert-input.js";
import { PageArguments } from "../graph/connection.js";
import { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { SilencedProject, SilencedRuleConnection, SilencePreview } from "./silence-preview.js";
import { SilencePreviewInput } from "./silence-preview-input.js";
import type { SilencePreviewService } from "./silence-preview-service.js";
import type { SilencedRules } from "./silenced-rules.js";

/** Previews of silences in the graph. */
@Resolver(() => SilencePreview)
export class SilencePreviewResolver {
  constructor(
    private readonly service: SilencePreviewService,
    private readonly rulesOf: SilencedRules,
  ) {}

  @Query(() => SilencePreview, {
    nullable: true,
    description:
      "What a silence would do that is to be written, by what its matchers mean to Alertmanager: regular expressions match the whole value, and an absent label counts as empty. Null while no Alertmanager has answered.",
  })
  silencePreview(
    @Ctx() caller: Caller,
    @Arg("input", () => SilencePreviewInput, { description: "The silence." }) input: SilencePreviewInput,
  ) {
    return this.service.preview(caller, input);
  }

  @FieldResolver(() => AlertConnection, { description: "The alerts that it would match now, the newest first." })
  alerts(
    @Ctx() caller: Caller,
    @Root() preview: SilencePreview,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
  ) {
    return this.service.page(caller, preview, "hits", { filter: filter ?? {}, page });
  }

  @FieldResolver(() => AlertConnection, {
    description:
      "Of a change: the alerts that the silence matches now, in force or not, and would match no longer. The newest first.",
  })
  noLongerMatched(
    @Ctx() caller: Caller,
    @Root() preview: SilencePreview,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
  ) {
    return this.service.page(caller, preview, "lost", { filter: filter ?? {}, page });
  }

  @FieldResolver(() => SilencedRuleConnection, {
    description:
      "Enabled alerting rules that have no alert among `alerts`, and could have one: those of the project where the silence is for one alone, and the global ones. That is judged by what is known of their alerts: the name, the severity, the project, and the labels that rule and project set. A label that comes of the expression or of a template may have any value, so it is no more than `could`.",
  })
  rules(@Ctx() caller: Caller, @Root() preview: SilencePreview, @Args(() => PageArguments) page: PageArguments) {
    return this.rulesOf.page(caller, preview, page);
  }
}

/** The project that alerts belong to. */
@Resolver(() => SilencedProject)
export class SilencedProjectResolver {
  constructor(private readonly projects: ProjectService) {}

  @FieldResolver(() => Project, { nullable: true, description: "The project; null when there is none of that name." })
  project(@Ctx() caller: Caller, @Root() { name }: SilencedProject) {
    return name === "" ? null : this.projects.findByName(caller, name);
  }
}
