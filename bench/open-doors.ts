/**
 * Loaded before the server (`node --import`), it takes away what `access.ts` measures the cost of: every question to the
 * policy is answered with yes. Who asks is not found out either, since strangers send nothing to look up.
 */
const { Caller } = (await import(new URL("../server/access/caller.js", import.meta.url).href)) as {
  readonly Caller: { readonly prototype: { may: (action: string, projectId?: string | null) => boolean } };
};
Caller.prototype.may = () => true;

export {};
