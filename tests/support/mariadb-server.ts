import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import type { TestProject } from "vitest/node";
import { startProcess } from "../../demo/start-process.js";
import { freePort } from "./ports.js";

/** How to reach one database of the run's MariaDB server. */
export interface MariadbSettings {
  readonly type: "mariadb";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** POST to it creates a database on the run's MariaDB server, which the first request starts. */
    databasesUrl: string;
  }
}

// It refuses to run as root unless told so.
const AS_ROOT = process.getuid?.() === 0 ? ["--user=root"] : [];

interface MariadbServer {
  createDatabase(): Promise<MariadbSettings>;
  stop(): Promise<void>;
}

/**
 * Vitest's global set-up: one MariaDB server for all test files of a run, started when the first of them asks for a
 * database, so that a run without any starts none. Returns the tear-down.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<MariadbServer> | undefined;
  const broker = createServer((_request, response) => {
    server ??= startMariadb();
    server
      .then((running) => running.createDatabase())
      .then(
        (settings) => response.end(JSON.stringify(settings)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  const { port } = broker.address() as AddressInfo;
  project.provide("databasesUrl", `http://127.0.0.1:${port}`);
  return async () => {
    broker.closeAllConnections();
    broker.close();
    const running = await server?.catch(() => undefined);
    await running?.stop();
  };
}

async function startMariadb(): Promise<MariadbServer> {
  const folder = await mkdtemp(join(tmpdir(), "metricsinfra-mariadb-"));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<MariadbServer> {
  const login = {
    host: "127.0.0.1",
    port: await freePort(),
    user: "metricsinfra",
    password: randomBytes(16).toString("hex"),
  };
  const initFile = join(folder, "init.sql");
  await writeFile(
    initFile,
    `CREATE USER '${login.user}'@'127.0.0.1' IDENTIFIED BY '${login.password}';\n` +
      `GRANT ALL ON *.* TO '${login.user}'@'127.0.0.1' WITH GRANT OPTION;\n`,
  );
  await prepareData(join(folder, "data"));
  const server = await startProcess({
    command: "mariadbd",
    args: [
      "--no-defaults",
      ...AS_ROOT,
      `--datadir=${join(folder, "data")}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      // It names temporary tables by its process id, which another one may have too where containers share /tmp.
      `--tmpdir=${folder}`,
      `--init-file=${initFile}`,
      "--bind-address=127.0.0.1",
      `--port=${login.port}`,
      "--skip-name-resolve",
      "--max-connections=500",
      // What is lost with the machine is of no use anyway: do not wait for the disk.
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
      "--innodb-log-file-size=8M",
      "--innodb-buffer-pool-size=128M",
    ],
    ready: { line: /ready for connections/ },
  });
  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      const connection = await createConnection(login);
      // Not "utf8mb4_bin": that one takes 'a' and 'a ' for the same key, SQLite does not.
      await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`);
      await connection.end();
      return { type: "mariadb", ...login, name };
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function prepareData(datadir: string): Promise<void> {
  const install = await startProcess({
    command: "mariadb-install-db",
    args: [
      "--no-defaults",
      ...AS_ROOT,
      `--datadir=${datadir}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--innodb-log-file-size=8M",
    ],
  });
  const exit = await install.exited;
  if (exit.code !== 0) throw new Error(`mariadb-install-db failed:\n${install.output}`);
}
