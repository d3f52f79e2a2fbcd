/** What the server reads from its environment. */
export interface Settings {
  /** Where the API answers, without a path. */
  readonly api: URL;
  readonly port: number;
}

/** Reads the settings; throws an error that says how to fix what is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return { api: readApi(environment.API_URL), port: readPort(environment.PORT ?? "3000") };
}

function readApi(text: string | undefined): URL {
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search || url.hash) {
    const given = text ? `is ${text}` : "is not set";
    throw new Error(
      `API_URL ${given}: give http://<host>:<port> without a path, such as http://api-service:8080`,
    );
  }
  return url;
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new Error(`PORT is ${text}: give a number from 0 to 65535, where 0 means any free port`);
  }
  return port;
}
