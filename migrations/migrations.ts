import { Core1763800000001 } from "./1763800000001-core.js";
import { Contacts1763800000002 } from "./1763800000002-contacts.js";
import { Targets1763800000003 } from "./1763800000003-targets.js";
import { Rules1763800000004 } from "./1763800000004-rules.js";
import { Rollout1763800000005 } from "./1763800000005-rollout.js";
import { AuditCircumstances1763900000006 } from "./1763900000006-audit-circumstances.js";
import { ApiTokenRotation1763900000007 } from "./1763900000007-api-token-rotation.js";
import { Sessions1763900000008 } from "./1763900000008-sessions.js";
import { Secrets1763900000009 } from "./1763900000009-secrets.js";
import { ScrapeCredentials1763900000010 } from "./1763900000010-scrape-credentials.js";
import { AuditOrder1763900000012 } from "./1763900000012-audit-order.js";
import { RulesVerified1763900000013 } from "./1763900000013-rules.js";
import { OpenstackIds1763900000014 } from "./1763900000014-openstack-ids.js";
import { PendingWrites1763900000015 } from "./1763900000015-pending-writes.js";
import { Leases1763900000016 } from "./1763900000016-leases.js";
import { Acknowledgements1763900000017 } from "./1763900000017-acknowledgements.js";
import { AlertHistory1763900000018 } from "./1763900000018-alert-history.js";
import { AgentTurns1764000000020 } from "./1764000000020-agent-turns.js";
import { AgentRuns1764000000021 } from "./1764000000021-agent-runs.js";
import { Brakes1764000000022 } from "./1764000000022-brakes.js";
import { Shards1764000000023 } from "./1764000000023-shards.js";
import { ProjectMoves1764000000024 } from "./1764000000024-project-moves.js";
import { RulePacks1764000000025 } from "./1764000000025-rule-packs.js";
import { Renderings1764000000026 } from "./1764000000026-renderings.js";

/** All migrations, oldest first; one that was released never changes. */
export const migrations = [
  Core1763800000001,
  Contacts1763800000002,
  Targets1763800000003,
  Rules1763800000004,
  Rollout1763800000005,
  AuditCircumstances1763900000006,
  ApiTokenRotation1763900000007,
  Sessions1763900000008,
  Secrets1763900000009,
  ScrapeCredentials1763900000010,
  AuditOrder1763900000012,
  RulesVerified1763900000013,
  OpenstackIds1763900000014,
  PendingWrites1763900000015,
  Leases1763900000016,
  Acknowledgements1763900000017,
  AlertHistory1763900000018,
  AgentTurns1764000000020,
  AgentRuns1764000000021,
  Brakes1764000000022,
  Shards1764000000023,
  ProjectMoves1764000000024,
  RulePacks1764000000025,
  Renderings1764000000026,
];
