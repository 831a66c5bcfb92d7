import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { Alert } from "../alerts/alert.js";
import { AlertConnection } from "../alerts/alert-connection.js";
import { type AlertFilter, AlertFilterArgument } from "../alerts/alert-input.js";
import { IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import type { Outcome } from "../graph/payload.js";
import { Project } from "../projects/project.js";
import { Silence, SilenceConnection } from "./silence.js";
import { SilenceCreateInput, SilenceExtendInput, SilenceUpdateInput } from "./silence-input.js";
import { type SilenceFilter, SilenceFilterArgument, SilenceOrder } from "./silence-list-input.js";
import {
  SilenceCreatePayload,
  SilenceExpirePayload,
  SilenceExtendPayload,
  SilenceUpdatePayload,
} from "./silence-payload.js";
import type { SilenceService } from "./silence-service.js";
import type { SilenceWriter } from "./silence-writer.js";

/** Silences in the graph. */
@Resolver(() => Silence)
export class SilenceResolver {
  constructor(
    private readonly service: SilenceService,
    private readonly writer: SilenceWriter,
  ) {}

  @Query(() => SilenceConnection, {
    nullable: true,
    description:
      "The silences that could keep alerts quiet that you may read, those that have ended among them; null while no Alertmanager has answered.",
  })
  silences(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @SilenceFilterArgument() filter: SilenceFilter | null,
    @OrderBy(SilenceOrder, "UPDATED_AT_DESC") order: keyof typeof SilenceOrder,
  ) {
    return this.service.list(caller, { filter: filter ?? {}, order, page });
  }

  @FieldResolver(() => [Project], {
    description: "The projects that it names, or has alerts of now, as far as you may read them.",
  })
  projects(@Ctx() caller: Caller, @Root() silence: Silence) {
    return this.service.projectsOf(caller, silence);
  }

  @FieldResolver(() => AlertConnection, {
    nullable: true,
    description: "The alerts that it matches, whether it is in force or not, as far as you may read them.",
  })
  alerts(
    @Ctx() caller: Caller,
    @Root() silence: Silence,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
  ) {
    return this.service.alertsOf(caller, silence, { filter: filter ?? {}, order: "STARTS_AT_DESC", page });
  }

  @FieldResolver(() => Boolean, { description: "Whether you may change or expire it; an expired one nobody can." })
  viewerCanEdit(@Ctx() caller: Caller, @Root() silence: Silence) {
    return this.service.canEdit(caller, silence);
  }

  @Mutation(() => SilenceCreatePayload, { description: "Creates a silence. Every query after it shows its effect." })
  async silenceCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => SilenceCreateInput, { description: "The new silence." }) input: SilenceCreateInput,
  ) {
    return payload(await this.writer.create(caller, input));
  }

  @Mutation(() => SilenceUpdatePayload, { description: "Changes a silence. Every query after it shows its effect." })
  async silenceUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => SilenceUpdateInput, { description: "What to change." }) input: SilenceUpdateInput,
  ) {
    const { replaced, ...outcome } = await this.writer.update(caller, id, input);
    return { ...payload(outcome), replaced };
  }

  @Mutation(() => SilenceExtendPayload, {
    description: "Moves the end of a silence that has not ended, and nothing else: it keeps its id.",
  })
  async silenceExtend(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => SilenceExtendInput, { description: "The new end." }) input: SilenceExtendInput,
  ) {
    return payload(await this.writer.extend(caller, id, input));
  }

  @Mutation(() => SilenceExpirePayload, { description: "Ends a silence now. Every query after it shows its effect." })
  async silenceExpire(@Ctx() caller: Caller, @IdArgument() id: string) {
    return payload(await this.writer.expire(caller, id));
  }
}

function payload({ subject, userErrors }: Outcome<Silence>) {
  return { silence: subject, userErrors };
}

/** The silences that keep an alert quiet. */
@Resolver(() => Alert)
export class AlertSilencesResolver {
  constructor(private readonly service: SilenceService) {}

  @FieldResolver(() => [Silence], { description: "The silences that keep it quiet." })
  silencedBy(@Root() alert: Alert) {
    return alert.silenceIds.length === 0 ? [] : this.service.listOfAlert(alert);
  }
}

/** The silences that concern a project. */
@Resolver(() => Project)
export class ProjectSilencesResolver {
  constructor(private readonly service: SilenceService) {}

  @FieldResolver(() => SilenceConnection, {
    nullable: true,
    description:
      "The silences that could keep its alerts quiet, those that have ended among them; null while no Alertmanager has answered.",
  })
  silences(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @SilenceFilterArgument() filter: SilenceFilter | null,
    @OrderBy(SilenceOrder, "UPDATED_AT_DESC") order: keyof typeof SilenceOrder,
  ) {
    return this.service.listOfProject(caller, project, { filter: filter ?? {}, order, page });
  }
}
