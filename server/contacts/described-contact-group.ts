import { z } from "zod";
import { ContactType } from "./contact-type.js";

/** A contact group as the change log describes it, now or in the past, without whether it is the default. */
export const describedContactGroup = z.object({
  name: z.string(),
  contacts: z
    .array(
      z.object({
        type: z.enum(ContactType),
        value: z.string(),
        sendResolved: z.boolean().default(true),
        /** The reference to its secret, or a mask from before there were any. */
        secret: z.string().nullable().default(null),
      }),
    )
    .default([]),
});

/** A contact as the change log describes it. */
export type DescribedContact = z.output<typeof describedContactGroup>["contacts"][number];
