import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../src/server/app";
import { Assets } from "../../src/server/assets";
import { ApiProxy } from "../../src/server/proxy";
import { ask, listen } from "./servers";

const SCRIPT = "console.log('hello');";

function writePage(html: string): string {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "assets"));
  const files = {
    "index.html": html,
    "assets/index-abc.js": SCRIPT,
    "assets/index-abc.js.br": brotliCompressSync(SCRIPT),
    "assets/index-abc.js.gz": gzipSync(SCRIPT),
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), 0, 0);
  }
  return folder;
}

async function servePage(html = "<p>Hello"): Promise<URL> {
  const proxy = new ApiProxy(new URL("http://127.0.0.1:9"));
  return listen(createApp(new Assets(writePage(html)), proxy));
}

test("the page is checked for changes at each visit", async () => {
  const server = await servePage();
  const page = await ask(server);
  expect(page).toMatchObject({ status: 200, body: "<p>Hello" });
  expect(page.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
  });
  const again = await ask(server, {
    headers: { "If-None-Match": `W/"old", ${page.headers.etag}` },
  });
  expect(again).toMatchObject({ status: 304, body: "" });
  expect(again.headers.etag).toBe(page.headers.etag);
});

test("a page of the same size and time has another entity tag", async () => {
  const tags = [];
  for (const html of ["<p>Hello", "<p>Adieu"])
    tags.push((await ask(await servePage(html))).headers.etag);
  expect(tags[0]).not.toBe(tags[1]);
});

test("files with a hash in their name are kept for good", async () => {
  const script = await ask(new URL("/assets/index-abc.js", await servePage()));
  expect(script.body).toBe(SCRIPT);
  expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(script.headers["content-type"]).toMatch(/^text\/javascript/);
});

test.each([
  ["gzip, deflate, br", "br"],
  ["gzip", "gzip"],
  ["br;q=0, gzip;q=0.5", "gzip"],
  ["identity", undefined],
])("a browser that accepts %j gets the encoding %j", async (accepted, encoding) => {
  const server = await servePage();
  const script = await fetch(new URL("/assets/index-abc.js", server), {
    headers: { "Accept-Encoding": accepted },
  });
  expect(script.headers.get("content-encoding") ?? undefined).toBe(encoding);
  expect(script.headers.get("vary")).toBe("Accept-Encoding");
  expect(await script.text()).toBe(SCRIPT);
});

test("each encoding has an entity tag of its own", async () => {
  const script = new URL("/assets/index-abc.js", await servePage());
  const plain = await ask(script);
  const encoded = await ask(script, { headers: { "Accept-Encoding": "br" } });
  expect(encoded.headers.etag).not.toBe(plain.headers.etag);
});

test("HEAD tells the size and sends nothing", async () => {
  const answer = await ask(await servePage(), { method: "HEAD" });
  expect(answer).toMatchObject({ status: 200, body: "" });
  expect(answer.headers["content-length"]).toBe("8");
});

test.each(["/nothing", "/../package.json", "/assets/%2e%2e/index.html", "//index.html"])(
  "%s is not found",
  async (path) => {
    expect(await ask(await servePage(), { path })).toMatchObject({ status: 404 });
  },
);

test("the page can't be written", async () => {
  const answer = await ask(await servePage(), { method: "POST", body: "x" });
  expect(answer).toMatchObject({ status: 405 });
  expect(answer.headers.allow).toBe("GET, HEAD");
});

test("a folder without a page says how to make one", () => {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => new Assets(folder)).toThrow(/no index.html: run "npm run build"/);
});
