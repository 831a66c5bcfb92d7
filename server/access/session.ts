import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** Somebody who signed in with a browser. What the groups give is looked up with each request, so it follows the settings. */
@Entity("session")
@Index("uq_session_hash", ["hash"], { unique: true })
@Index("ix_session_expires_at", ["expiresAt"])
export class Session {
  /** Names the session in the change log; the browser holds something else. */
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  readonly id!: string;

  /** SHA-256 of the secret in the browser's cookie, in hex. */
  @Column("varchar", { length: 64 })
  readonly hash!: string;

  @Column("varchar", { length: 255 })
  readonly issuer!: string;

  @Column("varchar", { length: 255 })
  readonly subject!: string;

  @Column("varchar", { length: 255 })
  readonly name!: string;

  /** As the provider told them at sign-in. ("groups" is a word of SQL.) */
  @Column("json", { name: "group_names" })
  readonly groups!: readonly string[];

  @Column("datetime", { name: "created_at", precision: 3 })
  readonly createdAt!: Date;

  @Column("datetime", { name: "expires_at", precision: 3 })
  readonly expiresAt!: Date;

  @Column("datetime", { name: "last_seen_at", precision: 3 })
  readonly lastSeenAt!: Date;
}
