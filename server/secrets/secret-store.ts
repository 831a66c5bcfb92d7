import { newId } from "../core/ids.js";
import { BatchSource, type Loaders } from "../core/loaders.js";
import type { UserError } from "../graph/user-error.js";
import { mostSecretBytes, Secret } from "./secret.js";
import { type OpenedSecret, type SecretKeys, type SecretPlace, unreadable } from "./secret-keys.js";
import type { SecretRepository } from "./secret-repository.js";

/**
 * Keeps the secrets of tenants encrypted. An object refers to a secret by its id, which may be shown to whoever may see
 * the object; another secret has another id.
 */
export class SecretStore {
  /** By secret and object, so that a request decrypts each once however many fields tell of it. */
  readonly #opened = new BatchSource<string, OpenedSecret>(async (keys) => {
    const places = keys.map(placeIn);
    const secrets = await this.repository.findMany(places.map(({ id }) => id));
    return places.map((place, index) => {
      const secret = secrets[index] ?? null;
      return secret === null
        ? unreadable(place, "it is not in the database any more")
        : this.keys.decrypt(secret, place);
    });
  });

  constructor(
    private readonly repository: SecretRepository,
    private readonly keys: SecretKeys,
    private readonly now: () => Date,
  ) {}

  /** The mistake to tell whoever gives a secret to a server that has no key to encrypt it with; null when it has one. */
  requireKey(path: readonly string[]): UserError | null {
    if (this.keys.currentId !== null) return null;
    const message = "This server cannot keep secrets: its operator has to set secrets.keys in its settings first.";
    return { code: "UNSUPPORTED", message, path };
  }

  /**
   * Stores `plaintext` for the object `entityId`, inside the caller's transaction, and resolves to the id that the object
   * keeps. Who needs the id earlier, for a diff, makes it with `newId("sec")`. Ask `requireKey` first.
   */
  async seal(entityId: string, plaintext: string, id = newId("sec")): Promise<string> {
    await this.sealAll(entityId, new Map([[id, plaintext]]));
    return id;
  }

  /** Like `seal`, for many of one object: texts by id, in one statement. */
  async sealAll(entityId: string, plaintexts: ReadonlyMap<string, string>): Promise<void> {
    if (plaintexts.size === 0) return;
    const createdAt = this.now();
    const secrets = [...plaintexts].map(([id, plaintext]) => {
      if (Buffer.byteLength(plaintext) > mostSecretBytes) throw new Error("The secret is longer than its column.");
      return Object.assign(new Secret(), {
        id,
        entityId,
        createdAt,
        ...this.keys.encrypt(plaintext, { id, entityId }),
      });
    });
    await this.repository.insert(secrets);
  }

  /**
   * Reads the secret that the object `entityId` refers to; in one statement with the others that the request reads. A
   * problem is an answer and not an error: one project's broken secret must not keep an agent from all the others.
   */
  async open(loaders: Loaders, id: string, entityId: string): Promise<OpenedSecret> {
    return loaders.for(this.#opened).load(`${id} ${entityId}`);
  }

  /** Those of the ids that are not stored (any more): an object that is brought back may refer to them. */
  async missing(ids: readonly string[]): Promise<string[]> {
    const found = ids.length === 0 ? [] : await this.repository.findMany(ids);
    return ids.filter((_, index) => found[index] === null);
  }
}

function placeIn(key: string): SecretPlace {
  const [id = "", entityId = ""] = key.split(" ");
  return { id, entityId };
}
