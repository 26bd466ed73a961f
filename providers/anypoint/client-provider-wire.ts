/** A client provider between our inputs and Anypoint's JSON (confirmed: DX-AM, but for the private-key block). */
import { z } from "zod";
import { text } from "./input-schemas.ts";
import {
  type SeenBlock,
  type Tree,
  privateKeyBlockNames,
  seePrivateKeyBlock,
  withPrivateKeyBlock,
} from "./private-key-block.ts";

const url = (what: string) => z.url({ protocol: /^https?$/, error: `give the ${what} as an http(s) URL` });
const flag = z.boolean({ error: "give true or false" });

export const clientProviderShape = {
  name: text("the client provider's name"),
  issuer: url("issuer"),
  registrationUrl: url("client registration endpoint"),
  authorizeUrl: url("authorization endpoint"),
  tokenUrl: url("token endpoint"),
  introspectionUrl: url("introspection endpoint"),
  managerClientId: text("the Manager app's client id").optional(),
  managerPrivateKey: text("the Manager app's private key as PEM")
    .regex(/^-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+-----END (?:RSA )?PRIVATE KEY-----\s*$/, {
      error: "give an unencrypted private key as PEM",
    })
    .optional(),
  managerScopes: z
    .array(text("a scope").regex(/^\S+$/, { error: "a scope holds no spaces" }), { error: "give a list of scopes" })
    .min(1, { error: "give at least one scope, for example okta.clients.register" })
    .optional(),
  registrationHeader: text("the Authorization header of registrations").optional(),
  inspectorClientId: text("the Inspector app's client id"),
  inspectorClientSecret: text("the Inspector app's client secret"),
  allowLocalClientDeletion: flag,
  allowExternalClientModification: flag,
  timeoutSeconds: z
    .number({ error: "give seconds from 5 to 20" })
    .min(5, { error: "give at least 5 seconds" })
    .max(20, { error: "give at most 20 seconds" })
    .default(5),
  allowUntrustedCertificates: flag.default(false),
  privateKeyBlock: privateKeyBlockNames.optional(),
  deleteWhileUsed: flag.optional(),
  adopt: flag.optional(),
} as const;

export type ClientProviderInputs = z.output<z.ZodObject<typeof clientProviderShape>>;

/** Inputs that say how Anypoint logs in to register clients: by private key, or by a static header in its place. */
export const KEY_INPUTS = ["managerClientId", "managerPrivateKey", "managerScopes"] as const;

/** Inputs that a read can show. */
export type PublicFields = Omit<
  ClientProviderInputs,
  "managerPrivateKey" | "registrationHeader" | "inspectorClientSecret" | "privateKeyBlock" | "deleteWhileUsed" | "adopt"
>;

export const clientProviderAnswer = z.looseObject({
  providerId: z.string(),
  organizationId: z.string().optional(),
  name: z.string().optional(),
  type: z.looseObject({ name: z.string() }),
  allow_untrusted_certificates: z.boolean().nullish(),
  oidc_dynamic_client_provider: z
    .looseObject({
      issuer: z.string().nullish(),
      client: z
        .looseObject({ urls: z.looseObject({ register: z.string() }).optional(), registration: z.unknown().optional() })
        .optional(),
      primary_client: z.looseObject({ id: z.string().optional() }).optional(),
      urls: z
        .looseObject({
          authorize: z.string().optional(),
          token: z.string().optional(),
          introspect: z.string().optional(),
        })
        .optional(),
      allow_local_client_deletion: z.boolean().nullish(),
      allow_external_client_modification: z.boolean().nullish(),
      client_request_timeout: z.number().nullish(),
    })
    .optional(),
});

export type ClientProviderAnswer = z.output<typeof clientProviderAnswer>;

export const PROVIDER_TYPE = "openid-dynamic-client";

/** The tree `oidc_dynamic_client_provider`. The timeout is taken to be in milliseconds (inferred). */
function oidcTree(inputs: ClientProviderInputs): Tree {
  const tree: Tree = {
    issuer: inputs.issuer,
    client: { urls: { register: inputs.registrationUrl } },
    primary_client: { id: inputs.inspectorClientId, secret: inputs.inspectorClientSecret },
    urls: { authorize: inputs.authorizeUrl, token: inputs.tokenUrl, introspect: inputs.introspectionUrl },
    allow_local_client_deletion: inputs.allowLocalClientDeletion,
    allow_external_client_modification: inputs.allowExternalClientModification,
    client_request_timeout: inputs.timeoutSeconds * 1000,
  };
  const {
    managerClientId: clientId,
    managerPrivateKey: privateKey,
    managerScopes: scopes,
    registrationHeader,
  } = inputs;
  if (registrationHeader !== undefined) {
    return {
      ...tree,
      client: { urls: { register: inputs.registrationUrl }, registration: { authorization: registrationHeader } },
    };
  }
  if (clientId === undefined || privateKey === undefined || scopes === undefined) {
    throw new TypeError("neither a registration header nor the Manager's credentials are given");
  }
  return withPrivateKeyBlock(tree, { clientId, privateKey, scopes }, inputs.privateKeyBlock);
}

/** Body of a POST. */
export const creationBody = (inputs: ClientProviderInputs): Tree => ({
  name: inputs.name,
  type: { name: PROVIDER_TYPE, description: "OpenID Connect Dynamic Client Registration" },
  allow_untrusted_certificates: inputs.allowUntrustedCertificates,
  oidc_dynamic_client_provider: oidcTree(inputs),
});

/** Body of a PUT: what a PATCH can't take away goes; what is published and not ours to say stays. */
export function replacementBody(inputs: ClientProviderInputs, there: ClientProviderAnswer): Tree {
  const body = creationBody(inputs);
  const { client, ...oidc } = body.oidc_dynamic_client_provider as Tree & { client: Tree };
  const former = there.oidc_dynamic_client_provider;
  const kept = (value: unknown, key: string): Tree => (value == null ? {} : { [key]: value });
  return {
    ...body,
    ...kept(there.azure_ad_provider, "azure_ad_provider"),
    oidc_dynamic_client_provider: {
      ...oidc,
      client: {
        ...client,
        ...kept(former?.client?.token_endpoint_auth_methods_supported, "token_endpoint_auth_methods_supported"),
      },
      ...kept(former?.supported_grant_types, "supported_grant_types"),
    },
  };
}

/** Which members of the tree `oidc_dynamic_client_provider` carry an input: a change of one sends its member whole. */
const MEMBERS: Partial<Record<keyof ClientProviderInputs, string>> = {
  issuer: "issuer",
  registrationUrl: "client",
  managerClientId: "client",
  managerPrivateKey: "client",
  managerScopes: "client",
  registrationHeader: "client",
  privateKeyBlock: "client",
  inspectorClientId: "primary_client",
  inspectorClientSecret: "primary_client",
  authorizeUrl: "urls",
  tokenUrl: "urls",
  introspectionUrl: "urls",
  allowLocalClientDeletion: "allow_local_client_deletion",
  allowExternalClientModification: "allow_external_client_modification",
  timeoutSeconds: "client_request_timeout",
};

/** Paths at which the private-key block may lie outside `client`, when its names are overridden. */
const blockMembers = ({ privateKeyBlock, registrationHeader }: ClientProviderInputs): string[] =>
  (registrationHeader === undefined ? pathsOf(privateKeyBlock) : []).map((path) => path.split(".", 1)[0] as string);

const pathsOf = (privateKeyBlock: ClientProviderInputs["privateKeyBlock"]): string[] =>
  [
    privateKeyBlock?.methodPath,
    privateKeyBlock?.clientIdPath,
    privateKeyBlock?.privateKeyPath,
    privateKeyBlock?.scopesPath,
  ].filter((path): path is string => path !== undefined && path !== "");

/** Body of a PATCH that carries the changed inputs. Always whole members, so that a masked secret is never sent back. */
export function changeBody(inputs: ClientProviderInputs, changed: ReadonlySet<keyof ClientProviderInputs>): Tree {
  const tree = oidcTree(inputs);
  const members = new Set([...changed].map((key) => MEMBERS[key]).filter((member) => member !== undefined));
  if (members.has("client")) for (const member of blockMembers(inputs)) members.add(member);
  const oidc = Object.fromEntries(Object.entries(tree).filter(([member]) => members.has(member)));
  return {
    ...(changed.has("name") && { name: inputs.name }),
    ...(changed.has("allowUntrustedCertificates") && {
      allow_untrusted_certificates: inputs.allowUntrustedCertificates,
    }),
    ...(members.size > 0 && { oidc_dynamic_client_provider: oidc }),
  };
}

export interface SeenProvider {
  /** The public inputs as Anypoint has them; undefined where it shows none. */
  readonly fields: { readonly [Key in keyof PublicFields]: PublicFields[Key] | undefined };
  readonly block: SeenBlock;
  /** Whether a static registration header is there. */
  readonly header: boolean;
}

/** What a read shows, in the terms of our inputs. */
export function seeProvider(
  answer: ClientProviderAnswer,
  names: ClientProviderInputs["privateKeyBlock"],
): SeenProvider {
  const oidc = answer.oidc_dynamic_client_provider;
  const block = seePrivateKeyBlock(oidc ?? {}, names);
  const timeout = oidc?.client_request_timeout ?? undefined;
  const registration = oidc?.client?.registration as { authorization?: unknown } | null | undefined;
  return {
    block,
    header: typeof registration?.authorization === "string" && registration.authorization !== "",
    fields: {
      name: answer.name,
      issuer: oidc?.issuer ?? undefined,
      registrationUrl: oidc?.client?.urls?.register,
      authorizeUrl: oidc?.urls?.authorize,
      tokenUrl: oidc?.urls?.token,
      introspectionUrl: oidc?.urls?.introspect,
      managerClientId: block.missing.length === 0 ? block.clientId : undefined,
      managerScopes: block.missing.length === 0 ? [...(block.scopes ?? [])] : undefined,
      inspectorClientId: oidc?.primary_client?.id,
      allowLocalClientDeletion: oidc?.allow_local_client_deletion ?? false,
      allowExternalClientModification: oidc?.allow_external_client_modification ?? false,
      timeoutSeconds: timeout === undefined ? undefined : timeout / 1000,
      allowUntrustedCertificates: answer.allow_untrusted_certificates ?? false,
    },
  };
}

/** Whether clients are registered in another way than asked for: by key in place of the header, or by neither. */
export const registersOtherwise = (inputs: ClientProviderInputs, { block, header }: SeenProvider): boolean =>
  inputs.registrationHeader === undefined ? block.missing.length > 0 : !header || block.missing.length === 0;

/** Public inputs that differ between what is asked for and what is there; those of the key only where a key is asked for. */
export function differences(inputs: ClientProviderInputs, { fields }: SeenProvider): (keyof PublicFields)[] {
  const ofOtherMethod = (key: string): boolean =>
    inputs.registrationHeader !== undefined && (KEY_INPUTS as readonly string[]).includes(key);
  const same = (asked: unknown, seen: unknown): boolean =>
    Array.isArray(asked) && Array.isArray(seen)
      ? JSON.stringify(asked.map(String).sort()) === JSON.stringify(seen.map(String).sort())
      : asked === seen;
  return (Object.keys(fields) as (keyof PublicFields)[]).filter(
    (key) => !ofOtherMethod(key) && !same(inputs[key], fields[key]),
  );
}
