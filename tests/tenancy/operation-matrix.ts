/**
 * Who may call which root field. Marks, in the order ANONYMOUS OUTSIDER VIEWER MEMBER ADMIN READER AGENT OPERATOR:
 * `+` it is done, `F` FORBIDDEN, `0` nothing or NOT_FOUND as for what does not exist, `x` refused by a user error,
 * because the input names or leaves out a project that the caller may not do this in.
 */
export interface OperationRow {
  /** The call, with variables for ids: those of the victim's objects, and `$fresh`, which `of` names. */
  readonly call: string;
  readonly who: string;
  /** The kind of object of the victim's that is made anew for each call, for what uses it up. */
  readonly fresh?: "silence" | "token";
}

const payload = "{ userErrors { code message path } }";
const results = "{ results { userErrors { code message path } } userErrors { code message path } }";
const everybody = "+ + + + + + + +";
const readers = "+ 0 + + + + + +";
const members = "F 0 F + + F F +";
const administrators = "F 0 F F + F F +";
const operators = "F 0 F F F F F +";
/** Of what belongs to no project, and is hidden from nobody. */
const operatorsOnly = "F F F F F F F +";

const create = (noun: string, input: string, who: string): Record<string, OperationRow> => ({
  [`${noun}Create`]: { call: `${noun}Create(input: ${input}, dryRun: true) ${payload}`, who },
});
const update = (noun: string, id: string, input: string, who: string): Record<string, OperationRow> => ({
  [`${noun}Update`]: { call: `${noun}Update(id: ${id}, input: ${input}, dryRun: true) ${payload}`, who },
});
const remove = (noun: string, id: string, who: string): Record<string, OperationRow> => ({
  [`${noun}Delete`]: { call: `${noun}Delete(id: ${id}, dryRun: true) ${payload}`, who },
});

/** Every query, by its name or by `name: variant`. A list is open to whoever has a role in any project: what is in it, the field matrix says. */
export const queries: Readonly<Record<string, OperationRow>> = {
  acknowledgements: { call: "acknowledgements { nodes { id } }", who: everybody },
  agents: { call: "agents { id }", who: everybody },
  alertCounts: { call: "alertCounts { total }", who: everybody },
  alertGroups: { call: "alertGroups { nodes { id } }", who: everybody },
  alertLabelNames: { call: "alertLabelNames { name }", who: everybody },
  alertLabelValues: { call: 'alertLabelValues(name: "a") { value }', who: everybody },
  alertHistory: { call: "alertHistory { nodes { id } }", who: everybody },
  alertmanagers: { call: "alertmanagers { name }", who: everybody },
  alerts: { call: "alerts { nodes { id } }", who: everybody },
  apiTokens: { call: "apiTokens { nodes { id } }", who: "F + F F + F F +" },
  auditEntries: { call: "auditEntries { nodes { id } }", who: "F + + + + + F +" },
  capacityPlan: { call: "capacityPlan(input: { nodes: 335 }) { shards }", who: "F F F F F + F +" },
  changedProjects: { call: "changedProjects(sinceRevision: 0) { nodes { id } }", who: "F F F F F F + +" },
  deletedProjects: { call: "deletedProjects { nodes { id } }", who: operatorsOnly },
  egressPolicy: { call: "egressPolicy { fingerprint }", who: "F F F F F + + +" },
  expression: { call: 'expression(project: $prj, expr: "up") { valid }', who: readers },
  globalRules: { call: "globalRules { nodes { id } }", who: everybody },
  rulePacks: { call: "rulePacks { name }", who: everybody },
  limitTiers: { call: "limitTiers { name }", who: everybody },
  node: { call: "node(id: $prj) { id }", who: readers },
  nodes: { call: "nodes(ids: [$prj]) { id }", who: readers },
  project: { call: 'project(name: "victim") { id }', who: readers },
  projects: { call: "projects { nodes { id } }", who: everybody },
  prometheusServers: { call: "prometheusServers { name }", who: everybody },
  shards: { call: "shards { name }", who: "F F F F F + + +" },
  shardMoves: { call: "shardMoves { id }", who: "F F F F F + + +" },
  shardRebalancePlan: { call: "shardRebalancePlan { measure }", who: "F F F F F + + +" },
  revision: { call: "revision", who: "F F F F F F + +" },
  silencePreview: { call: "silencePreview(input: { project: $prj, matchers: [] }) { cluster }", who: readers },
  "silencePreview: of a change": { call: "silencePreview(input: { silence: $sil }) { cluster }", who: readers },
  silences: { call: "silences { nodes { id } }", who: everybody },
  viewer: { call: "viewer { name }", who: everybody },
  waitForRollout: {
    call: "waitForRollout(revision: 1, project: $prj, timeoutSeconds: 0) { state }",
    who: readers,
  },
  watchdogs: { call: "watchdogs { name }", who: everybody },
};

/** Every mutation, on the victim's objects; as a dry run where there is one. */
export const mutations: Readonly<Record<string, OperationRow>> = {
  ...create("project", '{ name: "another" }', operatorsOnly),
  ...update("project", "$prj", '{ description: "other" }', administrators),
  "projectUpdate: what operators administer": {
    call: `projectUpdate(id: $prj, input: { limitTier: "default" }, dryRun: true) ${payload}`,
    who: operators,
  },
  "projectUpdate: who is told of all its alerts": {
    call: `projectUpdate(id: $prj, input: { defaultContactGroup: $cgr }, dryRun: true) ${payload}`,
    who: members,
  },
  "contactGroupCreate: who is told of all its alerts": {
    call: `contactGroupCreate(input: { project: $prj, name: "n", contacts: [], makeDefault: true }, dryRun: true) ${payload}`,
    who: members,
  },
  ...remove("project", "$prj", operators),
  ...create("contactGroup", '{ project: $prj, name: "n", contacts: [] }', members),
  ...update("contactGroup", "$cgr", '{ name: "n" }', members),
  ...remove("contactGroup", "$cgr", members),
  ...create("scrapeJob", '{ project: $prj, name: "n" }', members),
  ...update("scrapeJob", "$job", '{ name: "n" }', members),
  ...remove("scrapeJob", "$job", members),
  ...create("alertingRule", '{ project: $prj, name: "n", expr: "up" }', members),
  ...update("alertingRule", "$rul", '{ name: "n" }', members),
  ...create("recordingRule", '{ project: $prj, name: "a:n", expr: "up" }', members),
  ...update("recordingRule", "$rec", '{ name: "a:n" }', members),
  ...remove("rule", "$rul", members),
  ...create("globalRule", '{ name: "n", expr: "up" }', operatorsOnly),
  ...update("globalRule", "$grl", '{ name: "n" }', operatorsOnly),
  ...remove("globalRule", "$grl", operatorsOnly),
  projectMove: { call: `projectMove(id: $badPrj, shard: "two", dryRun: true) ${payload}`, who: operatorsOnly },
  projectMoveCancel: { call: `projectMoveCancel(id: $prj, dryRun: true) ${payload}`, who: operatorsOnly },
  projectMoveForce: { call: `projectMoveForce(id: $prj, dryRun: true) ${payload}`, who: operatorsOnly },
  projectShardPin: { call: `projectShardPin(id: $badPrj, shard: "one", dryRun: true) ${payload}`, who: operatorsOnly },
  shardRebalanceApply: {
    call: `shardRebalanceApply(moves: [{ project: $badPrj, from: "one", to: "two" }], dryRun: true) { userErrors { code message path } }`,
    who: operatorsOnly,
  },
  rulePackInstall: {
    call: `rulePackInstall(pack: "alertmanager", dryRun: true) { userErrors { code message path } }`,
    who: operatorsOnly,
  },
  globalRuleOverrideSet: {
    call: `globalRuleOverrideSet(project: $prj, globalRule: $grl, input: { severity: "page" }, dryRun: true) ${payload}`,
    who: administrators,
  },
  globalRuleOverrideClear: {
    call: `globalRuleOverrideClear(project: $prj, globalRule: $grl, dryRun: true) ${payload}`,
    who: administrators,
  },
  silenceCreate: {
    call: `silenceCreate(input: { project: $prj, matchers: [{ name: "a", value: "b" }], duration: "1m", comment: "c" })
      ${payload}`,
    who: members,
  },
  "silenceCreate: of no project": {
    call: `silenceCreate(input: { matchers: [{ name: "a", value: "b" }], duration: "1m", comment: "c" }) ${payload}`,
    who: "F x F x x F F +",
  },
  silenceUpdate: {
    call: `silenceUpdate(id: $fresh, input: { comment: "other" }) ${payload}`,
    who: members,
    fresh: "silence",
  },
  silenceExpire: { call: `silenceExpire(id: $fresh) ${payload}`, who: members, fresh: "silence" },
  silenceExtend: {
    call: `silenceExtend(id: $fresh, input: { duration: "1m" }) ${payload}`,
    who: members,
    fresh: "silence",
  },
  silencesExpire: { call: `silencesExpire(of: { ids: [$fresh] }) ${results}`, who: members, fresh: "silence" },
  silencesExtend: {
    call: `silencesExtend(of: { ids: [$fresh] }, input: { duration: "1m" }) ${results}`,
    who: members,
    fresh: "silence",
  },
  // All under one name, or each would be in the way of the next.
  alertsAcknowledge: {
    call: `alertsAcknowledge(input: { alerts: [$alr], owner: "the matrix" }) ${results}`,
    who: members,
  },
  acknowledgementUpdate: { call: `acknowledgementUpdate(id: $ack, input: { note: "n" }) ${payload}`, who: members },
  "alertsUnacknowledge: by their own ids": {
    call: `alertsUnacknowledge(input: { acknowledgements: [$ack] }) ${results}`,
    who: members,
  },
  alertsUnacknowledge: { call: `alertsUnacknowledge(input: { alerts: [$alr] }) ${results}`, who: members },
  // The entry tells of a change to the project itself.
  rulesImport: {
    call: `rulesImport(input: { project: $prj, document: "groups: [{name: g, rules: [{record: r, expr: up}]}]" }, dryRun: true) ${results}`,
    who: members,
  },
  entityRestore: { call: `entityRestore(auditEntry: $aud, dryRun: true) ${payload}`, who: administrators },
  apiTokenCreate: {
    call: `apiTokenCreate(input: { name: "n", memberships: [{ project: $prj, role: VIEWER }] }) ${payload}`,
    who: "F x F F + F F +",
  },
  "apiTokenCreate: with a role over all projects": {
    call: `apiTokenCreate(input: { name: "n", globalRole: READER }) ${payload}`,
    who: operatorsOnly,
  },
  apiTokenRotate: { call: `apiTokenRotate(id: $fresh) ${payload}`, who: administrators, fresh: "token" },
  apiTokenRevoke: { call: `apiTokenRevoke(id: $fresh) ${payload}`, who: administrators, fresh: "token" },
  agentBrakeRelease: {
    call: `agentBrakeRelease(id: $agt, digest: "0123456789abcdef", dryRun: true) ${payload}`,
    who: operatorsOnly,
  },
  agentReport: {
    call: `agentReport(input: { name: "matrix", instanceId: "0a0a0a0a", hostname: "h", agentVersion: "1", appliedRevision: 1,
      outputs: [ALERTMANAGER], problems: [], reportIntervalSeconds: 60, state: SYNCED }) ${payload}`,
    who: "F F F F F F + F",
  },
  agentTurn: {
    call: `agentTurn(input: { name: "reporter", instanceId: "0b0b0b0b", revision: 1, isAway: false }) { mayGo userErrors { code message path } }`,
    who: "F F F F F F + F",
  },
  agentTurnRelease: { call: `agentTurnRelease(input: { agent: $agt, revision: 1 }) ${payload}`, who: operatorsOnly },
  agentDelete: { call: `agentDelete(id: $agt) ${payload}`, who: "F F F F F F F x" },
};

/** Every subscription. */
export const subscriptions: Readonly<Record<string, OperationRow>> = {
  alertEvents: { call: "alertEvents { kind }", who: everybody },
  revisions: { call: "revisions", who: "F F F F F F + +" },
  silenceEvents: { call: "silenceEvents { kind }", who: everybody },
};
