import { beforeAll, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

let alertmanager: Alertmanager;
let app: TestApp;
let operator: sdk.Client;
let agent: sdk.Client;

const connect = (token: string, options: Partial<sdk.ClientOptions> = {}) =>
  sdk.createClient({ url: app.url, token, retry: { baseDelayMs: 1 }, ...options });
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail("it did not fail"),
    (error) => error,
  );

beforeAll(async () => {
  alertmanager = await startAlertmanager();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
    limits: { tiers: { default: { scrapeJobs: 200 }, small: { rules: 1 } } },
  });
  operator = connect(app.operator);
  agent = connect(await app.token("AGENT"));
});

describe("on a real server", () => {
  it("a project is created, found, listed, changed under its version, and removed", async () => {
    const { project, diff, revision } = await operator.projects.create({ name: "one", extraLabels: { team: "a" } });
    expect([project.extraLabels, project.version, project.revision]).toEqual([{ team: "a" }, 1, revision]);
    expect(diff).toContainEqual({ field: "extraLabels", before: null, after: { team: "a" } });
    expect(await operator.projects.find("one")).toEqual(project);
    expect(await operator.projects.get(project.id)).toEqual(project);
    expect(await operator.projects.list({ filter: { names: ["one"] } }).toArray({ limit: 9 })).toEqual([project]);
    const preview = await operator.projects.update(project.id, { description: "x" }, { dryRun: true });
    expect(preview).toEqual({
      project: null,
      diff: [{ field: "description", before: "", after: "x" }],
      revision: null,
      userErrors: [],
    });
    await operator.projects.update(project.id, { description: "new", expectedVersion: 1 });
    const stale = await failureOf(operator.projects.update(project.id, { description: "old", expectedVersion: 1 }));
    expect(stale).toMatchObject({ name: "UserInputError", code: "CONFLICT" });
    expect((await operator.projects.remove(project.id, { expectedVersion: 2 })).deletedId).toBe(project.id);
    expect(await operator.projects.find("one")).toBeNull();
    const entries = await operator.audit.list({ filter: { entityId: project.id } }).toArray({ limit: 9 });
    expect(entries.map(({ action }) => action)).toEqual(["DELETE", "REFUSED", "UPDATE", "CREATE"]);
  });

  it("what was deleted or changed is brought back from the audit log", async () => {
    const { project } = await operator.projects.create({ name: "restored", description: "first" });
    const { scrapeJob } = await operator.scrapeJobs.create({ project: project.id, name: "node" });
    await operator.projects.remove(project.id);
    const [newest] = await operator.audit.list({ filter: { entityId: project.id } }).toArray({ limit: 1 });
    const deletion = newest ?? expect.fail("there is no entry");
    expect(await operator.audit.get(deletion.id)).toEqual(deletion);
    expect(await operator.audit.get("aud_01h455vb4pex5vsknk084sn02q")).toBeNull();
    const preview = await operator.audit.restore(deletion.id, { dryRun: true });
    expect([preview.entity, preview.revision]).toEqual([null, null]);
    const { entity, revision } = await operator.audit.restore(deletion.id);
    const back = await operator.projects.get(project.id);
    expect(entity).toEqual({ __typename: "Project", ...back });
    expect([back?.description, back?.revision]).toEqual(["first", revision]);
    expect((await operator.scrapeJobs.get(scrapeJob.id))?.name).toBe("node");
    const stale = await failureOf(operator.audit.restore(deletion.id, { expectedVersion: 1 }));
    expect(stale).toMatchObject({ name: "UserInputError", code: "CONFLICT" });
  });

  it("a mutation that is sent twice under one key is done once", async () => {
    const once = { idempotencyKey: "the-same" };
    const { project } = await operator.projects.create({ name: "twice" }, once);
    expect((await operator.projects.create({ name: "twice" }, once)).project).toEqual(project);
    const reused = await failureOf(operator.projects.create({ name: "other" }, once));
    expect(reused).toMatchObject({ name: "ConflictError", code: "CONFLICT", retryable: false });
  });

  it("a mutation whose answer is lost is sent again, and done once", async () => {
    let lost = 0;
    const flaky = connect(app.operator, {
      fetch: async (...request) => {
        const response = await fetch(...request);
        if (lost++ > 0) return response;
        await response.arrayBuffer();
        throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
      },
    });
    const before = await operator.revision();
    const { project, revision } = await flaky.projects.create({ name: "lost-answer" });
    expect([project.name, revision, await operator.revision()]).toEqual(["lost-answer", before + 1, before + 1]);
  });

  it("jobs, rules and contact groups of a project are written and read back", async () => {
    const { project } = await operator.projects.create({ name: "full" });
    const of = { project: project.id };
    const ref = { id: project.id, name: "full" };
    const { scrapeJob } = await operator.scrapeJobs.create({
      ...of,
      name: "web",
      staticTargets: [{ host: "10.0.0.1", port: 80 }],
      probe: { http: { path: "/up", headers: { accept: "text/plain" } } },
    });
    expect(scrapeJob).toMatchObject({
      project: ref,
      staticTargets: [{ host: "10.0.0.1", port: 80, labels: {} }],
      probe: { __typename: "HttpProbe", path: "/up", headers: { accept: "text/plain" }, followRedirects: false },
    });
    const { alertingRule } = await operator.alertingRules.create({ ...of, name: "Down", expr: "up == 0" });
    const { recordingRule } = await operator.recordingRules.create({
      ...of,
      name: "job:up:sum",
      expr: "sum by (job) (up)",
    });
    const { contactGroup } = await operator.contactGroups.create({
      ...of,
      name: "ops",
      contacts: [{ type: "SLACK", value: "#ops", secret: "https://hooks.example.org/s3cret" }],
      makeDefault: true,
    });
    expect([alertingRule.project, alertingRule.enforcedExpr, recordingRule.__typename]).toEqual([
      ref,
      'up{project="full"} == 0',
      "RecordingRule",
    ]);
    expect(contactGroup.contacts).toEqual([{ type: "SLACK", value: "#ops", sendResolved: true, hasSecret: true }]);

    const all = { limit: 9 };
    expect(await operator.scrapeJobs.list(of).toArray(all)).toEqual([scrapeJob]);
    expect(await operator.rules.list(of).toArray(all)).toEqual([alertingRule, recordingRule]);
    expect(await operator.alertingRules.list(of).toArray(all)).toEqual([alertingRule]);
    expect(await operator.recordingRules.list(of).toArray(all)).toEqual([recordingRule]);
    expect(await operator.contactGroups.list(of).toArray(all)).toEqual([contactGroup]);
    expect(await operator.scrapeJobs.get(scrapeJob.id)).toEqual(scrapeJob);
    expect(await operator.alertingRules.get(alertingRule.id)).toEqual(alertingRule);
    expect(await operator.alertingRules.get(recordingRule.id)).toBeNull();
    expect(await operator.recordingRules.get(recordingRule.id)).toEqual(recordingRule);
    expect(await operator.rules.get(alertingRule.id)).toEqual(alertingRule);
    expect(await operator.contactGroups.get(contactGroup.id)).toEqual(contactGroup);
    expect(await operator.rules.check(project.id, "up ==")).toMatchObject({ valid: false, enforcedExpr: null });
    expect(await operator.rules.health(alertingRule.id)).toBeNull();
    expect(await operator.rollouts.get(alertingRule.id)).toMatchObject({
      revision: alertingRule.revision,
      state: "PENDING",
    });

    await operator.scrapeJobs.update(scrapeJob.id, { enabled: false, probe: null });
    await operator.alertingRules.update(alertingRule.id, { for: "5m", labels: { team: "a" } });
    await operator.recordingRules.update(recordingRule.id, { interval: "1m" });
    await operator.contactGroups.update(contactGroup.id, { name: "on-call" });
    expect([
      (await operator.scrapeJobs.get(scrapeJob.id))?.probe,
      (await operator.alertingRules.get(alertingRule.id))?.for,
      (await operator.recordingRules.get(recordingRule.id))?.interval,
      (await operator.contactGroups.get(contactGroup.id))?.name,
    ]).toEqual([null, "5m", "1m", "on-call"]);
    await operator.recordingRules.remove(recordingRule.id);
    await operator.rules.remove(alertingRule.id);
    await operator.scrapeJobs.remove(scrapeJob.id);
    await operator.projects.update(project.id, { defaultContactGroup: null });
    await operator.contactGroups.remove(contactGroup.id);
    expect(await operator.rules.list(of).toArray(all)).toEqual([]);
  });

  it("global rules are the operators'", async () => {
    const { globalRule } = await operator.globalRules.create({ name: "Everywhere", expr: "up == 0" });
    expect(await operator.globalRules.list().toArray({ limit: 9 })).toEqual([globalRule]);
    const { globalRule: changed } = await operator.globalRules.update(globalRule.id, { severity: "critical" });
    expect(await operator.globalRules.get(globalRule.id)).toEqual(changed);
    await operator.globalRules.remove(globalRule.id);
    expect(await operator.globalRules.get(globalRule.id)).toBeNull();
  });

  it("a project's limits are told with its usage, and that one is reached", async () => {
    const tiers = await operator.limitTiers();
    expect(tiers.map(({ name, rules, scrapeJobs }) => [name, rules, scrapeJobs])).toEqual([
      ["default", 500, 200],
      ["small", 1, 100],
    ]);
    const [, { name, ...limits } = expect.fail()] = tiers;
    const { project } = await operator.projects.create({ name: "small", limitTier: name });
    const rule = { project: project.id, name: "Down", expr: "up == 0" };
    await operator.alertingRules.create(rule);
    const failure = await failureOf(operator.alertingRules.create(rule));
    expect(failure).toMatchObject({ name: "UserInputError", code: "LIMIT" });
    const live = { samplesPerScrape: null, series: null, samplesPerSecond: null, seriesPerRule: null };
    const usage = {
      ...live,
      contactGroups: 0,
      contacts: 0,
      silences: 0,
      acknowledgements: 0,
      apiTokens: 0,
      scrapeJobs: 0,
      targets: 0,
      rules: 1,
    };
    expect(await operator.projects.capacity(project.id)).toEqual({
      id: project.id,
      name: "small",
      limits: { tier: "small", problem: null, ...limits },
      usage,
    });
    expect(await operator.projects.capacity("prj_00000000000000000000000000")).toBeNull();
  });

  it("a rate limit is an error that says when to come again, and its wait is kept to", async () => {
    const hurried = await startApp(await createSqliteDatabase(), { limits: { rate: { requestsPerMinute: 2 } } });
    const client = connect(await hurried.token("READER"), { url: hurried.url });
    await Promise.all([client.viewer(), client.viewer()]);
    const delays: number[] = [];
    const patient = connect(await hurried.token("READER"), {
      url: hurried.url,
      timeoutMs: 120_000,
      hooks: { onRetry: ({ delayMs }) => delays.push(delayMs) > 9 },
    });
    const failure = await failureOf(client.viewer());
    expect(failure).toMatchObject({ name: "RateLimitError", code: "RATE_LIMITED", status: 429, retryable: true });
    const { retryAfterMs = 0 } = failure as sdk.RateLimitError;
    expect([retryAfterMs % 1_000, retryAfterMs >= 1_000, retryAfterMs <= 60_000]).toEqual([0, true, true]);
    await Promise.all([patient.viewer(), patient.viewer()]);
    await failureOf(patient.viewer({ signal: AbortSignal.timeout(500) }));
    expect(delays.map((delay) => delay >= 1_000)).toEqual([true]);
  });

  it("an agent follows the revisions, fetches what changed, and reports", async () => {
    const revisions = agent.revisions();
    const { value: known = 0 } = await revisions.next();
    const { project } = await operator.projects.create({ name: "followed" });
    const of = { project: project.id };
    await operator.contactGroups.create({
      ...of,
      name: "ops",
      contacts: [{ type: "SLACK", value: "#ops", secret: "https://hooks.example.org/s3cret" }],
    });
    const jobs = Array.from({ length: 130 }, (_, i) => `job-${i}`);
    for (const name of jobs)
      await operator.scrapeJobs.create({ ...of, name, staticTargets: [{ host: "a.example", port: 1 }] });
    const newest = await operator.revision();
    for await (const revision of revisions) if (revision === newest) break;

    const pages = [];
    for await (const page of agent.changes({ sinceRevision: known, globalRules: true })) pages.push(page);
    const [{ projects: [changed] = [], ...page } = expect.fail()] = pages;
    expect([pages.length, page.revision, page.globalRules, changed?.id]).toEqual([1, newest, null, project.id]);
    expect(changed?.config?.scrapeJobs.map(({ name }) => name).sort()).toEqual([...jobs].sort());
    expect(changed?.config?.contactGroups[0]?.contacts[0]?.secret).toBe("https://hooks.example.org/s3cret");
    const lists = { scrapeJobs: [], rules: [], contactGroups: [] };
    const settings = [{ ...changed, config: { ...changed?.config, ...lists } }];
    for (const [projects, expected] of [
      ["settings", settings],
      ["none", []],
    ] as const)
      for await (const less of agent.changes({ sinceRevision: known, projects }))
        expect(less).toEqual({ ...page, projects: expected });

    const report = {
      name: "prometheus-1",
      instanceId: "i1",
      hostname: "host",
      agentVersion: "1.0",
      outputs: ["PROMETHEUS", "ALERTMANAGER"],
      reportIntervalSeconds: 60,
    } as const;
    const told = { message: "no such tier", project: project.id, file: "rules/followed.yml" };
    const { agent: reported } = await agent.agents.report({
      ...report,
      appliedRevision: 1,
      state: "SYNCED",
      problems: [],
    });
    expect(await operator.agents.list()).toEqual([reported]);
    const waiting = operator.rollouts.wait(project.id, { intervalMs: 10 });
    await agent.agents.report({ ...report, appliedRevision: newest, state: "SYNCED", problems: [] });
    expect(await waiting).toMatchObject({ state: "APPLIED", agents: [{ appliedRevision: newest }], problems: [] });
    await agent.agents.report({ ...report, appliedRevision: newest, state: "FAILED", problems: [told] });
    expect(await operator.rollouts.wait(project.id)).toMatchObject({
      state: "REFUSED",
      problems: [{ message: "no such tier" }],
    });
    await operator.scrapeJobs.create({ ...of, name: "later", staticTargets: [{ host: "a.example", port: 1 }] });
    await agent.agents.report({ ...report, appliedRevision: newest, state: "SYNCED", problems: [] });
    const late = await failureOf(operator.rollouts.wait(project.id, { timeoutMs: 100, intervalMs: 10 }));
    expect(late).toMatchObject({
      name: "TimeoutError",
      message: "the change has not reached all agents within 100 ms (TIMEOUT)",
    });
  });

  it("an alert is seen, silenced and unsilenced, and each call reads the write before it", async () => {
    const { project } = await operator.projects.create({ name: "shop" });
    await alertmanager.postAlerts([{ labels: { alertname: "Down", project: "shop", severity: "page" } }]);
    const filter = { projects: ["shop"] };
    const [alert] = await waitFor(
      async () => {
        const alerts = await operator.alerts.list({ filter }).toArray({ limit: 2 });
        return alerts.length > 0 && alerts;
      },
      { what: "the alert" },
    );
    expect(alert).toMatchObject({
      name: "Down",
      state: "ACTIVE",
      project: { id: project.id, name: "shop" },
      clusters: ["main"],
    });
    const id = alert?.id ?? "";
    const { silence } = await operator.silences.create({
      project: project.id,
      matchers: [{ name: "alertname", value: "Down" }],
      duration: "1h",
      comment: "known",
    });
    expect((await operator.alerts.get(id))?.silencedBy).toMatchObject([{ id: silence.id, comment: "known" }]);
    const counts = { total: 1, active: 0, suppressed: 1, unprocessed: 0 };
    expect(await operator.alerts.counts({ filter })).toEqual({
      ...counts,
      acknowledged: 0,
      severities: [{ severity: "page", ...counts }],
    });
    const [group] = await operator.alerts.groups({ filter, groupBy: ["severity"] }).toArray({ limit: 2 });
    expect(group).toMatchObject({ labels: { severity: "page" }, alerts: [{ id, name: "Down" }] });
    expect(await operator.alerts.labelNames({ filter, first: 1 })).toEqual([{ name: "alertname", count: 1 }]);
    expect(await operator.alerts.labelValues("severity", { filter, search: "AG" })).toEqual([
      { value: "page", count: 1 },
    ]);
    const silenced = await operator.silences.alerts({ silence: silence.id }).toArray({ limit: 2 });
    expect(silenced.map(({ name }) => name)).toEqual(["Down"]);
    const { silence: longer } = await operator.silences.update(silence.id, { comment: "still known" });
    expect(
      (await operator.silences.list({ filter: { states: ["ACTIVE"] } }).toArray({ limit: 9 })).map(({ id }) => id),
    ).toEqual([longer.id]);
    expect((await operator.silences.expire(longer.id)).silence.state).toBe("EXPIRED");
    expect((await operator.silences.get(longer.id))?.state).toBe("EXPIRED");
    expect((await operator.alerts.get(id))?.state).toBe("ACTIVE");
    const [episode] = await waitFor(
      async () => {
        const found = await operator.alertHistory.ofAlert(id).toArray({ limit: 2 });
        return found.length > 0 && found;
      },
      { what: "the alert to be in the history" },
    );
    expect(episode).toMatchObject({ name: "Down", state: "FIRING", project: { name: "shop" }, resolvedAt: null });
    expect(await operator.alertHistory.get(episode?.id ?? "")).toMatchObject({
      id: episode?.id,
      startsAt: episode?.startsAt,
    });
    const listed = await operator.alertHistory.list({ filter }).toArray({ limit: 2 });
    expect(listed.map((one) => one.id)).toEqual([episode?.id]);
    const { names, leftOut } = await operator.alertHistory.counts({ project: project.id, since: episode?.startsAt });
    expect([leftOut, names]).toMatchObject([0, [{ name: "Down", episodes: 1, firing: 1 }]]);
    expect(await operator.alertmanagers()).toMatchObject([
      { name: "main", reachable: true, members: [{ name: "am" }] },
    ]);
    expect(await operator.prometheusServers()).toEqual([]);
    expect(await operator.watchdogs()).toEqual([]);
    expect(await operator.alerts.firingHours(id, { hours: 2 })).toBeNull();
    expect(await failureOf(operator.alerts.firingHours("alr_0000000000000000"))).toMatchObject({
      name: "NotFoundError",
    });
  });

  it("a token is created for a project, does what it may, and ends with a clear error when it is revoked", async () => {
    const { project } = await operator.projects.create({ name: "members" });
    const memberships = [{ project: project.id, role: "MEMBER" as const }];
    const { apiToken, secret } = await operator.apiTokens.create({ name: "ann", memberships });
    const member = connect(secret);
    const membership = { role: "MEMBER", project: { id: project.id, name: "members" } };
    expect(await member.viewer()).toEqual({
      kind: "API_TOKEN",
      name: "ann",
      globalRole: null,
      everyProjectRole: null,
      memberships: [membership],
    });
    await member.alertingRules.create({ project: project.id, name: "Mine", expr: "up == 0" });
    expect((await member.projects.list().toArray({ limit: 9 })).map(({ name }) => name)).toEqual(["members"]);
    expect(await member.projects.find("shop")).toBeNull();
    expect(await failureOf(member.projects.create({ name: "no" }))).toBeInstanceOf(sdk.ForbiddenError);
    expect(await failureOf(member.revisions().next())).toBeInstanceOf(sdk.ForbiddenError);
    const foreign = operator.projects
      .find("shop")
      .then((found) => member.rules.list({ project: found?.id ?? "" }).page());
    expect(await failureOf(foreign)).toBeInstanceOf(sdk.NotFoundError);
    expect((await operator.apiTokens.list().toArray({ limit: 99 })).map(({ id }) => id)).toContain(apiToken.id);

    expect((await operator.apiTokens.revoke(apiToken.id)).apiToken.revokedAt).not.toBeNull();
    expect(await failureOf(member.viewer())).toMatchObject({
      name: "AuthenticationError",
      status: 401,
      requestId: expect.any(String),
    });
    expect(await failureOf(member.revisions().next())).toBeInstanceOf(sdk.AuthenticationError);
    expect(
      await failureOf(member.raw("{ revision }").then(({ errors }) => Promise.reject(errors[0]?.extensions?.code))),
    ).toBe("UNAUTHENTICATED");
  });

  it("a token is rotated: its program has time to change over, or none", async () => {
    const { apiToken, secret } = await operator.apiTokens.create({ name: "turning", globalRole: "READER" });
    const turned = await operator.apiTokens.rotate(apiToken.id);
    expect(turned).toEqual({
      apiToken: { ...apiToken, rotatedAt: expect.any(String), previousExpiresAt: expect.any(String) },
      secret: expect.stringMatching(/^mi_/),
      userErrors: [],
    });
    expect([(await connect(secret).viewer()).name, (await connect(turned.secret).viewer()).name]).toEqual([
      "turning",
      "turning",
    ]);
    const { apiToken: now, secret: third } = await operator.apiTokens.rotate(apiToken.id, { previousValidFor: "0s" });
    expect(now.previousExpiresAt).toBeNull();
    expect((await connect(third).viewer()).name).toBe("turning");
    for (const ended of [secret, turned.secret])
      expect(await failureOf(connect(ended).viewer())).toBeInstanceOf(sdk.AuthenticationError);
    const refused = await failureOf(operator.apiTokens.rotate(apiToken.id, { previousValidFor: "1y" }));
    expect(refused).toMatchObject({ name: "UserInputError", userErrors: [{ path: ["input", "previousValidFor"] }] });
  });

  it("a token whose first answer is lost is made or rotated once, and the error names it", async () => {
    const losing = () => {
      let lost = 0;
      return connect(app.operator, {
        fetch: async (...request) => {
          const response = await fetch(...request);
          if (lost++ > 0) return response;
          await response.arrayBuffer();
          throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
        },
      });
    };
    const input = { name: "lost", globalRole: "READER" } as const;
    const error = await failureOf(losing().apiTokens.create(input));
    const made = (await operator.apiTokens.list().toArray({ limit: 99 })).filter(({ name }) => name === "lost");
    expect(made).toHaveLength(1);
    const [{ id } = expect.fail()] = made;
    const message = `the answer with the secret of ${id} was lost: get another with client.apiTokens.rotate (SECRET_LOST)`;
    expect(error).toMatchObject({ name: "SecretLostError", code: "SECRET_LOST", apiTokenId: id, message });
    expect(await failureOf(losing().apiTokens.rotate(id))).toMatchObject({ name: "SecretLostError", apiTokenId: id });
    const lenient = await losing().apiTokens.create(input, { throwOnUserErrors: false });
    expect([lenient.apiToken?.name, lenient.secret, lenient.userErrors]).toEqual(["lost", null, []]);
    const { secret } = await operator.apiTokens.rotate(id);
    expect((await connect(secret).viewer()).name).toBe("lost");
  });

  it("a subscription ends with a clear error when its token is revoked, and outlives a rotation", async () => {
    const [first, second] = await Promise.all(
      ["revoked", "rotated"].map((name) => operator.apiTokens.create({ name, globalRole: "AGENT" })),
    );
    if (!first || !second) expect.fail();
    const retries: string[] = [];
    const hooks = { onRetry: ({ error }: sdk.RetryEvent) => void retries.push(error.name) };
    const revoked = connect(first.secret, { hooks }).revisions();
    let secret = second.secret;
    const rotated = connect("", { token: () => secret }).revisions();
    const { value: known } = await revoked.next();
    expect((await rotated.next()).value).toBe(known);

    await operator.apiTokens.revoke(first.apiToken.id);
    secret = (await operator.apiTokens.rotate(second.apiToken.id, { previousValidFor: "0s" })).secret;
    expect(await failureOf(revoked.next())).toMatchObject({ name: "AuthenticationError", status: 401 });
    expect(retries).toEqual(["NetworkError"]);
    const { revision } = await operator.projects.create({ name: "after-the-rotation" });
    expect((await rotated.next()).value).toBe(revision);
    await rotated.return();
  });

  it("wrong requests are told from wrong input", async () => {
    expect(await failureOf(operator.request("{ nothing }"))).toMatchObject({
      name: "InvalidRequestError",
      code: "GRAPHQL_VALIDATION_FAILED",
    });
    expect(await failureOf(operator.projects.list().page({ first: 101 }))).toMatchObject({
      name: "InvalidRequestError",
      code: "BAD_USER_INPUT",
    });
    expect(
      await failureOf(
        operator.request("query ($a: Int!) { revision changedProjects(sinceRevision: $a) { revision } }", {
          a: "s3cret",
        }),
      ),
    ).toMatchObject({
      name: "InvalidRequestError",
      message: expect.not.stringContaining("s3cret"),
    });
    expect(await failureOf(operator.projects.create({ name: "Not A Name" }))).toMatchObject({
      name: "UserInputError",
      userErrors: [{ code: "INVALID", path: ["input", "name"] }],
    });
  });
});
