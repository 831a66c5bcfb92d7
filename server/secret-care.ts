import type { Caller } from "./access/caller.js";
import type { ChangeLog } from "./audit/change-log.js";
import type { ContactGroupService } from "./contacts/contact-group-service.js";
import type { SecretPruning } from "./secrets/secret-pruning.js";
import type { RotationReport, SecretRotation } from "./secrets/secret-rotation.js";

/** What came of bringing every secret under the first key. */
export interface SecretsRotated extends RotationReport {
  /** How many contact groups held secrets that were not encrypted at all. */
  readonly contactGroups: number;
}

/** What operators do about secrets over all domains: bring them under the first key, remove those that nothing needs. */
export class SecretCare {
  constructor(
    private readonly contactGroups: ContactGroupService,
    private readonly rotation: SecretRotation,
    private readonly pruning: SecretPruning,
    private readonly changes: ChangeLog,
  ) {}

  /** Encrypts what is not encrypted, and with the first key what is under another; noted in the change log. */
  async rotate(caller: Caller): Promise<SecretsRotated> {
    const contactGroups = await this.contactGroups.encryptPlaintext(caller);
    const report = await this.rotation.run();
    const { keyId, reencrypted, remaining } = report;
    if (reencrypted > 0) {
      const after = { key: keyId, reencrypted, underOtherKeys: Object.fromEntries(remaining) };
      const subject = { entityType: "Secrets", entityId: "secrets", projectId: null };
      await this.changes.note(caller, [{ action: "UPDATE", ...subject, before: null, after }], null);
    }
    return { contactGroups, ...report };
  }

  /** Removes secrets stored before `time` that no object, and no entry of the change log, refers to; resolves to their number. */
  prune(time: Date): Promise<number> {
    return this.pruning.run(time);
  }

  /** What an operator should know about the secrets in the database, each as a sentence. */
  async warnings(): Promise<string[]> {
    const plaintext = await this.contactGroups.countPlaintext();
    const missing = await this.rotation.missingKeys();
    return [
      ...(plaintext === 0
        ? []
        : [
            `${plaintext} contact groups hold secrets that are not encrypted: set secrets.keys and run "rotate-secrets".`,
          ]),
      ...[...missing].map(
        ([keyId, count]) => `${count} secrets cannot be read: their key "${keyId}" is not among secrets.keys.`,
      ),
    ];
  }
}
