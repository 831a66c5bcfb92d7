import { beforeAll, expect, it } from "vitest";
import { describeOnEachDatabase } from "../support/databases.js";
import { mutations, type OnCall, startOnCall } from "./on-call.js";

const { acknowledge, unacknowledge, update } = mutations;

describeOnEachDatabase((database) => {
  let onCall: OnCall;
  beforeAll(async () => {
    onCall = await startOnCall(database.settings);
  });

  it("x", async () => {
    const { app, tokens, fire } = onCall;
    const alerts = await fire([{ alertname: "A" }, { alertname: "B" }]);
    const { done } = await app.data(tokens.alice, acknowledge, { input: { alerts, note: "looking" } });
    console.log(JSON.stringify(done, null, 1));
    console.log(JSON.stringify(await onCall.inForce(), null, 1));
    console.log(JSON.stringify(await onCall.told(), null, 1));
    const ids = done.acknowledgements.map((a: {id: string}) => a.id);
    console.log(JSON.stringify(await app.data(tokens.bob, "{ alerts { nodes { name state acknowledgement { id owner silences { id comment endsAt } } } } acknowledgements { totalCount nodes { owner } } project(name: \"alpha\") { usage { acknowledgements silences } acknowledgements { totalCount nodes { id } } } }"), null, 1));
    console.log(JSON.stringify(await app.data(tokens.bob, acknowledge, { input: { alerts } }), null, 1));
    console.log(JSON.stringify(await app.data(tokens.bob, update, { id: ids[0], input: { owner: "carol", note: null, duration: "1h" } }), null, 1));
    console.log(JSON.stringify(await app.data(tokens.bob, unacknowledge, { input: { alerts } }), null, 1));
    console.log(JSON.stringify(await onCall.inForce(), null, 1));
  });
});
