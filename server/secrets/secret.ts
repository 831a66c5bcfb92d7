import { Column, Entity, PrimaryColumn } from "typeorm";

/**
 * A tenant's secret, encrypted. What a row holds never changes: another secret is another row; only the key that it is
 * encrypted with is replaced by a newer one.
 */
@Entity("secret")
export class Secret {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  readonly id!: string;

  /** The object that it belongs to; only for that one can it be decrypted. */
  @Column("varchar", { name: "entity_id", length: 40 })
  readonly entityId!: string;

  /** Which of the keys in the settings it is encrypted with. */
  @Column("varchar", { name: "key_id", length: 63 })
  readonly keyId!: string;

  /** Nonce, tag and encrypted text, one after the other, in base64. */
  @Column("varchar", { length: 5_500 })
  readonly ciphertext!: string;

  @Column("datetime", { name: "created_at", precision: 3 })
  readonly createdAt!: Date;
}

/** The largest secret in bytes of UTF-8; with nonce and tag, in base64, it just fits the column. */
export const mostSecretBytes = 4_096;
