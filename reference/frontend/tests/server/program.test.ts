import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ask, listen } from "./servers";

// Outside the project, so that nothing of node_modules is found at run time.
const folder = mkdtempSync(join(tmpdir(), "frontend-"));

beforeAll(async () => {
  const common = { logLevel: "error", mode: "production" } as const;
  await build({ ...common, build: { outDir: join(folder, "client") } });
  await build({ ...common, build: { outDir: folder, ssr: "src/server/main.ts" } });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

function start(environment: NodeJS.ProcessEnv): ChildProcess {
  const program = spawn(process.execPath, [join(folder, "server.js")], {
    env: { NODE_ENV: "production", PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    program.kill("SIGKILL");
  });
  return program;
}

async function addressOf(program: ChildProcess): Promise<URL> {
  let output = "";
  for await (const chunk of program.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    const port = /on port (\d+)/.exec(output)?.[1];
    if (port) return new URL(`http://127.0.0.1:${port}`);
  }
  throw new Error(`the program ended: ${output}`);
}

async function endOf(program: ChildProcess): Promise<{ status: number; error: string }> {
  let error = "";
  program.stderr?.on("data", (data) => {
    error += data;
  });
  const [status] = await once(program, "close");
  return { status, error };
}

test("the built server serves the built page, whose policy lets its own files in", async () => {
  const server = await addressOf(start({ API_URL: "http://127.0.0.1:9" }));
  const page = await ask(server);
  expect(page.status).toBe(200);
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/);
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    expect(file).toMatch(/^\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg)$/);
    const asset = await ask(new URL(file, server), { headers: { "Accept-Encoding": "br" } });
    expect(asset.status).toBe(200);
    expect(asset.headers["content-encoding"]).toBe("br");
  }
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets a request under way finish, then the program ends with 0",
  async (signal) => {
    const api = createServer();
    const program = start({ API_URL: (await listen(api)).origin });
    const server = await addressOf(program);
    const answer = ask(new URL("/api/slow", server));
    const [, response] = await once(api, "request");
    program.kill(signal);
    await expect.poll(() => ask(server).catch((error) => error.code)).toBe("ECONNREFUSED");
    response.end("whole");
    expect(await answer).toMatchObject({ status: 200, body: "whole" });
    expect(await once(program, "exit")).toEqual([0, null]);
  },
);

test("a wrong setting ends the program with 1 and one line that says why", async () => {
  expect(await endOf(start({ API_URL: "api-service" }))).toEqual({
    status: 1,
    error: expect.stringMatching(/^API_URL is api-service: give .*\n$/),
  });
});

test("so does a port that is taken", async () => {
  const taken = createServer().listen(0);
  onTestFinished(() => {
    taken.close();
  });
  await once(taken, "listening");
  const PORT = String((taken.address() as AddressInfo).port);
  expect(await endOf(start({ API_URL: "http://127.0.0.1:9", PORT }))).toEqual({
    status: 1,
    error: expect.stringMatching(/^.*address already in use.*\n$/),
  });
});
