import type { Server, ServerResponse } from "node:http";
import { type Socket, Server as SocketServer } from "node:net";

/** Times in milliseconds; together well within the grace period of a pod. */
export interface DrainTimes {
  /** How long callers may go on using the connections that they hold. */
  readonly idle: number;
  /** How long requests under way may take. */
  readonly limit: number;
}

export const DRAIN_TIMES: DrainTimes = { idle: 5_000, limit: 40_000 };

/**
 * Makes a server that can stop without losing a request; returns what stops it.
 *
 * New connections are refused at once. Connections that exist are not cut, since a request may be
 * on its way over them: each is told `Connection: close` with its next answer, and those that ask
 * nothing are closed when the idle time is over. The promise resolves when all are closed.
 */
export function drainable(server: Server, times: DrainTimes = DRAIN_TIMES): () => Promise<void> {
  const sockets = new Set<Socket>();
  const responses = new Set<ServerResponse>();
  let draining = false;

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", (_request, response) => {
    responses.add(response);
    response.once("close", () => responses.delete(response));
    if (draining) announceClose(response);
  });

  const closeUnused = (): void => {
    const used = new Set([...responses].map((response) => response.socket));
    for (const socket of sockets) if (!used.has(socket)) socket.destroy();
  };
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return async () => {
    draining = true;
    for (const response of responses) announceClose(response);
    // The close() of an HTTP server would cut idle connections at once; that of its base doesn't.
    const closed = new Promise<void>((resolve) => {
      SocketServer.prototype.close.call(server, () => resolve());
    });
    const timers = [setInterval(closeUnused, times.idle), setTimeout(closeAll, times.limit)];
    await closed;
    for (const timer of timers) clearTimeout(timer);
  };
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}
