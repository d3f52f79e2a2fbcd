import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Writes the compressed variants that the server sends, beside the files themselves. */
function precompress(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!/\.(html|js|css|svg)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

// `vite build` makes the page, `vite build --ssr src/server/main.ts` the server, which is one file
// that needs no node_modules.
export default defineConfig(({ isSsrBuild }) => ({
  plugins: isSsrBuild
    ? []
    : [
        react(),
        {
          name: "precompress",
          apply: "build",
          writeBundle: ({ dir }) => dir && precompress(dir),
        },
      ],
  build: isSsrBuild
    ? {
        outDir: "dist",
        emptyOutDir: false,
        copyPublicDir: false,
        rolldownOptions: {
          output: { format: "cjs", entryFileNames: "server.js" },
          // Without the paths of the machine that builds, so that all machines build the same bytes.
          experimental: { attachDebugInfo: "none" },
        },
      }
    : { outDir: "dist/client", assetsInlineLimit: 0 },
  ssr: { noExternal: true },
  server: {
    port: 3000,
    proxy: {
      "/api": {
        target: process.env.API_URL ?? "http://localhost:8080",
        rewrite: (path) => path.slice("/api".length),
      },
    },
  },
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    unstubGlobals: true,
  },
}));
