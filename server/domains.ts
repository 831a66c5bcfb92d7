import { ApiToken, ApiTokenMembership } from "./access/api-token.js";
import { ApiTokenRepository } from "./access/api-token-repository.js";
import { ApiTokenResolver } from "./access/api-token-resolver.js";
import { ApiTokenService } from "./access/api-token-service.js";
import { Authentication } from "./access/authentication.js";
import type { Caller } from "./access/caller.js";
import { openOidc } from "./access/open-oidc.js";
import type { PrincipalKind } from "./access/principal.js";
import { RolePatterns } from "./access/role-patterns.js";
import { Session } from "./access/session.js";
import { SessionRepository } from "./access/session-repository.js";
import type { SignInService } from "./access/sign-in-service.js";
import { TokenCounts } from "./access/token-counts.js";
import { ViewerResolver } from "./access/viewer-resolver.js";
import { fingerprintIn } from "./alerts/alert.js";
import { AlertResolver, ProjectAlertsResolver } from "./alerts/alert-resolver.js";
import { AlertRuleResolver, RuleAlertsResolver } from "./alerts/alert-rule-resolver.js";
import { AlertRuleService } from "./alerts/alert-rule-service.js";
import { AlertService } from "./alerts/alert-service.js";
import { LiveAlerts } from "./alerts/live-alerts.js";
import { ServerHealthResolver } from "./alerts/server-health-resolver.js";
import { ServerHealthService } from "./alerts/server-health-service.js";
import { AuditEntry } from "./audit/audit-entry.js";
import { AuditRepository } from "./audit/audit-repository.js";
import { AuditResolver } from "./audit/audit-resolver.js";
import { AuditService } from "./audit/audit-service.js";
import { ChangeLog } from "./audit/change-log.js";
import { RefusalLog } from "./audit/refusal-log.js";
import type { Restorable } from "./audit/restorable.js";
import { RestoreResolver } from "./audit/restore-resolver.js";
import { RestoreService } from "./audit/restore-service.js";
import { Revision } from "./audit/revision.js";
import { RevisionFeed } from "./audit/revision-feed.js";
import { HostLookups, type Resolve } from "./clients/host-lookups.js";
import { openUpstreams } from "./clients/upstreams.js";
import { ContactGroup } from "./contacts/contact-group.js";
import { ContactGroupHistory } from "./contacts/contact-group-history.js";
import { ContactGroupRepository } from "./contacts/contact-group-repository.js";
import {
  ContactGroupResolver,
  ContactResolver,
  ProjectContactGroupsResolver,
} from "./contacts/contact-group-resolver.js";
import { ContactGroupService } from "./contacts/contact-group-service.js";
import { ContactLimits } from "./contacts/contact-limits.js";
import { ContactSecretService } from "./contacts/contact-secret-service.js";
import { ContactUsageResolver } from "./contacts/contact-usage-resolver.js";
import { RevivedContacts } from "./contacts/revived-contacts.js";
import { Daily } from "./core/daily.js";
import type { Database } from "./core/database/database.js";
import { type IdPrefix, isId } from "./core/ids.js";
import type { Log } from "./core/log.js";
import { EgressResolver } from "./egress/egress-resolver.js";
import { EgressService } from "./egress/egress-service.js";
import type { Node } from "./graph/node.js";
import { NodeResolver, type NodeSource } from "./graph/node-resolver.js";
import type { Streams } from "./http/schema.js";
import { LimitResolver, TokenUsageResolver } from "./projects/limit-resolver.js";
import { type CountLimit, LimitService } from "./projects/limit-service.js";
import { Project } from "./projects/project.js";
import { MembershipResolver, ProjectTokensResolver } from "./projects/project-access-resolver.js";
import { AuditProjectResolver, ProjectAuditResolver } from "./projects/project-audit-resolver.js";
import { ProjectDeletionService } from "./projects/project-deletion-service.js";
import { ProjectHistory } from "./projects/project-history.js";
import { ProjectRepository } from "./projects/project-repository.js";
import { ProjectResolver } from "./projects/project-resolver.js";
import { ProjectService } from "./projects/project-service.js";
import { ProjectTokenLimits } from "./projects/project-token-limits.js";
import { ProjectTokenRoles } from "./projects/project-token-roles.js";
import { Retention } from "./retention.js";
import { Agent } from "./rollout/agent.js";
import { AgentReportService } from "./rollout/agent-report-service.js";
import { AgentRepository } from "./rollout/agent-repository.js";
import { AgentResolver } from "./rollout/agent-resolver.js";
import {
  ContactGroupRolloutResolver,
  ProjectRolloutResolver,
  RuleRolloutResolver,
  ScrapeJobRolloutResolver,
} from "./rollout/rollout-fields.js";
import { ChangesResolver, RolloutProblemResolver, revisionsTopic } from "./rollout/rollout-resolver.js";
import { RolloutService } from "./rollout/rollout-service.js";
import { AlertingRule } from "./rules/alerting-rule.js";
import { ExpressionChecker } from "./rules/expression-checker.js";
import { ExpressionResolver } from "./rules/expression-resolver.js";
import { ExpressionService } from "./rules/expression-service.js";
import { GlobalRule } from "./rules/global-rule.js";
import { GlobalRuleChecks } from "./rules/global-rule-checks.js";
import { GlobalRuleHistory } from "./rules/global-rule-history.js";
import { GlobalRuleRepository } from "./rules/global-rule-repository.js";
import { GlobalRuleResolver } from "./rules/global-rule-resolver.js";
import { GlobalRuleService } from "./rules/global-rule-service.js";
import { RecordingRule } from "./rules/recording-rule.js";
import { Rule } from "./rules/rule.js";
import { RuleChecks } from "./rules/rule-checks.js";
import { RuleHealthService } from "./rules/rule-health-service.js";
import { RuleHistory } from "./rules/rule-history.js";
import { RuleLimits } from "./rules/rule-limits.js";
import { RuleRepository } from "./rules/rule-repository.js";
import { ProjectRulesResolver, RuleResolver } from "./rules/rule-resolver.js";
import { RuleService } from "./rules/rule-service.js";
import { RuleUsageResolver } from "./rules/rule-usage-resolver.js";
import { SecretCare } from "./secret-care.js";
import { Secret } from "./secrets/secret.js";
import { SecretKeys } from "./secrets/secret-keys.js";
import { SecretPruning } from "./secrets/secret-pruning.js";
import { SecretRepository } from "./secrets/secret-repository.js";
import { SecretRotation } from "./secrets/secret-rotation.js";
import { SecretStore } from "./secrets/secret-store.js";
import type { Settings } from "./settings.js";
import { Silence } from "./silences/silence.js";
import { uuidIn } from "./silences/silence-id.js";
import { SilenceLimits } from "./silences/silence-limits.js";
import { AlertSilencesResolver, ProjectSilencesResolver, SilenceResolver } from "./silences/silence-resolver.js";
import { SilenceService } from "./silences/silence-service.js";
import { SilenceUsageResolver } from "./silences/silence-usage-resolver.js";
import { SilenceWriter } from "./silences/silence-writer.js";
import { ScrapeCredentialsService } from "./targets/scrape-credentials-service.js";
import { ScrapeJob } from "./targets/scrape-job.js";
import { ScrapeJobChecks } from "./targets/scrape-job-checks.js";
import { ScrapeJobHistory } from "./targets/scrape-job-history.js";
import { ScrapeJobRepository } from "./targets/scrape-job-repository.js";
import {
  ProjectScrapeJobsResolver,
  ScrapeCredentialsResolver,
  ScrapeJobResolver,
} from "./targets/scrape-job-resolver.js";
import { ScrapeJobService } from "./targets/scrape-job-service.js";
import { ScrapeLimits } from "./targets/scrape-limits.js";
import { ScrapeUsageResolver } from "./targets/scrape-usage-resolver.js";
import { ProjectTargetsResolver, ScrapeJobTargetsResolver, TargetResolver } from "./targets/target-resolver.js";
import { TargetService } from "./targets/target-service.js";
import { kindsOfWays, waysIn } from "./ways-in.js";

/** All that the database holds. */
export const entities = [
  ApiToken,
  ApiTokenMembership,
  Session,
  AuditEntry,
  Revision,
  Project,
  ContactGroup,
  ScrapeJob,
  Rule,
  AlertingRule,
  RecordingRule,
  GlobalRule,
  Agent,
  Secret,
];

/** What the domains take from the world. */
export interface DomainWorld {
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
  /** Told whenever a project is refused more of something, with the limit's name. */
  readonly onLimit: (limit: CountLimit) => void;
  readonly resolve: Resolve;
  readonly random: () => number;
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
  readonly secrets: SecretCare;
  readonly retention: Retention;
  /**
   * Tells of what needs an operator, and begins the work that goes on in the background: watching the Alertmanagers,
   * removing old entries of the change log.
   */
  readonly start: () => Promise<void>;
  /** Throws when the settings do not fit what is stored already. */
  readonly check: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Builds every domain over one database: repositories, services, resolvers, from left to right. */
export function makeDomains(settings: Settings, database: Database, world: DomainWorld): Domains {
  const { log, now, randomBytes, random, resolve, onRefusal } = world;
  const upstreams = openUpstreams(settings, now);
  const rolePatterns = new RolePatterns(settings.access.groups);
  const tokenRepository = new ApiTokenRepository(database);
  const auditRepository = new AuditRepository(database);
  const projectRepository = new ProjectRepository(database);

  const contactGroupRepository = new ContactGroupRepository(database);
  const scrapeJobRepository = new ScrapeJobRepository(database);
  const ruleRepository = new RuleRepository(database);
  const globalRuleRepository = new GlobalRuleRepository(database);

  const feed = new RevisionFeed(auditRepository, (error) => log.warn({ err: error }, "Revisions cannot be read"));
  const changes = new ChangeLog(database, auditRepository, projectRepository, now, (revision) =>
    feed.publish(revision),
  );
  const limits = new LimitService(settings.limits.tiers, projectRepository, world.onLimit);
  const tokenCounts = new TokenCounts(tokenRepository, now);
  const tokenLimits = new ProjectTokenLimits(limits, (projectId) => tokenCounts.of(projectId));
  const tokens = new ApiTokenService(tokenRepository, projectRepository, changes, tokenLimits, now, randomBytes);
  const { access, listen } = settings;
  const oidc =
    access.oidc === undefined || listen.publicUrl === undefined
      ? null
      : openOidc(access.oidc, {
          publicOrigin: listen.publicUrl,
          patterns: rolePatterns,
          projectNames: projectRepository,
          sessions: new SessionRepository(database),
          log: changes,
          timeoutMs: settings.upstreams.timeoutSeconds * 1_000,
          now,
          randomBytes,
          onError: (error) => log.warn({ err: error }, "The use of a session cannot be noted"),
        });
  const audit = new AuditService(auditRepository);
  const projects = new ProjectService(projectRepository, changes, contactGroupRepository, rolePatterns, limits);

  const egress = new EgressService(settings.egress, new HostLookups(resolve), projects);
  const contactLimits = new ContactLimits(contactGroupRepository, limits);
  const secretRepository = new SecretRepository(database);
  const secretKeys = new SecretKeys(settings.secrets, randomBytes);
  const secrets = new SecretStore(secretRepository, secretKeys, now);
  const contactGroups = new ContactGroupService(
    contactGroupRepository,
    projects,
    egress,
    changes,
    secrets,
    contactLimits,
  );
  const secretCare = new SecretCare(
    contactGroups,
    new SecretRotation(secretRepository, secretKeys),
    new SecretPruning(secretRepository, [contactGroupRepository, scrapeJobRepository, auditRepository]),
    changes,
  );
  const scrapeLimits = new ScrapeLimits(scrapeJobRepository, limits);
  const scrapeChecks = new ScrapeJobChecks(egress, scrapeLimits);
  const scrapeJobs = new ScrapeJobService(scrapeJobRepository, projects, scrapeChecks, changes, scrapeLimits, secrets);
  const scrapeCredentials = new ScrapeCredentialsService(secrets);
  const targets = new TargetService(scrapeJobRepository, upstreams.prometheus);
  const ruleLimits = new RuleLimits(ruleRepository, limits);
  const checker = new ExpressionChecker(upstreams.queries);
  const ruleChecks = new RuleChecks(checker, ruleLimits);
  const rules = new RuleService(ruleRepository, projects, ruleChecks, changes, ruleLimits);
  const ruleHealth = new RuleHealthService(upstreams.prometheus, projects);
  const globalRuleChecks = new GlobalRuleChecks(checker);
  const globalRules = new GlobalRuleService(globalRuleRepository, globalRuleChecks, changes);
  const expressions = new ExpressionService(projects, checker, ruleLimits);

  const retention = new Retention(settings.audit, database, auditRepository, secretCare, now);
  const pruning = new Daily(
    async (stopped) => {
      const pruned = await retention.prune(stopped);
      if (pruned !== null) log.info(pruned, "Removed old entries of the change log");
    },
    { random, onError: (error) => log.error({ err: error }, "Old entries of the change log cannot be removed") },
  );

  const contactGroupHistory = new ContactGroupHistory(
    contactGroupRepository,
    projects,
    new RevivedContacts(secrets, egress),
    contactLimits,
  );
  const scrapeJobHistory = new ScrapeJobHistory(scrapeJobRepository, projects, {
    checks: scrapeChecks,
    limits: scrapeLimits,
    secrets,
  });
  const ruleHistory = new RuleHistory(ruleRepository, projects, ruleChecks, ruleLimits);
  const projectContents = [contactGroupHistory, scrapeJobHistory, ruleHistory];
  const projectDeletion = new ProjectDeletionService(
    projectRepository,
    projects,
    [new ProjectTokenRoles(tokenRepository), ...projectContents],
    changes,
    now,
  );
  const restorables = new Map<string, Restorable>([
    ["Project", new ProjectHistory(projectRepository, projects, projectContents, contactGroupRepository, limits)],
    ["GlobalRule", new GlobalRuleHistory(globalRuleRepository, globalRuleChecks)],
    ...projectContents.flatMap((history) => history.entityTypes.map((type) => [type, history] as const)),
  ]);

  const live = new LiveAlerts(upstreams.alertmanagers, {
    intervalMs: settings.upstreams.pollIntervalSeconds * 1_000,
    now,
    random,
    onError: (error) => log.error({ err: error }, "An Alertmanager cannot be watched"),
  });
  const alerts = new AlertService(live, projects);
  const alertRules = new AlertRuleService(alerts, rules, globalRules, projects);
  const silences = new SilenceService(live, alerts, projects);
  const silenceLimits = new SilenceLimits(live, projects, limits);
  const silenceWriter = new SilenceWriter(silences, projects, live, changes, silenceLimits, now);

  const agentRepository = new AgentRepository(database);
  const rollout = new RolloutService(agentRepository, projects, audit, feed, now);
  const reports = new AgentReportService(agentRepository, now);

  const nodes: NodeSource<Caller>[] = [
    stored("prj", (caller, id) => projects.find(caller, id)),
    stored("tok", (caller, id) => tokens.find(caller, id)),
    stored("aud", (caller, id) => audit.find(caller, id)),
    stored("cgr", (caller, id) => contactGroups.find(caller, id)),
    stored("job", (caller, id) => scrapeJobs.find(caller, id)),
    { prefix: "alr", isWellFormed: (id) => fingerprintIn(id) !== null, find: (caller, id) => alerts.find(caller, id) },
    { prefix: "sil", isWellFormed: (id) => uuidIn(id) !== null, find: (caller, id) => silences.find(caller, id) },
    stored("rul", (caller, id) => rules.find(caller, id)),
    stored("grl", (caller, id) => globalRules.find(caller, id)),
    stored("agt", (caller, id) => rollout.find(caller, id)),
  ];
  const find = async (caller: Caller, id: string) =>
    (await nodes.find(({ isWellFormed }) => isWellFormed(id))?.find(caller, id)) ?? null;
  const projectOf = async (caller: Caller, id: string): Promise<string | null> => {
    const found = await find(caller, id);
    if (found instanceof Project) return found.id;
    if (found instanceof Silence) return silences.projectIdOf(caller, found.matchers);
    return found !== null && "projectId" in found && typeof found.projectId === "string" ? found.projectId : null;
  };
  const restoring = new RestoreService(audit, changes, restorables, find);
  return {
    authentication: new Authentication(
      waysIn(settings, {
        tokens: tokenRepository,
        projects: projectRepository,
        rolePatterns,
        oidc,
        keystone: upstreams.keystone,
        log,
        now,
      }),
    ),
    ways: kindsOfWays(settings),
    signIn: oidc?.service ?? null,
    tokens,
    refusals: new RefusalLog(changes, { projectOf, now, log, onRefusal }),
    resolvers: [
      new NodeResolver(nodes),
      new ViewerResolver(),
      new ApiTokenResolver(tokens),
      new AuditResolver(audit),
      new RestoreResolver(restoring),
      new MembershipResolver(projects),
      new ProjectResolver(projects, projectDeletion),
      new ProjectTokensResolver(tokens),
      new ProjectAuditResolver(audit),
      new AuditProjectResolver(projects),
      new EgressResolver(egress),
      new LimitResolver(limits),
      new TokenUsageResolver(tokenCounts),
      new ContactUsageResolver(contactLimits),
      new ScrapeUsageResolver(scrapeLimits),
      new RuleUsageResolver(ruleLimits),
      new SilenceUsageResolver(silenceLimits),
      new ContactGroupResolver(contactGroups, projects),
      new ContactResolver(new ContactSecretService(secrets)),
      new ProjectContactGroupsResolver(contactGroups),
      new ScrapeJobResolver(scrapeJobs, projects, scrapeCredentials),
      new ScrapeCredentialsResolver(scrapeCredentials),
      new ProjectScrapeJobsResolver(scrapeJobs),
      new TargetResolver(scrapeJobs),
      new ScrapeJobTargetsResolver(targets),
      new ProjectTargetsResolver(targets),
      new AlertResolver(alerts),
      new ProjectAlertsResolver(alerts),
      new AlertRuleResolver(alertRules),
      new RuleAlertsResolver(alertRules),
      new ServerHealthResolver(new ServerHealthService(live, upstreams.prometheus)),
      new SilenceResolver(silences, silenceWriter),
      new AlertSilencesResolver(silences),
      new ProjectSilencesResolver(silences),
      new RuleResolver(rules, ruleHealth, projects),
      new ProjectRulesResolver(rules),
      new GlobalRuleResolver(globalRules),
      new ExpressionResolver(expressions),
      new AgentResolver(rollout, reports),
      new ChangesResolver(rollout),
      new RolloutProblemResolver(projects),
      new ProjectRolloutResolver(rollout),
      new ScrapeJobRolloutResolver(rollout),
      new RuleRolloutResolver(rollout),
      new ContactGroupRolloutResolver(rollout),
    ],
    streams: { [revisionsTopic]: (caller) => rollout.revisions(caller) },
    secrets: secretCare,
    retention,
    start: async () => {
      for (const warning of await secretCare.warnings()) log.warn(warning);
      live.start();
      pruning.start();
    },
    check: () => projects.checkNames(),
    stop: async () => {
      await pruning.stop();
      await live.stop();
      await upstreams.close();
      await oidc?.close();
    },
  };
}

function stored(prefix: IdPrefix, find: (caller: Caller, id: string) => Promise<Node | null>): NodeSource<Caller> {
  return { prefix, isWellFormed: (id) => isId(prefix, id), find };
}
