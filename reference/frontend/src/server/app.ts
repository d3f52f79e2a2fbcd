import { createServer, type Server } from "node:http";
import type { Assets } from "./assets";
import type { ApiProxy } from "./proxy";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY_HEADERS = Object.entries({
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
});

/** The web server: the page under `/`, the API under `/api/`. */
export function createApp(assets: Pick<Assets, "serve">, proxy: ApiProxy): Server {
  const server = createServer((request, response) => {
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    const target = request.url ?? "/";
    const path = target.split("?", 1)[0] ?? "/";
    if (path.startsWith("/api/")) proxy.forward(target.slice("/api".length), request, response);
    else assets.serve(path, request, response);
  });
  // Longer than load balancers usually keep a connection: the caller closes first.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  return server;
}
