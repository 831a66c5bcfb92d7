/**
 * Who sees which field. Marks, in the order ANONYMOUS OUTSIDER VIEWER MEMBER ADMIN READER AGENT OPERATOR:
 * `+` the value, `n` null, `0` nothing, because the object that it is a field of is invisible.
 */
export const audiences = {
  everybody: "+ + + + + + + +",
  /** Whoever may read the project. */
  project: "+ 0 + + + + + +",
  /** What all projects share: whoever has a role in any. */
  shared: "+ + + + + + + +",
  /** People, and names that they go by elsewhere: nothing for strangers. */
  people: "0 0 + + + + + +",
  peopleOfProject: "n 0 + + + + + +",
  secret: "0 0 n n n n + n",
  token: "0 0 0 0 + 0 0 +",
  tokensOfProject: "n 0 n n + n n +",
  change: "0 0 + + + + 0 +",
  changesOfProject: "n 0 + + + + n +",
  source: "0 0 n n + + 0 +",

  whatAgentsFetch: "0 0 0 0 0 0 + +",
  brakes: "n n n n n + + +",
  shards: "n n n n n + + +",
  shardOfProject: "n 0 n n n + + +",
  insideBrakes: "0 0 0 0 0 + + +",
  operators: "0 0 0 0 0 0 0 +",
  egress: "0 0 0 0 0 + + +",
  behind: "n n n n n n + +",
  capacity: "0 0 0 0 0 + 0 +",
  nothingYet: "0 0 0 0 0 n 0 n",
  writersOfProject: "n 0 n + + n n +",
  theirGlobalRole: "n n n n n + + +",
  theirRoleEverywhere: "+ n n n n n n n",
} as const;
export type Audience = keyof typeof audiences;

/** How one type of object is reached, with `@` for the field, and who sees which of its fields. */
export interface TypeRow {
  readonly at: string;
  /** Whether it is reached by a subscription, in its first event. */
  readonly isEvent?: true;
  readonly fields: Readonly<Partial<Record<Audience, string>>>;
}

const within = (id: string, type: string, selection = "@") => `node(id: $${id}) { ... on ${type} { ${selection} } }`;
const [firing, other] = ['name: "alertname", value: "MachineDown"', 'name: "rack", value: "b1"'] as const;
const preview = (matcher: string, selection: string) =>
  `silencePreview(input: { project: $prj, matchers: [{ ${matcher} }] }) { ${selection} }`;
const stored = "createdAt id revision updatedAt version";
const tierLimits = `bodyBytes expressionDepth expressionLength expressionSelectors labelNameLength labelValueLength labelsPerSample
  expressionSamples leastRuleInterval leastScrapeInterval longestRange samplesPerScrape scrapeInterval scrapeTimeout
  seriesPerRule subquerySteps`;
const counted = "acknowledgements apiTokens contactGroups contacts rules scrapeJobs silences targets";
const rule = `${stored} enabled enforcedExpr expr health interval labels name project rollout`;

/** Every type that holds values, by name; connections, edges and payloads are envelopes, and show what is in them. */
export const fieldMatrix: Readonly<Record<string, TypeRow>> = {
  Project: {
    at: within("prj", "Project"),
    fields: {
      project: `${stored} aclGroup acknowledgements alertCounts alertGroups alertHistory alertHistoryCounts alerts description extraLabels globalRules limits limitTier name openstackId
        overriddenGlobalRules rollout rules scrapeJobs silencePolicy silences targetCounts targets usage viewerRole`,
      tokensOfProject: "apiTokens",
      changesOfProject: "auditEntries",
      peopleOfProject: "contactGroups defaultContactGroup",
      shardOfProject: "move shard shardPin",
    },
  },
  ProjectLimits: {
    at: within("prj", "Project", "limits { @ }"),
    fields: { project: `${tierLimits} ${counted} problem tier` },
  },
  ProjectUsage: {
    at: within("prj", "Project", "usage { @ }"),
    fields: {
      project:
        "acknowledgements rules samplesPerScrape samplesPerSecond scrapeJobs series seriesPerRule silences targets",
      peopleOfProject: "contactGroups contacts",
      tokensOfProject: "apiTokens",
    },
  },
  LimitTier: { at: "limitTiers { @ }", fields: { shared: `${tierLimits} ${counted} name` } },
  EgressPolicy: {
    at: "egressPolicy { @ }",
    fields: { egress: "credentialsOverHttp fingerprint hosts networks probeRedirects unresolvedAllowed" },
  },
  EgressNetwork: { at: "egressPolicy { networks { @ } }", fields: { egress: "allowed network" } },
  EgressHosts: { at: "egressPolicy { hosts { @ } }", fields: { egress: "addresses names projects uses" } },
  CapacityPlan: {
    at: 'capacityPlan(input: { nodes: 335, objectStorageRetention: "1y" }) { @ }',
    fields: {
      capacity: `bytesPerSample diskPerServer formula measured memoryPerServer objectStorage replicas retention
        samplesPerSecond series servers shards source`,
    },
  },
  CapacityBytes: {
    at: "capacityPlan(input: { nodes: 335 }) { diskPerServer { @ } }",
    fields: { capacity: "expected high low" },
  },
  MeasuredPrometheus: {
    at: "capacityPlan(input: {}) { measured { @ } }",
    fields: {
      capacity: "memoryBytes name retention series",
      // The Prometheus of the test is young, well and of no shard.
      nothingYet: "bytesPerSample error samplesPerSecond shard",
    },
  },
  ContactGroup: {
    at: within("cgr", "ContactGroup"),
    fields: { people: `${stored} contacts isDefault name project rollout` },
  },
  Contact: {
    at: within("cgr", "ContactGroup", "contacts { @ }"),
    fields: { people: "hasSecret sendResolved type value", secret: "secret secretProblem" },
  },
  ScrapeJob: {
    at: within("job", "ScrapeJob"),
    fields: {
      project: `${stored} enabled metricsPath name openstackDiscovery params probe project rollout scheme scrapeInterval
        scrapeTimeout staticTargets targetCounts targets`,
      peopleOfProject: "credentials",
    },
  },
  ScrapeCredentials: {
    at: within("secretJob", "ScrapeJob", "credentials { @ }"),
    fields: { people: "hasSecret kind username", secret: "secret secretProblem" },
  },
  OpenstackDiscovery: {
    at: within("job", "ScrapeJob", "openstackDiscovery { @ }"),
    fields: { project: "nameRegex port" },
  },
  StaticTarget: { at: within("job", "ScrapeJob", "staticTargets { @ }"), fields: { project: "host labels port" } },
  HttpProbe: {
    at: within("httpJob", "ScrapeJob", "probe { ... on HttpProbe { @ } }"),
    fields: {
      project: `bodyMatches bodyNotMatches followRedirects headers hostHeader ipProtocol method path validStatusCodes
        verifyTls`,
    },
  },
  TcpProbe: {
    at: within("tcpJob", "ScrapeJob", "probe { ... on TcpProbe { @ } }"),
    fields: { project: "ipProtocol tls" },
  },
  IcmpProbe: {
    at: within("icmpJob", "ScrapeJob", "probe { ... on IcmpProbe { @ } }"),
    fields: { project: "ipProtocol" },
  },
  DnsProbe: {
    at: within("dnsJob", "ScrapeJob", "probe { ... on DnsProbe { @ } }"),
    fields: { project: "answerMatches ipProtocol queryName queryType transport" },
  },
  Target: {
    at: within("job", "ScrapeJob", "targets { nodes { @ } }"),
    fields: {
      project: "health instance labels lastError lastScrapeAt lastScrapeDurationSeconds replicas scrapeJob scrapeUrl",
    },
  },
  TargetReplica: {
    at: within("job", "ScrapeJob", "targets { nodes { replicas { @ } } }"),
    fields: { project: "health lastError lastScrapeAt prometheus" },
  },
  TargetCounts: {
    at: within("job", "ScrapeJob", "targetCounts { @ }"),
    fields: { project: "down total unknown up" },
  },
  AlertingRule: {
    at: within("rul", "AlertingRule"),
    fields: { project: `${rule} alerts annotations for keepFiringFor severity verifiedByPrometheus` },
  },
  RecordingRule: { at: within("rec", "RecordingRule"), fields: { project: `${rule} verifiedByPrometheus` } },
  RuleHealth: {
    at: within("rul", "AlertingRule", "health { @ }"),
    fields: { project: "alertingState evaluationDurationSeconds health lastError lastEvaluationAt replicas" },
  },
  RuleReplica: {
    at: within("rul", "AlertingRule", "health { replicas { @ } }"),
    fields: { project: "health lastError lastEvaluationAt prometheus" },
  },
  GlobalRule: {
    at: within("grl", "GlobalRule"),
    fields: {
      shared: `${stored} annotations enabled enforcedAnnotations enforcedExpr expr for interval keepFiringFor labels mode name overridable pack
        parameters rollout severity verifiedByPrometheus`,
    },
  },
  RuleParameter: {
    at: within("grl", "GlobalRule", "parameters { @ }"),
    fields: { shared: "default description max min name type unit" },
  },
  RulePack: { at: "rulePacks { @ }", fields: { shared: "description name rules title" } },
  RulePackRule: {
    at: "rulePacks { rules { @ } }",
    fields: { shared: "annotations expr for name parameters severity" },
  },
  GlobalRuleOverride: {
    at: within("gro", "GlobalRuleOverride"),
    fields: { project: `${stored} effective enabled for parameters project severity` },
  },
  EffectiveGlobalRule: {
    at: within("prj", "Project", "overriddenGlobalRules { @ }"),
    fields: { project: "annotations enabled expr for globalRule overridden override parameters problem severity" },
  },
  ExpressionReport: {
    at: 'expression(project: $prj, expr: "up") { @ }',
    fields: { project: "enforcedExpr problems valid verifiedByPrometheus" },
  },
  ExpressionProblem: {
    at: 'expression(project: $prj, expr: "up{") { problems { @ } }',
    fields: { project: "from message to" },
  },
  Alert: {
    at: within("alr", "Alert"),
    fields: {
      project: `acknowledgement annotations clusters endsAt fingerprint firingHours generatorURL globalRule history id inhibitedBy labels mutedBy name project quietReasons
        receivers rule severity silencedBy startsAt state updatedAt`,
    },
  },
  QuietReason: {
    at: within("alr", "Alert", "quietReasons { @ }"),
    fields: {
      project: `acknowledgement by equalLabels inhibitor isPlatform kind matchers muteTiming silence until`,
    },
  },
  FiringHour: {
    at: within("alr", "Alert", "firingHours(hours: 2) { @ }"),
    fields: { project: "firingSeconds startsAt timesStarted" },
  },
  Acknowledgement: {
    at: within("ack", "Acknowledgement"),
    fields: {
      project: `alert createdAt createdBy endReason endedAt expiresAt fingerprint handedOverBy id labels note owner
        project quiet silences startsAt updatedAt version viewerCanEdit`,
    },
  },
  AlertEpisode: {
    at: within("alh", "AlertEpisode"),
    fields: {
      project: `alert annotations clusters durationSeconds fingerprint firstSeenAt id labels name project resolvedAt
        resolvedBefore severity startsAt state stateChanges suppressedSeconds`,
    },
  },
  AlertStateChange: {
    at: within("alh", "AlertEpisode", "stateChanges { @ }"),
    fields: { project: "at inhibited muted silenced state" },
  },
  AlertHistoryCounts: {
    at: within("prj", "Project", "alertHistoryCounts { @ }"),
    fields: { project: "leftOut names" },
  },
  AlertNameCount: {
    at: within("prj", "Project", "alertHistoryCounts { names { @ } }"),
    fields: { project: "episodes firing firingSeconds lastStartsAt name" },
  },
  AlertCounts: {
    at: within("prj", "Project", "alertCounts { @ }"),
    fields: { project: "acknowledged active severities suppressed total unprocessed" },
  },
  SeverityCounts: {
    at: within("prj", "Project", "alertCounts { severities { @ } }"),
    fields: { project: "active severity suppressed total unprocessed" },
  },
  AlertGroup: {
    at: within("prj", "Project", "alertGroups { nodes { @ } }"),
    fields: {
      project: `acknowledgement alerts commonAnnotations commonLabels counts id labels newestStartsAt oldestStartsAt receiver severity`,
    },
  },
  GroupAcknowledgement: {
    at: within("prj", "Project", "alertGroups { nodes { acknowledgement { @ } } }"),
    fields: { project: "acknowledged joinedSince total" },
  },
  AlertLabelName: {
    at: 'alertLabelNames(filter: { projects: ["victim"] }) { @ }',
    fields: { project: "count name values" },
  },
  AlertLabelValue: {
    at: 'alertLabelValues(name: "alertname", filter: { projects: ["victim"] }) { @ }',
    fields: { project: "count value" },
  },
  AlertEvent: {
    at: "alertEvents { @ }",
    isEvent: true,
    fields: { shared: "changes counts isFirst isLast kind lastSyncAt revision" },
  },
  AlertChange: { at: "alertEvents { changes { @ } }", isEvent: true, fields: { project: "alert kind" } },
  SilenceEvent: {
    at: "silenceEvents { @ }",
    isEvent: true,
    fields: { shared: "changes isFirst isLast kind lastSyncAt revision" },
  },
  SilenceChange: { at: "silenceEvents { changes { @ } }", isEvent: true, fields: { project: "kind silence" } },
  Silence: {
    at: within("sil", "Silence"),
    fields: {
      project: `alerts cluster comment createdBy endsAt id matchers projects startsAt state updatedAt viewerCanEdit`,
    },
  },
  SilencePolicy: {
    at: within("prj", "Project", "silencePolicy { @ }"),
    fields: {
      project: "commentHint commentPattern confirmAboveAlerts confirmAboveProjects leastMatchers",
      writersOfProject: "longestDuration",
    },
  },
  SilencePreview: {
    at: preview(firing, "@"),
    fields: {
      project:
        "alerts cluster confirmation counts matchers noLongerMatched policy problems projectCount quietCount rules",
    },
  },
  SilencedProject: { at: preview(firing, "counts { @ }"), fields: { project: "count name project" } },
  SilenceConfirmation: {
    at: preview(firing, "confirmation { @ }"),
    fields: { project: "alerts message projects" },
  },
  SilenceProblem: { at: preview(other, "problems { @ }"), fields: { project: "blocks code message path" } },
  SilencedRule: { at: preview(other, "rules { nodes { @ } }"), fields: { project: "globalRule rule" } },
  Matcher: {
    at: within("sil", "Silence", "matchers { @ }"),
    fields: { project: "isEqual isRegex name value" },
  },
  ApiToken: {
    at: within("tok", "ApiToken"),
    fields: {
      token: `createdAt createdBy expiresAt globalRole id lastUsedAt memberships name previousExpiresAt revokedAt
        rotatedAt`,
    },
  },
  Membership: { at: within("tok", "ApiToken", "memberships { @ }"), fields: { token: "project role" } },
  AuditEntry: {
    at: within("aud", "AuditEntry"),
    fields: {
      change: "action actor actorKind after at before entityId entityType id project reason requestId revision",
      source: "source",
    },
  },
  ChangedProject: {
    at: "changedProjects(sinceRevision: 0) { nodes { @ } }",
    fields: { whatAgentsFetch: "deleted id movedAway name project revision" },
  },
  Agent: {
    at: within("agt", "Agent"),
    fields: {
      shared: `agentVersion appliedRevision checkedRevision fetchedRevision hostname id lastApplyAt lastSeenAt name outputs problems runs
        state unlistedProblems waitsFor`,
      behind: "revisionsBehind",
      brakes: "brake",
      shards: "shard",
    },
  },
  Shard: { at: "shards { @ }", fields: { egress: "agents load name projectCount replicas weight" } },
  ProjectMove: {
    at: within("pmv", "ProjectMove"),
    fields: { egress: `${stored} from leastSeconds phase phaseSince project requestedBy to waitsFor` },
  },
  RebalancePlan: {
    at: "shardRebalancePlan { @ }",
    fields: { egress: "measure moves seriesTwice shards underWay" },
  },
  RebalanceMove: {
    at: "shardRebalancePlan { moves { @ } }",
    fields: { egress: "from project reason samplesPerSecond series to" },
  },
  RebalanceShard: {
    at: "shardRebalancePlan { shards { @ } }",
    fields: { egress: "after before shard share" },
  },
  ShardLoad: { at: "shards { load { @ } }", fields: { egress: "samplesPerSecond series" } },
  AgentBrake: {
    at: within("agt", "Agent", "brake { @ }"),
    fields: { insideBrakes: "digest names releasedAt releasedBy removals revision since" },
  },
  AgentRemoval: {
    at: within("agt", "Agent", "brake { removals { @ } }"),
    fields: { insideBrakes: "count kind known recent" },
  },
  AgentRun: {
    at: within("agt", "Agent", "runs { @ }"),
    fields: { egress: "detail output revision seenAt server state" },
  },
  DeletedProject: {
    at: "deletedProjects { nodes { @ } }",
    fields: { operators: "auditEntry deletedAt deletedBy description id name restorableUntil" },
  },
  Rollout: {
    at: within("prj", "Project", "rollout { @ }"),
    fields: { project: "agents problems revision state" },
  },
  AgentRollout: {
    at: within("prj", "Project", "rollout { agents { @ } }"),
    fields: { project: "agent appliedRevision state" },
  },
  RolloutProblem: {
    at: within("badPrj", "Project", "rollout { problems { @ } }"),
    fields: { project: "agent file message project since" },
  },
  AlertmanagerCluster: {
    at: "alertmanagers { @ }",
    fields: { shared: "error lastSyncAt members name reachable" },
  },
  AlertmanagerMember: {
    at: "alertmanagers { members { @ } }",
    fields: { shared: "clusterStatus error lastSyncAt missingAlerts missingSilences name peers reachable version" },
  },
  Watchdog: { at: "watchdogs { @ }", fields: { shared: "absentSince cluster lastSeenAt name state" } },
  PrometheusServer: { at: "prometheusServers { @ }", fields: { shared: "error lastSyncAt name reachable" } },
  Viewer: {
    at: "viewer { @ }",
    fields: {
      everybody: "kind memberships name",
      theirGlobalRole: "globalRole",
      theirRoleEverywhere: "everyProjectRole",
    },
  },
};

/** Fields that hold null in the sample for everybody, and why. */
export const withoutValue: Readonly<Record<string, string>> = {
  "Acknowledgement.endReason": "it is in force",
  "Acknowledgement.endedAt": "it is in force",
  "Alert.globalRule": "the alert is of a project's own rule",
  "AlertEpisode.resolvedAt": "it still fires",
  "AlertEpisode.resolvedBefore": "it still fires",
  "AlertingRule.keepFiringFor": "the rule does without",
  "AlertmanagerCluster.error": "it answers",
  "AlertmanagerMember.error": "it answers",
  "ApiToken.globalRole": "a token that a project may see has none",
  "ApiToken.lastUsedAt": "it was never used",
  "ApiToken.previousExpiresAt": "it was never rotated",
  "ApiToken.revokedAt": "it is not revoked",
  "ApiToken.rotatedAt": "it was never rotated",
  "AuditEntry.reason": "the change was made",
  "Contact.secretProblem": "the secret can be read",
  "EffectiveGlobalRule.problem": "the override counts",
  "GlobalRule.keepFiringFor": "the rule does without",
  "GlobalRule.pack": "the operators wrote it",
  "ProjectMove.leastSeconds": "it is arriving",
  "ProjectLimits.problem": "the settings hold its tier",
  "PrometheusServer.error": "it answers",
  "QuietReason.inhibitor": "a silence keeps it quiet, and no alert",
  "QuietReason.muteTiming": "a silence keeps it quiet, and no mute timing",
  "RuleHealth.lastError": "the rule is well",
  "RuleReplica.lastError": "the rule is well",
  "SilencePolicy.commentHint": "the settings want nothing of comments",
  "SilencePolicy.commentPattern": "the settings want nothing of comments",
  "ScrapeCredentials.secretProblem": "the secret can be read",
  "ScrapeJob.credentials": "its targets want none",
  "ScrapeJob.probe": "its targets are scraped",
  "Watchdog.absentSince": "it is there",
};
