/** What an organization's answer about a client provider has beyond the published schema (confirmed: DX-AM). */

/** A value that is no object, with the keys that lead to it from the whole answer. */
export interface Leaf {
  readonly keys: readonly string[];
  readonly value: unknown;
}

/** The tree of the private-key block, as dotted paths in the configuration begin below it. */
export const ROOT = "oidc_dynamic_client_provider";

/** Published keys; `true`: with all that is below. */
interface Published {
  readonly [key: string]: true | Published;
}

const PUBLISHED: Published = {
  providerId: true,
  organizationId: true,
  name: true,
  type: { name: true, description: true, version: true },
  allow_untrusted_certificates: true,
  azure_ad_provider: true,
  [ROOT]: {
    issuer: true,
    client: {
      urls: { register: true },
      registration: { authorization: true },
      token_endpoint_auth_methods_supported: true,
    },
    primary_client: { id: true, secret: true },
    urls: { authorize: true, token: true, introspect: true },
    supported_grant_types: true,
    allow_local_client_deletion: true,
    allow_external_client_modification: true,
    client_request_timeout: true,
    // In no schema, but sent by the `yaac` tool (confirmed).
    allow_client_import: true,
  },
};

/** The leaves that are not published, in the answer's order. A null is no value. */
export const unpublishedLeaves = (answer: Readonly<Record<string, unknown>>): Leaf[] => below(answer, PUBLISHED, []);

function below(value: unknown, published: Published | undefined, keys: readonly string[]): Leaf[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object" || Array.isArray(value)) return [{ keys, value }];
  return Object.entries(value).flatMap(([key, child]) => {
    const known = published !== undefined && Object.hasOwn(published, key) ? published[key] : undefined;
    return known === true ? [] : below(child, known, [...keys, key]);
  });
}

/** A leaf's place as people read it. */
export const placeOf = ({ keys }: Leaf): string => keys.join(".");

/** A leaf's place as the configuration names it; undefined when it can't: outside the tree, or by a key with odd signs. */
export function dottedPath({ keys: [root, ...keys] }: Leaf): string | undefined {
  if (root !== ROOT || keys.length === 0) return undefined;
  return keys.every((key) => /^[A-Za-z_$][\w$-]*$/.test(key) && !/^(__proto__|constructor|prototype)$/.test(key))
    ? keys.join(".")
    : undefined;
}
