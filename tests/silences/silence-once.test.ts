import { beforeAll, describe, expect, it } from "vitest";
import { forward } from "../clients/stand-in.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import type { Answer } from "../support/post-graphql.js";
import { waitFor } from "../support/wait-for.js";
import { holding, isWrite, mutations, type WatchedSilences, watchSilences } from "./watched-silences.js";

const { create, update, expire } = mutations;
const underWay = {
  message:
    "A request with this Idempotency-Key is under way, or its outcome is unknown. Read what there is now, before you repeat it with a fresh key.",
  extensions: { code: "CONFLICT" },
};
const reused = {
  message: "This Idempotency-Key was used before with another request. Use a fresh key for each change.",
  extensions: { code: "CONFLICT" },
};
const withKey = (key: string) => ({ "idempotency-key": key });
const written = ({ data, errors }: Answer) => (errors ? errors[0]?.extensions.code : data.written);

describeOnEachDatabase((database) => {
  let silences: WatchedSilences;
  beforeAll(async () => {
    silences = await watchSilences(database.settings);
  });
  const many = Array.from({ length: 5 }, (_, index) => index);
  const send = (query: string, variables: object, key: string) =>
    silences.app.graphql(silences.member, query, variables, withKey(key));
  const madeAs = async (comment: string): Promise<string> => {
    const { data } = await send(create, { input: silences.input({ comment }) }, `made-${comment.replace(" ", "-")}`);
    return data.written.silence.id;
  };
  const entriesOn = async (comment: string) =>
    (await silences.told()).entries.filter(({ after }) => (after as { comment: string } | null)?.comment === comment);
  const inForce = async (comment: string) =>
    (await silences.inForce()).filter((silence) => silence.comment === comment);

  it.each(["a project", "the platform"])(
    "creates one silence of %s for many requests at once with one key",
    async (of) => {
      const [token, project] = of === "a project" ? [silences.member, silences.project] : [silences.app.operator, null];
      const key = withKey(`create-${of.replace(" ", "-")}`);
      const input = silences.input({ comment: `of ${of}`, project });
      const answers = (await Promise.all(many.map(() => silences.app.graphql(token, create, { input }, key)))).map(
        written,
      );
      expect(answers).toEqual(
        many.map(() => ({
          silence: { id: answers[0].silence.id, comment: `of ${of}`, state: "ACTIVE" },
          userErrors: [],
        })),
      );
      expect(await inForce(`of ${of}`)).toHaveLength(1);
      expect(await entriesOn(`of ${of}`)).toMatchObject([{ action: "CREATE", entity_id: answers[0].silence.id }]);
    },
  );

  it("changes a silence once for many requests at once with one key, and answers them alike", async () => {
    const id = await madeAs("to change");
    const matchers = [
      { name: "project", value: "alpha" },
      { name: "alertname", value: "Slow" },
    ];
    const input = { comment: "changed", matchers };
    const answers = (await Promise.all(many.map(() => send(update, { id, input }, "update")))).map(written);
    expect(answers).toEqual(
      many.map(() => ({
        silence: { id: answers[0].silence.id, comment: "changed", state: "ACTIVE" },
        userErrors: [],
      })),
    );
    expect(await inForce("changed")).toHaveLength(1);
    expect(await entriesOn("changed")).toMatchObject([{ action: "UPDATE", entity_id: answers[0].silence.id }]);
  });

  it("ends a silence once for many requests at once with one key, and answers them alike", async () => {
    const id = await madeAs("to end");
    const answers = (await Promise.all(many.map(() => send(expire, { id }, "expire")))).map(written);
    expect(answers).toEqual(many.map(() => ({ silence: { id, comment: "to end", state: "EXPIRED" }, userErrors: [] })));
    expect((await entriesOn("to end")).map(({ action }) => action)).toEqual(["CREATE", "UPDATE"]);
  });

  it("writes one of two different silences that come at once with one key, and refuses the other", async () => {
    const answers = await Promise.all(
      ["one", "other"].map((comment) => send(create, { input: silences.input({ comment }) }, "differ")),
    );
    const [[refused], [done]] = [answers.filter(({ errors }) => errors), answers.filter(({ errors }) => !errors)];
    expect(refused?.errors).toMatchObject([reused]);
    const made = (await silences.inForce()).filter(({ comment }) => ["one", "other"].includes(comment));
    expect(made.map(({ comment }) => comment)).toEqual([done?.data.written.silence.comment]);
    expect([...(await entriesOn("one")), ...(await entriesOn("other"))]).toHaveLength(1);
  });

  it("writes no silence with the key of a change of configuration", async () => {
    const rename = `mutation ($id: ID!) { projectUpdate(id: $id, input: { description: "x" }) { userErrors { code } } }`;
    await silences.app.data(silences.app.operator, rename, { id: silences.project }, withKey("project"));
    const input = silences.input({ comment: "of a key that is used" });
    const { errors } = await silences.app.graphql(silences.app.operator, create, { input }, withKey("project"));
    expect(errors).toMatchObject([reused]);
    expect(await inForce("of a key that is used")).toEqual([]);
  });

  it("takes four statements to tell of a write, and one more to look its key up", async () => {
    const verbsWith = async (headers: Record<string, string>) => {
      const variables = { input: silences.input({ comment: "counted" }) };
      const work = () => silences.app.data(silences.member, create, variables, headers);
      const statements = await silences.app.statementsOf(work);
      return statements
        .filter((sql) => /audit_entry|pending_write|.revision.\..value/.test(sql))
        .map((sql) => sql.split(" ")[0]);
    };
    const telling = ["INSERT", "SELECT", "DELETE", "INSERT"];
    expect(await verbsWith({})).toEqual(telling);
    expect(await verbsWith(withKey("counted"))).toEqual(["SELECT", ...telling]);
  });

  it("leaves nothing pending", async () => {
    expect((await silences.told()).pending).toBe(0);
  });
});

describe("two servers on one database", () => {
  it("write one silence for many requests with one key; who comes while it is under way is told so", async () => {
    const silences = await watchSilences(await createMariadbDatabase());
    const apps = [silences.app, await silences.another()] as const;
    const input = silences.input();
    const send = (app: (typeof apps)[number], query = create, variables: object = { input }, key = "both") =>
      app.graphql(silences.member, query, variables, withKey(key));

    const held = holding(isWrite, silences.alertmanager.url);
    silences.gateway.answerWith(held.answer);
    const first = send(apps[0]);
    const isSent = () => silences.gateway.requests.includes("POST /api/v2/silences");
    await waitFor(isSent, { what: "the first request to be under way" });
    expect((await send(apps[1])).errors).toMatchObject([underWay]);
    expect((await send(apps[1], create, { input: silences.input({ comment: "other" }) })).errors).toMatchObject([
      reused,
    ]);
    held.release();
    const done = written(await first);
    expect(done).toMatchObject({ silence: { comment: "mending" }, userErrors: [] });
    await waitFor(async () => written(await send(apps[1]))?.silence?.id === done.silence.id, {
      what: "the other server to answer what was done",
    });
    expect(written(await send(apps[0]))).toEqual(done);
    silences.gateway.answerWith(forward(silences.alertmanager.url));

    const burst = await Promise.all(
      [...apps, ...apps, ...apps].map((app) =>
        send(app, create, { input: silences.input({ comment: "burst" }) }, "burst"),
      ),
    );
    expect(new Set(burst.flatMap(({ errors = [] }) => errors.map(({ message }) => message)))).toEqual(
      new Set(burst.some(({ errors }) => errors) ? [underWay.message] : []),
    );
    expect((await silences.inForce()).map(({ comment }) => comment).sort()).toEqual(["burst", "mending"]);

    const { id } = done.silence;
    const changes = { id, input: { comment: "changed" } };
    await Promise.all([...apps, ...apps].map((app) => send(app, update, changes, "update")));
    const { entries, pending } = await silences.told();
    expect(entries.map(({ action }) => action)).toEqual(["CREATE", "CREATE", "UPDATE"]);
    expect(pending).toBe(0);
  });

  it("change a silence once, also when one has looked the key up before the other was done", async () => {
    const silences = await watchSilences(await createMariadbDatabase());
    const [one, other] = [silences.app, await silences.another()];
    const { id } = (await one.data(silences.member, create, { input: silences.input() })).written.silence;
    const held = holding((request) => request.url?.startsWith("/api/v2/silence/") === true, silences.alertmanager.url);
    silences.gateway.answerWith(held.answer);
    const asked = silences.gateway.requests.length;
    const request = [silences.member, update, { id, input: { comment: "changed" } }, withKey("raced")] as const;
    const slow = other.data(...request);
    const isHeld = () => silences.gateway.requests.slice(asked).some((line) => line.includes("/api/v2/silence/"));
    await waitFor(isHeld, { what: "the other server to read the silence" });
    silences.gateway.answerWith(forward(silences.alertmanager.url));
    const done = await one.data(...request);
    held.release();
    expect((await slow).written.silence.id).toBe(done.written.silence.id);
    expect((await silences.told()).entries.map(({ action }) => action)).toEqual(["CREATE", "UPDATE"]);
    const puts = silences.gateway.requests.filter((line) => line === "POST /api/v2/silences");
    expect(puts).toHaveLength(2);
  });
});
