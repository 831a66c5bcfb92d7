import { useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import { type SignIn, signIn, storedToken, storeToken } from "./sign-in.js";

/** How long the field rests before its token is tried, so that a typed one is not tried letter by letter. */
const restMs = 300;

/** The field for the API token, and beside it whose token that is. */
export function TokenField({ value, onChange }: { value: SignIn; onChange: (value: SignIn) => void }) {
  const [token, setToken] = useState(storedToken);

  useEffect(() => {
    storeToken(token);
    if (!token) {
      onChange({ state: "missing" });
      return;
    }
    onChange({ state: "checking" });
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const result = await signIn(token, abort.signal);
      if (!abort.signal.aborted) onChange(result);
    }, restMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [token, onChange]);

  const responseEditor = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    // What stands there was answered to nobody, or to another caller.
    if (value.state === "accepted") responseEditor?.setValue("");
  }, [value.state, responseEditor]);

  return (
    <form className="token" data-state={value.state} onSubmit={(event) => event.preventDefault()}>
      <output className="token-state" htmlFor="token">
        {describe(value)}
      </output>
      <label htmlFor="token">API token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="Paste it here"
        aria-invalid={value.state === "refused"}
        value={token}
        onChange={(event) => setToken(event.target.value.trim())}
      />
    </form>
  );
}

function describe(signIn: SignIn): string {
  switch (signIn.state) {
    case "missing":
      return "Enter a token to load the schema.";
    case "checking":
      return "Checking…";
    case "accepted":
      return `Signed in as ${[signIn.viewer.name, signIn.viewer.globalRole].filter(Boolean).join(", ")}`;
    case "refused":
      return signIn.reason;
  }
}
