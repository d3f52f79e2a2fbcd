import { expect, test } from "vitest";
import { readSettings } from "../../src/server/settings";

test("the API's address is read, and the port is 3000 unless it is given", () => {
  const settings = readSettings({ API_URL: "http://api-service:8080" });
  expect(settings.api.host).toBe("api-service:8080");
  expect(settings.port).toBe(3000);
  expect(readSettings({ API_URL: "http://api-service:8080", PORT: "8000" }).port).toBe(8000);
});

test.each([undefined, "", "api-service:8080", "https://api", "http://api/v1", "http://api?a=1"])(
  "an API_URL of %j is refused with an example of a right one",
  (API_URL) => {
    expect(() => readSettings({ API_URL })).toThrow(/API_URL .*such as http:\/\/api-service:8080/);
  },
);

test.each(["", "http", "-1", "70000"])("a PORT of %j is refused", (PORT) => {
  expect(() => readSettings({ API_URL: "http://api", PORT })).toThrow(/PORT is .*0 to 65535/);
});
