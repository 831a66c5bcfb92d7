import { describe, expect, test } from "vitest";
import { createSqliteDatabase } from "../support/databases.js";
import { type Subscriber, subscribe } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";
import { mutations, startOnCall } from "./on-call.js";

/** What a subscriber was told, in short. */
const told = ({ results }: Subscriber): readonly string[] =>
  results.flatMap(({ data }) => {
    const { kind, changes } = data.alertEvents;
    type Change = { kind: string; alert: { name: string; acknowledgement: { owner: string; note: string } | null } };
    const lines = changes.map((change: Change) => {
      const { name, acknowledgement: ack } = change.alert;
      return [change.kind, name, ...(ack ? [ack.owner, ack.note] : [])].join(" ");
    });
    return kind === "CHANGES" ? lines.sort() : [kind, ...lines.sort()];
  });
const isTold = (subscriber: Subscriber, last: string) =>
  waitFor(() => told(subscriber).at(-1) === last, { what: `${last} after ${told(subscriber)}` });

describe("the events of alerts", () => {
  test("tell who looks after an alert, and when it passes a filter by that", async () => {
    const { app, tokens, fire } = await startOnCall(await createSqliteDatabase());
    const [down = "", slow = ""] = await fire([{ alertname: "Down" }, { alertname: "Slow" }]);
    const done = async (mutation: keyof typeof mutations, variables: object) =>
      (await app.data(tokens.alice, mutations[mutation], variables)).done;
    const first = await done("acknowledge", { input: { alerts: [slow], note: "seen", quiet: false } });
    expect(first.userErrors).toEqual([]);
    const watch = (args: string) =>
      subscribe(
        app.url,
        tokens.viewer,
        `subscription { alertEvents${args} { kind changes { kind alert { name acknowledgement { owner note } } } } }`,
      );
    const [all, open, mine] = await Promise.all([
      watch(""),
      watch("(filter: { acknowledged: false })"),
      watch('(filter: { acknowledgedBy: ["alice"] })'),
    ]);
    await Promise.all([all, open, mine].map((one) => one.first(1)));
    expect(told(all)).toEqual(["SNAPSHOT", "FIRING Down", "FIRING Slow alice seen"]);

    const { results } = await done("acknowledge", { input: { alerts: [down], note: "on it", quiet: false } });
    await isTold(all, "CHANGED Down alice on it");
    await isTold(open, "LEFT Down alice on it");
    await done("update", { id: results[0].acknowledgement.id, input: { note: "almost" } });
    await isTold(all, "CHANGED Down alice almost");
    await isTold(mine, "CHANGED Down alice almost");
    await done("unacknowledge", { input: { alerts: [down] } });
    await Promise.all([isTold(all, "CHANGED Down"), isTold(open, "FIRING Down"), isTold(mine, "LEFT Down")]);
    expect(told(all).slice(3)).toEqual(["CHANGED Down alice on it", "CHANGED Down alice almost", "CHANGED Down"]);
    expect(told(open)).toEqual(["SNAPSHOT", "FIRING Down", "LEFT Down alice on it", "FIRING Down"]);
    expect(told(mine)).toEqual([
      ...["SNAPSHOT", "FIRING Slow alice seen", "FIRING Down alice on it"],
      ...["CHANGED Down alice almost", "LEFT Down"],
    ]);
  });
});
