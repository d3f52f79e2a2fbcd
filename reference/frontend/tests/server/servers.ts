import { type IncomingHttpHeaders, request, type Server } from "node:http";
import { connect, type Socket, type Server as SocketServer } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished, vi } from "vitest";

/** Starts a server on a free port of the loopback interface; it goes away with the test. */
export async function listen(server: Server | SocketServer, port = 0): Promise<URL> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("the server has no port");
  return new URL(`http://127.0.0.1:${address.port}`);
}

/** An address of the loopback interface where nothing listens. */
export async function unusedAddress(server: SocketServer): Promise<URL> {
  const address = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

/** Waits, on a busy machine for long, until the condition holds. */
export async function until(condition: () => unknown): Promise<void> {
  await vi.waitUntil(condition, { timeout: 10_000, interval: 5 });
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  /** Sent as it is, where that of the URL would be tidied up. */
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Asks without any of the liberties that fetch() takes, such as decoding the body. */
export async function ask(url: URL, { body, ...options }: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const question = request(url, { ...options, agent: false });
    question.once("error", reject);
    question.once("response", (answer) => {
      text(answer).then(
        (content) => resolve({ status: answer.statusCode, headers: answer.headers, body: content }),
        reject,
      );
    });
    question.end(body);
  });
}

/** One connection to a server, used by hand: what it receives adds up. */
export class Wire {
  readonly #socket: Socket;
  #received = "";
  #closed = false;

  constructor(address: URL) {
    this.#socket = connect(Number(address.port), address.hostname);
    this.#socket.on("data", (data) => {
      this.#received += data;
    });
    this.#socket.on("error", () => undefined);
    this.#socket.once("close", () => {
      this.#closed = true;
    });
    onTestFinished(() => {
      this.#socket.destroy();
    });
  }

  get received(): string {
    return this.#received;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(path: string): void {
    this.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  write(text: string): void {
    this.#socket.write(text);
  }
}
