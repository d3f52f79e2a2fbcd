import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createApp } from "./app";
import { Assets } from "./assets";
import { drainable } from "./drain";
import { ApiProxy } from "./proxy";
import { readSettings, type Settings } from "./settings";

function start({ api, port }: Settings): void {
  const server = createApp(new Assets(join(__dirname, "client")), new ApiProxy(api));
  const drain = drainable(server);
  server.once("error", fail);
  server.listen(port, () => {
    const address = server.address() as AddressInfo;
    console.log(`serving the page on port ${address.port}, the API from ${api.origin}`);
  });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    console.log(`${signal}: finishing the requests under way`);
    await drain();
    console.log("stopped");
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

try {
  start(readSettings(process.env));
} catch (error) {
  fail(error);
}
