import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { Alert } from "../../alerts/alert.js";
import { AlertGroup } from "../../alerts/alert-group.js";
import { IdArgument } from "../../graph/arguments.js";
import { PageArguments } from "../../graph/connection.js";
import { Project } from "../../projects/project.js";
import { ProjectUsage } from "../../projects/project-usage.js";
import { Silence } from "../silence.js";
import { Acknowledgement, AcknowledgementConnection } from "./acknowledgement.js";
import type { AcknowledgementEditor } from "./acknowledgement-editor.js";
import {
  AcknowledgementFilter,
  AcknowledgementUpdateInput,
  AlertsAcknowledgeInput,
  AlertsUnacknowledgeInput,
} from "./acknowledgement-input.js";
import type { AcknowledgementLimits } from "./acknowledgement-limits.js";
import {
  AcknowledgementUpdatePayload,
  AlertsAcknowledgePayload,
  AlertsUnacknowledgePayload,
} from "./acknowledgement-payloads.js";
import type { AcknowledgementService } from "./acknowledgement-service.js";
import type { AcknowledgementWriter } from "./acknowledgement-writer.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { acknowledgementOfGroup, GroupAcknowledgement } from "./group-acknowledgement.js";

const FilterArgument = () => Arg("filter", () => AcknowledgementFilter, { nullable: true, description: "Only these." });

/** Acknowledgements in the graph. */
@Resolver(() => Acknowledgement)
export class AcknowledgementResolver {
  constructor(
    private readonly service: AcknowledgementService,
    private readonly writer: AcknowledgementWriter,
    private readonly editor: AcknowledgementEditor,
  ) {}

  @Query(() => AcknowledgementConnection, {
    description:
      "The acknowledgements of the alerts that you may read: those in force first, the newest of them first.",
  })
  acknowledgements(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @FilterArgument() filter: AcknowledgementFilter | null,
  ) {
    return this.service.list(caller, filter ?? {}, page);
  }

  @FieldResolver(() => Alert, {
    nullable: true,
    description: "The alert; null when it has resolved, also if it fires anew.",
  })
  alert(@Ctx() caller: Caller, @Root() acknowledgement: Acknowledgement) {
    return this.service.alertOf(caller, acknowledgement);
  }

  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project of the alert; null when it belongs to none that you may read.",
  })
  project(@Ctx() caller: Caller, @Root() acknowledgement: Acknowledgement) {
    return this.service.projectOf(caller, acknowledgement);
  }

  @FieldResolver(() => [Silence], {
    description:
      "The silences that keep the alert quiet for it, one in each cluster that holds the alert. They are short, and are extended while the alert fires; empty where there are none, or no Alertmanager has answered.",
  })
  silences(@Root() acknowledgement: Acknowledgement) {
    return this.service.silencesOf(acknowledgement);
  }

  @FieldResolver(() => Boolean, {
    description: "Whether you may change it or take it back; one that has ended nobody can.",
  })
  viewerCanEdit(@Ctx() caller: Caller, @Root() acknowledgement: Acknowledgement) {
    return this.service.canEdit(caller, acknowledgement);
  }

  @Mutation(() => AlertsAcknowledgePayload, {
    description:
      "Says that you look after these alerts. What is yours already takes over the note and the end; what is somebody else's is a CONFLICT that says whose. It costs as much as one mutation for each. Every query after it shows its effect.",
  })
  alertsAcknowledge(
    @Ctx() caller: Caller,
    @Arg("input", () => AlertsAcknowledgeInput, { description: "Which, and how." }) input: AlertsAcknowledgeInput,
  ) {
    return this.writer.acknowledge(caller, input);
  }

  @Mutation(() => AlertsUnacknowledgePayload, {
    description:
      "Takes acknowledgements back, whoever made them. It costs as much as one mutation for each. Every query after it shows its effect.",
  })
  alertsUnacknowledge(
    @Ctx() caller: Caller,
    @Arg("input", () => AlertsUnacknowledgeInput, { description: "Which." }) input: AlertsUnacknowledgeInput,
  ) {
    return this.editor.unacknowledge(caller, input);
  }

  @Mutation(() => AcknowledgementUpdatePayload, {
    description: "Changes an acknowledgement, or hands it over. Every query after it shows its effect.",
  })
  async acknowledgementUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => AcknowledgementUpdateInput, { description: "What to change." })
    input: AcknowledgementUpdateInput,
  ) {
    const { subject, userErrors } = await this.editor.update(caller, id, input);
    return { acknowledgement: subject, userErrors };
  }
}

/** Who looks after an alert. */
@Resolver(() => Alert)
export class AlertAcknowledgementResolver {
  constructor(private readonly service: AcknowledgementService) {}

  @FieldResolver(() => Acknowledgement, {
    nullable: true,
    description: "Who looks after it; null when nobody has said that they do.",
  })
  acknowledgement(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.ofAlert(caller, alert);
  }
}

/** How far a group is acknowledged. */
@Resolver(() => AlertGroup)
export class GroupAcknowledgementResolver {
  constructor(private readonly active: ActiveAcknowledgements) {}

  @FieldResolver(() => GroupAcknowledgement, { description: "How far it is acknowledged, and how many joined since." })
  acknowledgement(@Root() { alerts }: AlertGroup) {
    return acknowledgementOfGroup(alerts, this.active);
  }
}

/** The acknowledgements of a project. */
@Resolver(() => Project)
export class ProjectAcknowledgementsResolver {
  constructor(private readonly service: AcknowledgementService) {}

  @FieldResolver(() => AcknowledgementConnection, {
    description: "The acknowledgements of its alerts: those in force first, the newest of them first.",
  })
  acknowledgements(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @FilterArgument() filter: AcknowledgementFilter | null,
  ) {
    return this.service.listOfProject(caller, project, filter ?? {}, page);
  }
}

/** How many acknowledgements a project has. */
@Resolver(() => ProjectUsage)
export class AcknowledgementUsageResolver {
  constructor(private readonly limits: AcknowledgementLimits) {}

  @FieldResolver(() => Int, { description: "Acknowledgements in force of its alerts." })
  acknowledgements(@Root() { projectId }: ProjectUsage) {
    return this.limits.usage(projectId);
  }
}
