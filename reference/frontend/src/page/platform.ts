import { QueryClient, useQuery } from "@tanstack/react-query";
import {
  type Account,
  type Candle,
  type Pair,
  read,
  readHealth,
  readSession,
  type Signal,
  type Trade,
} from "./api";

const POLL_MILLISECONDS = 1_500;
const SLOW_POLL_MILLISECONDS = 4_500;
/** Enough for a sparkline of some forty points for each pair. */
const CANDLES = 440;

export type Connection = "connecting" | "live" | "reconnecting";

/** Asks again and again, and keeps showing the last answer while the API is away. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { refetchInterval: POLL_MILLISECONDS, retry: false, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
}

/** All that the page shows, up to date; what was not answered yet is undefined. */
export function usePlatform() {
  const health = useQuery({
    queryKey: ["/health"],
    queryFn: ({ signal }) => readHealth(signal),
  });
  const signals = useRead<Signal[]>("/signals?limit=110");
  const trades = useRead<Trade[]>("/trades?limit=100");
  const pairs = useRead<Pair[]>("/pairs", SLOW_POLL_MILLISECONDS);
  const candles = useRead<Candle[]>(`/market-data?limit=${CANDLES}`, SLOW_POLL_MILLISECONDS);
  const session = useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => readSession(signal),
    // Without a session there is nothing to watch: signing in sets it.
    refetchInterval: ({ state }) => state.data !== null && POLL_MILLISECONDS,
  });
  const accounts = useQuery({
    queryKey: ["/accounts", session.data?.user_id],
    queryFn: ({ signal }) => read<Account[]>("/accounts", signal),
    enabled: Boolean(session.data),
  });
  return {
    health: isFailing(health) ? null : health.data,
    signals: signals.data,
    trades: trades.data,
    pairs: pairs.data,
    candles: candles.data,
    session: session.data,
    accounts: accounts.data,
    connection: connectionOf([health, signals, trades, pairs, candles, session]),
  };
}

export const SESSION_KEY = ["/session"];

function useRead<T>(path: string, refetchInterval = POLL_MILLISECONDS) {
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => read<T>(path, signal),
    refetchInterval,
  });
}

interface Answers {
  readonly dataUpdatedAt: number;
  readonly errorUpdatedAt: number;
}

function connectionOf(queries: readonly Answers[]): Connection {
  if (queries.some(isFailing)) return "reconnecting";
  return queries.every((query) => query.dataUpdatedAt > 0) ? "live" : "connecting";
}

/** Tells whether the last answer was an error; a new question leaves that as it is. */
function isFailing(query: Answers): boolean {
  return query.errorUpdatedAt > query.dataUpdatedAt;
}
