/** Troubles by name, for `--trouble`: what each sets. More than these is set through the control server. */
import { Option } from "commander";
import type { Lab } from "./lab.ts";
import { type SwitchesPatch, switchBoard } from "./switch-board.ts";

const late = { newObjectsHiddenReads: 3, newObjectsHiddenById: true };

export const TROUBLES = {
  "anypoint-limits": { anypoint: { enforceRateLimit: true, rateLimit: 4, rateLimitSeconds: 3 } },
  "late-objects": { okta: { newObjectsHiddenReads: 3 }, anypoint: late },
  "no-api-access-management": { okta: { apiAccessManagement: false } },
  "public-client-admins": { okta: { publicClientAdmins: true } },
  "kid-thumbprint": { anypoint: { assertionKid: "thumbprint" } },
  "keys-dropped": {
    anypoint: {
      unknownProviderKeys: "drop",
      privateKeyBlock: {
        methodPath: "client.registration.kind",
        clientIdPath: "client.registration.jwt.id",
        privateKeyPath: "client.registration.jwt.pem",
        scopesPath: "client.registration.jwt.permissions",
      },
    },
  },
  "provider-answer": { anypoint: { providerCreationAnswer: "other" } },
  "clock-ahead": { okta: { clockSkewSeconds: 240 }, anypoint: { clockSkewSeconds: 240 } },
  "clock-behind": { okta: { clockSkewSeconds: -240 }, anypoint: { clockSkewSeconds: -240 } },
  "read-only": { okta: { readOnly: true } },
} as const satisfies Record<string, SwitchesPatch>;

export type Trouble = keyof typeof TROUBLES;

/** The option, which may be given several times. */
export const troubleOption = (): Option =>
  new Option("--trouble <name...>", "have the services make a trouble, see docs/sandbox.md")
    .choices(Object.keys(TROUBLES))
    .default([]);

/** Sets the switches of these troubles, one after the other. */
export function makeTrouble(lab: Pick<Lab, "okta" | "anypoint">, troubles: readonly Trouble[]): void {
  const board = switchBoard(lab);
  for (const name of troubles) {
    const wrong = board.change(TROUBLES[name]);
    if (wrong !== undefined) throw new Error(`trouble ${name}: ${wrong}`);
  }
}
