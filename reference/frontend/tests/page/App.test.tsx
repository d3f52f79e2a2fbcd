// @vitest-environment happy-dom
import { cleanup, configure, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ACCOUNT, FakeApi, HEALTH, openPage, SESSION, SIGNAL } from "./platform";

const PATIENCE = 10_000;
configure({ asyncUtilTimeout: PATIENCE });

let api: FakeApi;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 20 });
  api = new FakeApi();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function expectConnection(state: string): Promise<void> {
  await vi.waitFor(() => expect(screen.getByTestId("connection-state").dataset.state).toBe(state), {
    timeout: PATIENCE,
  });
}

async function nextPoll(): Promise<void> {
  await vi.advanceTimersByTimeAsync(4_500);
}

/** The text of an element with one space between its parts. */
function wordsOf(element: HTMLElement): string {
  const parts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const words = [];
  while (parts.nextNode()) words.push(parts.currentNode.textContent?.trim());
  return words.filter(Boolean).join(" ");
}

test("before the first answers the page says that it loads", () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  openPage();
  expect(screen.getByTestId("connection-state").textContent).toBe("connecting…");
  for (const what of ["pairs", "signals", "trades", "accounts"]) {
    expect(screen.getByText(`Loading ${what}…`)).toBeDefined();
  }
  expect(screen.queryByTestId("login-form")).toBeNull();
});

test("pairs, signals and trades are shown", async () => {
  openPage();
  await expectConnection("live");
  const [euro, yen] = screen.getAllByTestId("pair-row");
  expect(euro?.dataset.symbol).toBe("EUR/USD");
  expect(wordsOf(euro as HTMLElement)).toBe("EUR/USD 1.10000 +10.00%");
  expect(wordsOf(yen as HTMLElement)).toBe("USD/JPY 149.100 -0.60%");
  expect(euro?.querySelector("svg.up polyline")?.getAttribute("points")).toBe("0.0,20.0 96.0,2.0");
  const signal = screen.getByTestId("signal-row");
  expect(signal.dataset.signalId).toBe("7");
  expect(wordsOf(signal)).toMatch(/^\d\d:\d\d:\d\d EUR\/USD ▲ BUY 62 % 1\.10000$/);
  const trade = screen.getByTestId("trade-row");
  expect(trade.dataset).toMatchObject({ tradeId: "9", fromSignalId: "7" });
  expect(wordsOf(trade)).toMatch(/^\d\d:\d\d:\d\d USD\/JPY ▼ SELL 1,500\.5 149\.100 PENDING$/);
  expect(screen.getByTestId("api-instance").textContent).toBe("api-1");
});

test("lists without rows say so", async () => {
  for (const path of ["/pairs", "/market-data", "/signals", "/trades"]) api.answer(path, 200, []);
  openPage();
  await expectConnection("live");
  for (const text of [/no active pairs/, /No signals yet/, /No trades yet/]) {
    expect(screen.getByText(text)).toBeDefined();
  }
});

test("a pair without prices is shown without them", async () => {
  api.answer("/market-data", 200, []);
  openPage();
  await expectConnection("live");
  expect(screen.getAllByTestId("pair-price").map((each) => each.textContent)).toEqual(["–", "–"]);
});

test("a new signal appears by itself", async () => {
  openPage();
  await expectConnection("live");
  api.answer("/signals", 200, [{ ...SIGNAL, id: 8, signal_type: "HOLD" }, SIGNAL]);
  await nextPoll();
  const ids = screen.getAllByTestId("signal-row").map((row) => row.dataset.signalId);
  expect(ids).toEqual(["8", "7"]);
});

test("while the API is away the page keeps what it has, and recovers by itself", async () => {
  openPage();
  await expectConnection("live");
  api.goAway();
  await nextPoll();
  await expectConnection("reconnecting");
  expect(screen.getByTestId("connection-state").textContent).toBe("reconnecting…");
  expect(screen.getByTestId("services").textContent).toMatch(/The API is away/);
  expect(screen.getAllByTestId("signal-row")).toHaveLength(1);
  await nextPoll();
  await expectConnection("reconnecting");
  api.comeBack();
  await nextPoll();
  await expectConnection("live");
});

test("a page that is opened while the API is away fills when it comes", async () => {
  api.goAway();
  openPage();
  await expectConnection("reconnecting");
  expect(screen.getByText("Loading signals…")).toBeDefined();
  api.comeBack();
  await nextPoll();
  await expectConnection("live");
  expect(screen.getAllByTestId("trade-row")).toHaveLength(1);
});

test("what the API misses is named", async () => {
  api.answer("/health", 503, { ...HEALTH, status: "unavailable", redis: "refuses connections" });
  api.answer("/session", 503, { detail: "Redis does not answer" });
  openPage();
  await expectConnection("reconnecting");
  await screen.findByText("refuses connections");
  expect(wordsOf(screen.getByTestId("services"))).toMatch(
    /API unavailable MySQL ok Redis refuses connections/,
  );
});

test("signing in shows the user and the accounts", async () => {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  openPage();
  expect((await screen.findByText(/Sign in to see your accounts/)).dataset).toBeDefined();
  api.answer("/login", 200, SESSION);
  api.answer("/session", 200, SESSION);
  await user.type(screen.getByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect((await screen.findByTestId("user-name")).textContent).toBe("ada");
  expect(api.asked).toContainEqual({
    path: "/api/login",
    method: "POST",
    body: { username: "ada", password: "secret" },
  });
  const account = await screen.findByTestId("account-row");
  expect(within(account).getByTestId("account-balance").textContent).toBe("10,000.00 USD");
  expect(screen.queryByTestId("login-form")).toBeNull();
});

test("a refused password is explained", async () => {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  openPage();
  api.answer("/login", 401, { detail: "The password is wrong" });
  await user.type(await screen.findByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "guess{Enter}");
  expect((await screen.findByRole("alert")).textContent).toBe("The password is wrong");
  expect(screen.queryByTestId("user-name")).toBeNull();
});

test("a session is there again after a reload, until the user signs out", async () => {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  api.answer("/session", 200, SESSION);
  openPage();
  await screen.findByTestId("user-name");
  await screen.findByText(ACCOUNT.account_name);
  api.answer("/logout", 204, null);
  api.answer("/session", 401, { detail: "Nobody is signed in" });
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  await screen.findByTestId("login-form");
  expect(screen.queryByTestId("account-row")).toBeNull();
});

test("a session that ends elsewhere ends here, too", async () => {
  api.answer("/session", 200, SESSION);
  openPage();
  await screen.findByTestId("user-name");
  api.answer("/session", 401, { detail: "Nobody is signed in" });
  await nextPoll();
  await screen.findByTestId("login-form");
});

test("without a session the page does not ask for accounts", async () => {
  openPage();
  await expectConnection("live");
  await nextPoll();
  expect(api.asked.map(({ path }) => path)).not.toContain("/api/accounts");
});
