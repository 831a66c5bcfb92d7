import type { SecretPlace } from "./secret-keys.js";
import type { SecretRepository } from "./secret-repository.js";

const batchSize = 200;

/** Something that refers to secrets: the objects that hold them, and the change log, which objects are brought back from. */
export interface SecretHolder {
  /** The ids of those secrets that it refers to. */
  heldSecrets(secrets: readonly SecretPlace[]): Promise<readonly string[]>;
}

/** Removes secrets that nothing refers to any more. */
export class SecretPruning {
  constructor(
    private readonly repository: SecretRepository,
    private readonly holders: readonly SecretHolder[],
  ) {}

  /** Removes what was stored before `time` and is held by nobody; resolves to the number of secrets that are gone. */
  async run(time: Date): Promise<number> {
    let removed = 0;
    let afterId = "";
    for (;;) {
      const secrets = await this.repository.storedBefore(time, { afterId, most: batchSize });
      const last = secrets.at(-1);
      if (last === undefined) return removed;
      afterId = last.id;
      const unheld = await this.#unheld(secrets);
      if (unheld.length > 0) await this.repository.remove(unheld);
      removed += unheld.length;
    }
  }

  /** Asks one holder after the other, the cheapest first, each only for what the ones before it do not hold. */
  async #unheld(secrets: readonly SecretPlace[]): Promise<string[]> {
    let left = secrets;
    for (const holder of this.holders) {
      if (left.length === 0) break;
      const held = new Set(await holder.heldSecrets(left));
      left = left.filter(({ id }) => !held.has(id));
    }
    return left.map(({ id }) => id);
  }
}
