import { NoKeyError, type SecretKeys } from "./secret-keys.js";
import type { Reencryption, SecretRepository } from "./secret-repository.js";

/** How many secrets one transaction encrypts anew: what other writers wait for. */
const batchSize = 200;

/** What came of a rotation. */
export interface RotationReport {
  /** The first key. */
  readonly keyId: string;
  /** How many secrets it encrypted with the first key. */
  readonly reencrypted: number;
  /** Why others could not be: those that cannot be read. */
  readonly problems: readonly string[];
  /** The other keys that secrets are still encrypted with, with the number of these. */
  readonly remaining: ReadonlyMap<string, number>;
}

/**
 * Brings all secrets under the first key. Each batch is a transaction of its own that replaces only what is as it was
 * read: so it goes on beside servers and beside itself, and whoever killed it just starts it again.
 */
export class SecretRotation {
  constructor(
    private readonly repository: SecretRepository,
    private readonly keys: SecretKeys,
  ) {}

  /** Encrypts with the first key whatever is under another one. Throws a NoKeyError when there is none. */
  async run(): Promise<RotationReport> {
    const keyId = this.keys.currentId;
    if (keyId === null) throw new NoKeyError();
    let reencrypted = 0;
    let afterId = "";
    const problems: string[] = [];
    for (;;) {
      const secrets = await this.repository.notUnder(keyId, { afterId, most: batchSize });
      const last = secrets.at(-1);
      if (last === undefined) break;
      afterId = last.id;
      const changes = secrets.flatMap((secret): Reencryption[] => {
        const opened = this.keys.decrypt(secret, secret);
        if ("plaintext" in opened) return [[secret, this.keys.encrypt(opened.plaintext, secret)]];
        problems.push(opened.problem);
        return [];
      });
      reencrypted += await this.repository.reencrypt(changes);
    }
    return { keyId, reencrypted, problems, remaining: await this.#keysBut((each) => each === keyId) };
  }

  /** The keys that secrets are encrypted with although the settings do not have them, with the number of these. */
  missingKeys(): Promise<ReadonlyMap<string, number>> {
    return this.#keysBut((keyId) => this.keys.has(keyId));
  }

  async #keysBut(isLeftOut: (keyId: string) => boolean): Promise<ReadonlyMap<string, number>> {
    return new Map([...(await this.repository.countByKey())].filter(([keyId]) => !isLeftOut(keyId)));
  }
}
