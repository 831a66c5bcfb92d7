import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  equal,
  hourMs,
  inMs,
  of,
  type SilencedProjects,
  startSilencedProjects,
  unknownId,
} from "./silenced-projects.js";

const fields = "id state startsAt endsAt updatedAt createdBy comment matchers { name value isRegex isEqual }";
const extend = `mutation ($id: ID!, $input: SilenceExtendInput!) {
  silenceExtend(id: $id, input: $input) { silence { ${fields} } userErrors { code message path } } }`;
const update = `mutation ($id: ID!, $input: SilenceUpdateInput!) {
  silenceUpdate(id: $id, input: $input) { silence { id state } replaced { id state } userErrors { code } } }`;
const expire = `mutation ($id: ID!) { silenceExpire(id: $id) { silence { id } } }`;

let projects: SilencedProjects;
beforeAll(async () => {
  projects = await startSilencedProjects();
});
beforeEach(() => projects.clear());

const found = async (id: string) =>
  (await projects.as("operator", `query ($id: ID!) { node(id: $id) { ... on Silence { ${fields} } } }`, { id })).node;
const extended = async (id: string, input: object) =>
  (await projects.as("member", extend, { id, input })).silenceExtend;
const later = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();

describe("an extension", () => {
  it("moves the end by a duration, from the present end on, and leaves all else but the author", async () => {
    const id = await projects.makeBeside([of("alpha"), equal("alertname", "Down")], { comment: "by somebody" });
    const before = await found(id);
    expect(before.createdBy).toBe("somebody");
    for (const times of [1, 2]) {
      expect(await extended(id, { duration: "2h" })).toEqual({
        silence: {
          ...{ ...before, endsAt: later(before.endsAt, 2 * times * hourMs), createdBy: "test" },
          updatedAt: expect.any(String),
        },
        userErrors: [],
      });
    }
    expect(await found(id)).toMatchObject({ endsAt: later(before.endsAt, 4 * hourMs) });
  });

  it("moves the end of one that has yet to begin, which begins as it was to", async () => {
    const id = await projects.make({ startsAt: inMs(hourMs) });
    const before = await found(id);
    const endsAt = inMs(9 * hourMs);
    expect(await extended(id, { endsAt })).toMatchObject({ silence: { id, state: "PENDING", endsAt } });
    expect(await found(id)).toMatchObject({ startsAt: before.startsAt, matchers: before.matchers });
  });

  it("of what has expired is refused, and says to create it again", async () => {
    const id = await projects.make();
    await projects.as("member", expire, { id });
    expect(await extended(id, { duration: "1h" })).toEqual({
      silence: null,
      userErrors: [
        {
          code: "CONFLICT",
          message: "The silence has expired, and cannot be extended. Create it again.",
          path: ["id"],
        },
      ],
    });
  });

  it.each<[string, (endsAt: string) => object, [string, string]]>([
    ["no end", () => ({}), ["INVALID", "input.endsAt"]],
    ["two ends", (endsAt) => ({ endsAt, duration: "1h" }), ["INVALID", "input.endsAt"]],
    ["its present end", (endsAt) => ({ endsAt }), ["INVALID", "input.endsAt"]],
    ["an end that is sooner", (endsAt) => ({ endsAt: later(endsAt, -1_000) }), ["INVALID", "input.endsAt"]],
    ["an end that is past", () => ({ endsAt: inMs(-1_000) }), ["INVALID", "input.endsAt"]],
    ["a duration that is none", () => ({ duration: "soon" }), ["INVALID", "input.duration"]],
    ["no time at all", () => ({ duration: "0s" }), ["INVALID", "input.duration"]],
    ["a year in all", () => ({ duration: "366d" }), ["LIMIT", "input.endsAt"]],
    [
      "what has changed meanwhile",
      () => ({ duration: "1h", expectedUpdatedAt: inMs(0) }),
      [...(["CONFLICT", "input.expectedUpdatedAt"] as const)],
    ],
  ])("by %s is refused, and nothing is written", async (_what, input, [code, path]) => {
    const id = await projects.make();
    const before = await found(id);
    const { silence, userErrors } = await extended(id, input(before.endsAt));
    expect(silence).toBeNull();
    expect(userErrors).toEqual([{ code, message: expect.any(String), path: path.split(".") }]);
    expect(await found(id)).toEqual(before);
  });

  it("is done when nothing has changed since it was read", async () => {
    const id = await projects.make();
    const { updatedAt: expectedUpdatedAt } = await found(id);
    expect(await extended(id, { duration: "1h", expectedUpdatedAt })).toMatchObject({
      silence: { id },
      userErrors: [],
    });
  });

  it("is done once for a repeated request, and stands in the change log once", async () => {
    const id = await projects.make();
    const { endsAt } = await found(id);
    const headers = { "idempotency-key": "extend" };
    const send = () => projects.as("member", extend, { id, input: { duration: "1h" } }, headers);
    const first = await send();
    expect(first.silenceExtend.silence.endsAt).toBe(later(endsAt, hourMs));
    expect(await send()).toEqual(first);
    const log = `query ($id: ID!) { auditEntries(filter: { entityId: $id }) { nodes { action project { name } before after } } }`;
    expect((await projects.as("viewer", log, { id })).auditEntries.nodes).toMatchObject([
      { action: "UPDATE", project: { name: "alpha" }, before: { endsAt }, after: { endsAt: later(endsAt, hourMs) } },
      { action: "CREATE" },
    ]);
  });

  it("is for those who may write it; others' is as one that does not exist", async () => {
    const id = await projects.make();
    const input = { duration: "1h" };
    const before = await found(id);
    for (const who of ["viewer", "reader"] as const) {
      expect(await projects.ask(who, extend, { id, input })).toMatchObject({
        errors: [{ extensions: { code: "FORBIDDEN" } }],
      });
    }
    const platform = await projects.makeBeside([equal("alertname", "Down")]);
    expect(await projects.ask("member", extend, { id: platform, input })).toMatchObject({
      errors: [{ message: "This silence is not for test to change.", extensions: { code: "FORBIDDEN" } }],
    });
    const theirs = await projects.ask("betaMember", extend, { id, input });
    expect(theirs).toMatchObject({ errors: [{ message: "Silence not found.", extensions: { code: "NOT_FOUND" } }] });
    expect(await projects.ask("betaMember", extend, { id: unknownId, input })).toEqual(theirs);
    expect(await found(id)).toEqual(before);
  });
});

describe("a change of a silence", () => {
  it("tells of the silence that ended, also when the request is repeated, and of none where the id stays", async () => {
    const id = await projects.make();
    const matchers = [of("alpha"), equal("alertname", "Slow")];
    const headers = { "idempotency-key": "replace" };
    const send = () => projects.as("member", update, { id, input: { matchers } }, headers);
    const first = (await send()).silenceUpdate;
    expect(first).toEqual({
      silence: { id: expect.not.stringMatching(id), state: "ACTIVE" },
      replaced: { id, state: "EXPIRED" },
      userErrors: [],
    });
    expect((await send()).silenceUpdate).toEqual(first);
    const kept = await projects.as("member", update, { id: first.silence.id, input: { comment: "other" } });
    expect(kept.silenceUpdate).toEqual({ silence: first.silence, replaced: null, userErrors: [] });
    const refused = await projects.as("member", update, { id: first.silence.id, input: { matchers: [] } });
    expect(refused.silenceUpdate).toEqual({ silence: null, replaced: null, userErrors: [{ code: "INVALID" }] });
  });

  it("tells of one that moved to another project, to whoever may see both", async () => {
    const id = await projects.make();
    const matchers = [of("beta"), equal("alertname", "Down")];
    const { silenceUpdate } = await projects.as("operator", update, { id, input: { matchers } });
    expect(silenceUpdate).toMatchObject({ silence: { state: "ACTIVE" }, replaced: { id, state: "EXPIRED" } });
  });
});
