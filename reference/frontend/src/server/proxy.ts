import {
  Agent,
  type ClientRequest,
  request as connect,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";

/** Times in milliseconds. */
export interface ProxyTimes {
  /** How long a new connection to the API may take. */
  readonly connect: number;
  /** How long the API may be silent. */
  readonly answer: number;
  /** How long an unused connection is kept: less than the 5 s after which Uvicorn closes it. */
  readonly idle: number;
  /** The pauses before a failed read is tried again. */
  readonly retries: readonly number[];
}

export const PROXY_TIMES: ProxyTimes = {
  connect: 2_000,
  answer: 30_000,
  idle: 4_000,
  retries: [0, 250],
};

/** These describe one connection, not the message, and are not passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

class Timeout extends Error {
  constructor(readonly phase: "connect" | "answer") {
    super(phase === "connect" ? "no connection in time" : "no answer in time");
  }
}

/**
 * Passes requests on to the API and streams the answers back.
 *
 * A pod of the API that stops takes its connections with it. Reads are therefore tried again when
 * the connection breaks before the answer begins. Writes must not be sent twice: each goes over a
 * connection of its own, which can't have been closed by the API while it was unused.
 */
export class ApiProxy {
  readonly #agent: Agent;
  #reachable = true;

  constructor(
    readonly api: URL,
    readonly times: ProxyTimes = PROXY_TIMES,
  ) {
    this.#agent = new Agent({ keepAlive: true, timeout: times.idle });
  }

  /** Answers a request with what the API says to it under the given path and query. */
  forward(path: string, request: IncomingMessage, response: ServerResponse): void {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const headers = requestHeaders(request, this.api, isRead);
    let gone = false;
    let upstream: ClientRequest | undefined;
    response.once("close", () => {
      gone = true;
      if (!response.writableFinished) upstream?.destroy();
    });

    const attempt = (tries: number): void => {
      if (gone) return;
      upstream = connect(this.api, {
        method: request.method,
        path,
        headers,
        agent: isRead && tries === 0 ? this.#agent : false,
        timeout: this.times.answer,
      });
      limitTimes(upstream, this.times);
      upstream.once("response", (answer) => {
        this.#report(true);
        response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.headers));
        response.flushHeaders();
        // An answer that breaks off half-way breaks off for the browser, too.
        pipeline(answer, response, () => undefined);
      });
      upstream.once("error", (error) => {
        if (gone || response.headersSent) return;
        const pause = this.times.retries[tries];
        if (isRead && pause !== undefined && !isSilence(error)) {
          setTimeout(attempt, pause, tries + 1);
        } else {
          this.#report(false, error);
          fail(response, error);
        }
      });
      if (isRead) upstream.end();
      else request.pipe(upstream);
    };
    attempt(0);
  }

  /** Says once that the API went away, and once that it is back. */
  #report(reachable: boolean, error?: Error): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    if (reachable) console.log(`${this.api.origin} answers again`);
    else console.error(`${this.api.origin} does not answer: ${error?.message}`);
  }
}

function limitTimes(upstream: ClientRequest, times: ProxyTimes): void {
  upstream.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => upstream.destroy(new Timeout("connect")), times.connect);
    socket.once("connect", () => clearTimeout(timer));
    socket.once("close", () => clearTimeout(timer));
  });
  upstream.once("timeout", () => upstream.destroy(new Timeout("answer")));
}

function isSilence(error: Error): boolean {
  return error instanceof Timeout && error.phase === "answer";
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = headers.connection?.split(",").map((name) => name.trim().toLowerCase()) ?? [];
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}

function requestHeaders(request: IncomingMessage, api: URL, isRead: boolean): OutgoingHttpHeaders {
  const headers = endToEnd(request.headers);
  if (isRead) delete headers["content-length"];
  else if (request.headers["transfer-encoding"]) headers["transfer-encoding"] = "chunked";
  const callers = [request.headers["x-forwarded-for"], request.socket.remoteAddress];
  // HTTP/1.0 knows no Host.
  const host = request.headers["x-forwarded-host"] ?? request.headers.host;
  return {
    ...headers,
    host: api.host,
    "x-forwarded-for": callers.flat().filter(Boolean).join(", "),
    ...(host && { "x-forwarded-host": host }),
    "x-forwarded-proto": request.headers["x-forwarded-proto"] ?? "http",
  };
}

function answerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { "cache-control": "no-store", ...endToEnd(headers) };
}

function fail(response: ServerResponse, error: NodeJS.ErrnoException): void {
  const [status, detail] = isSilence(error)
    ? [504, "The API did not answer in time."]
    : isUnreachable(error)
      ? [503, "The API can't be reached."]
      : [502, "The connection to the API broke."];
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(status === 503 && { "Retry-After": "1" }),
  });
  response.end(JSON.stringify({ detail }));
}

function isUnreachable(error: NodeJS.ErrnoException): boolean {
  const codes = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"];
  return error instanceof Timeout || codes.includes(error.code ?? "");
}
