/** An application between our inputs and Exchange's JSON (confirmed: DX-EXCH). */
import { z } from "zod";
import { numericId } from "./api-manager.ts";
import type { Ownership } from "./creation.ts";
import { text } from "./input-schemas.ts";

const uri = text("a redirect URI").refine((value) => URL.canParse(value), { error: "give absolute URIs" });

export const GRANT_TYPES = [
  "authorization_code",
  "implicit",
  "password",
  "client_credentials",
  "refresh_token",
] as const;

export const clientApplicationShape = {
  name: text("the application's name"),
  description: z.string({ error: "give text" }).optional(),
  url: z.url({ protocol: /^https?$/, error: "give an http(s) URL" }).optional(),
  redirectUris: z.array(uri, { error: "give a list of redirect URIs" }),
  grantTypes: z
    .array(z.enum(GRANT_TYPES, { error: `give some of ${GRANT_TYPES.join(", ")}` }), {
      error: "give a list of grant types",
    })
    .min(1, { error: `give at least one of ${GRANT_TYPES.join(", ")}` }),
  apiId: text("the number of the API instance"),
  clientProviderId: text("the client provider's id"),
  deletion: z.enum(["keep", "remove"], { error: 'give "keep" or "remove"' }).default("remove"),
  stack: text("the stack's name").optional(),
  adopt: z.boolean({ error: "give true or false" }).optional(),
} as const;

export type ClientApplicationInputs = z.output<z.ZodObject<typeof clientApplicationShape>>;

export interface ClientApplicationState extends ClientApplicationInputs, Ownership {
  readonly applicationId: string;
  /** The root organization. */
  readonly organizationId: string;
  readonly clientId: string;
  /** Empty only in the state of an application whose creation was not completed. */
  readonly clientSecret: string;
  readonly owner?: string;
}

export const application = z
  .looseObject({
    id: numericId,
    name: z.string(),
    description: z.string().nullish(),
    url: z.string().nullish(),
    redirectUri: z.array(z.string()).nullish(),
    grantTypes: z.array(z.string()).nullish(),
    clientId: z.string().nullish(),
    clientSecret: z.string().nullish(),
    clientProvider: z.looseObject({ providerId: z.string().nullish() }).nullish(),
    owner: z.string().nullish(),
  })
  .transform((row) => ({
    applicationId: row.id,
    name: row.name,
    description: row.description || undefined,
    url: row.url || undefined,
    redirectUris: row.redirectUri ?? undefined,
    grantTypes: row.grantTypes ?? undefined,
    clientId: row.clientId ?? undefined,
    // Masked or not shown: both mean that it can't be read.
    clientSecret: row.clientSecret && !/^\*+$/.test(row.clientSecret) ? row.clientSecret : undefined,
    // Empty: Anypoint's own provider, as with instances; undefined: not shown.
    providerId: row.clientProvider == null ? undefined : (row.clientProvider.providerId ?? ""),
    owner: row.owner && row.owner !== "N/A" ? row.owner : undefined,
  }));

export type Application = z.output<typeof application>;
