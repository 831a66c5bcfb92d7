import { connect, createServer, type Server, type Socket } from "node:net";

/** A cable to a server, such as a database, that can be cut, and held so that nothing passes. */
export class Cable {
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #isHeld = false;

  constructor(
    private readonly port: number,
    private readonly upstream: { readonly host: string; readonly port: number },
  ) {}

  async plugIn(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(this.upstream.port, this.upstream.host);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
        socket.on("error", () => {
          client.destroy();
          upstream.destroy();
        });
        if (this.#isHeld) socket.pause();
      }
      client.pipe(upstream).pipe(client);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
  }

  async cut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const socket of this.#sockets) isHeld ? socket.pause() : socket.resume();
  }
}
