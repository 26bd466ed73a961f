/** The proxy of a request, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY: one rule for everything that this package calls. */
import type { Agent } from "node:http";
import { HttpsProxyAgent } from "https-proxy-agent";
import { isLoopback } from "../config/loopback.ts";

const agents = new Map<string, Agent>();

/** The agent for a URL by HTTPS_PROXY (or HTTP_PROXY, as a fallback) and NO_PROXY, lower or upper case; none for this machine. */
export function proxyAgent(url: URL, environment: Readonly<Record<string, string | undefined>>): Agent | undefined {
  const proxy = proxyFor(url, environment);
  if (proxy === undefined) return undefined;
  let agent = agents.get(proxy);
  if (agent === undefined) {
    agent = new HttpsProxyAgent(proxy);
    agents.set(proxy, agent);
  }
  return agent;
}

/** The proxy's URL for a request, or undefined to go straight. */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const proxy = (url.protocol === "https:" ? read("HTTPS_PROXY") : undefined) ?? read("HTTP_PROXY");
  if (proxy === undefined || isLoopback(url.hostname) || bypasses(url, read("NO_PROXY") ?? "")) return undefined;
  return proxy;
}

/** NO_PROXY: names with or without a leading dot match the domain and all below it; `host:port` one port; `*` everything. */
function bypasses(url: URL, noProxy: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (only !== undefined && only !== port) return false;
      return name !== "" && (url.hostname === name || url.hostname.endsWith(`.${name}`));
    });
}
