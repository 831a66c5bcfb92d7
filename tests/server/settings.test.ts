import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { serverSettings, settingsOf } from "../../server/settings.js";
import { tempFolder } from "../support/temp-folder.js";

let folder = "";
beforeAll(async () => {
  folder = await tempFolder("settings");
});

const database = "database: { type: sqlite, file: x.sqlite }\n";

async function written(text: string): Promise<string> {
  const file = join(folder, "server.yml");
  await writeFile(file, text);
  return file;
}

/** The message with which `text` is refused, without the folder. */
async function refusal(text: string, environment = {}): Promise<string> {
  const file = await written(text);
  try {
    serverSettings(file, environment);
  } catch (error) {
    return (error as Error).message.replaceAll(`${file}:`, "");
  }
  return "accepted";
}

it("reads the example file, which states the defaults", () => {
  const example = serverSettings(fileURLToPath(new URL("../../server/settings.example.yml", import.meta.url)), {});
  const defaults = settingsOf({ database: example.database });
  expect({ ...example, prometheus: [], alertmanagers: [] }).toEqual(defaults);
});

it("takes secrets from files and from the environment", async () => {
  await writeFile(join(folder, "password"), "from a file\n");
  const file = await written(
    `database: { type: mariadb, host: "\${DB_HOST}", name: m, user: m, password: { file: ${join(folder, "password")} } }\n`,
  );
  expect(serverSettings(file, { DB_HOST: "db.example" }).database).toEqual({
    type: "mariadb",
    host: "db.example",
    port: 3306,
    name: "m",
    user: "m",
    password: "from a file",
    poolSize: 10,
    connectTimeoutSeconds: 5,
    timeoutSeconds: 10,
  });
});

it("refuses unknown keys, wrong types and missing values with their line", async () => {
  expect(await refusal(`${database}\nlisten:\n  port: 1\n  prot: 2\n`)).toBe(
    "5: listen.prot: unknown key. See the example file for all keys.",
  );
  expect(await refusal(`${database}colour: red\n`)).toBe("2: colour: unknown key. See the example file for all keys.");
  expect(await refusal(`${database}listen:\n  port: eighty\n`)).toBe(
    "3: listen.port: Invalid input: expected number, received string",
  );
  expect(await refusal("listen: { port: 1 }\n")).toBe(
    "1: database: Invalid input: expected object, received undefined",
  );
  expect(await refusal(`${database}prometheus:\n  - name: a\n    url: ftp://x\n`)).toBe(
    "4: prometheus.0.url: Invalid URL",
  );
  expect(
    await refusal(`${database}prometheus:\n  - { name: a, url: http://x }\n  - { name: a, url: http://y }\n`),
  ).toBe("2: prometheus: Each Prometheus needs a name of its own.");
  expect(await refusal("database: { type: oracle }\n")).toMatch(/^1: database\.type: /);
  const mariadb = "database:\n  { type: mariadb, host: h, name: n, user: u, password: p,\n    poolSize: 1 }\n";
  expect(await refusal(mariadb)).toMatch(/: database\.poolSize: Too small: expected number to be >=2$/);
});

it("refuses text that is no YAML, a key that stands twice, an empty file and a missing one", async () => {
  expect(await refusal("database: {\n")).toMatch(/^[12]: /);
  expect(await refusal(`${database}${database}`)).toBe("2: Map keys must be unique");
  expect(await refusal("")).toMatch(/^1: database: /);
  expect(() => serverSettings(join(folder, "none.yml"), {})).toThrow(/none\.yml: cannot be read: ENOENT/);
});

it("says which variable or secret's file is missing", async () => {
  expect(await refusal(`\n${database}log: { level: "\${LEVEL}" }\n`)).toBe(
    "3: the environment variable LEVEL is not set.",
  );
  expect(
    await refusal(`database: { type: mariadb, host: h, name: n, user: u, password: { file: /nowhere } }\n`),
  ).toMatch(/^ a secret's file cannot be read: ENOENT/);
});

it("takes keys of 32 bytes in base64 or hex, and shows none that it refuses", async () => {
  const base64 = Buffer.alloc(32, 7).toString("base64");
  const hex = Buffer.alloc(32, 8).toString("hex");
  await writeFile(join(folder, "one.key"), `${base64}\n`);
  const keys = (list: object[]) => `${database}secrets: ${JSON.stringify({ keys: list })}\n`;
  const file = await written(
    keys([
      { id: "a", key: { file: join(folder, "one.key") } },
      { id: "b", key: hex },
    ]),
  );
  const { secrets } = serverSettings(file, {});
  expect(secrets.keys.map(({ id, key }) => [id, key.export().toString("hex")])).toEqual([
    ["a", "07".repeat(32)],
    ["b", "08".repeat(32)],
  ]);
  const message = "A key is 32 bytes in base64 or hex: openssl rand -base64 32";
  for (const wrong of ["", "short", base64.slice(4), hex.slice(2), `${hex}00`, `${base64}\n${base64}`]) {
    expect(await refusal(keys([{ id: "a", key: wrong }]))).toBe(`2: secrets.keys.0.key: ${message}`);
  }
  expect(await refusal(keys([{ id: "a", key: { file: "/nowhere" } }]))).toMatch(
    /a secret's file cannot be read: ENOENT/,
  );
  expect(await refusal(keys([{ id: "a b", key: hex }]))).toMatch(/^2: secrets\.keys\.0\.id: 1 to 63 letters/);
  const twice = [
    { id: "a", key: hex },
    { id: "a", key: base64 },
  ];
  expect(await refusal(keys(twice))).toBe("2: secrets.keys: Each key needs an id of its own.");
});

const oidc = "oidc: { issuer: https://idp.example.org, clientId: m, clientSecret: s }";

it("takes sign-in with OpenID Connect as the example shows it, with the defaults that it states", async () => {
  const example = await readFile(new URL("../../server/settings.example.yml", import.meta.url), "utf8");
  const [, block = ""] = /^ {2}# oidc:\n((?: {2}# {3}.*\n)+)/m.exec(example) ?? [];
  const shown = block.replaceAll("  #   ", "    ").replace(/\{ file: [^}]* \}/g, "from-a-file");
  const publicUrl = "https://metricsinfra.example.org";
  const text = (keys: string) => `${database}listen: { publicUrl: ${publicUrl} }\naccess:\n${keys}`;
  const { access, listen } = serverSettings(await written(text(`  oidc:\n${shown}`)), {});
  const { access: least } = serverSettings(await written(text(`  ${oidc}\n`)), {});
  expect([access.oidc, listen.publicUrl]).toEqual([
    {
      ...least.oidc,
      clientId: "metricsinfra",
      clientSecret: "from-a-file",
      tls: { ca: "from-a-file" },
      audience: "metricsinfra-api",
    },
    publicUrl,
  ]);
});

it("refuses sign-in that could not work or would not be safe, and says why", async () => {
  const withListen = (listen: string, keys = oidc) => refusal(`${database}listen: { ${listen} }\naccess:\n  ${keys}\n`);
  expect(await refusal(`${database}access:\n  ${oidc}\n`)).toBe(
    "1: listen.publicUrl: Needed with access.oidc: the URL that people type, to which the provider sends them back.",
  );
  expect(await withListen("publicUrl: http://metricsinfra.example.org")).toBe(
    "2: listen.publicUrl: An https URL without a user; http only for this machine itself.",
  );
  expect(await withListen("publicUrl: https://example.org/metrics")).toBe("2: listen.publicUrl: A URL without a path.");
  for (const url of [
    "http://localhost:8080",
    "http://127.0.0.1:8080",
    "'http://[::1]:8080/'",
    "https://example.org/",
  ]) {
    expect(await withListen(`publicUrl: ${url}`)).toBe("accepted");
  }
  const listen = "publicUrl: https://example.org";
  expect(await withListen(listen, oidc.replace("https:", "http:"))).toBe(
    "4: access.oidc.issuer: An https URL without a user; http only for this machine itself.",
  );
  expect(await withListen(listen, oidc.replace("clientSecret: s", "clientSecret: ''"))).toBe(
    "4: access.oidc.clientSecret: The secret is empty.",
  );
  expect(await withListen(listen, oidc.replace("}", ", scopes: [profile] }"))).toBe(
    '4: access.oidc.scopes: The scope "openid" is needed.',
  );
});

it("fills in what a limit tier leaves out, and a tier named default where there is none", () => {
  const { tiers } = settingsOf({
    database: { type: "sqlite", file: "x" },
    limits: { tiers: { large: { rules: 7 } } },
  }).limits;
  const initial = settingsOf({ database: { type: "sqlite", file: "x" } }).limits.tiers.default;
  expect(tiers).toEqual({ default: initial, large: { ...initial, rules: 7 } });
});

it("refuses limits that cannot be meant", async () => {
  const tier = (text: string) => refusal(`${database}limits:\n  tiers:\n    default: { ${text} }\n`);
  expect(await tier("rules: -1")).toBe("4: limits.tiers.default.rules: Too small: expected number to be >=0");
  expect(await tier("samplesPerScrape: 0")).toBe(
    "4: limits.tiers.default.samplesPerScrape: Too small: expected number to be >=1",
  );
  expect(await tier("expressionLength: 5000")).toBe(
    "4: limits.tiers.default.expressionLength: Too big: expected number to be <=4096",
  );
  expect(await tier("longestRange: often")).toMatch(/^4: limits\.tiers\.default\.longestRange: A duration is /);
  expect(await tier("leastRuleInterval: 500ms")).toBe("4: limits.tiers.default.leastRuleInterval: The least is 1s.");
  expect(await tier("scrapeInterval: 15s, scrapeTimeout: 20s")).toBe(
    "4: limits.tiers.default.scrapeTimeout: No longer than scrapeInterval.",
  );
  expect(await tier("scrapeInterval: 10s")).toBe(
    "4: limits.tiers.default.leastScrapeInterval: No longer than scrapeInterval.",
  );
  expect(await tier("contcats: 1")).toBe(
    "4: limits.tiers.default.contcats: unknown key. See the example file for all keys.",
  );
  expect(await refusal(`${database}limits:\n  tiers: { Big: {} }\n`)).toMatch(/^3: limits\.tiers\.Big: /);
  expect(await refusal(`${database}limits:\n  rate: { costPerMinute: 100 }\n`)).toBe(
    "3: limits.rate.costPerMinute: At least limits.operationCost: one operation.",
  );
});

it("cannot be changed once read", () => {
  expect(Object.isFrozen(settingsOf({ database: { type: "sqlite", file: "x" } }))).toBe(true);
});

it("refuses a policy of silences that cannot be kept, each with its line", async () => {
  const policy = (text: string) => refusal(`${database}silences: { ${text} }\n`);
  expect(await policy("longestDuration: { MEMBER: 1d, ADMIN: 1w }, commentPattern: 'T\\d+', commentHint: Hint")).toBe(
    "accepted",
  );
  expect(await policy("longestDuration: { MEMBER: 400d }")).toBe(
    "2: silences.longestDuration.MEMBER: The most is 366d.",
  );
  expect(await policy("longestDuration: { ADMIN: 0s }")).toBe("2: silences.longestDuration.ADMIN: The least is 1m.");
  expect(await policy("longestDuration: { VIEWER: 1h }")).toBe(
    "2: silences.longestDuration.VIEWER: unknown key. See the example file for all keys.",
  );
  expect(await policy("commentPattern: 'T(?=1)'")).toMatch(
    /^2: silences\.commentPattern: The regular expression is invalid: /,
  );
  expect(await policy("commentHint: Name the task.")).toBe(
    "2: silences.commentHint: It is told where commentPattern does not match: give that too.",
  );
  expect(await policy("leastMatchers: -1")).toMatch(/^2: silences\.leastMatchers: /);
  expect(await policy("confirmAbove: { projects: 2 }")).toMatch(/^2: silences\.confirmAbove\.alerts: /);
});
