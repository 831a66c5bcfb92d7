import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Secret } from "./secret.js";
import type { SecretsSettings } from "./secrets-settings.js";

/** What came of reading a secret: its text, or why it cannot be read, in words that hold nothing of it. */
export type OpenedSecret = { readonly plaintext: string } | { readonly problem: string };

/** A secret's place: its own id, and the object that it belongs to. */
export type SecretPlace = Pick<Secret, "id" | "entityId">;

/** The settings hold no key to encrypt with; the message says what to do. */
export class NoKeyError extends Error {
  override readonly name = "NoKeyError";

  constructor() {
    super("There is no key to encrypt secrets with: set secrets.keys in the settings.");
  }
}

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts with the first of the settings' keys and decrypts with all of them: AES-256-GCM, a fresh nonce each time. */
export class SecretKeys {
  readonly #keys: ReadonlyMap<string, SecretsSettings["keys"][number]["key"]>;

  /** The key that new secrets are encrypted with; null when the operator has set none. */
  readonly currentId: string | null;

  constructor(
    { keys }: SecretsSettings,
    private readonly randomBytes: (size: number) => Buffer,
  ) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.currentId = keys[0]?.id ?? null;
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** The text under the first key, for this place alone. Throws a NoKeyError when there is none. */
  encrypt(plaintext: string, place: SecretPlace): Pick<Secret, "keyId" | "ciphertext"> {
    const keyId = this.currentId;
    const key = keyId === null ? undefined : this.#keys.get(keyId);
    if (keyId === null || key === undefined) throw new NoKeyError();
    const nonce = this.randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(bound(place));
    const encrypted = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
    return { keyId, ciphertext: Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString("base64") };
  }

  /** Reads what was encrypted for this place, whatever place the row itself claims. */
  decrypt({ keyId, ciphertext }: Pick<Secret, "keyId" | "ciphertext">, place: SecretPlace): OpenedSecret {
    const key = this.#keys.get(keyId);
    if (key === undefined) return unreadable(place, `its key "${keyId}" is not among secrets.keys in the settings`);
    const bytes = Buffer.from(ciphertext, "base64");
    const [nonce, tag, encrypted] = [
      bytes.subarray(0, nonceBytes),
      bytes.subarray(nonceBytes, nonceBytes + tagBytes),
      bytes.subarray(nonceBytes + tagBytes),
    ];
    try {
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
        .setAAD(bound(place))
        .setAuthTag(tag);
      return { plaintext: Buffer.concat([decipher.update(encrypted), decipher.final()]).toString("utf8") };
    } catch {
      return unreadable(place, altered);
    }
  }
}

const altered = "it was altered in the database, moved from another object, or encrypted with another key of this name";

/** Why a secret cannot be read, naming the object. */
export function unreadable({ id, entityId }: SecretPlace, reason: string): { readonly problem: string } {
  return { problem: `The secret ${id} of ${entityId} cannot be read: ${reason}.` };
}

/** What the tag vouches for beside the text; ids hold no space, so no two places read alike. */
function bound({ id, entityId }: SecretPlace): Buffer {
  return Buffer.from(`${id} ${entityId}`);
}
