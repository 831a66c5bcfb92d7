import { parse } from "yaml";
import { z } from "zod";
import { isStoreAddress } from "../render/store-files.js";

const address = z.string().refine(isStoreAddress);
const stores = z.array(z.strictObject({ targets: z.array(address), labels: z.record(z.string(), z.string()) }));
const endpoints = z.strictObject({ endpoints: z.array(z.strictObject({ address })) });

/** Reads both files of a Thanos Query back and says why they may not be used, or undefined. */
export function storeFilesProblem(storesText: string, endpointsText: string): string | undefined {
  try {
    const groups = stores.parse(JSON.parse(storesText)).flatMap(({ targets }) => targets);
    const listed = endpoints.parse(parse(endpointsText)).endpoints.map((each) => each.address);
    return groups.join("\n") === listed.join("\n") ? undefined : "the two files name different stores";
  } catch (error) {
    return `the files of the stores cannot be read back: ${error instanceof Error ? error.message : String(error)}`;
  }
}
