import { ApiToken, ApiTokenMembership } from "./access/api-token.js";
import { Session } from "./access/session.js";
import { AlertEpisode } from "./alerts/history/alert-episode.js";
import { ClusterReading } from "./alerts/history/cluster-reading.js";
import { EpisodeDay } from "./alerts/history/episode-day.js";
import { AuditEntry } from "./audit/audit-entry.js";
import { PendingWrite } from "./audit/pending-write.js";
import { Revision } from "./audit/revision.js";
import { ContactGroup } from "./contacts/contact-group.js";
import { LeaseRow } from "./core/database/lease-row.js";
import { Project } from "./projects/project.js";
import { Agent } from "./rollout/agent.js";
import { BrakeRelease } from "./rollout/brake-release.js";
import { ProjectMove } from "./rollout/moves/project-move.js";
import { AlertingRule } from "./rules/alerting-rule.js";
import { GlobalRule } from "./rules/global-rule.js";
import { GlobalRuleOverride } from "./rules/overrides/global-rule-override.js";
import { RecordingRule } from "./rules/recording-rule.js";
import { Rule } from "./rules/rule.js";
import { Secret } from "./secrets/secret.js";
import { Acknowledgement } from "./silences/acknowledgements/acknowledgement.js";
import { AcknowledgementRevision } from "./silences/acknowledgements/acknowledgement-revision.js";
import { ScrapeJob } from "./targets/scrape-job.js";

/** All that the database holds. */
export const entities = [
  ApiToken,
  ApiTokenMembership,
  Session,
  AuditEntry,
  PendingWrite,
  Revision,
  LeaseRow,
  Project,
  ContactGroup,
  ScrapeJob,
  Rule,
  AlertingRule,
  RecordingRule,
  GlobalRule,
  GlobalRuleOverride,
  Agent,
  BrakeRelease,
  ProjectMove,
  Secret,
  Acknowledgement,
  AcknowledgementRevision,
  AlertEpisode,
  EpisodeDay,
  ClusterReading,
];
