/** The stacks of which each release leaves a fixture. */
import { API_SCOPE } from "../../../sandbox/stack-config.ts";
import type { Bench } from "../harness.ts";

export interface Scenario {
  readonly name: string;
  /** What differs from the sandbox's configuration. */
  readonly changes: (gatewayUrl: string) => Record<string, unknown>;
  /** What a person does once the stack has been brought up; gives what is configured then. */
  readonly byHand?: (bench: Bench) => Promise<Record<string, unknown>>;
}

const PROVIDER = { environments: ["Sandbox"], clientDeletion: "everywhere" };

/** The instance that the seed has, taken over. */
const adoptedApi = (gatewayUrl: string) => ({
  "okta-anypoint:apis": [
    {
      name: "orders",
      environment: "Sandbox",
      asset: { assetId: "orders-api", version: "1.0.0", label: "legacy", adopt: true },
      policy: { scopes: [API_SCOPE] },
      url: `${gatewayUrl}/sandbox/orders-api/legacy/orders`,
    },
  ],
});

export const SCENARIOS: readonly Scenario[] = [
  { name: "whole", changes: () => ({}) },
  {
    // The access policy of an existing server lists its clients; the verification has a record of its own.
    name: "existing",
    changes: (gatewayUrl) => ({
      "okta-anypoint:authorizationServer": { id: "default", scopes: [API_SCOPE] },
      "okta-anypoint:clientProvider": { ...PROVIDER, environments: [{ environment: "Sandbox", makeDefault: true }] },
      "okta-anypoint:verifyAfterUp": "true",
      ...adoptedApi(gatewayUrl),
    }),
  },
  {
    name: "by-hand",
    changes: (gatewayUrl) => ({
      "okta-anypoint:clientProvider": { ...PROVIDER, mode: "manual" },
      ...adoptedApi(gatewayUrl),
    }),
    byHand: async (bench) => {
      const { makeByHand } = await import("../manual-form.ts");
      const id = await makeByHand(bench);
      return { "okta-anypoint:clientProvider": { ...PROVIDER, mode: "manual", id } };
    },
  },
];
