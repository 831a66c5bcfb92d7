import { z } from "zod";
import { networkSetting } from "../core/networks.js";

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,64}$/, "The name of a header.")
  .transform((name) => name.toLowerCase());

/** The setting `access.proxyHeader`: see `ProxyHeaderWay`. */
export const proxyHeaderSettings = z
  .strictObject({
    user: headerName.default("x-remote-user"),
    groups: headerName.default("x-remote-groups"),
    name: headerName.optional(),
    separator: z.string().min(1).max(3).default(","),
    addresses: z.array(networkSetting).min(1),
  })
  .refine(
    ({ user, groups, name }) => user !== groups && user !== name && groups !== name,
    "Each of the headers needs a name of its own: a user's name is no group.",
  );
