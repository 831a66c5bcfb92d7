import { createServer } from "node:net";
import { DemoFailure } from "./demo-failure.js";

/** Throws a DemoFailure that names the ports in use and who wants them. */
export async function requireFreePorts(ports: ReadonlyMap<number, string>): Promise<void> {
  const taken: string[] = [];
  for (const [port, owner] of ports) {
    if (!(await isFree(port))) taken.push(`${port} (for ${owner})`);
  }
  if (taken.length === 0) return;
  const which = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(", ")} are`;
  throw new DemoFailure(`${which} in use by another program; choose other ports: npm start -- --port 15000`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
