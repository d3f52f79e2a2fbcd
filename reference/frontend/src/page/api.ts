/** What the API answers; times are ISO 8601 in UTC. */
export interface Pair {
  id: number;
  symbol: string;
  base_currency: string;
  quote_currency: string;
}

export interface Candle {
  id: number;
  symbol: string;
  timestamp: string;
  close_price: number;
}

export interface Signal {
  id: number;
  symbol: string;
  signal_type: "BUY" | "SELL" | "HOLD";
  /** From 0 to 1. */
  confidence: number;
  price: number;
  timestamp: string;
  model_version: string;
}

export interface Trade {
  id: number;
  account_name: string;
  symbol: string;
  trade_type: "BUY" | "SELL";
  quantity: number;
  price: number;
  status: string;
  signal_id: number | null;
  created_at: string;
  executed_at: string | null;
}

export interface Account {
  id: number;
  account_name: string;
  broker: string;
  account_number: string;
  balance: number;
  currency: string;
}

export interface Session {
  username: string;
  user_id: number;
  instance: string;
}

/** `ok`, or what is wrong, for the API and for each that it depends on. */
export interface Health {
  status: string;
  mysql: string;
  redis: string;
  instance: string;
}

/** An answer other than success; the message says why. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    const detail = has(body, "detail") ? body.detail : undefined;
    super(typeof detail === "string" ? detail : `The API answered ${status}.`);
  }
}

const TIMEOUT_MILLISECONDS = 8_000;

/** Reads JSON from the API, through the server that the page came from. */
export async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  return (await call(path, { signal })).json();
}

/** What the API says of itself, also where it is not well. */
export async function readHealth(signal: AbortSignal): Promise<Health> {
  try {
    return await read<Health>("/health", signal);
  } catch (error) {
    if (error instanceof ApiError && has(error.body, "mysql")) return error.body as Health;
    throw error;
  }
}

/** The signed-in user, or null. */
export async function readSession(signal: AbortSignal): Promise<Session | null> {
  try {
    return await read<Session>("/session", signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export async function login(username: string, password: string): Promise<Session> {
  const response = await call("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  return response.json();
}

export async function logout(): Promise<void> {
  await call("/logout", { method: "POST" });
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const response = await fetch(`/api${path}`, { ...init, signal });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
  return response;
}

function has<Key extends string>(body: unknown, key: Key): body is Record<Key, unknown> {
  return typeof body === "object" && body !== null && key in body;
}
