import { describe, expect, it } from "vitest";
import { createSqliteDatabase } from "../support/databases.js";
import { mutations, startOnCall } from "./on-call.js";

const state = "query ($id: ID!) { node(id: $id) { ... on Alert { state } } }";

describe("by a server whose clock is ahead of the Alertmanager's", () => {
  const start = async () => {
    const now = () => new Date(Date.now() + 60_000);
    const onCall = await startOnCall(await createSqliteDatabase(), { now });
    const { app, tokens } = onCall;
    return { ...onCall, stateOf: async (id: string) => (await app.data(tokens.alice, state, { id })).node.state };
  };

  it("a silence is in force at once", async () => {
    const { app, tokens, fire, stateOf } = await start();
    const [alert = ""] = await fire([{ alertname: "Ahead" }]);
    const create = `mutation ($input: SilenceCreateInput!) {
      silenceCreate(input: $input) { silence { state } userErrors { message } } }`;
    const matchers = [
      { name: "alertname", value: "Ahead" },
      { name: "project", value: "alpha" },
    ];
    const { silenceCreate } = await app.data(tokens.alice, create, {
      input: { matchers, duration: "1h", comment: "now" },
    });
    expect(silenceCreate).toEqual({ silence: { state: "ACTIVE" }, userErrors: [] });
    expect(await stateOf(alert)).toBe("SUPPRESSED");
  });

  it("that of an acknowledgement is too", async () => {
    const { app, tokens, fire, stateOf } = await start();
    const [alert = ""] = await fire([{ alertname: "Ahead" }]);
    await app.data(tokens.alice, mutations.acknowledge, { input: { alerts: [alert] } });
    expect(await stateOf(alert)).toBe("SUPPRESSED");
  });
});
