/** What the checks rely on in Okta's objects, as the vendor describes them (confirmed: OAS); what is more is not looked at. */
import { z } from "zod";

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

export const appShape = z.looseObject({
  id: z.string(),
  label: z.string(),
  status: z.string(),
  credentials: z.looseObject({
    oauthClient: z.looseObject({ client_id: text, token_endpoint_auth_method: text }).nullish(),
  }),
  settings: z
    .looseObject({
      oauthClient: z
        .looseObject({
          application_type: text,
          grant_types: texts,
          dpop_bound_access_tokens: z.boolean().nullish(),
          jwks: z
            .looseObject({ keys: z.array(z.looseObject({ kid: text, n: text, status: text })).nullish() })
            .nullish(),
          jwks_uri: text,
        })
        .nullish(),
    })
    .nullish(),
});

export const grantShape = z.looseObject({ scopeId: z.string() });

/** Of a role that was made by the customer the type is CUSTOM. */
export const roleShape = z.looseObject({ type: z.string() });

export const serverShape = z.looseObject({ id: z.string(), name: z.string(), status: z.string() });

export const scopeShape = z.looseObject({ name: z.string(), consent: text });

const included = z.looseObject({ include: texts }).nullish();

export const policyShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  conditions: z.looseObject({ clients: included }).nullish(),
});

export const ruleShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  conditions: z.looseObject({ grantTypes: included, scopes: included }).nullish(),
});
