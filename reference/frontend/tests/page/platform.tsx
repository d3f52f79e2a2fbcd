import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { App } from "../../src/page/App";
import type { Account, Candle, Health, Pair, Session, Signal, Trade } from "../../src/page/api";
import { createQueryClient } from "../../src/page/platform";

const TIME = "2026-01-05T12:00:00Z";

export const PAIRS: Pair[] = [
  { id: 1, symbol: "EUR/USD", base_currency: "EUR", quote_currency: "USD" },
  { id: 2, symbol: "USD/JPY", base_currency: "USD", quote_currency: "JPY" },
];

export const CANDLES: Candle[] = [
  { id: 4, symbol: "USD/JPY", timestamp: TIME, close_price: 149.1 },
  { id: 3, symbol: "EUR/USD", timestamp: TIME, close_price: 1.1 },
  { id: 2, symbol: "USD/JPY", timestamp: TIME, close_price: 150 },
  { id: 1, symbol: "EUR/USD", timestamp: TIME, close_price: 1 },
];

export const SIGNAL: Signal = {
  id: 7,
  symbol: "EUR/USD",
  signal_type: "BUY",
  confidence: 0.624,
  price: 1.1,
  timestamp: TIME,
  model_version: "sma-5-20/1",
};

export const TRADE: Trade = {
  id: 9,
  account_name: "Trading bot",
  symbol: "USD/JPY",
  trade_type: "SELL",
  quantity: 1500.5,
  price: 149.1,
  status: "PENDING",
  signal_id: 7,
  created_at: TIME,
  executed_at: null,
};

export const ACCOUNT: Account = {
  id: 2,
  account_name: "Demo",
  broker: "demo",
  account_number: "demo-2",
  balance: 10000,
  currency: "USD",
};

export const SESSION: Session = { username: "ada", user_id: 2, instance: "api-1" };

export const HEALTH: Health = { status: "ok", mysql: "ok", redis: "ok", instance: "api-1" };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An API whose answers a test changes as it goes; nobody is signed in at first. */
export class FakeApi {
  readonly asked: { path: string; method: string; body: unknown }[] = [];
  #away = false;
  readonly #answers = new Map<string, Answer>([
    ["/health", { status: 200, body: HEALTH }],
    ["/pairs", { status: 200, body: PAIRS }],
    ["/market-data", { status: 200, body: CANDLES }],
    ["/signals", { status: 200, body: [SIGNAL] }],
    ["/trades", { status: 200, body: [TRADE] }],
    ["/accounts", { status: 200, body: [ACCOUNT] }],
    ["/session", { status: 401, body: { detail: "Nobody is signed in" } }],
  ]);

  constructor() {
    vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => this.#fetch(path, init));
  }

  answer(path: string, status: number, body: unknown): void {
    this.#answers.set(path, { status, body });
  }

  /** The server of the page can't reach the API, as it says with a 503. */
  goAway(): void {
    this.#away = true;
  }

  comeBack(): void {
    this.#away = false;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const name = path.replace(/^\/api/, "").replace(/\?.*/, "");
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    this.asked.push({ path, method: init.method ?? "GET", body });
    const answer = this.#answers.get(name) ?? { status: 404, body: { detail: "Not Found" } };
    if (this.#away) return Response.json({ detail: "The API can't be reached." }, { status: 503 });
    if (answer.status === 204) return new Response(null, { status: 204 });
    return Response.json(answer.body, { status: answer.status });
  }
}

export function openPage() {
  return render(
    <QueryClientProvider client={createQueryClient()}>
      <App />
    </QueryClientProvider>,
  );
}
