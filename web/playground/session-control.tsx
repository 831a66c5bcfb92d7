import { useState } from "react";
import { signInAddress, signOut } from "./session.js";

/** The way into a session, or out of it. */
export function SessionControl({ isSignedIn }: { isSignedIn: boolean }) {
  const [problem, setProblem] = useState("");
  if (!isSignedIn) {
    return (
      <a className="session" href={signInAddress()}>
        Sign in
      </a>
    );
  }
  const leave = () => signOut().catch((error: unknown) => setProblem(String(error)));
  return (
    <>
      {problem && <output className="problem">{problem}</output>}
      <button type="button" className="session" onClick={leave}>
        Sign out
      </button>
    </>
  );
}
