// A first program on the SDK: lists what fires, silences the first alert for a minute and takes the silence back, then says
// that it looks after the alert, until it does not.
// Run it while the demo runs; `npm start` prints the whole command line:
//   node demo/try.mjs http://127.0.0.1:14000/graphql TOKEN
import { createClient } from "@metricsinfra/sdk";

const [url, token] = process.argv.slice(2);
if (url === undefined || token === undefined) throw new Error("usage: node demo/try.mjs URL TOKEN");
const client = createClient({ url, token });

console.log(`I am ${(await client.viewer()).name}.`);

for await (const alert of client.alerts.list()) {
  console.log(`${alert.state} ${alert.name} of ${alert.project?.name} since ${alert.startsAt}`, alert.labels);
}

const [alert] = await client.alerts.list({ filter: { states: ["ACTIVE"] } }).toArray({ limit: 1 });
if (alert === undefined) {
  console.log("Nothing is active, so there is nothing to silence.");
} else {
  const { silence } = await client.silences.create({
    project: alert.project?.id,
    matchers: [{ name: "alertname", value: alert.name }],
    duration: "1m",
    comment: "trying the SDK",
  });
  console.log(`silenced: ${alert.name} is now ${(await client.alerts.get(alert.id))?.state}`);
  await client.silences.expire(silence.id);
  console.log(`silence expired: ${alert.name} is now ${(await client.alerts.get(alert.id))?.state}`);

  const { results } = await client.acknowledgements.acknowledge({ alerts: [alert.id], note: "trying the SDK" });
  console.log(`acknowledged by ${results[0]?.acknowledgement?.owner}`, (await client.alerts.get(alert.id))?.state);
  await client.acknowledgements.unacknowledge({ alerts: [alert.id] });
  console.log(`nobody looks after it: ${alert.name} is now ${(await client.alerts.get(alert.id))?.state}`);
}
