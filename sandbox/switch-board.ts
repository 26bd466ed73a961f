/** The switches of the local services as people set them: read whole, changed in part by a checked patch, put back. */
import { z } from "zod";
import { privateKeyBlockNames } from "../providers/anypoint/private-key-block.ts";
import type { AnypointService, AnypointSwitches } from "./anypoint/index.ts";
import type { SwitchBoard } from "./core/control.ts";
import { FREE_ORG_LIMITS, type LocalOkta, type OktaSwitches } from "./okta/index.ts";

const clock = { clockSkewSeconds: z.int().min(-86_400).max(86_400) };
const visibility = {
  newObjectsHiddenReads: z.int().min(0).max(1000),
  newObjectsHiddenMs: z.int().min(0).max(600_000),
  newObjectsHiddenById: z.boolean(),
};
const perWindow = z.int().min(1);

/** `null`: none; `free-org`: the limits of a free org, as last published. */
const rateLimits = z.union([
  z.null().transform(() => undefined),
  z.literal("free-org").transform(() => FREE_ORG_LIMITS),
  z.strictObject({
    windowSeconds: z.int().min(1).max(3600),
    requests: z.strictObject({
      ...{ apps: perWindow, app: perWindow, clients: perWindow, management: perWindow },
      ...{ token: perWindow, oauth: perWindow, other: perWindow },
    }),
    share: z.number().gt(0).max(1).optional(),
  }),
]);

const okta = z
  .strictObject({
    apiAccessManagement: z.boolean(),
    accessDeniedStatus: z.literal([400, 401]),
    partialScopeGrants: z.enum(["subset", "refuse"]),
    acceptKeysWithoutUse: z.boolean(),
    extraAudiences: z.array(z.string()),
    bodyCredentialsOnBasicApps: z.boolean(),
    partialClientUpdates: z.boolean(),
    rateLimits,
    readOnly: z.boolean(),
    ...clock,
    ...visibility,
  } satisfies Record<keyof OktaSwitches, z.ZodType>)
  // A setting of the org, kept with its state; the vendor's own route sets it too.
  .extend({ publicClientAdmins: z.boolean() })
  .partial();

const anypoint = z
  .strictObject({
    assertionKid: z.enum(["none", "thumbprint"]),
    gatewaySyncSeconds: z.number().min(0).max(600),
    accessTokenSeconds: z.int().min(1),
    emptyListWithoutScope: z.boolean(),
    policyListShape: z.enum(["array", "object", "compact"]),
    rateLimit: perWindow,
    rateLimitSeconds: z.int().min(1).max(3600),
    enforceRateLimit: z.boolean(),
    exchangeRateLimit: z.int().min(0),
    exchangeLimitStatus: z.literal([429, 500, 503]),
    providerCreationAnswer: z.enum(["none", "provider", "other"]),
    privateKeyBlock: privateKeyBlockNames,
    unknownProviderKeys: z.enum(["refuse", "drop"]),
    ...clock,
    ...visibility,
  } satisfies Record<keyof AnypointSwitches, z.ZodType>)
  .partial();

export const switchesPatch = z.strictObject({ okta, anypoint }).partial();

/** What may be given: members left out stay as they are, those of `privateKeyBlock` too; `rateLimits` is replaced whole. */
export type SwitchesPatch = z.input<typeof switchesPatch>;

interface Services {
  readonly okta: Pick<LocalOkta, "switches" | "state">;
  readonly anypoint: Pick<AnypointService, "switches">;
}

/** The board over two services; what it puts back is what they have now. */
export function switchBoard(services: Services): SwitchBoard {
  const { okta: oktaAtFirst, anypoint: anypointAtFirst } = structuredClone({
    okta: services.okta.switches,
    anypoint: services.anypoint.switches,
  });
  const adminsAtFirst = adminsOf(services.okta.state);

  function read() {
    const { switches, state } = services.okta;
    return {
      okta: { ...switches, rateLimits: switches.rateLimits ?? null, publicClientAdmins: adminsOf(state) },
      anypoint: { ...services.anypoint.switches },
    };
  }

  function change(patch: unknown): string | undefined {
    const parsed = switchesPatch.safeParse(patch);
    if (!parsed.success) return z.prettifyError(parsed.error);
    const { publicClientAdmins, ...oktaSwitches } = parsed.data.okta ?? {};
    const { privateKeyBlock, ...anypointSwitches } = parsed.data.anypoint ?? {};
    Object.assign(services.okta.switches, oktaSwitches);
    if (publicClientAdmins !== undefined) setAdmins(publicClientAdmins);
    const { switches } = services.anypoint;
    Object.assign(switches, anypointSwitches, {
      privateKeyBlock: { ...switches.privateKeyBlock, ...privateKeyBlock },
    });
    return undefined;
  }

  /** Puts back what was there as it was: it may be what no patch can say. */
  function reset(): void {
    Object.assign(services.okta.switches, { rateLimits: undefined }, structuredClone(oktaAtFirst));
    Object.assign(services.anypoint.switches, structuredClone(anypointAtFirst));
    setAdmins(adminsAtFirst);
  }

  /** Absent in an org that never had it on, so that the store is again as it was. */
  function setAdmins(on: boolean): void {
    if (on) services.okta.state.org.publicClientAdmins = true;
    else delete services.okta.state.org.publicClientAdmins;
  }

  return { read, change, reset };
}

const adminsOf = ({ org }: LocalOkta["state"]): boolean => org.publicClientAdmins ?? false;
