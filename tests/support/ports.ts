import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:net";

// Below the ephemeral range (32768 and up): there the kernel lends ports to outgoing connections, and a connect to a
// free port can even connect to itself. Above the demo's own ports.
const FIRST = 20_000;
const LAST = 31_999;
const BLOCK = 20;

let block: { readonly lock: Server; readonly first: number; used: number } | undefined;

/**
 * A free TCP and UDP port on 127.0.0.1.
 *
 * Each worker process owns a block of ports by listening on the block's first one as long as it lives, so parallel test
 * files, and parallel runs on one machine, never get the same port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    block ??= await lockBlock();
    block.used += 1;
    const port = block.first + block.used;
    if (block.used >= BLOCK) block = undefined;
    else if (await isFree(port)) return port;
  }
}

/** Several free ports, as `freePort` gives them. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

async function lockBlock(): Promise<{ lock: Server; first: number; used: number }> {
  const blocks = Math.floor((LAST - FIRST + 1) / BLOCK);
  const start = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const first = FIRST + ((start + i) % blocks) * BLOCK;
    const lock = await listen(first);
    if (lock !== undefined) return { lock: lock.unref(), first, used: 0 };
  }
  throw new Error(`every block of ports between ${FIRST} and ${LAST} is taken`);
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return bindsUdp(port);
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

function bindsUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/** The first of several free ports in a row, at most 19. */
export async function freePortRun(length: number): Promise<number> {
  for (;;) {
    const candidate = await lockBlock();
    const ports = Array.from({ length }, (_, index) => candidate.first + 1 + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return candidate.first + 1;
  }
}
