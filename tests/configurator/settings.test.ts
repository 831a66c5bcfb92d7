import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "../../configurator/settings/settings.js";
import { SettingsError } from "../../configurator/settings/settings-file.js";
import { version } from "../../configurator/version.js";
import { tempFolder } from "../support/temp-folder.js";

const root = new URL("../../configurator/", import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await tempFolder("settings");
});

const read = async (text: string, environment: Record<string, string> = {}) => {
  const file = join(folder, "settings.yml");
  await writeFile(file, text);
  try {
    return readSettings(file, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
};

const minimal = `name: a
directory: /srv/agent
server: {url: "http://127.0.0.1:1/graphql", token: "\${TOKEN}"}
alertmanager: {baseFile: /etc/base.yml}
`;

describe("the settings file", () => {
  test("of the example is valid, and explains every key that there is", async () => {
    const token = join(folder, "token");
    await writeFile(token, "from a file\n");
    const example = (await readFile(join(root, "settings.example.yml"), "utf8")).replace(
      "/etc/metricsinfra/agent-token",
      token,
    );
    const settings = await read(example);
    expect(settings).toMatchObject({ server: { token: "from a file" } });
    // What is commented out is there as well once the comments are taken away.
    const keys = new Set([...example.matchAll(/^\s*(?:# )?([\w-]+):/gm)].map(([, key]) => key));
    const missing = keysOf(settings).filter((key) => !keys.has(key));
    expect(missing).toEqual([]);
    for (const optional of ["basicAuth", "hostname"]) expect(keys).toContain(optional);
  });

  test("has defaults for all that need not be said, and takes secrets from the environment", async () => {
    expect(await read(minimal, { TOKEN: "from the environment" })).toMatchObject({
      name: "a",
      server: { token: "from the environment", timeoutSeconds: 30 },
      pollIntervalSeconds: 30,
      reloadIntervalSeconds: 15,
      reportIntervalSeconds: 30,
      brake: { maxDeletedShare: 0.5, alwaysAllowed: 5, windowMinutes: 60 },
      log: { level: "info" },
      alertmanager: { urls: [], reload: "http", amtool: "amtool", continue: false, reloadTimeoutSeconds: 300 },
    });
  });

  test.each([
    ["a: [", "settings.yml:1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    [minimal, "settings.yml:3: the environment variable TOKEN is not set"],
    [`${minimal}nonsense: 1\n`, "settings.yml:5: nonsense: unknown key; the example file has all that there are"],
    [minimal.replace("baseFile", "basefile"), /settings\.yml:4: alertmanager\.basefile: unknown key/],
    [minimal.replace("name: a", "name: a b"), "settings.yml:1: name: must be 1 to 63 letters, digits, `.`, `_` or `-`"],
    [minimal.replace("/srv/agent", "srv"), "settings.yml:2: directory: must be an absolute path"],
    [minimal.replace("/srv/agent", "/srv/*"), "settings.yml:2: directory: must not hold any of * ? [ ] { } \\"],
    [minimal.replace("http://", "ftp://"), "settings.yml:3: server.url: must be an http or https URL"],
    [minimal.replace(/token: [^}]*}"/, "token: {file: /nonexistent}"), /settings\.yml:3: server\.token: ENOENT/],
    [minimal.replace(/token: [^}]*}"/, "token: 5"), "settings.yml:3: server.token: must be a text or {file: path}"],
    [
      minimal.replace("baseFile", "reload: often, baseFile"),
      "settings.yml:4: alertmanager.reload: must be http, {pidFile: path} or {command: [program, parameter]}",
    ],
    [minimal.replace("alertmanager", "blackbox"), /settings\.yml:4: blackbox\.address: /],
    ["name: a\n", /settings\.yml:1: directory: /],
    [
      minimal.replace(/alertmanager.*/, "thanosQuery: {stores: [a]}"),
      "settings.yml:4: thanosQuery.stores: must be a list of addresses, or lists of them by name",
    ],
    [
      minimal.replace(/alertmanager.*/, "thanosQuery: {stores: {a: ['x:1'], b: ['x:1']}}"),
      "settings.yml:4: thanosQuery.stores: must name no store twice",
    ],
    [
      minimal.replace(/alertmanager.*/, "thanosQuery: {stores: []}"),
      "settings.yml:4: thanosQuery.stores: must name at least one store",
    ],
    [
      minimal.replace(/alertmanager.*/, "karmaAcl: {configFile: /k, urls: ['http://k']}"),
      'settings.yml:4: karmaAcl.urls: are of no use without "reload"',
    ],
    [
      minimal.replace(/alertmanager.*/, "karmaAcl: {configFile: /k, reload: http}"),
      /settings\.yml:4: karmaAcl\.reload: /,
    ],
    [
      `${minimal}prometheus:\n  baseFile: /b\n  tiers: {default: {}}\n`,
      "settings.yml:7: prometheus.tiers: the limits of projects are the server's now: move them to limits.tiers of its settings",
    ],
    [`${minimal}replica: a\n`, 'settings.yml:5: replica: is of no use without "prometheus"'],
    [
      `${minimal}prometheus: {baseFile: /b}\nshard: one\n`,
      'settings.yml:6: shard: is for an agent without "alertmanager" and "karmaAcl", which need all projects: run another agent for them',
    ],
    [
      "{name: a, directory: /d, server: {url: 'http://s', token: t}}",
      'settings.yml:1: the file: at least one of "prometheus", "alertmanager", "thanosRule", "thanosQuery", "karmaAcl" is needed',
    ],
  ])("is refused with the line and the reason: %j", async (text, problem) => {
    const environment: Record<string, string> = text === minimal ? {} : { TOKEN: "t" };
    const message = await read(text, environment);
    if (typeof problem === "string") expect(message).toBe(problem);
    else expect(message).toMatch(problem);
  });

  test("that is not there is refused", () => {
    expect(() => readSettings("/nonexistent.yml", {})).toThrow(/^\/nonexistent\.yml: cannot be read: ENOENT/);
  });
});

test("the program's version is that of its package", async () => {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(version).toBe(manifest.version);
});

/** The names of all keys at every depth. */
function keysOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => [key, ...keysOf(entry)]);
}
