import type { ApiTokenService } from "./access/api-token-service.js";
import { Authentication } from "./access/authentication.js";
import type { Caller } from "./access/caller.js";
import { makeAccess } from "./access/make-access.js";
import type { PrincipalKind } from "./access/principal.js";
import type { SignInService } from "./access/sign-in-service.js";
import { makeAlertHistory } from "./alerts/history/make-alert-history.js";
import { makeAlerts } from "./alerts/make-alerts.js";
import { watchdogsOf } from "./alerts/watchdog-settings.js";
import type { Watchdogs } from "./alerts/watchdogs.js";
import { makeAudit } from "./audit/make-audit.js";
import { RefusalLog } from "./audit/refusal-log.js";
import type { Restorable } from "./audit/restorable.js";
import { RestoreResolver } from "./audit/restore-resolver.js";
import { RestoreService } from "./audit/restore-service.js";
import { settlingOf, UnsettledWrites } from "./audit/unsettled-writes.js";
import type { Resolve } from "./clients/host-lookups.js";
import { openUpstreams } from "./clients/upstreams.js";
import { ContactGroupRepository } from "./contacts/contact-group-repository.js";
import { makeContacts } from "./contacts/make-contacts.js";
import type { Database } from "./core/database/database.js";
import type { Log } from "./core/log.js";
import { makeEgress } from "./egress/make-egress.js";
import { NodeResolver } from "./graph/node-resolver.js";

import type { Streams } from "./graph/streams.js";

import { serverItself } from "./own-callers.js";

import { owningProject } from "./owning-project.js";
import { type CountLimit, LimitService } from "./projects/limit-service.js";
import { makeProjectLifecycle } from "./projects/make-project-lifecycle.js";
import { makeProjects } from "./projects/make-projects.js";
import type { ProjectPurge } from "./projects/project-purge.js";
import { ProjectRepository } from "./projects/project-repository.js";
import { ProjectShardRepository } from "./projects/project-shard-repository.js";
import { ProjectTokenLimits } from "./projects/project-token-limits.js";
import { dailyPruning, HistoryRetention, Retention } from "./retention.js";
import { makeRollout } from "./rollout/make-rollout.js";
import { Shards } from "./rollout/shards/shards.js";
import { makeRules } from "./rules/make-rules.js";
import { SecretCare } from "./secret-care.js";
import { makeSecrets } from "./secrets/make-secrets.js";
import { SecretPruning } from "./secrets/secret-pruning.js";
import type { Settings } from "./settings.js";
import { knowAcknowledgements, makeAcknowledgements } from "./silences/acknowledgements/make-acknowledgements.js";
import { makeSilences } from "./silences/make-silences.js";
import { makeTargets } from "./targets/make-targets.js";
import { kindsOfWays, waysIn } from "./ways-in.js";

/** What the domains take from the world. */
export interface DomainWorld {
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
  /** Told whenever a project is refused more of something, with the limit's name. */
  readonly onLimit: (limit: CountLimit) => void;
  readonly resolve: Resolve;
  readonly random: () => number;
  /** The worker that reads large answers of Alertmanagers, as it was built. */
  readonly readingWorker: URL;
  /** Told when a subscriber was too slow for the changes, with the subscription's name. */
  readonly onResync: (subscription: string) => void;
  /** Told of each refused change, and whether the change log holds it. */
  readonly onRefusal: (isRecorded: boolean) => void;
}

/** The domains, built. */
export interface Domains {
  readonly authentication: Authentication;
  /** The ways in that the settings open. */
  readonly ways: readonly PrincipalKind[];
  /** Sign-in for browsers; null when the settings name no provider. */
  readonly signIn: SignInService | null;
  readonly tokens: ApiTokenService;
  readonly refusals: RefusalLog;
  readonly resolvers: readonly object[];
  readonly streams: Streams<Caller>;
  /** Differs whenever an answer about what is live may, but for what other servers write. */
  readonly liveVersion: () => string;
  readonly secrets: SecretCare;
  readonly retention: Retention;
  readonly purge: ProjectPurge;
  readonly watchdogs: Watchdogs;
  /**
   * Tells of what needs an operator, and begins the work that goes on in the background: watching the Alertmanagers,
   * removing old entries of the change log, telling it of writes whose outcome was lost.
   */
  readonly start: () => Promise<void>;
  /** Throws when the settings do not fit what is stored already. */
  readonly check: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

function ownRunbookUrl({ publicUrl, host, port }: Settings["listen"]): string {
  const address = host.includes(":") ? `[${host}]` : host;
  return `${publicUrl ?? `http://${address}:${port}`}/runbooks/{alert}`;
}

/** Builds every domain over one database, from left to right, and then what reaches over all of them. */
export function makeDomains(settings: Settings, database: Database, world: DomainWorld): Domains {
  const { log, now, randomBytes, random, resolve, onLimit, onRefusal, onResync, readingWorker } = world;
  const upstreams = openUpstreams(settings, now);
  const { prometheus, queries, ranges, alertmanagers, keystone } = upstreams;

  // Domains to the left of theirs ask these too.
  const projectRepository = new ProjectRepository(database);
  const contactGroupRepository = new ContactGroupRepository(database);
  const shards = new Shards(settings.shards);
  const limits = new LimitService(settings.limits.tiers, projectRepository, onLimit);

  const secrets = makeSecrets({ settings: settings.secrets, database, now, randomBytes });
  const audit = makeAudit({ database, projects: projectRepository, log, now });
  const { changes } = audit;
  const access = makeAccess({
    settings: settings.access,
    publicUrl: settings.listen.publicUrl,
    timeoutMs: settings.upstreams.timeoutSeconds * 1_000,
    database,
    projects: projectRepository,
    changes,
    limitsOver: (counts) => new ProjectTokenLimits(limits, (projectId) => counts.of(projectId)),
    log,
    now,
    randomBytes,
  });
  const projects = makeProjects({
    repository: projectRepository,
    limits,
    changes,
    audit: audit.service,
    tokens: access.tokens,
    tokenCounts: access.tokenCounts,
    groupNames: access.rolePatterns,
    contactGroups: contactGroupRepository,
    shardOf: (project) => shards.of(project),
  });
  const egress = makeEgress({ settings: settings.egress, resolve, projects: projects.service });
  const contacts = makeContacts({
    repository: contactGroupRepository,
    projects: projects.service,
    limits,
    changes,
    egress: egress.service,
    secrets: secrets.store,
  });
  const targets = makeTargets({
    database,
    projects: projects.service,
    limits,
    changes,
    egress: egress.service,
    secrets: secrets.store,
    prometheus,
  });
  const rules = makeRules({
    database,
    projects: projects.service,
    limits,
    changes,
    prometheus,
    queries,
    scrapes: targets.times,
    runbookUrl: settings.rulePacks.runbookUrl ?? ownRunbookUrl(settings.listen),
  });
  const projectContents = [contacts.history, targets.history, rules.history, rules.overrideHistory];
  const known = knowAcknowledgements(database, log, now);
  const alerts = makeAlerts({
    alertmanagers,
    intervalMs: settings.upstreams.pollIntervalSeconds * 1_000,
    prometheus,
    ranges,
    watchdogs: { names: watchdogsOf(settings.prometheus), ...settings.watchdog },
    projects: projects.service,
    rules: rules.service,
    globalRules: rules.globalService,
    log,
    now,
    random,
    readingWorker,
    randomBytes,
    acknowledgements: known.active,
    mostMatching: settings.limits.operationCost,
    onResync,
  });
  const { live, watchdogs } = alerts;
  const acknowledgements = makeAcknowledgements({
    known,
    settings: settings.acknowledgements,
    upstreams: settings.upstreams,
    database,
    live,
    alerts: alerts.service,
    projects: projects.service,
    limits,
    changes,
    caller: serverItself,
    log,
    now,
    random,
    randomBytes,
  });
  const history = makeAlertHistory({
    settings: settings.alertHistory,
    database,
    live,
    alerts: alerts.service,
    projects: projects.service,
    projectNames: projectRepository,
    intervalMs: settings.upstreams.pollIntervalSeconds * 1_000,
    log,
    now,
    randomBytes,
  });
  const silences = makeSilences({
    settings: settings.silences,
    live,
    alerts: alerts.service,
    projects: projects.service,
    limits,
    rules: rules.service,
    globalRules: rules.globalService,
    acknowledgements: acknowledgements.ofSilences,
    acknowledgementOf: acknowledgements.ofAlert,
    writes: audit.writes,
    log,
    now,
    server: alerts.server,
    mostMatching: settings.limits.operationCost,
    onResync,
  });
  const lifecycle = makeProjectLifecycle({
    settings: settings.projects,
    repository: projectRepository,
    projects: projects.service,
    limits,
    changes,
    audit: audit.service,
    objects: audit.repository,
    secrets: secrets.repository,
    tokenRoles: access.tokenRepository,
    contactGroups: contactGroupRepository,
    contents: projectContents,
    passing: [known.ofProjects, silences.ofProjects],
    now,
  });
  const rollout = makeRollout({
    settings: settings.rollout,
    database,
    projects: projects.service,
    audit: audit.service,
    changes,
    feed: audit.feed,
    prometheus,
    shards,
    projectShards: new ProjectShardRepository(database, projectRepository),
    settling: rules.settling,
    log,
    server: serverItself,
    now,
  });

  const ofAlerts = [alerts, history, silences, acknowledgements];
  const parts = [access, audit, projects, lifecycle, egress, contacts, targets, rules, ...ofAlerts, rollout];
  const nodes = parts.flatMap((part) => part.nodes);
  const find = async (caller: Caller, id: string) =>
    (await nodes.find(({ isWellFormed }) => isWellFormed(id))?.find(caller, id)) ?? null;
  const projectOf = async (caller: Caller, id: string) =>
    owningProject(caller, await find(caller, id), silences.service);
  const restorables = new Map<string, Restorable>([
    ["Project", lifecycle.history],
    ["GlobalRule", rules.globalHistory],
    ...projectContents.flatMap((history) => history.entityTypes.map((type) => [type, history] as const)),
  ]);
  const restoring = new RestoreService(audit.service, changes, restorables, find);

  const pruning = new SecretPruning(secrets.repository, [contactGroupRepository, targets.repository, audit.repository]);
  const secretCare = new SecretCare(contacts.service, secrets.rotation, pruning, changes);
  const { tokenRepository, rolePatterns, oidc } = access;
  const retention = new Retention(
    settings.audit,
    database,
    audit.repository,
    tokenRepository,
    known.repository,
    secretCare,
    lifecycle.grace,
    changes,
    now,
  );
  const witnesses = new Map([["Silence", silences.witness]]);
  const settling = settlingOf(new UnsettledWrites(audit.pending, audit.repository, witnesses, now), log, random);
  const historyRetention = new HistoryRetention(settings.alertHistory, database, history.records, now);
  const daily = dailyPruning(lifecycle.purge, retention, historyRetention, log, random);

  const ways = { tokens: tokenRepository, projects: projectRepository, rolePatterns, oidc, keystone, log, now };
  return {
    authentication: new Authentication(waysIn(settings, ways)),
    ways: kindsOfWays(settings),
    signIn: oidc?.service ?? null,
    tokens: access.tokens,
    refusals: new RefusalLog(changes, { projectOf, now, log, onRefusal }),
    resolvers: [new NodeResolver(nodes), new RestoreResolver(restoring), ...parts.flatMap((part) => part.resolvers)],
    streams: Object.fromEntries(parts.flatMap(({ streams = {} }) => Object.entries(streams))),
    liveVersion: () => `${alerts.version()} ${database.commits}`,
    secrets: secretCare,
    retention,
    purge: lifecycle.purge,
    watchdogs,
    start: async () => {
      for (const warning of await secretCare.warnings()) log.warn(warning);
      await rollout.shards.assignRest();
      if (settings.shards.length > 0) rollout.moves.start();
      await acknowledgements.start();
      history.recorder.start();
      live.start();
      watchdogs.start();
      daily.start();
      settling.start();
    },
    check: async () => {
      await projects.service.checkNames();
      await rollout.shards.check();
    },
    stop: async () => {
      await rollout.moves.stop();
      await settling.stop();
      await daily.stop();
      await watchdogs.stop();
      await acknowledgements.stop();
      await history.recorder.stop();
      await live.stop();
      await upstreams.close();
      await oidc?.close();
    },
  };
}
