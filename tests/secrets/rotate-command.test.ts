import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { migrations } from "../../migrations/migrations.js";
import { databaseSettings } from "../../server/core/database/database-settings.js";
import { openDatabase } from "../../server/core/database/open-database.js";
import { newId } from "../../server/core/ids.js";
import { Loaders } from "../../server/core/loaders.js";
import { entities } from "../../server/entities.js";
import { SecretKeys } from "../../server/secrets/secret-keys.js";
import { SecretRepository } from "../../server/secrets/secret-repository.js";
import { SecretStore } from "../../server/secrets/secret-store.js";
import { secretsSettings } from "../../server/secrets/secrets-settings.js";
import { DatabaseContent } from "../support/database-content.js";
import { type DatabaseSettings, describeOnEachDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));
const [first, second] = ["first", "second"].map((id) => ({ id, key: randomBytes(32).toString("base64") }));

interface Key {
  readonly id: string;
  readonly key: string;
}

describeOnEachDatabase((database) => {
  let folder = "";
  beforeAll(async () => {
    folder = await tempFolder("rotation");
  });

  const settingsFile = async (settings: DatabaseSettings, ...keys: unknown[]) => {
    const file = join(folder, `${newId("sec")}.yml`);
    await writeFile(
      file,
      JSON.stringify({ listen: { port: await freePort() }, database: settings, secrets: { keys } }),
    );
    return file;
  };
  const command = (name: string, file: string) =>
    startProcess({ name, command: process.execPath, args: [main, name, "--settings", file] });
  const run = async (name: string, file: string) => {
    const started = await command(name, file);
    const { code } = await started.exited;
    return { code, output: started.output };
  };
  /** Works with a store over the database, with these keys, while no server runs. */
  const withStore = async <T>(
    settings: DatabaseSettings,
    keys: unknown[],
    work: (store: SecretStore) => Promise<T>,
  ) => {
    const opened = await openDatabase(databaseSettings.parse(settings), { entities, migrations });
    const made = new SecretKeys(secretsSettings.parse({ keys }), randomBytes);
    const store = new SecretStore(new SecretRepository(opened), made, () => new Date());
    return opened.transaction(() => work(store)).finally(() => opened.close());
  };
  const counts = async (content: DatabaseContent) => {
    const rows = await content.sql("SELECT key_id, COUNT(*) AS count FROM secret GROUP BY key_id");
    return Object.fromEntries(rows.map(({ key_id, count }) => [key_id, Number(count)]));
  };

  it("says what it did and what may be done next, and does nothing the second time", async () => {
    const settings = await database.another();
    await withStore(settings, [first], (store) => store.seal(newId("cgr"), "s3cret"));
    const file = await settingsFile(settings, second, first);
    const next = `All secrets are under "second". Once every server has it as its first key, the others may be taken out of secrets.keys.\n`;
    const said = (count: number) =>
      `Contact groups whose secrets were not encrypted: 0\nSecrets encrypted anew with the key "second": ${count}\n${next}`;
    expect(await run("rotate-secrets", file)).toEqual({ code: 0, output: said(1) });
    expect(await run("rotate-secrets", file)).toEqual({ code: 0, output: said(0) });
  });

  it("fails with what to do when a key is missing, when there is none, and when one is malformed", async () => {
    const settings = await database.another();
    const group = newId("cgr");
    const id = await withStore(settings, [first], (store) => store.seal(group, "s3cret"));
    const missing = await run("rotate-secrets", await settingsFile(settings, second));
    expect(missing.code).toBe(1);
    expect(missing.output.trim().split("\n").sort()).toEqual([
      "Contact groups whose secrets were not encrypted: 0",
      "Keep all keys. Mend what is named above, or have its owner give the secret anew; then run this again.",
      'Secrets encrypted anew with the key "second": 0',
      'Secrets still under the key "first": 1',
      `The secret ${id} of ${group} cannot be read: its key "first" is not among secrets.keys in the settings.`,
    ]);
    expect(await run("rotate-secrets", await settingsFile(settings))).toEqual({
      code: 1,
      output: "There is no key to encrypt secrets with: set secrets.keys in the settings.\n",
    });
    const file = await settingsFile(settings, { ...(first as Key), key: "c2hvcnQ=" });
    expect(await run("check-settings", file)).toEqual({
      code: 1,
      output: `${file}:1: secrets.keys.0.key: A key is 32 bytes in base64 or hex: openssl rand -base64 32\n`,
    });
  });

  it("killed in the middle it has lost nothing, and goes on where it was", { timeout: 120_000 }, async () => {
    const settings = await database.another();
    const owners = Array.from({ length: 40 }, () => newId("cgr"));
    const texts = new Map<string, readonly [owner: string, text: string]>();
    await withStore(settings, [first], async (store) => {
      for (const owner of owners) {
        const own = new Map(Array.from({ length: 100 }, (_, index) => [newId("sec"), `${index} of ${owner}`]));
        await store.sealAll(owner, own);
        for (const [id, text] of own) texts.set(id, [owner, text]);
      }
    });
    const file = await settingsFile(settings, second, first);
    const rotation = await command("rotate-secrets", file);
    await DatabaseContent.of(settings, async (content) => {
      await inTheMiddle(content, async () => {
        rotation.signal("SIGKILL");
        expect(await rotation.exited).toEqual({ code: null, signal: "SIGKILL" });
      });
      const between = await counts(content);
      expect(between.first).toBeGreaterThan(0);
      expect(between.second).toBeGreaterThan(0);
      expect((between.first ?? 0) + (between.second ?? 0)).toBe(4_000);
    });
    const again = await run("rotate-secrets", file);
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('All secrets are under "second".') });
    await withStore(settings, [second], async (store) => {
      const loaders = new Loaders();
      const opened = await Promise.all([...texts].map(([id, [owner]]) => store.open(loaders, id, owner)));
      expect(opened).toEqual([...texts.values()].map(([, plaintext]) => ({ plaintext })));
    });
  });

  /** Runs `work` while a rotation that has done a part of its work waits for a lock. */
  async function inTheMiddle(content: DatabaseContent, work: () => Promise<void>): Promise<void> {
    if (database.type === "mariadb") {
      // The row in the middle: who comes there waits.
      await content.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
      await content.sql("START TRANSACTION");
      const [{ id }] = await content.sql("SELECT id FROM secret ORDER BY id LIMIT 1 OFFSET 2000");
      await content.sql("SELECT * FROM secret WHERE id = ? FOR UPDATE", [id]);
    }
    await waitFor(
      async () => {
        if (database.type === "sqlite") await content.sql("BEGIN IMMEDIATE");
        if (((await counts(content)).second ?? 0) > 0) return true;
        if (database.type === "sqlite") await content.sql("COMMIT");
        await nextTurn();
        return false;
      },
      { what: "a part to be encrypted anew", intervalMs: 0, deadlineMs: 60_000 },
    );
    await work();
    await content.sql("ROLLBACK");
  }
});
