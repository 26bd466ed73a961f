import { expect, test } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { send } from "../../../providers/anypoint/http.ts";

const target = new URL("https://anypoint.mulesoft.com/accounts/api/me");

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
