import { z } from "zod";
import { secret } from "../settings-file.js";

/** Where the configuration is stored. SQLite serves one server process; MariaDB serves several. */
export const databaseSettings = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("sqlite"),
    file: z.string().min(1).describe("Path of the database file; made when missing."),
  }),
  z.strictObject({
    type: z.literal("mariadb"),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(3306),
    name: z.string().min(1),
    user: z.string().min(1),
    password: secret,
    maintenance: z
      .strictObject({ user: z.string().min(1), password: secret })
      .optional()
      .describe("Who migrates the tables and removes old entries of the change log, if not `user`."),
    // One connection holds the lock of the migrations while another runs them.
    poolSize: z.number().int().min(2).max(100).default(10),
    connectTimeoutSeconds: z.number().positive().default(5),
    timeoutSeconds: z.number().positive().default(10),
  }),
]);

/** The validated `database` section of the settings file. */
export type DatabaseSettings = z.infer<typeof databaseSettings>;
