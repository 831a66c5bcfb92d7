import { createSecretKey, randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../../migrations/migrations.js";
import type { Database } from "../../server/core/database/database.js";
import { databaseSettings } from "../../server/core/database/database-settings.js";
import { openDatabase } from "../../server/core/database/open-database.js";
import { newId } from "../../server/core/ids.js";
import { Loaders } from "../../server/core/loaders.js";
import { entities } from "../../server/entities.js";
import { NoKeyError, SecretKeys } from "../../server/secrets/secret-keys.js";
import { SecretRepository } from "../../server/secrets/secret-repository.js";
import { SecretStore } from "../../server/secrets/secret-store.js";
import { atEnd } from "../support/at-end.js";
import { describeOnEachDatabase } from "../support/databases.js";

const key = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const [first, second] = [key("first"), key("second")];
const keysOf = (...keys: ReturnType<typeof key>[]) => new SecretKeys({ keys }, randomBytes);

describeOnEachDatabase((settings) => {
  let database: Database;
  const statements: string[] = [];
  const storeWith = (...keys: ReturnType<typeof key>[]) =>
    new SecretStore(new SecretRepository(database), keysOf(...keys), () => new Date());
  const sql = (text: string) => database.transaction((manager) => manager.query(text));
  const sealed = (store: SecretStore, entityId: string, plaintext: string) =>
    database.transaction(() => store.seal(entityId, plaintext));

  beforeAll(async () => {
    database = await openDatabase(databaseSettings.parse(settings.settings), {
      entities,
      migrations,
      onStatement: (statement) => void statements.push(statement),
    });
    atEnd(() => database.close());
  });

  it("gives a secret back to the object that it was sealed for, and to no other", async () => {
    const store = storeWith(first);
    const [group, other] = [newId("cgr"), newId("cgr")];
    const id = await sealed(store, group, "hüsh\u{1f511}");
    expect(id).toMatch(/^sec_[0-9a-z]{26}$/);
    expect(await store.open(new Loaders(), id, group)).toEqual({ plaintext: "hüsh\u{1f511}" });
    expect(await store.open(new Loaders(), id, other)).toEqual({
      problem: `The secret ${id} of ${other} cannot be read: it was altered in the database, moved from another object, or encrypted with another key of this name.`,
    });
  });

  it("undoes what is sealed with the transaction around it", async () => {
    const store = storeWith(first);
    const id = newId("sec");
    const failing = database.transaction(async () => {
      await store.seal(newId("cgr"), "gone", id);
      throw new Error("undo");
    });
    await expect(failing).rejects.toThrow("undo");
    expect(await store.missing([id])).toEqual([id]);
  });

  it("stores equal secrets as different texts that show neither them nor their equality", async () => {
    const store = storeWith(first);
    const group = newId("cgr");
    await sealed(store, group, "the same secret");
    await sealed(store, group, "the same secret");
    const rows: { ciphertext: string }[] = await sql(`SELECT ciphertext FROM secret WHERE entity_id = '${group}'`);
    const [one, two] = rows.map(({ ciphertext }) => Buffer.from(ciphertext, "base64"));
    expect(one?.length).toBe(12 + 16 + "the same secret".length);
    expect(one?.subarray(0, 12)).not.toEqual(two?.subarray(0, 12));
    expect(one?.subarray(28)).not.toEqual(two?.subarray(28));
  });

  it("refuses rows whose ciphertexts were swapped, cut short or altered, and still reads the others", async () => {
    const store = storeWith(first);
    const [one, two, cut, flipped, intact] = [newId("cgr"), newId("cgr"), newId("cgr"), newId("cgr"), newId("cgr")];
    const ids = new Map<string, string>();
    for (const owner of [one, two, cut, flipped, intact]) ids.set(owner, await sealed(store, owner, `of ${owner}`));
    const ciphertext = async (owner: string) =>
      (await sql(`SELECT ciphertext FROM secret WHERE entity_id = '${owner}'`))[0].ciphertext as string;
    const write = (owner: string, text: string) =>
      sql(`UPDATE secret SET ciphertext = '${text}' WHERE entity_id = '${owner}'`);
    const [ofOne, ofTwo] = [await ciphertext(one), await ciphertext(two)];
    await write(one, ofTwo);
    await write(two, ofOne);
    await write(cut, (await ciphertext(cut)).slice(0, 32));
    const bytes = Buffer.from(await ciphertext(flipped), "base64");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await write(flipped, bytes.toString("base64"));
    const loaders = new Loaders();
    const opened = await Promise.all([...ids].map(([owner, id]) => store.open(loaders, id, owner)));
    const problem = {
      problem: expect.stringMatching(/^The secret sec_\w+ of cgr_\w+ cannot be read: it was altered in the database,/),
    };
    expect(opened).toEqual([problem, problem, problem, problem, { plaintext: `of ${intact}` }]);
    // A row moved to another owner together with its id: only the tag knows.
    await sql(`UPDATE secret SET entity_id = '${one}' WHERE id = '${ids.get(intact)}'`);
    expect(await store.open(new Loaders(), ids.get(intact) ?? "", one)).toEqual(problem);
  });

  it("reads with every key of the settings, and says which one is missing or is not the one of that name", async () => {
    const owner = newId("cgr");
    const id = await sealed(storeWith(first), owner, "old");
    expect(await storeWith(second, first).open(new Loaders(), id, owner)).toEqual({ plaintext: "old" });
    expect(await storeWith(second).open(new Loaders(), id, owner)).toEqual({
      problem: `The secret ${id} of ${owner} cannot be read: its key "first" is not among secrets.keys in the settings.`,
    });
    expect(await storeWith({ ...second, id: "first" }).open(new Loaders(), id, owner)).toEqual({
      problem: expect.stringContaining("or encrypted with another key of this name."),
    });
    const gone = newId("sec");
    expect(await storeWith(first).open(new Loaders(), gone, owner)).toEqual({
      problem: `The secret ${gone} of ${owner} cannot be read: it is not in the database any more.`,
    });
  });

  it("tells whoever gives a secret to a server without keys what its operator has to do", () => {
    expect(storeWith(first).requireKey(["input"])).toBeNull();
    expect(storeWith().requireKey(["input", "secret"])).toEqual({
      code: "UNSUPPORTED",
      message: "This server cannot keep secrets: its operator has to set secrets.keys in its settings first.",
      path: ["input", "secret"],
    });
  });

  it("reads any number of secrets of one request in one statement, and writes those of one object in one", async () => {
    const store = storeWith(first);
    const owner = newId("cgr");
    const texts = new Map(Array.from({ length: 200 }, (_, index) => [newId("sec"), `secret ${index}`]));
    const taking = async (work: () => Promise<unknown>) => {
      statements.length = 0;
      await work();
      return statements.filter((statement) => / secret |`secret`|"secret"/.test(statement)).length;
    };
    expect(await taking(() => database.transaction(() => store.sealAll(owner, texts)))).toBe(1);
    const loaders = new Loaders();
    const open = async () => {
      const opened = await Promise.all([...texts.keys()].map((id) => store.open(loaders, id, owner)));
      expect(opened).toEqual([...texts.values()].map((plaintext) => ({ plaintext })));
    };
    expect(await taking(open)).toBe(1);
  });
});

describe("the keys", () => {
  it("do not encrypt when there are none", () => {
    expect(() => keysOf().encrypt("x", { id: "a", entityId: "b" })).toThrow(NoKeyError);
  });

  it("show nothing of themselves when the settings are printed", () => {
    expect(JSON.stringify(first)).toBe('{"id":"first","key":{}}');
  });
});
