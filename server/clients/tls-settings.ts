import { z } from "zod";
import { secret } from "../core/settings-file.js";

/** The setting `tls` of a server that we ask: see `UpstreamTls`. */
export const tlsSettings = z
  .strictObject({
    ca: secret.optional(),
    certificate: secret.optional(),
    key: secret.optional(),
    serverName: z.string().optional(),
  })
  .optional();
