import { Caller } from "./access/caller.js";
import type { PrincipalKind } from "./access/principal.js";

/** Whoever runs commands on the server's own machine with its settings file: an operator. */
export const commandLine = ownCaller("COMMAND_LINE", "command line");

/** The server, for what it does of itself and has to answer for in the change log. */
export const serverItself = ownCaller("SERVER", "server");

function ownCaller(kind: PrincipalKind, name: string): Caller {
  const id = name.replace(" ", "-");
  return new Caller(
    { kind, id, name, globalRole: "OPERATOR", everyProjectRole: null, memberships: new Map() },
    { requestId: id, source: null, signal: new AbortController().signal, idempotency: null },
  );
}
