/** The stack configuration with which the program, unchanged, sets up the whole pattern in a lab. */
import type { Lab } from "./lab.ts";

export interface ConfigValue {
  readonly value: string;
  readonly secret?: boolean;
}

/** Scope of the seed's example, which the sandbox's API asks for. */
export const API_SCOPE = "custom_scope";

/** For a lab with rate limits: the plugin's own waits, which are longer than a window, in place of short ones. */
export const PLUGIN_WAITS = { "okta:minWaitSeconds": undefined };

/** Every key of the sandbox stack, as `pulumi config set` would take it. */
export function sandboxConfig(lab: Lab, changes: Readonly<Record<string, unknown>> = {}): Record<string, ConfigValue> {
  const { okta, anypoint } = lab.credentials;
  const settings: Record<string, unknown> = {
    "okta-anypoint:orgUrl": lab.okta.url,
    "okta-anypoint:authorizationServer": {
      create: { name: "mulesoft-apis", audience: "api://mulesoft" },
      scopes: [{ name: API_SCOPE, description: "Reads orders" }],
    },
    "okta-anypoint:clientProvider": { environments: ["Sandbox"], clientDeletion: "everywhere" },
    "okta-anypoint:apis": [
      {
        name: "orders",
        environment: "Sandbox",
        asset: { assetId: "orders-api", version: "1.0.0", label: "okta" },
        policy: { scopes: [API_SCOPE] },
        url: `${lab.gateway.url}/sandbox/orders-api/okta/orders`,
      },
    ],
    "okta-anypoint:consumers": [{ name: "orders-mobile", api: "orders" }],
    "okta-anypoint:verification": { probe: true, deadlineSeconds: 30 },
    "okta:clientId": okta.clientId,
    "okta:privateKeyId": okta.privateKeyId,
    "okta:minWaitSeconds": 1,
    "anypoint:host": lab.anypoint.url,
    "anypoint:clientId": anypoint.clientId,
    ...changes,
  };
  const config: Record<string, ConfigValue> = {
    "okta:privateKey": { value: okta.privateKey, secret: true },
    "anypoint:clientSecret": { value: anypoint.clientSecret, secret: true },
  };
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    config[key] = { value: typeof value === "string" ? value : JSON.stringify(value) };
  }
  return config;
}

/** Changes that leave the org's URL and the two logins, and nothing else. */
export const LOGINS_ALONE: Readonly<Record<string, undefined>> = Object.fromEntries(
  ["authorizationServer", "clientProvider", "apis", "consumers", "verification"].map((key) => [
    `okta-anypoint:${key}`,
    undefined,
  ]),
);
