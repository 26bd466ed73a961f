import { describe, expect, test } from "@jest/globals";
import { proxyAgent, proxyFor } from "../../providers/proxy.ts";

const PROXY = "http://proxy.acme.com:3128";
const target = new URL("https://anypoint.mulesoft.com/accounts/api/me");

describe("proxy", () => {
  test.each([
    ["HTTPS_PROXY", { HTTPS_PROXY: PROXY }, PROXY],
    ["https_proxy", { https_proxy: PROXY }, PROXY],
    ["HTTP_PROXY as a fallback", { HTTP_PROXY: PROXY }, PROXY],
    ["a host that ends alike in NO_PROXY", { HTTPS_PROXY: PROXY, NO_PROXY: "notmulesoft.com" }, PROXY],
    ["several names in NO_PROXY", { HTTPS_PROXY: PROXY, NO_PROXY: "other.example, .mulesoft.com" }, undefined],
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
});
