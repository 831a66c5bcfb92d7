import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { findExecutable } from "../../demo/start-process.js";
import { freePort } from "./ports.js";
import { type RunningProcess, startProcess } from "./process.js";
import { tempFolder } from "./temp-folder.js";

/** What a token is to be for: a project by id, what a trust grants, the system as a whole, or nothing in particular. */
export type KeystoneScope = { readonly projectId: string } | { readonly trustId: string } | "system" | "unscoped";

/** Somebody in Keystone. */
export interface KeystoneLogin {
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

/** A real Keystone on loopback, over SQLite, with the roles that it makes itself: reader, member and admin. */
export interface Keystone {
  /** Its address without the version: `/v3` is below. */
  readonly url: string;
  /** Its administrator, in the project "admin" and in the system. */
  readonly admin: KeystoneLogin;
  readonly process: RunningProcess;
  /** Calls its API as the administrator; gives the answer's body, null when it has none. Fails unless the answer is 2xx. */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Makes a project, in the domain "Default" unless told otherwise, and gives its id. */
  project(name: string, domainId?: string): Promise<string>;
  /** Makes a user, in the domain "Default" unless told otherwise. */
  user(name: string, domainId?: string): Promise<KeystoneLogin>;
  grant(user: KeystoneLogin, role: string, where: { readonly projectId: string } | "system"): Promise<void>;
  revoke(user: KeystoneLogin, role: string, projectId: string): Promise<void>;
  /** Signs in and gives the token. */
  token(login: KeystoneLogin, scope: KeystoneScope): Promise<string>;
  /** Signs in by whatever `identity` says, and gives the token. */
  authenticate(identity: object, scope?: KeystoneScope): Promise<string>;
  /** Another process over the same data, whose tokens live only so long. */
  startSibling(expirationSeconds: number): Promise<Keystone>;
}

const programs = ["keystone-manage", "keystone-wsgi-public", "uwsgi_python3"];
/** The system's own: its Python has Keystone's modules, another that comes first in PATH has not. */
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** Starts one with an empty database, which takes some ten seconds; it is stopped with the test, or the file (`atEnd`). */
export async function startKeystone(): Promise<Keystone> {
  const missing = programs.filter((program) => findExecutable(program) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `These tests need a Keystone, and ${missing.join(", ")} cannot be found. As root, this installs it:\n` +
        "  apt-get install -y --no-install-recommends keystone",
    );
  }
  const folder = await tempFolder("keystone");
  await makeKeys(join(folder, "keys"));
  const password = randomBytes(16).toString("hex");
  const config = await writeConfig(folder, 3_600);
  await manage(config, "db_sync");
  // So that one process reads while another writes.
  const database = new Sqlite(join(folder, "keystone.sqlite"));
  database.pragma("journal_mode = WAL");
  database.close();
  await manage(config, "bootstrap", `--bootstrap-password=${password}`, "--bootstrap-region-id=test");
  return serve(folder, config, password);
}

async function serve(folder: string, config: string, password: string): Promise<Keystone> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    name: "keystone",
    command: "uwsgi_python3",
    args: [
      `--http-socket=127.0.0.1:${port}`,
      `--wsgi-file=${findExecutable("keystone-wsgi-public")}`,
      // One process, because each has a cache of its own, and without one a look at a token takes a second; one thread,
      // because several lock each other out of an SQLite database.
      ...["--master", "--processes=1", "--enable-threads"],
      ...["--need-app", "--lazy-apps", "--die-on-term", "--no-orphans"],
      ...["--buffer-size=65535", "--rem-header=Content-Length"],
    ],
    env: { ...env, OS_KEYSTONE_CONFIG_FILES: config },
    ready: { url: `${url}/v3` },
    deadlineMs: 60_000,
  });
  const siblings = async (expirationSeconds: number) =>
    serve(folder, await writeConfig(folder, expirationSeconds), password);
  const keystone = new LocalKeystone(url, password, running, siblings);
  await keystone.signIn();
  return keystone;
}

async function manage(config: string, ...args: readonly string[]): Promise<void> {
  const command = await startProcess({
    command: "keystone-manage",
    args: [`--config-file=${config}`, ...args],
    env,
  });
  const exit = await command.exited;
  if (exit.code !== 0) throw new Error(`keystone-manage ${args[0]} failed:\n${command.output}`);
}

/** What `keystone-manage fernet_setup` makes, without the two seconds that it takes for each folder. */
async function makeKeys(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const key of ["0", "1"]) {
    await writeFile(join(folder, key), randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_"));
  }
}

async function writeConfig(folder: string, expirationSeconds: number): Promise<string> {
  const file = join(folder, `keystone-${expirationSeconds}.conf`);
  const keys = join(folder, "keys");
  await writeFile(
    file,
    `[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///${join(folder, "keystone.sqlite")}
[token]
provider = fernet
expiration = ${expirationSeconds}
[fernet_tokens]
key_repository = ${keys}
[fernet_receipts]
key_repository = ${keys}
[credential]
key_repository = ${keys}
[cache]
enabled = true
backend = dogpile.cache.memory
[identity]
password_hash_rounds = 4
`,
  );
  return file;
}

class LocalKeystone implements Keystone {
  readonly admin: KeystoneLogin;
  #token = "";
  #roles = new Map<string, string>();

  constructor(
    readonly url: string,
    password: string,
    readonly process: RunningProcess,
    readonly startSibling: (expirationSeconds: number) => Promise<Keystone>,
  ) {
    this.admin = { id: "", name: "admin", password };
  }

  async signIn(): Promise<void> {
    this.#token = await this.authenticate(
      byPassword({ name: "admin", domain: { id: "default" } }, this.admin),
      "system",
    );
    const { roles } = (await this.call("GET", "/v3/roles")) as { roles: { id: string; name: string }[] };
    this.#roles = new Map(roles.map(({ id, name }) => [name, id]));
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { "x-auth-token": this.#token, "content-type": "application/json" };
    const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.url}${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`Keystone answered ${response.status} to ${method} ${path}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  async project(name: string, domainId = "default"): Promise<string> {
    const body = { project: { name, domain_id: domainId } };
    const { project } = (await this.call("POST", "/v3/projects", body)) as { project: { id: string } };
    return project.id;
  }

  async user(name: string, domainId = "default"): Promise<KeystoneLogin> {
    const password = randomBytes(16).toString("hex");
    const body = { user: { name, domain_id: domainId, password } };
    const { user } = (await this.call("POST", "/v3/users", body)) as { user: { id: string } };
    return { id: user.id, name, password };
  }

  async grant(user: KeystoneLogin, role: string, where: { readonly projectId: string } | "system"): Promise<void> {
    const target = where === "system" ? "system" : `projects/${where.projectId}`;
    await this.call("PUT", `/v3/${target}/users/${user.id}/roles/${this.#roles.get(role)}`);
  }

  async revoke(user: KeystoneLogin, role: string, projectId: string): Promise<void> {
    await this.call("DELETE", `/v3/projects/${projectId}/users/${user.id}/roles/${this.#roles.get(role)}`);
  }

  token(login: KeystoneLogin, scope: KeystoneScope): Promise<string> {
    const who = login.id === "" ? { name: login.name, domain: { id: "default" } } : { id: login.id };
    return this.authenticate(byPassword(who, login), scope);
  }

  async authenticate(identity: object, scope?: KeystoneScope): Promise<string> {
    const auth = { identity, ...(scope === undefined ? {} : { scope: bodyOf(scope) }) };
    const response = await fetch(`${this.url}/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth }),
    });
    const token = response.headers.get("x-subject-token");
    if (token === null) throw new Error(`Keystone gave no token: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    return token;
  }
}

function byPassword(who: object, { password }: KeystoneLogin): object {
  return { methods: ["password"], password: { user: { ...who, password } } };
}

function bodyOf(scope: KeystoneScope): unknown {
  if (scope === "unscoped") return scope;
  if (scope === "system") return { system: { all: true } };
  return "trustId" in scope ? { "OS-TRUST:trust": { id: scope.trustId } } : { project: { id: scope.projectId } };
}
