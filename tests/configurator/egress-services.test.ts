import { join } from "node:path";
import { createClient, UserInputError } from "@metricsinfra/sdk";
import { expect, test } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { Workspace } from "./support/workspace.js";

/** Ways to name the address that a cloud tells its machines' secrets at. */
const metadata = [
  "169.254.169.254",
  "[::ffff:169.254.169.254]",
  "::ffff:a9fe:a9fe",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "fd00:ec2::254",
  "metadata.example",
];
const spelled = [
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "169.254.43518",
  "169.254.169.254.",
  "169.254.169.254%eth0",
];
const resolve = async (name: string) => (name === "metadata.example" ? ["192.0.2.1", "169.254.169.254"] : []);

test("the metadata address never reaches a real Prometheus or Alertmanager: not by the API, and not from the database", async () => {
  const database = await createSqliteDatabase();
  const port = await freePort();
  // What was written while the policy was another one: the whole world may be reached.
  const everything = ["0.0.0.0/0", "::/0", "169.254.0.0/16", "169.254.169.254", "127.0.0.0/8", "fd00:ec2::254"];
  const lax = await startApp(database, { egress: { allowedNetworks: everything }, resolve: async () => [] });
  const laxClient = createClient({ url: lax.url, token: lax.operator });
  const project = (await laxClient.projects.create({ name: "a" })).project.id;
  const stored = ["169.254.169.254", "fd00:ec2::254", "metadata.example"];
  await laxClient.scrapeJobs.create({
    project,
    name: "stored",
    staticTargets: [...stored, "127.0.0.1"].map((host) => ({ host, port })),
  });
  await laxClient.contactGroups.create({
    project,
    name: "stored",
    contacts: stored.map((host) => ({
      type: "WEBHOOK",
      value: `http://${host.includes(":") ? `[${host}]` : host}/latest/meta-data`,
    })),
  });
  await lax.close();

  const app = await startApp(database, { egress: { allowedNetworks: ["127.0.0.0/8"] }, resolve });
  const client = createClient({ url: app.url, token: app.operator });
  const attempts = [...metadata, ...spelled].flatMap((host) => {
    const bare = host.replace(/^\[|\]$/g, "");
    const inUrl = bare.includes(":") ? `[${bare}]` : bare;
    const target = { staticTargets: [{ host, port: 80 }] };
    const own = { staticTargets: [{ host: "127.0.0.1", port }] };
    return [
      () => client.scrapeJobs.create({ project, name: "x", ...target }),
      () => client.scrapeJobs.create({ project, name: "x", ...target, probe: { http: {} } }),
      () => client.scrapeJobs.create({ project, name: "x", ...target, probe: { tcp: {} } }),
      () => client.scrapeJobs.create({ project, name: "x", staticTargets: [{ host }], probe: { icmp: {} } }),
      () => client.scrapeJobs.create({ project, name: "x", ...target, probe: { dns: { queryName: "a" } } }),
      () => client.scrapeJobs.create({ project, name: "x", ...own, probe: { http: { hostHeader: inUrl } } }),
      () =>
        client.contactGroups.create({ project, name: "x", contacts: [{ type: "WEBHOOK", value: `http://${inUrl}/` }] }),
      () =>
        client.contactGroups.create({
          project,
          name: "x",
          contacts: [{ type: "SLACK", value: "#a", secret: `https://${inUrl}/x` }],
        }),
    ];
  });
  for (const attempt of attempts) await expect(attempt()).rejects.toBeInstanceOf(UserInputError);
  expect(attempts).toHaveLength(104);

  const machine = await Workspace.make({
    url: app.url,
    settings: { server: { url: app.url, token: await app.token("AGENT") } },
    blackbox: false,
  });
  machine.resolve = resolve;
  await machine.once();
  const config = (output: string) => join(machine.directory, output, "current", `${output}.yml`);
  const [prometheus, alertmanager] = await Promise.all([
    startPrometheus({ port, configFile: config("prometheus") }),
    startAlertmanager({ configFile: config("alertmanager") }),
  ]);
  const scraped = await waitFor(
    async () => {
      const { activeTargets } = (await prometheus.api("/api/v1/targets")) as { activeTargets: { scrapeUrl: string }[] };
      return activeTargets.length > 0 && activeTargets.map(({ scrapeUrl }) => scrapeUrl);
    },
    { what: "targets", deadlineMs: 30_000 },
  );
  expect(scraped).toEqual([`http://127.0.0.1:${port}/metrics`]);
  const { config: loaded } = (await alertmanager.api("/api/v2/status")) as { config: { original: string } };
  expect(loaded.original).toContain("a/stored");
  const texts = [...Object.values(await machine.files()), loaded.original].join("\n");
  expect(texts).not.toMatch(/169\.254|fd00|metadata/);
  const { problems } = await client.rollouts.get(project);
  const outOfReach = "by the policy of the operators, projects may not reach it.";
  expect(problems.map(({ message }) => message)).toEqual([
    ...stored.map((host) => `Scrape job "stored" leaves out the target "${host}": ${outOfReach}`),
    ...[1, 2, 3].map((index) => `Contact group "stored" leaves out its contact ${index} (WEBHOOK): ${outOfReach}`),
  ]);
}, 90_000);
