import { beforeAll, expect, it } from "vitest";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { mutations, type OnCall, startOnCall } from "./on-call.js";

const { acknowledge, unacknowledge, update } = mutations;
const hour = 3_600_000;
const unknownAlert = "alr_0123456789abcdef";

describeOnEachDatabase((database) => {
  let onCall: OnCall;
  beforeAll(async () => {
    onCall = await startOnCall(database.settings);
  });
  const as = (who: keyof OnCall["tokens"] | "operator") =>
    who === "operator" ? onCall.app.operator : onCall.tokens[who];
  const done = async (who: Parameters<typeof as>[0], mutation: string, variables: object, headers = {}) =>
    (await onCall.app.data(as(who), mutation, variables, headers)).done;
  const refusal = async (who: Parameters<typeof as>[0], mutation: string, variables: object) => {
    const { data, errors = [] } = await onCall.app.graphql(as(who), mutation, variables);
    return [data, errors.map(({ message, extensions }) => [extensions.code, message])];
  };
  /** Acknowledges alerts that began to fire a minute ago; answers their ids and those of the acknowledgements. */
  const acknowledged = async (names: readonly string[], input: object = {}) => {
    const alerts = await onCall.fire(names.map((alertname) => ({ alertname })));
    const { results } = await done("alice", acknowledge, { input: { alerts, ...input } });
    return { alerts, ids: results.map((one: { acknowledgement: { id: string } }) => one.acknowledgement.id as string) };
  };
  const silencesOf = async (id: string) => (await onCall.inForce()).filter(({ comment }) => comment.includes(id));
  const equal = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });

  it("an alert is acknowledged: who and why is shown at once, and a silence for exactly it keeps it quiet", async () => {
    const alerts = await onCall.fire([
      { alertname: "Disk", device: "sda" },
      { alertname: "Disk", device: "sdb" },
    ]);
    const [first = ""] = alerts;
    const answer = await done("alice", acknowledge, { input: { alerts: [first], note: " a disk is ordered\n" } });
    const acknowledgement = {
      ...{ id: expect.stringMatching(/^ack_/), alert: { name: "Disk" }, owner: "alice", note: "a disk is ordered" },
      ...{ quiet: true, createdBy: "alice", handedOverBy: null, version: 1 },
      ...{ expiresAt: null, endedAt: null, endReason: null },
    };
    expect(answer).toEqual({ results: [{ id: first, acknowledgement, userErrors: [] }], userErrors: [] });
    const { id } = answer.results[0].acknowledgement;

    const [silence, ...others] = await silencesOf(id);
    expect([silence, others]).toEqual([
      expect.objectContaining({
        matchers: [equal("project", "alpha"), equal("alertname", "Disk"), equal("device", "sda")],
        comment: `Acknowledged by alice: a disk is ordered [${id}]`,
        createdBy: "alice",
      }),
      [],
    ]);
    const lastsMs = Date.parse(silence?.endsAt ?? "") - Date.now();
    expect(lastsMs).toBeGreaterThan(14 * 60_000);
    expect(lastsMs).toBeLessThanOrEqual(15 * 60_000);

    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Alert { state acknowledgement { id silences { createdBy state alerts { totalCount } } } } } }`;
    expect((await onCall.app.data(as("bob"), query, { ids: alerts })).nodes).toEqual([
      {
        state: "SUPPRESSED",
        acknowledgement: { id, silences: [{ createdBy: "alice", state: "ACTIVE", alerts: { totalCount: 1 } }] },
      },
      { state: "ACTIVE", acknowledgement: null },
    ]);
    const written = (await onCall.told()).slice(-2);
    expect(written).toEqual([
      {
        ...{ action: "CREATE", type: "Acknowledgement", id, actor: "alice", project: onCall.projects.alpha },
        before: null,
        after: {
          ...{ alert: first, labels: { alertname: "Disk", device: "sda", project: "alpha" } },
          ...{ startsAt: expect.any(String), owner: "alice", handedOverBy: null, note: "a disk is ordered" },
          ...{ quiet: true, expiresAt: null, endedAt: null, endReason: null },
        },
      },
      expect.objectContaining({
        ...{ action: "CREATE", type: "Silence", actor: "alice", project: onCall.projects.alpha, before: null },
        after: expect.objectContaining({
          cluster: "main",
          comment: `Acknowledged by alice: a disk is ordered [${id}]`,
        }),
      }),
    ]);
  });

  it("several are acknowledged at once, and one that cannot be keeps no other from it", async () => {
    const [mine = "", bobs = ""] = await onCall.fire([{ alertname: "Mine" }, { alertname: "Bobs" }]);
    const [betas = "", platform = ""] = await onCall.fire([
      { alertname: "Betas", project: "beta" },
      { alertname: "Nobodys", project: "no-such-project" },
    ]);
    const { acknowledgement } = (await done("bob", acknowledge, { input: { alerts: [bobs] } })).results[0];
    const alerts = [unknownAlert, mine, bobs, betas, platform, mine];
    const { results, userErrors } = await done("alice", acknowledge, { input: { alerts, quiet: false } });
    const missing = (id: string, index: number) => {
      const mistake = { code: "NOT_FOUND", message: "Alert not found.", path: ["input", "alerts", `${index}`] };
      return { id, acknowledgement: null, userErrors: [mistake] };
    };
    const own = {
      id: mine,
      acknowledgement: expect.objectContaining({ owner: "alice", quiet: false }),
      userErrors: [],
    };
    expect([userErrors, results]).toEqual([
      [],
      [
        missing(unknownAlert, 0),
        own,
        {
          id: bobs,
          acknowledgement: null,
          userErrors: [
            {
              code: "CONFLICT",
              message: expect.stringMatching(
                new RegExp(
                  `^bob has acknowledged it already \\(${acknowledgement.id}, .*\\)\\. To take it over, change its owner\\.$`,
                ),
              ),
              path: ["input", "alerts", "2"],
            },
          ],
        },
        missing(betas, 3),
        missing(platform, 4),
        own,
      ],
    ]);
    expect(results[1]).toEqual(results[5]);
    expect(await silencesOf(results[1].acknowledgement.id)).toEqual([]);
  });

  it("is for those who may silence the project's alerts, and for operators where there is none", async () => {
    const [alphas = "", platform = "", stray = ""] = await onCall.fire([
      { alertname: "Alphas" },
      { alertname: "Platform", project: "" },
      { alertname: "Stray", project: "no-such-project" },
    ]);
    const input = { alerts: [alphas] };
    const forbidden = (act: string) => [null, [["FORBIDDEN", act]]];
    const lacking = (name: string) => `This needs a role that ${name} does not have (silence.write).`;
    expect(await refusal("viewer", acknowledge, { input })).toEqual(forbidden(lacking("viewer")));
    expect(await refusal("viewer", unacknowledge, { input })).toEqual(forbidden(lacking("viewer")));
    const { alpha, beta } = onCall.projects;
    const both = await onCall.app.token({ [alpha]: "VIEWER", [beta]: "MEMBER" });
    const code = async (token: string, mutation: string, variables: object) => {
      const answer = (await onCall.app.data(token, mutation, variables)).done;
      return answer.results.map(({ userErrors }: { userErrors: { code: string }[] }) =>
        userErrors.map((one) => one.code),
      );
    };
    expect(await code(both, acknowledge, { input })).toEqual([["FORBIDDEN"]]);
    expect(await code(as("eve"), acknowledge, { input })).toEqual([["NOT_FOUND"]]);
    expect(await code(as("alice"), acknowledge, { input: { alerts: [platform, stray] } })).toEqual([
      ["NOT_FOUND"],
      ["NOT_FOUND"],
    ]);
    expect(await code(as("operator"), acknowledge, { input: { alerts: [platform, stray, alphas] } })).toEqual([
      [],
      [],
      [],
    ]);

    const reader = await onCall.app.token("READER");
    const agent = await onCall.app.token("AGENT");
    const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Alert { acknowledgement { owner } } } }";
    const { acknowledgements } = await onCall.app.data(
      as("operator"),
      "{ acknowledgements { nodes { id fingerprint project { name } } } }",
    );
    const idOf = (alert: string) =>
      acknowledgements.nodes.find(({ fingerprint }: { fingerprint: string }) => alert.endsWith(fingerprint))?.id;
    const ids = [platform, stray, alphas];
    const nodes = async (token: string) => {
      const own = await onCall.app.data(token, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
        ids: ids.map(idOf),
      });
      return [
        (await onCall.app.data(token, query, { ids })).nodes,
        own.nodes.map((node: object | null) => node !== null),
      ];
    };
    const shown = { acknowledgement: { owner: "test" } };
    expect(await nodes(reader)).toEqual([
      [shown, shown, shown],
      [true, true, true],
    ]);
    expect(await nodes(agent)).toEqual([
      [null, { acknowledgement: null }, shown],
      [false, false, true],
    ]);
    expect(await nodes(as("viewer"))).toEqual([
      [null, null, shown],
      [false, false, true],
    ]);
    expect(await nodes(as("eve"))).toEqual([
      [null, null, null],
      [false, false, false],
    ]);
    const byAlice = { acknowledgements: ids.map(idOf) };
    expect(await code(as("alice"), unacknowledge, { input: byAlice })).toEqual([["NOT_FOUND"], ["NOT_FOUND"], []]);
    expect(await code(both, unacknowledge, { input: { acknowledgements: [idOf(alphas)] } })).toEqual([["FORBIDDEN"]]);
    expect(await refusal("eve", update, { id: idOf(alphas), input: { note: "x" } })).toEqual(
      await refusal("eve", update, { id: "ack_01h455vb4pex5vsknk084sn02q", input: { note: "x" } }),
    );
    expect(await refusal("eve", update, { id: idOf(alphas), input: {} })).toEqual([
      null,
      [["NOT_FOUND", "Acknowledgement not found."]],
    ]);
    expect(await refusal("viewer", update, { id: idOf(alphas), input: {} })).toEqual(forbidden(lacking("viewer")));
    const { errors } = await onCall.app.graphql(both, update, { id: idOf(alphas), input: {} });
    expect(errors?.map(({ message }) => message)).toEqual(["This acknowledgement is not for test to change."]);
    expect(
      await code(as("operator"), unacknowledge, { input: { acknowledgements: [idOf(platform), idOf(stray)] } }),
    ).toEqual([[], []]);
  });

  it("takes over what its owner says anew, and nothing else", async () => {
    const { alerts, ids } = await acknowledged(["Again"], { note: "first" });
    const [id = ""] = ids;
    const [silence] = await silencesOf(id);
    const again = async (input: object) =>
      (await done("alice", acknowledge, { input: { alerts, ...input } })).results[0];
    expect((await again({})).acknowledgement).toMatchObject({ id, note: "first", version: 1 });
    const { acknowledgement } = await again({ note: "second", duration: "1h" });
    expect(acknowledgement).toMatchObject({ id, note: "second", version: 2, owner: "alice" });
    expect(Math.abs(Date.parse(acknowledgement.expiresAt) - Date.now() - hour)).toBeLessThan(60_000);
    expect(await silencesOf(id)).toEqual([
      expect.objectContaining({ id: silence?.id, comment: `Acknowledged by alice: second [${id}]` }),
    ]);
    expect((await again({ quiet: false })).userErrors).toEqual([
      {
        code: "CONFLICT",
        message: "It is acknowledged already, with `quiet: true`. Take that back first.",
        path: ["input", "alerts", "0"],
      },
    ]);
    expect((await again({})).acknowledgement).toMatchObject({ note: "second", version: 2 });
  });

  it("is handed over: to a name, which takes it by acknowledging; its silence stays who handed it over's", async () => {
    const { alerts, ids } = await acknowledged(["Handed"], { note: "night" });
    const [id = ""] = ids;
    const [silence] = await silencesOf(id);
    const handed = await done("alice", update, { id, input: { owner: "bob", note: "day", expectedVersion: 1 } });
    expect(handed).toEqual({
      acknowledgement: expect.objectContaining({ owner: "bob", handedOverBy: "alice", note: "day", version: 2 }),
      userErrors: [],
    });
    expect(await silencesOf(id)).toEqual([
      expect.objectContaining({
        id: silence?.id,
        createdBy: "alice",
        comment: `Acknowledged by alice for bob: day [${id}]`,
      }),
    ]);
    const mine = await done("bob", acknowledge, { input: { alerts } });
    expect(mine.results[0].acknowledgement).toMatchObject({ id, owner: "bob", handedOverBy: "alice", note: "day" });
    expect((await done("alice", acknowledge, { input: { alerts } })).results[0].userErrors).toMatchObject([
      { code: "CONFLICT" },
    ]);
    const taken = await done("alice", update, { id, input: { owner: "alice", note: null } });
    expect(taken.acknowledgement).toMatchObject({ owner: "alice", handedOverBy: null, note: "" });
    expect((await silencesOf(id))[0]?.comment).toBe(`Acknowledged by alice [${id}]`);
    const stale = await done("bob", update, { id, input: { note: "late", expectedVersion: 1 } });
    expect(stale).toEqual({
      acknowledgement: null,
      userErrors: [expect.objectContaining({ code: "CONFLICT", path: ["expectedVersion"] })],
    });
    const other = await onCall.fire([{ alertname: "ForCarol" }]);
    const { results } = await done("alice", acknowledge, { input: { alerts: other, owner: "carol" } });
    expect(results[0].acknowledgement).toMatchObject({ owner: "carol", createdBy: "alice", handedOverBy: "alice" });
    expect((await silencesOf(results[0].acknowledgement.id)).map(({ createdBy }) => createdBy)).toEqual(["alice"]);
    const changes = (await onCall.told()).filter((row) => row.id === id && row.type === "Acknowledgement");
    expect(changes.map(({ action, actor, after }) => [action, actor, (after as { owner: string }).owner])).toEqual([
      ["CREATE", "alice", "alice"],
      ["UPDATE", "alice", "bob"],
      ["UPDATE", "bob", "bob"],
      ["UPDATE", "alice", "alice"],
    ]);
  });

  it("is taken back, by whoever may, and the alert is loud again at once", async () => {
    const { alerts, ids } = await acknowledged(["Back", "Too"]);
    const [back = "", too = ""] = alerts;
    const ended = (id: string, owner = "alice") => ({
      id,
      acknowledgement: expect.objectContaining({ owner, endedAt: expect.any(String), endReason: "REMOVED" }),
      userErrors: [],
    });
    const first = await done("bob", unacknowledge, { input: { alerts: [back] } });
    expect(first).toEqual({ results: [ended(back)], userErrors: [] });
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Alert { state acknowledgement { id } } } }`;
    expect((await onCall.app.data(as("bob"), query, { ids: alerts })).nodes).toEqual([
      { state: "ACTIVE", acknowledgement: null },
      { state: "SUPPRESSED", acknowledgement: { id: ids[1] } },
    ]);
    const again = await done("bob", unacknowledge, { input: { alerts } });
    expect(again).toEqual({
      results: [{ id: back, acknowledgement: null, userErrors: [] }, ended(too)],
      userErrors: [],
    });
    const byId = await done("bob", unacknowledge, { input: { acknowledgements: ids } });
    expect(byId.results).toEqual(ids.map((id: string) => ended(id)));
    expect((await done("alice", update, { id: ids[0], input: { note: "late" } })).userErrors).toEqual([
      { code: "CONFLICT", message: "It has ended. Acknowledge the alert anew, if it fires.", path: ["id"] },
    ]);
    const told = (await onCall.told()).filter(({ actor }) => actor === "bob").slice(-4);
    expect(
      told.map(({ action, type, after }) => [action, type, Object(after).endReason ?? Object(after).state]),
    ).toEqual([
      ["UPDATE", "Acknowledgement", "REMOVED"],
      ["UPDATE", "Silence", "EXPIRED"],
      ["UPDATE", "Acknowledgement", "REMOVED"],
      ["UPDATE", "Silence", "EXPIRED"],
    ]);
    const anew = (await done("bob", acknowledge, { input: { alerts: [back] } })).results[0].acknowledgement;
    expect([anew.owner, anew.id === ids[0]]).toEqual(["bob", false]);
  });

  it("tells what is wrong with what is asked for, and then does nothing", async () => {
    const alerts = await onCall.fire([{ alertname: "Wrong" }]);
    const mistakes = async (input: object) =>
      (await done("alice", acknowledge, { input: { alerts, ...input } })).userErrors;
    const path = (field: string) => ["input", field];
    const invalid = (field: string, message: string) => [{ code: "INVALID", message, path: path(field) }];
    expect(await mistakes({ note: "ä".repeat(501) })).toEqual(invalid("note", "The note is at most 1000 bytes long."));
    expect(await mistakes({ owner: "x".repeat(101) })).toEqual(
      invalid("owner", "The owner's name is at most 100 characters long."),
    );
    expect(await mistakes({ owner: " " })).toEqual(invalid("owner", "The owner's name must not be empty."));
    expect(await mistakes({ owner: "ali\u202ece" })).toEqual(
      invalid("owner", "The owner's name must not hold invisible characters."),
    );
    expect(await mistakes({ expiresAt: "2020-01-01T00:00:00Z" })).toEqual(
      invalid("expiresAt", "The end must not be past."),
    );
    expect(await mistakes({ expiresAt: "2999-01-01T00:00:00Z" })).toEqual([
      { code: "LIMIT", message: "An acknowledgement lasts at most 366d.", path: path("expiresAt") },
    ]);
    expect(await mistakes({ duration: "soon" })).toMatchObject([{ code: "INVALID", path: path("duration") }]);
    expect(await mistakes({ duration: "1h", expiresAt: "2999-01-01T00:00:00Z" })).toEqual(
      invalid("duration", "Give either `expiresAt` or `duration`."),
    );
    const number = (field: string) => [null, [["BAD_USER_INPUT", `"input.${field}" must name 1 to 100.`]]];
    const many = (id: string) => Array.from({ length: 101 }, () => id);
    expect(await refusal("alice", acknowledge, { input: { alerts: [] } })).toEqual(number("alerts"));
    expect(await refusal("alice", acknowledge, { input: { alerts: many(unknownAlert) } })).toEqual(number("alerts"));
    expect(await refusal("alice", unacknowledge, { input: { alerts: [] } })).toEqual(number("alerts"));
    expect(await refusal("alice", unacknowledge, { input: { acknowledgements: [] } })).toEqual(
      number("acknowledgements"),
    );
    const query = "query ($id: ID!) { node(id: $id) { ... on Alert { acknowledgement { id } } } }";
    expect((await onCall.app.data(as("alice"), query, { id: alerts[0] })).node).toEqual({ acknowledgement: null });
  });

  it("refuses an alert with more labels than a silence may have matchers, unless it need not be quiet", async () => {
    const labels = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`label_${index}`, "x"]));
    const alerts = await onCall.fire([{ alertname: "Many", ...labels }]);
    const [refused] = (await done("alice", acknowledge, { input: { alerts } })).results;
    expect(refused.userErrors).toEqual([
      {
        code: "LIMIT",
        message: expect.stringMatching(
          /^The alert has 51 labels of \d+ bytes, .* Acknowledge it with `quiet: false`\.$/,
        ),
        path: ["input", "alerts", "0"],
      },
    ]);
    const [loud] = (await done("alice", acknowledge, { input: { alerts, quiet: false } })).results;
    expect(loud.acknowledgement).toMatchObject({ owner: "alice", quiet: false });
  });

  it("shows in filters, counts and groups of alerts at once, also to who has just been answered", async () => {
    const { app, fire } = onCall;
    const query = `{ project(name: "alpha") {
      alertGroups(groupBy: ["alertname"], filter: { matchers: ["alertname=Grouped"] }) { nodes { acknowledgement { acknowledged total joinedSince } } }
      mine: alerts(filter: { acknowledgedBy: ["alice"], matchers: ["alertname=Grouped"] }) { nodes { labels } }
      free: alerts(filter: { acknowledged: false, matchers: ["alertname=Grouped"] }) { nodes { labels } } } }`;
    const seen = async () => {
      const { alertGroups, mine, free } = (await app.data(as("bob"), query)).project;
      const letters = ({ nodes }: { nodes: { labels: { n: string } }[] }) =>
        nodes
          .map(({ labels }) => labels.n)
          .sort()
          .join("");
      return [alertGroups.nodes[0].acknowledgement, letters(mine), letters(free)];
    };
    const labels = (n: string) => ({ alertname: "Grouped", n });
    const [a = "", b = ""] = await fire([labels("a"), labels("b"), labels("c")]);
    expect(await seen()).toEqual([{ acknowledged: 0, total: 3, joinedSince: 0 }, "", "abc"]);
    await done("alice", acknowledge, { input: { alerts: [a] } });
    await done("bob", acknowledge, { input: { alerts: [b] } });
    expect(await seen()).toEqual([{ acknowledged: 2, total: 3, joinedSince: 0 }, "a", "c"]);
    await fire([labels("d")], new Date(Date.now() + 1_000));
    expect(await seen()).toEqual([{ acknowledged: 2, total: 4, joinedSince: 1 }, "a", "cd"]);
    await done("bob", unacknowledge, { input: { alerts: [a] } });
    expect(await seen()).toEqual([{ acknowledged: 1, total: 4, joinedSince: 1 }, "", "acd"]);
  });

  it("ends with the project of its alert, and says nothing to whoever has one of that name afterwards", async () => {
    const { app, fire, told } = onCall;
    const create = `mutation { projectCreate(input: { name: "gone" }) { project { id } } }`;
    const project = async () => (await app.data(as("operator"), create)).projectCreate.project.id;
    const remove = (id: string) =>
      app.data(as("operator"), `mutation ($id: ID!) { projectDelete(id: $id) { userErrors { message } } }`, { id });
    const first = await project();
    const dave = await app.token({ [first]: "MEMBER" });
    const alerts = await fire([{ alertname: "Gone", project: "gone" }]);
    const made = (await app.data(dave, acknowledge, { input: { alerts, note: "secret" } })).done.results[0];
    const { id } = made.acknowledgement;
    expect(await silencesOf(id)).toHaveLength(1);
    expect((await remove(first)).projectDelete.userErrors).toEqual([]);
    const query = "query ($id: ID!) { node(id: $id) { ... on Acknowledgement { endReason endedAt version } } }";
    const ended = { endReason: "DELETED", endedAt: expect.any(String), version: 2 };
    expect((await app.data(as("operator"), query, { id })).node).toEqual(ended);
    const [begun] = alerts;
    const ofAlert = `query ($id: ID!) { node(id: $id) { ... on Alert { acknowledgement { owner } } } }`;
    expect((await app.data(as("operator"), ofAlert, { id: begun })).node).toEqual({ acknowledgement: null });
    await waitFor(async () => (await silencesOf(id)).length === 0, { what: "its silence to end", deadlineMs: 20_000 });
    await waitFor(async () => (await told()).at(-1)?.type === "Silence", { what: "that to be told" });
    expect((await told()).slice(-2)).toMatchObject([
      {
        ...{ action: "UPDATE", type: "Acknowledgement", id, actor: "test", project: first },
        ...{ before: { endReason: null, endedAt: null }, after: { endReason: "DELETED", endedAt: expect.any(String) } },
      },
      { action: "UPDATE", type: "Silence", actor: "server", project: first, after: { state: "EXPIRED" } },
    ]);
    const second = await app.token({ [await project()]: "MEMBER" });
    const anew = (await app.data(second, acknowledge, { input: { alerts } })).done.results[0];
    expect(anew).toMatchObject({ acknowledgement: { note: "", endReason: null }, userErrors: [] });
    expect((await app.data(second, "query ($id: ID!) { node(id: $id) { id } }", { id })).node).toBeNull();
  });

  it("of an alert that was nobody's is no secret told to the project that it comes to belong to", async () => {
    const { app, fire } = onCall;
    const alerts = await fire([{ alertname: "Later", project: "later" }]);
    const { id } = (await done("operator", acknowledge, { input: { alerts, note: "secret" } })).results[0]
      .acknowledgement;
    const create = `mutation { projectCreate(input: { name: "later" }) { project { id } } }`;
    const member = await app.token({ [(await app.data(as("operator"), create)).projectCreate.project.id]: "MEMBER" });
    const mine = (await app.data(member, acknowledge, { input: { alerts } })).done.results[0];
    expect(mine).toMatchObject({ acknowledgement: { note: "", endReason: null }, userErrors: [] });
    const query = "query ($id: ID!) { node(id: $id) { ... on Acknowledgement { endReason } } }";
    expect((await app.data(as("operator"), query, { id })).node).toEqual({ endReason: "REMOVED" });
  });

  it("says nothing more to a repeated request of who may not read the alert any more", async () => {
    const { app, fire, projects } = onCall;
    const create = `mutation { projectCreate(input: { name: "left" }) { project { id } } }`;
    const left = (await app.data(as("operator"), create)).projectCreate.project.id;
    const dave = await app.token({ [left]: "MEMBER", [projects.beta]: "MEMBER" });
    const alerts = await fire([{ alertname: "Left", project: "left" }]);
    const repeat = async (mutation: string, variables: object, key: string) =>
      (await app.data(dave, mutation, variables, { "idempotency-key": key })).done;
    const { acknowledgement } = (await repeat(acknowledge, { input: { alerts } }, "left-1")).results[0];
    const { id } = acknowledgement;
    const requests: [string, object, string][] = [
      [acknowledge, { input: { alerts } }, "left-1"],
      [update, { id, input: { note: "mine" } }, "left-2"],
      [unacknowledge, { input: { acknowledgements: [id] } }, "left-3"],
    ];
    for (const request of requests) await repeat(...request);
    await app.data(as("operator"), "mutation ($id: ID!) { projectDelete(id: $id) { userErrors { code } } }", {
      id: left,
    });
    const nothing = (one: string) => ({
      results: [{ id: one, acknowledgement: null, userErrors: [] }],
      userErrors: [],
    });
    const answers = [];
    for (const request of requests) answers.push(await repeat(...request));
    expect(answers).toEqual([nothing(alerts[0] ?? ""), { acknowledgement: null, userErrors: [] }, nothing(id)]);
  });

  it("is made and taken back once by requests with the same key", async () => {
    const alerts = await onCall.fire([{ alertname: "Key" }, { alertname: "Key", n: "2" }]);
    const headers = { "idempotency-key": "once" };
    const variables = { input: { alerts: [...alerts, unknownAlert] } };
    const first = await done("alice", acknowledge, variables, headers);
    const repeated = await done("alice", acknowledge, variables, headers);
    expect(repeated.results.slice(0, 2)).toEqual(first.results.slice(0, 2));
    const undo = { "idempotency-key": "undo" };
    const taken = await done("alice", unacknowledge, { input: { alerts } }, undo);
    expect((await done("alice", acknowledge, variables, headers)).results.slice(0, 2)).toEqual(taken.results);
    const anew = await done("bob", acknowledge, { input: { alerts } });
    expect(await done("alice", unacknowledge, { input: { alerts } }, undo)).toEqual(taken);
    const { alerts: found } = await onCall.app.data(
      as("bob"),
      '{ alerts(filter: { matchers: ["alertname=Key"] }) { nodes { acknowledgement { id } } } }',
    );
    const idsOf = (results: { acknowledgement: { id: string } }[]) =>
      results.map((one) => one.acknowledgement.id).sort();
    expect(idsOf(found.nodes)).toEqual(idsOf(anew.results));
    const { errors } = await onCall.app.graphql(as("alice"), acknowledge, { input: { alerts } }, headers);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["CONFLICT"]);
  });
});
