import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSocketServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createApp } from "../../src/server/app";
import type { Assets } from "../../src/server/assets";
import { ApiProxy, PROXY_TIMES, type ProxyTimes } from "../../src/server/proxy";
import { ask, listen, until, unusedAddress, Wire } from "./servers";

const ASSETS: Pick<Assets, "serve"> = {
  serve: (_path, _request, response) => response.end("page"),
};
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function serveFor(api: URL, times: Partial<ProxyTimes> = {}): Promise<URL> {
  return listen(createApp(ASSETS, new ApiProxy(api, { ...PROXY_TIMES, ...times })));
}

/** The server under test before an API that answers by the given rule. */
async function serve(api: RequestListener, times: Partial<ProxyTimes> = {}): Promise<URL> {
  return serveFor(await listen(createServer(api)), times);
}

/** An API of raw sockets: the rule gets each request with the count of connections so far. */
async function serveRaw(rule: (socket: Socket, connection: number) => void): Promise<URL> {
  let connections = 0;
  const api = createSocketServer((socket) => {
    connections += 1;
    const connection = connections;
    socket.on("data", () => rule(socket, connection));
  });
  return serveFor(await listen(api), { retries: [0, 1] });
}

/** An address whose queue of new connections is full, so that another one stays unanswered. */
async function deafAddress(): Promise<URL> {
  const program = spawn(
    process.execPath,
    [
      "--eval",
      `const server = require("node:net").createServer();
       server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
         console.log(server.address().port);
       });`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => {
    program.kill("SIGKILL");
  });
  const [port] = await once(program.stdout, "data");
  program.kill("SIGSTOP");
  const address = new URL(`http://127.0.0.1:${Number(port)}`);
  for (let count = 0; count < 8; count += 1) new Wire(address);
  return address;
}

beforeEach(() => {
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
});

test("what the browser asks below /api reaches the API, and its answer the browser", async () => {
  let asked: IncomingMessage | undefined;
  let sent: string | undefined;
  const server = await serve(async (request, response) => {
    asked = request;
    sent = await text(request);
    response.setHeader("Set-Cookie", ["session=new; HttpOnly", "theme=dark"]);
    response.writeHead(201, { "Content-Type": "application/json" }).end('{"id": 1}');
  });
  const answer = await ask(new URL("/api/login?from=a%20b", server), {
    method: "POST",
    headers: { Cookie: "session=old", "X-Forwarded-For": "198.51.100.7" },
    body: "ada",
  });
  expect(asked).toMatchObject({ method: "POST", url: "/login?from=a%20b" });
  expect(asked?.headers).toMatchObject({
    cookie: "session=old",
    "x-forwarded-for": expect.stringMatching(/^198\.51\.100\.7, .*127\.0\.0\.1$/),
    "x-forwarded-host": server.host,
    "x-forwarded-proto": "http",
  });
  expect(asked?.headers.host).not.toBe(server.host);
  expect(sent).toBe("ada");
  expect(answer).toMatchObject({ status: 201, body: '{"id": 1}' });
  expect(answer.headers["set-cookie"]).toEqual(["session=new; HttpOnly", "theme=dark"]);
  expect(answer.headers["cache-control"]).toBe("no-store");
});

test("headers of the one connection are not passed to the other", async () => {
  let asked: IncomingMessage | undefined;
  const server = await serve((request, response) => {
    asked = request;
    response.setHeader("Keep-Alive", "timeout=1").setHeader("Proxy-Authenticate", "Basic").end();
  });
  const answer = await ask(new URL("/api/pairs", server), {
    headers: { Connection: "close, X-Secret", "X-Secret": "1", TE: "trailers", "X-Kept": "2" },
  });
  expect(asked?.headers).not.toHaveProperty("x-secret");
  expect(asked?.headers).not.toHaveProperty("te");
  expect(asked?.headers).toHaveProperty("x-kept", "2");
  expect(answer.headers).not.toHaveProperty("proxy-authenticate");
});

test("a caller of HTTP/1.0, who names no host, is answered", async () => {
  const server = await serve((_request, response) => response.end("api"));
  const caller = new Wire(server);
  caller.write("GET /api/pairs HTTP/1.0\r\n\r\n");
  await until(() => caller.closed);
  expect(caller.received).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\napi$/s);
});

test("a body of unknown length is passed on", async () => {
  const server = await serve(async (request, response) => response.end(await text(request)));
  const answer = await ask(new URL("/api/echo", server), {
    method: "DELETE",
    headers: { "Transfer-Encoding": "chunked" },
    body: "in chunks",
  });
  expect(answer.body).toBe("in chunks");
});

test("an answer arrives piece by piece, as the API sends it", async () => {
  let finish = (): void => undefined;
  const server = await serve((_request, response) => {
    response.write("first");
    finish = () => response.end("last");
  });
  const answer = await fetch(new URL("/api/events", server));
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toMatchObject({ value: "first" });
  finish();
  expect(await reader?.read()).toMatchObject({ value: "last" });
});

test("connections to the API are used again for reads", async () => {
  const ports = new Set<number | undefined>();
  const server = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  for (let count = 0; count < 5; count += 1) await ask(new URL("/api/pairs", server));
  expect(ports.size).toBe(1);
});

test.each(["GET", "HEAD"])(
  "a %s on a kept connection that the API has left is asked again on a new one",
  async (method) => {
    const connections: number[] = [];
    const server = await serveRaw((socket, connection) => {
      connections.push(connection);
      if (connections.length === 2) socket.resetAndDestroy();
      else socket.write(method === "HEAD" ? OK.slice(0, -2) : OK);
    });
    expect(await ask(new URL("/api/pairs", server), { method })).toMatchObject({ status: 200 });
    expect(await ask(new URL("/api/pairs", server), { method })).toMatchObject({ status: 200 });
    expect(connections).toEqual([1, 1, 2]);
  },
);

test("a read outlives two pods of the API that die one after the other", async () => {
  const server = await serveRaw((socket, connection) => {
    if (connection < 3) socket.destroy();
    else socket.write(OK);
  });
  expect(await ask(new URL("/api/pairs", server))).toMatchObject({ status: 200, body: "ok" });
});

test("a read that breaks every time ends as 502", async () => {
  let last = 0;
  const server = await serveRaw((socket, connection) => {
    last = connection;
    socket.destroy();
  });
  const answer = await ask(new URL("/api/pairs", server));
  expect(answer).toMatchObject({
    status: 502,
    body: '{"detail":"The connection to the API broke."}',
  });
  expect(last).toBe(3);
});

test("a write that breaks is never sent twice", async () => {
  let writes = 0;
  const server = await serveRaw((socket) => {
    writes += 1;
    socket.destroy();
  });
  expect(await ask(new URL("/api/login", server), { method: "POST" })).toMatchObject({
    status: 502,
  });
  expect(writes).toBe(1);
});

test("a write goes over a connection of its own", async () => {
  const connections: number[] = [];
  const server = await serveRaw((socket, connection) => {
    connections.push(connection);
    socket.write(OK);
  });
  await ask(new URL("/api/session", server));
  await ask(new URL("/api/login", server), { method: "POST" });
  expect(connections).toEqual([1, 2]);
});

test("an API that can't be reached is 503, and the page is served all the same", async () => {
  const server = await serveFor(await unusedAddress(createSocketServer()), { retries: [0, 1] });
  for (const method of ["GET", "POST"]) {
    const answer = await ask(new URL("/api/pairs", server), { method });
    expect(answer).toMatchObject({ status: 503, body: '{"detail":"The API can\'t be reached."}' });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "retry-after": "1",
    });
  }
  expect(await ask(server)).toMatchObject({ status: 200, body: "page" });
});

test("that the API goes away and comes back is logged once each", async () => {
  const api = createServer((_request, response) => response.end());
  const address = await unusedAddress(createSocketServer());
  const server = await serveFor(address, { retries: [] });
  await ask(new URL("/api/pairs", server));
  await ask(new URL("/api/pairs", server));
  await listen(api, Number(address.port));
  await ask(new URL("/api/pairs", server));
  await ask(new URL("/api/pairs", server));
  expect(console.error).toHaveBeenCalledOnce();
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining("ECONNREFUSED"));
  expect(console.log).toHaveBeenCalledOnce();
  expect(console.log).toHaveBeenCalledWith(`${address.origin} answers again`);
});

test("an API that stays silent is 504, and is asked once", async () => {
  const asked = vi.fn();
  const server = await serve(asked, { answer: 50 });
  expect(await ask(new URL("/api/pairs", server))).toMatchObject({
    status: 504,
    body: '{"detail":"The API did not answer in time."}',
  });
  expect(asked).toHaveBeenCalledOnce();
});

test("a host that does not take connections is 503 after the time for connecting", async () => {
  const server = await serveFor(await deafAddress(), { connect: 50, retries: [1] });
  for (const method of ["GET", "POST"]) {
    expect(await ask(new URL("/api/pairs", server), { method })).toMatchObject({ status: 503 });
  }
});

test("an answer that breaks off half-way is not passed off as a whole one", async () => {
  const server = await serve((request, response) => {
    response.writeHead(200, { "Content-Length": 100 });
    response.write("half", () => request.socket.destroy());
  });
  await expect(ask(new URL("/api/pairs", server))).rejects.toThrow(/aborted/);
});

test("when the browser leaves, the API is not kept busy", async () => {
  const api = createServer();
  const server = await serveFor(await listen(api));
  const browser = new AbortController();
  const answer = fetch(new URL("/api/slow", server), { signal: browser.signal });
  const [request] = await once(api, "request");
  const closed = once(request.socket, "close");
  browser.abort();
  await expect(answer).rejects.toThrow();
  await closed;
});

test.each(["/", "/api/pairs"])("%s carries the security headers", async (path) => {
  const server = await serve((_request, response) => response.end());
  const { headers } = await ask(new URL(path, server));
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
  });
  const policy = headers["content-security-policy"];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
});

test("only what is below /api/ goes to the API", async () => {
  const server = await serve((_request, response) => response.end("api"));
  expect(await ask(new URL("/apixyz", server))).toMatchObject({ body: "page" });
  expect(await ask(new URL("/api/x", server))).toMatchObject({ body: "api" });
});
