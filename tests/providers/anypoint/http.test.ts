import { describe, expect, test } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { proxyAgent, proxyFor, send } from "../../../providers/anypoint/http.ts";

const PROXY = "http://proxy.acme.com:3128";
const target = new URL("https://anypoint.mulesoft.com/accounts/api/me");

describe("proxy", () => {
  test.each([
    ["HTTPS_PROXY", { HTTPS_PROXY: PROXY }, PROXY],
    ["https_proxy", { https_proxy: PROXY }, PROXY],
    ["HTTP_PROXY as a fallback", { HTTP_PROXY: PROXY }, PROXY],
    ["HTTPS_PROXY before HTTP_PROXY", { HTTPS_PROXY: PROXY, HTTP_PROXY: "http://other" }, PROXY],
    ["an empty one", { HTTPS_PROXY: "" }, undefined],
    ["none", {}, undefined],
    ["NO_PROXY with the host", { HTTPS_PROXY: PROXY, NO_PROXY: "localhost,anypoint.mulesoft.com" }, undefined],
    ["NO_PROXY with its domain", { HTTPS_PROXY: PROXY, no_proxy: "mulesoft.com" }, undefined],
    ["NO_PROXY with a dot", { HTTPS_PROXY: PROXY, NO_PROXY: ".mulesoft.com" }, undefined],
    ["NO_PROXY with a star and a dot", { HTTPS_PROXY: PROXY, NO_PROXY: "*.mulesoft.com" }, undefined],
    ["NO_PROXY with the port", { HTTPS_PROXY: PROXY, NO_PROXY: "mulesoft.com:443" }, undefined],
    ["NO_PROXY with another port", { HTTPS_PROXY: PROXY, NO_PROXY: "mulesoft.com:8443" }, PROXY],
    ["NO_PROXY with an end alike", { HTTPS_PROXY: PROXY, NO_PROXY: "soft.com" }, PROXY],
    ["NO_PROXY with everything", { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, undefined],
  ])("%s", (_what, environment, proxy) => {
    expect(proxyFor(target, environment as unknown as Record<string, string>)).toBe(proxy);
  });

  test("never for this machine", () => {
    const environment = { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY };
    expect(proxyFor(new URL("http://127.0.0.1:4711"), environment)).toBeUndefined();
    expect(proxyFor(new URL("http://localhost:4711"), environment)).toBeUndefined();
  });

  test("one agent is kept per proxy", () => {
    expect(proxyAgent(target, { HTTPS_PROXY: PROXY })).toBe(proxyAgent(target, { HTTPS_PROXY: PROXY }));
    expect(proxyAgent(target, {})).toBeUndefined();
  });

  test("a request to https goes through a CONNECT of the proxy", async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const request = { method: "GET", url: target.href, headers: {}, signal: AbortSignal.timeout(10_000) } as const;
    const answer = send(request, { HTTPS_PROXY: `http://127.0.0.1:${port}` }).finally(() => proxy.close());
    await expect(answer).resolves.toMatchObject({ status: 502 });
    expect(asked).toEqual(["anypoint.mulesoft.com:443"]);
  });
});

test("a refused connection is named by its code, without the URL", async () => {
  const request = {
    method: "GET",
    url: "http://127.0.0.1:1/secret-path",
    headers: {},
    signal: AbortSignal.timeout(5000),
  } as const;
  await expect(send(request, {})).rejects.toMatchObject({
    name: "NoAnswer",
    timedOut: false,
    message: expect.stringMatching(/ECONNREFUSED/),
  });
  await expect(send(request, {})).rejects.not.toThrow(/secret-path/);
});
