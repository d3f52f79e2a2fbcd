import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { lookup } from "mrmime";

/** The encodings that the build adds beside each file, the best first. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

interface Variant {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Asset {
  readonly plain: Variant;
  readonly encoded: ReadonlyMap<string, Variant>;
}

/**
 * The built page, held in memory: a few hundred kilobytes that never change while the server runs.
 *
 * Entity tags come from the content, because files of an image all carry the same time stamp.
 */
export class Assets {
  readonly #assets = new Map<string, Asset>();

  /** Reads the folder that `vite build` wrote. */
  constructor(folder: string) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.filter((name) => !/\.(br|gz)$/.test(name))) {
      const path = file.slice(folder.length).split(sep).join("/");
      const asset = readAsset(path, file, new Set(files));
      this.#assets.set(path, asset);
      if (path === "/index.html") this.#assets.set("/", asset);
    }
    if (!this.#assets.has("/")) {
      throw new Error(`${folder} holds no index.html: run "npm run build" first`);
    }
  }

  /** Answers a request for a path of the page. */
  serve(path: string, request: IncomingMessage, response: ServerResponse): void {
    const asset = this.#assets.get(path);
    if (!asset) {
      answerText(response, 404, "There is no such page.\n");
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      answerText(response, 405, "This page can only be read.\n");
    } else {
      const variant = choose(asset, request.headers["accept-encoding"] ?? "");
      if (isCurrent(request.headers["if-none-match"], variant.headers.ETag)) {
        const { "Content-Length": _, ...headers } = variant.headers;
        response.writeHead(304, headers).end();
      } else {
        response.writeHead(200, variant.headers);
        response.end(request.method === "HEAD" ? undefined : variant.body);
      }
    }
  }
}

function readAsset(path: string, file: string, files: ReadonlySet<string>): Asset {
  const headers = {
    "Content-Type": contentType(path),
    // Vite puts a hash of the content into the names below /assets/.
    "Cache-Control": path.startsWith("/assets/")
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    Vary: "Accept-Encoding",
  };
  const encoded = ENCODINGS.filter(({ suffix }) => files.has(file + suffix)).map(
    ({ name, suffix }) =>
      [name, readVariant(file + suffix, { ...headers, "Content-Encoding": name })] as const,
  );
  return { plain: readVariant(file, headers), encoded: new Map(encoded) };
}

function contentType(path: string): string {
  const type = lookup(path) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

function readVariant(file: string, headers: Record<string, string>): Variant {
  const body = readFileSync(file);
  const digest = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return {
    body,
    headers: { ...headers, "Content-Length": String(body.length), ETag: `"${digest}"` },
  };
}

function choose(asset: Asset, acceptEncoding: string): Variant {
  const accepted = acceptEncoding
    .split(",")
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(";", 1)[0]?.trim().toLowerCase());
  const name = ENCODINGS.map((encoding) => encoding.name).find((each) => accepted.includes(each));
  return (name && asset.encoded.get(name)) || asset.plain;
}

function isCurrent(ifNoneMatch: string | undefined, tag: string | undefined): boolean {
  const known = ifNoneMatch?.split(",").map((part) => part.trim().replace(/^W\//, "")) ?? [];
  return known.some((each) => each === "*" || each === tag);
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
  });
  response.end(text);
}
