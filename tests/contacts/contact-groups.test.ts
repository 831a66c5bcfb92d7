import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const groupFields = `id name isDefault version revision project { name }
  contacts { type value sendResolved hasSecret secret }`;
const outcome = "diff { field before after } revision userErrors { code message path }";
const create = `mutation ($input: ContactGroupCreateInput!, $dryRun: Boolean! = false) {
  contactGroupCreate(input: $input, dryRun: $dryRun) { contactGroup { ${groupFields} } ${outcome} }
}`;
const update = `mutation ($id: ID!, $input: ContactGroupUpdateInput!, $dryRun: Boolean! = false) {
  contactGroupUpdate(id: $id, input: $input, dryRun: $dryRun) { contactGroup { ${groupFields} } ${outcome} }
}`;
const remove = `mutation ($id: ID!, $expectedVersion: Int, $dryRun: Boolean! = false) {
  contactGroupDelete(id: $id, expectedVersion: $expectedVersion, dryRun: $dryRun) { deletedId ${outcome} }
}`;
/** How the change log names a secret. */
const reference = /^sec_[0-9a-z]{26}$/;
const state = "{ revision projects { nodes { name version contactGroups { nodes { name version } } } } }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let member: string;
  let viewer: string;
  let agent: string;
  let stranger: string;
  let project: string;
  let otherProject: string;

  beforeAll(async () => {
    app = await startApp(database.settings);
    [project, otherProject] = [await createProject(app, "tools"), await createProject(app, "other")];
    member = await app.token({ [project]: "MEMBER" });
    viewer = await app.token({ [project]: "VIEWER" });
    stranger = await app.token({ [otherProject]: "ADMIN" });
    agent = await app.token("AGENT");
  });

  const createGroup = async (name: string, rest: object = {}, token = member) => {
    const input = { project, name, contacts: [], ...rest };
    return (await app.data(token, create, { input })).contactGroupCreate;
  };
  const defaultGroup = async () => {
    const { project: found } = await app.data(viewer, `{ project(name: "tools") { defaultContactGroup { name } } }`);
    return found.defaultContactGroup?.name ?? null;
  };

  it("creates a group with a contact of each type, and shows secrets to agents alone", async () => {
    const contacts = [
      { type: "EMAIL", value: "ops@example.org" },
      { type: "IRC", value: "#ops", sendResolved: false },
      { type: "WEBHOOK", value: "http://127.0.0.1:9/alerts", secret: "s3cret-token" },
      { type: "PHABRICATOR", value: "PHID-PROJ-abcdefghij0123456789" },
      { type: "SLACK", value: "#alerts", secret: "https://hooks.slack.com/services/T/B/x" },
    ];
    const { contactGroup, diff, revision, userErrors } = await createGroup("everybody", { contacts });
    const shown = contacts.map(({ type, value, sendResolved = true, secret }) => ({
      type,
      value,
      sendResolved,
      hasSecret: secret !== undefined,
      secret: null,
    }));
    expect(contactGroup).toEqual({
      id: expect.stringMatching(/^cgr_[0-9a-z]{26}$/),
      name: "everybody",
      isDefault: false,
      version: 1,
      revision,
      project: { name: "tools" },
      contacts: shown,
    });
    const masked = contacts.map(({ type, value, sendResolved = true, secret }) => ({
      type,
      value,
      sendResolved,
      secret: secret === undefined ? null : expect.stringMatching(reference),
    }));
    expect({ diff, userErrors }).toEqual({
      diff: [
        { field: "name", before: null, after: "everybody" },
        { field: "contacts", before: null, after: masked },
        { field: "isDefault", before: null, after: false },
      ],
      userErrors: [],
    });

    const read = `query ($id: ID!) { node(id: $id) { ... on ContactGroup { contacts { secret } } } }`;
    const secretsFor = async (token: string) =>
      (await app.data(token, read, { id: contactGroup.id })).node.contacts.map(
        ({ secret }: { secret: string }) => secret,
      );
    for (const token of [
      member,
      viewer,
      app.operator,
      await app.token("READER"),
      await app.token({ [project]: "ADMIN" }),
    ]) {
      expect(await secretsFor(token)).toEqual([null, null, null, null, null]);
    }
    expect(await secretsFor(agent)).toEqual([
      null,
      null,
      "s3cret-token",
      null,
      "https://hooks.slack.com/services/T/B/x",
    ]);
    const log = await app.data(app.operator, "{ auditEntries { nodes { before after } } }");
    expect(JSON.stringify(log)).not.toMatch(/s3cret|hooks\.slack/);
  });

  it("keeps a stored secret only for the contact with the same type and value, and only when told to", async () => {
    const webhook = { type: "WEBHOOK", value: "https://hooks.example.org/a", secret: "first" };
    const { contactGroup } = await createGroup("keepers", { contacts: [webhook] });
    const { id } = contactGroup;
    const change = async (contacts: object[]) =>
      (await app.data(member, update, { id, input: { contacts } })).contactGroupUpdate;
    const secret = async () => {
      const { node } = await app.data(
        agent,
        `query ($id: ID!) { node(id: $id) { ... on ContactGroup { contacts { secret } } } }`,
        { id },
      );
      return node.contacts[0].secret;
    };
    const kept = { type: "WEBHOOK", value: webhook.value, sendResolved: false, keepSecret: true };
    expect(await change([kept])).toMatchObject({ userErrors: [], diff: [{ field: "contacts" }] });
    expect(await secret()).toBe("first");

    const elsewhere = { ...kept, value: "https://evil.example.org/a" };
    expect(await change([elsewhere])).toMatchObject({
      contactGroup: null,
      revision: null,
      userErrors: [
        { code: "NOT_FOUND", message: "There is no secret to keep.", path: ["input", "contacts", "0", "keepSecret"] },
      ],
    });
    expect(await change([{ ...kept, secret: "other" }])).toMatchObject({
      userErrors: [
        {
          code: "INVALID",
          message: "Give either secret or keepSecret.",
          path: ["input", "contacts", "0", "keepSecret"],
        },
      ],
    });
    expect(await secret()).toBe("first");

    const asked = { type: "WEBHOOK", value: webhook.value, sendResolved: false };
    const replaced = await change([{ ...asked, secret: "second" }]);
    expect(replaced.diff).toEqual([
      {
        field: "contacts",
        before: [{ ...asked, secret: expect.stringMatching(reference) }],
        after: [{ ...asked, secret: expect.stringMatching(reference) }],
      },
    ]);
    expect(replaced.diff[0].before).not.toEqual(replaced.diff[0].after);
    expect(await secret()).toBe("second");
    // Else a change, or a dry run, would tell whether a guess is right.
    const again = await change([{ ...asked, secret: "second" }]);
    expect(again.diff).toEqual([{ field: "contacts", before: replaced.diff[0].after, after: expect.anything() }]);
    const dry = await app.data(member, update, {
      id,
      input: { contacts: [{ ...asked, secret: "second" }] },
      dryRun: true,
    });
    expect(dry.contactGroupUpdate.diff).toEqual([
      { field: "contacts", before: again.diff[0].after, after: [{ ...asked, secret: "(new secret)" }] },
    ]);

    expect(await change([asked])).toMatchObject({ userErrors: [], contactGroup: { contacts: [{ hasSecret: false }] } });
    expect(await secret()).toBeNull();
  });

  it("tells every malformed value with its path, and writes nothing", async () => {
    const phid = "PHID-PROJ-abcdefghij0123456789";
    const email = (value: string) => ({ type: "EMAIL", value });
    const webhook = (value: string, secret?: string) => ({ type: "WEBHOOK", value, secret });
    const slack = (value: string, secret?: string) => ({ type: "SLACK", value, secret });
    const mistakes: [input: object, path: string, code?: string][] = [
      [{ name: "" }, "name"],
      [{ name: " a" }, "name"],
      [{ name: "a/b" }, "name"],
      [{ name: "a\nb" }, "name"],
      [{ name: "a\u2028b" }, "name"],
      [{ name: "{{ .x }}" }, "name"],
      [{ name: "x".repeat(101) }, "name"],
      [{ contacts: [email("ops@example.org"), email("not an address")] }, "contacts.1.value"],
      [{ contacts: [email("a@b,c@d")] }, "contacts.0.value"],
      [{ contacts: [email("a@b\r\nBcc: c@d")] }, "contacts.0.value"],
      [{ contacts: [email("{{ .CommonLabels.owner }}@b")] }, "contacts.0.value"],
      [{ contacts: [email("a@b"), email("a@b")] }, "contacts.1"],
      [{ contacts: [{ ...email("a@b"), secret: "x" }] }, "contacts.0.secret"],
      [{ contacts: [{ ...email("a@b"), keepSecret: true }] }, "contacts.0.keepSecret", "NOT_FOUND"],
      [{ contacts: [{ type: "IRC", value: "#x/../../admin?y=1" }] }, "contacts.0.value"],
      [{ contacts: [{ type: "IRC", value: "ops" }] }, "contacts.0.value"],
      [{ contacts: [{ type: "PHABRICATOR", value: "PHID-PROJ-x" }] }, "contacts.0.value"],
      [{ contacts: [{ type: "PHABRICATOR", value: `${phid},${phid}` }] }, "contacts.0.value"],
      [{ contacts: [webhook("ftp://a/")] }, "contacts.0.value"],
      [{ contacts: [webhook("http://user:pass@a/")] }, "contacts.0.value"],
      [{ contacts: [webhook("http://a/", "two words")] }, "contacts.0.secret"],
      [{ contacts: [webhook("http://a/", "")] }, "contacts.0.secret"],
      [{ contacts: [slack("#ops")] }, "contacts.0.secret"],
      [{ contacts: [slack("#ops", "hooks.slack.com")] }, "contacts.0.secret"],
      [{ contacts: [slack("ops", "https://hooks.slack.com/services/x")] }, "contacts.0.value"],
      [{ contacts: Array.from({ length: 51 }, (_, index) => email(`a${index}@b`)) }, "contacts", "LIMIT"],
    ];
    const { contactGroup } = await createGroup("untouched", { contacts: [email("a@b")] });
    const before = await app.data(app.operator, state);
    for (const [wrong, path, code = "INVALID"] of mistakes) {
      const expected = [{ code, message: expect.any(String), path: ["input", ...path.split(".")] }];
      const nothing = { contactGroup: null, diff: [], revision: null };
      expect(await createGroup("new", wrong)).toEqual({ ...nothing, userErrors: expected });
      const { contactGroupUpdate } = await app.data(member, update, { id: contactGroup.id, input: wrong });
      expect(contactGroupUpdate).toEqual({ ...nothing, userErrors: expected });
    }
    const all = await createGroup("a/b", { contacts: [email("x"), webhook("x", " ")] });
    expect(all.userErrors.map(({ path }: { path: string[] }) => path.slice(1).join("."))).toEqual([
      "contacts.0.value",
      "contacts.1.value",
      "contacts.1.secret",
      "name",
    ]);
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("gives a name once within a project, also when two ask at the same time", async () => {
    expect((await createGroup("unique")).userErrors).toEqual([]);
    const taken = [
      { code: "TAKEN", message: "The project has a contact group with this name already.", path: ["input", "name"] },
    ];
    expect((await createGroup("unique")).userErrors).toEqual(taken);
    const dry = await app.data(member, create, { input: { project, name: "unique", contacts: [] }, dryRun: true });
    expect(dry.contactGroupCreate.userErrors).toEqual(taken);
    const renamed = (await createGroup("renamed")).contactGroup;
    const { contactGroupUpdate } = await app.data(member, update, { id: renamed.id, input: { name: "unique" } });
    expect(contactGroupUpdate.userErrors).toEqual(taken);
    expect((await createGroup("unique", { project: otherProject }, app.operator)).userErrors).toEqual([]);
    expect((await createGroup("Unique")).userErrors).toEqual([]);
    const race = await Promise.all([createGroup("raced"), createGroup("raced"), createGroup("raced")]);
    expect(race.flatMap(({ userErrors }) => userErrors)).toEqual([...taken, ...taken]);
  });

  it("writes nothing in a dry run, and says what it would write", async () => {
    const { contactGroup } = await createGroup("dry", { contacts: [{ type: "IRC", value: "#a" }] });
    const before = await app.data(app.operator, state);
    const variables = { id: contactGroup.id, dryRun: true };
    const input = { name: "wet", makeDefault: true };
    const changed = (await app.data(member, update, { ...variables, input })).contactGroupUpdate;
    expect(changed).toEqual({
      contactGroup: null,
      diff: [
        { field: "name", before: "dry", after: "wet" },
        { field: "isDefault", before: false, after: true },
      ],
      revision: null,
      userErrors: [],
    });
    const removed = (await app.data(member, remove, variables)).contactGroupDelete;
    expect(removed).toMatchObject({ deletedId: null, revision: null, userErrors: [] });
    expect(removed.diff.map(({ field }: { field: string }) => field)).toEqual(["name", "contacts", "isDefault"]);
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("refuses a change to a version that is no longer the newest", async () => {
    const { contactGroup } = await createGroup("locked");
    const { id } = contactGroup;
    const rename = (name: string, expectedVersion: number) =>
      app.data(member, update, { id, input: { name, expectedVersion } });
    expect((await rename("locked 2", 1)).contactGroupUpdate.contactGroup.version).toBe(2);
    const conflict = [{ code: "CONFLICT", message: expect.any(String), path: expect.any(Array) }];
    expect((await rename("locked 3", 1)).contactGroupUpdate).toMatchObject({
      contactGroup: null,
      userErrors: conflict,
    });
    const removal = (expectedVersion: number) => app.data(member, remove, { id, expectedVersion });
    expect((await removal(1)).contactGroupDelete).toMatchObject({ deletedId: null, userErrors: conflict });
    expect((await removal(2)).contactGroupDelete).toMatchObject({ deletedId: id, userErrors: [] });
    expect(await app.data(member, `query ($id: ID!) { node(id: $id) { id } }`, { id })).toEqual({ node: null });
  });

  it("has one default group at the most, which goes with its deletion", async () => {
    const first = (await createGroup("first", { makeDefault: true })).contactGroup;
    expect(first.isDefault).toBe(true);
    expect(await defaultGroup()).toBe("first");
    const second = (await createGroup("second")).contactGroup;
    const { contactGroupUpdate } = await app.data(member, update, { id: second.id, input: { makeDefault: true } });
    expect(contactGroupUpdate).toMatchObject({
      contactGroup: { isDefault: true, version: 2 },
      diff: [{ field: "isDefault", before: false, after: true }],
      userErrors: [],
    });
    expect(await defaultGroup()).toBe("second");
    // "false" for a group that is not the default changes nothing.
    const idle = await app.data(member, update, { id: first.id, input: { makeDefault: false } });
    expect(idle.contactGroupUpdate).toMatchObject({ contactGroup: { version: 1 }, diff: [], revision: null });
    expect(await defaultGroup()).toBe("second");
    const renaming = await app.data(member, update, { id: second.id, input: { name: "second still" } });
    expect(renaming.contactGroupUpdate.contactGroup.isDefault).toBe(true);
    await app.data(member, remove, { id: second.id });
    expect(await defaultGroup()).toBeNull();
    const log = `query ($id: ID!) { auditEntries(filter: { entityType: "Project", entityId: $id }, first: 1) { nodes { before after } } }`;
    expect((await app.data(app.operator, log, { id: project })).auditEntries.nodes).toMatchObject([
      { before: { defaultContactGroup: second.id }, after: { defaultContactGroup: null } },
    ]);
    await app.data(member, update, { id: first.id, input: { makeDefault: true } });
    await app.data(member, update, { id: first.id, input: { makeDefault: false } });
    expect(await defaultGroup()).toBeNull();
    const stolen = `mutation ($id: ID!, $group: ID!) {
      projectUpdate(id: $id, input: { defaultContactGroup: $group }) { userErrors { code path } }
    }`;
    const { projectUpdate } = await app.data(app.operator, stolen, { id: otherProject, group: first.id });
    expect(projectUpdate.userErrors).toEqual([{ code: "NOT_FOUND", path: ["input", "defaultContactGroup"] }]);
  });

  it("keeps what is absent, clears what is null, and moves nothing when nothing changes", async () => {
    const contacts = [{ type: "EMAIL", value: "a@b" }];
    const { contactGroup, revision } = await createGroup("steady", { contacts });
    const { id } = contactGroup;
    const same = { name: "steady", contacts, makeDefault: null };
    expect((await app.data(member, update, { id, input: same })).contactGroupUpdate).toEqual({
      contactGroup,
      diff: [],
      revision: null,
      userErrors: [],
    });
    const nameless = (await app.data(member, update, { id, input: { name: null } })).contactGroupUpdate;
    expect(nameless.userErrors).toEqual([
      { code: "INVALID", message: "A name is 1 to 100 characters long.", path: ["input", "name"] },
    ]);
    const cleared = (await app.data(member, update, { id, input: { contacts: null } })).contactGroupUpdate;
    expect(cleared.contactGroup).toMatchObject({ name: "steady", contacts: [], version: 2 });
    expect(cleared.revision).toBeGreaterThan(revision);
  });

  it("hides another project's groups as if they did not exist, and lets viewers only look", async () => {
    const { contactGroup } = await createGroup("private");
    const { id } = contactGroup;
    const unknown = `${id.slice(0, -4)}zzzz`;
    const asStranger = async (query: string, variables: object) => {
      const { status, data, errors } = await app.graphql(stranger, query, variables);
      const withoutId = errors?.map(({ extensions: { requestId: _, ...rest }, ...error }) => ({ ...error, rest }));
      return JSON.stringify({ status, data, errors: withoutId });
    };
    for (const [query, rest] of [
      ["query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", {}],
      [update, { input: { name: "mine" } }],
      [remove, {}],
    ] as const) {
      expect(await asStranger(query, { id, ...rest })).toBe(await asStranger(query, { id: unknown, ...rest }));
    }
    const unknownProject = `${project.slice(0, -4)}zzzz`;
    const createIn = (id: string) => asStranger(create, { input: { project: id, name: "x", contacts: [] } });
    expect(await createIn(project)).toBe(await createIn(unknownProject));

    for (const token of [viewer, await app.token("READER"), agent]) {
      for (const [query, variables] of [
        [create, { input: { project, name: "x", contacts: [] } }],
        [update, { id, input: { name: "x" } }],
        [remove, { id }],
      ] as const) {
        const { errors } = await app.graphql(token, query, variables);
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
      }
      const { errors } = await app.graphql(token, remove, { id: unknown });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
    }
    expect((await app.data(viewer, `query ($id: ID!) { node(id: $id) { id } }`, { id })).node).toEqual({ id });
  });

  it("refuses an id of another kind before it looks anything up", async () => {
    for (const [query, variables] of [
      [update, { id: project, input: {} }],
      [remove, { id: "cgr_x" }],
      [create, { input: { project: "cgr_x", name: "x", contacts: [] } }],
    ] as const) {
      const { errors } = await app.graphql(member, query, variables);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    }
  });

  it("answers a repeat with the same idempotency key once", async () => {
    const headers = { "idempotency-key": `contact-${database.type}` };
    const variables = { input: { project, name: "once", contacts: [] } };
    const [first, second] = [
      await app.data(member, create, variables, headers),
      await app.data(member, create, variables, headers),
    ];
    expect(second).toEqual(first);
    const defaulted = { id: first.contactGroupCreate.contactGroup.id, input: { makeDefault: true } };
    const again = { "idempotency-key": `default-${database.type}` };
    const [third, fourth] = [
      await app.data(member, update, defaulted, again),
      await app.data(member, update, defaulted, again),
    ];
    expect(fourth).toEqual(third);
    expect(third.contactGroupUpdate.contactGroup.isDefault).toBe(true);
  });

  it("reads a page of groups below each project in order, with cursors of that list alone", async () => {
    const paged = await createProject(app, "paged");
    for (const name of ["b", "a", "C"]) await createGroup(name, { project: paged }, app.operator);
    const list = async (arguments_: string) => {
      const { project: found } = await app.data(
        app.operator,
        `{ project(name: "paged") { contactGroups${arguments_} { nodes { name } totalCount pageInfo { hasNextPage endCursor } } } }`,
      );
      const { nodes, ...rest } = found.contactGroups;
      return { ...rest, names: nodes.map(({ name }: { name: string }) => name).join("") };
    };
    const first = await list("(first: 2)");
    expect(first).toMatchObject({ names: "Ca", totalCount: 3, pageInfo: { hasNextPage: true } });
    const { endCursor } = first.pageInfo;
    expect(await list(`(first: 2, after: "${endCursor}")`)).toMatchObject({ names: "b", totalCount: 3 });
    expect(await list("(orderBy: NAME_DESC)")).toMatchObject({ names: "baC" });
    expect(await list("(orderBy: UPDATED_AT_DESC)")).toMatchObject({ names: "Cab" });
    const misplaced = await app.graphql(
      app.operator,
      `{ project(name: "tools") { contactGroups(after: "${endCursor}") { nodes { name } } } }`,
    );
    expect(misplaced.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("takes as many SQL statements for thirty projects as for one, and deletes groups with their project", async () => {
    const wide = `query ($names: [String!]) { projects(first: 100, filter: { names: $names }) { nodes { name
      defaultContactGroup { name project { name } contacts { value } }
      contactGroups(first: 2) { totalCount nodes { name isDefault project { name } contacts { type hasSecret } } } } } }`;
    const names = Array.from({ length: 30 }, (_, index) => `wide-${index}`);
    for (const name of names) {
      const id = await createProject(app, name);
      for (const group of ["a", "b", "c"]) {
        const contacts = [{ type: "IRC", value: "#a" }];
        await createGroup(group, { project: id, contacts, makeDefault: group === "b" }, app.operator);
      }
    }
    let answer: { projects: { nodes: object[] } } | undefined;
    const count = async (some: string[]) =>
      (await app.statementsOf(async () => (answer = await app.data(app.operator, wide, { names: some })))).length;
    const one = await count(names.slice(0, 1));
    expect(await count(names)).toBe(one);
    expect(answer?.projects.nodes).toHaveLength(30);
    expect(answer?.projects.nodes[7]).toMatchObject({
      defaultContactGroup: { name: "b" },
      contactGroups: {
        totalCount: 3,
        nodes: [
          { name: "a", isDefault: false },
          { name: "b", isDefault: true },
        ],
      },
    });

    const gone = await createProject(app, "gone");
    const { contactGroup } = await createGroup("a", { project: gone }, app.operator);
    await app.data(app.operator, `mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }`, { id: gone });
    const read = `query ($id: ID!) { node(id: $id) { id } }`;
    expect(await app.data(app.operator, read, { id: contactGroup.id })).toEqual({ node: null });
  });
});

async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}
