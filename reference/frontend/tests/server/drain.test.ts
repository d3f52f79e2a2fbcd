import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { DRAIN_TIMES, drainable } from "../../src/server/drain";
import { ask, listen, until, Wire } from "./servers";

async function serve(rule: RequestListener, times = {}) {
  const server = createServer(rule);
  const drain = drainable(server, { ...DRAIN_TIMES, ...times });
  return { address: await listen(server), drain };
}

test("a request under way is finished, and its connection closed", async () => {
  const responses: ServerResponse[] = [];
  const { address, drain } = await serve((_request, response) => responses.push(response));
  const answer = ask(address, { headers: { Connection: "keep-alive" } });
  await until(() => responses.length === 1);
  const drained = drain();
  responses[0]?.end("whole");
  expect(await answer).toMatchObject({ status: 200, body: "whole" });
  expect((await answer).headers.connection).toBe("close");
  await drained;
});

test("new connections are refused at once", async () => {
  const { address, drain } = await serve((_request, response) => response.end());
  const wire = new Wire(address);
  wire.send("/");
  await until(() => wire.received);
  void drain();
  await expect(ask(address)).rejects.toThrow(/ECONNREFUSED/);
});

test("a connection that is kept may ask once more, and is told to close", async () => {
  const { address, drain } = await serve((_request, response) => response.end("ok"));
  const wire = new Wire(address);
  wire.send("/first");
  await until(() => wire.received.includes("ok"));
  expect(wire.received).toContain("Connection: keep-alive");
  const drained = drain();
  expect(wire.closed).toBe(false);
  wire.send("/second");
  await drained;
  await until(() => wire.closed);
  expect(wire.received.match(/200 OK/g)).toHaveLength(2);
  expect(wire.received).toContain("Connection: close");
});

test("connections that ask nothing are closed after the idle time, those in use are not", async () => {
  const responses: ServerResponse[] = [];
  const rule: RequestListener = (_request, response) => responses.push(response);
  const { address, drain } = await serve(rule, { idle: 20 });
  const [unused, used] = [new Wire(address), new Wire(address)];
  used.send("/");
  await until(() => responses.length === 1);
  const drained = drain();
  await until(() => unused.closed);
  expect(used.closed).toBe(false);
  responses[0]?.end("late");
  await drained;
  await until(() => used.received.includes("late"));
});

test("a request without an end does not hold up the stop for ever", async () => {
  const responses: ServerResponse[] = [];
  const { address, drain } = await serve((_request, response) => responses.push(response), {
    limit: 20,
  });
  new Wire(address).send("/");
  await until(() => responses.length === 1);
  await drain();
});
