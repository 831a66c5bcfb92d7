import { useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import { onSignOut, waysWithoutToken } from "./session.js";
import { SessionControl } from "./session-control.jsx";
import { type SignIn, sessionEnded, signIn, storedToken, storeToken } from "./sign-in.js";

/** How long the field rests before its token is tried, so that a typed one is not tried letter by letter. */
const restMs = 300;

/** The field for the API token, the way into a session where there is one, and beside them who is asking. */
export function TokenField({ value, onChange }: { value: SignIn; onChange: (value: SignIn) => void }) {
  const [token, setToken] = useState(storedToken);
  const [ways, setWays] = useState<readonly string[]>([]);
  const canSignIn = ways.includes("OIDC");
  const mayBeKnown = token === "" && ways.length > 0;
  const isInSession = value.state === "accepted" && value.token === null && value.viewer.kind === "OIDC";

  useEffect(() => {
    const abort = new AbortController();
    void waysWithoutToken(abort.signal).then((found) => {
      if (!abort.signal.aborted) setWays(found);
    });
    return () => abort.abort();
  }, []);

  useEffect(() => {
    storeToken(token);
    if (!token && !mayBeKnown) {
      onChange({ state: "missing" });
      return;
    }
    onChange({ state: "checking" });
    const abort = new AbortController();
    const timer = setTimeout(
      async () => {
        const result = await signIn(token || null, abort.signal);
        if (!abort.signal.aborted) onChange(result);
      },
      token ? restMs : 0,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [token, mayBeKnown, onChange]);

  const responseEditor = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    // What stands there was answered to nobody, or to another caller.
    if (value.state === "accepted") responseEditor?.setValue("");
  }, [value.state, responseEditor]);

  useEffect(() => {
    if (!isInSession) return;
    return onSignOut(() => {
      onChange(sessionEnded);
      responseEditor?.setValue("");
    });
  }, [isInSession, onChange, responseEditor]);

  return (
    <form className="token" data-state={value.state} onSubmit={(event) => event.preventDefault()}>
      <output className="token-state" htmlFor="token">
        {describe(value, canSignIn)}
      </output>
      {token === "" && canSignIn && <SessionControl isSignedIn={isInSession} />}
      <label htmlFor="token">API token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="Paste it here"
        aria-invalid={value.state === "refused" && token !== ""}
        value={token}
        onChange={(event) => setToken(event.target.value.trim())}
      />
    </form>
  );
}

function describe(signIn: SignIn, canSignIn: boolean): string {
  switch (signIn.state) {
    case "missing":
      return canSignIn ? "Sign in or enter a token to load the schema." : "Enter a token to load the schema.";
    case "checking":
      return "Checking…";
    case "accepted":
      return `Signed in as ${[signIn.viewer.name, signIn.viewer.globalRole].filter(Boolean).join(", ")}`;
    case "refused":
      return signIn.reason;
  }
}
