/** The closed schema of a client provider's body (confirmed: DX-AM), with the private-key block added. */
import { z } from "zod";
import type { AnypointSwitches } from "./context.ts";
import { type Problem, invalid, problemsOf } from "./errors.ts";
import { type PrivateKeyCredentials, readPrivateKeyBlock, splitPrivateKeyBlock } from "./private-key-block.ts";
import type { OidcSettings } from "./state.ts";

const grantType = z.strictObject({
  name: z.string(),
  label: z.string(),
  required: z.boolean(),
  exclude: z.array(z.string()),
  depends: z.array(z.string()),
});

const azure = z.strictObject({
  client: z.strictObject({ registration: z.strictObject({ key_expired_in: z.string() }) }),
});

const oidc = z.strictObject({
  issuer: z.string().optional(),
  client: z.strictObject({
    urls: z.strictObject({ register: z.string() }),
    registration: z.strictObject({ authorization: z.string() }).optional(),
    token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  }),
  primary_client: z.strictObject({ id: z.string(), secret: z.string() }),
  urls: z.strictObject({ authorize: z.string(), token: z.string(), introspect: z.string() }),
  supported_grant_types: z.array(grantType).optional(),
  allow_local_client_deletion: z.boolean().optional(),
  allow_external_client_modification: z.boolean().optional(),
  client_request_timeout: z.number().optional(),
});

const whole = z.strictObject({
  name: z.string().optional(),
  providerId: z.string().optional(),
  organizationId: z.string().optional(),
  type: z.strictObject({ name: z.literal("openid-dynamic-client"), description: z.string().optional() }),
  allow_untrusted_certificates: z.boolean().optional(),
  azure_ad_provider: azure.optional(),
  oidc_dynamic_client_provider: oidc,
});

const registrationPatch = z.strictObject({ authorization: z.string().optional() });

const oidcPatch = z.strictObject({
  ...oidc.shape,
  client: z
    .strictObject({
      ...oidc.shape.client.shape,
      urls: oidc.shape.client.shape.urls.partial().optional(),
      registration: registrationPatch.optional(),
    })
    .optional(),
  primary_client: oidc.shape.primary_client.partial().optional(),
  urls: oidc.shape.urls.partial().optional(),
});

const partial = z.strictObject({
  ...whole.partial().shape,
  // The type can't be changed: its name is not in the schema of a PATCH.
  type: z.strictObject({ description: z.string().optional() }).optional(),
  oidc_dynamic_client_provider: oidcPatch.optional(),
});

type Tree = Record<string, unknown>;

/** What a client provider's body says, once it was found valid. */
export interface ProviderBody {
  name?: string;
  type: { name: "openid-dynamic-client"; description?: string };
  allow_untrusted_certificates?: boolean;
  azure_ad_provider?: unknown;
  oidc: OidcSettings;
  privateKey?: PrivateKeyCredentials;
}

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** Members of the patch over those of the target, objects member by member, everything else replaced. */
function merge(target: Tree, patch: Tree): Tree {
  const merged: Tree = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    merged[key] = isTree(value) && isTree(old) ? merge(old, value) : value;
  }
  return merged;
}

const OIDC = "oidc_dynamic_client_provider";

/** How bodies are read: wire names of the private-key block, and what becomes of unknown keys. */
export type Reading = Pick<AnypointSwitches, "privateKeyBlock" | "unknownProviderKeys">;

/** Checks a body by a schema and takes the private-key block out of it. Throws a 400 that lists every problem. */
function read<T>(
  schema: z.ZodType<T>,
  body: Tree,
  storedKey: PrivateKeyCredentials | undefined,
  { privateKeyBlock: names, unknownProviderKeys }: Reading,
): { data: T; privateKey?: PrivateKeyCredentials } {
  const tree = body[OIDC];
  const { rest, sent } = splitPrivateKeyBlock(isTree(tree) ? tree : {}, names);
  const asked: Tree = isTree(tree) ? { ...body, [OIDC]: rest } : body;
  let result = schema.safeParse(asked, { reportInput: true });
  if (!result.success && unknownProviderKeys === "drop") {
    result = schema.safeParse(withoutUnknown(asked, result.error), { reportInput: true });
  }
  const block = readPrivateKeyBlock(sent, storedKey, names);
  const problems: Problem[] = result.success ? [] : problemsOf(result.error);
  if (block.kind === "invalid") {
    problems.push({ path: `${OIDC}.${block.path}`, keyword: "invalid", message: block.message });
  }
  if (!result.success || problems.length > 0) throw invalid("accounts", problems);
  return { data: result.data, ...(block.kind === "credentials" && { privateKey: block.credentials }) };
}

/** A copy without the keys that a schema doesn't know, and without objects that held nothing else. */
function withoutUnknown(body: Tree, error: z.ZodError): Tree {
  const copy = structuredClone(body);
  for (const issue of error.issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = issue.path.map(String);
    const parents = [copy];
    for (const part of path) parents.push(parents.at(-1)?.[part] as Tree);
    for (const key of issue.keys) delete parents.at(-1)?.[key];
    while (parents.length > 1 && Object.keys(parents.pop() ?? {}).length === 0)
      delete parents.at(-1)?.[path.pop() ?? ""];
  }
  return copy;
}

/** Reads the body of a POST or PUT. Throws a 400 that lists every problem. */
export function parseProvider(body: Tree, reading: Reading): ProviderBody {
  const { data, privateKey } = read(whole, body, undefined, reading);
  const { providerId: _, organizationId: __, [OIDC]: settings, ...others } = data;
  requireUrls(settings);
  return { ...others, oidc: settings, ...(privateKey && { privateKey }) };
}

/** Reads the body of a PATCH on top of what is stored. Throws a 400 that lists every problem. */
export function parseProviderPatch(body: Tree, stored: ProviderBody, reading: Reading): ProviderBody {
  const { data, privateKey } = read(partial, body, stored.privateKey, reading);
  const { providerId: _, organizationId: __, [OIDC]: settings, ...others } = data;
  const { oidc: storedSettings, privateKey: ___, ...storedOthers } = stored;
  const merged = merge(storedOthers, others) as unknown as Omit<ProviderBody, "oidc">;
  const oidcMerged = merge(storedSettings as unknown as Tree, settings ?? {}) as unknown as OidcSettings;
  requireUrls(oidcMerged);
  return { ...merged, oidc: oidcMerged, ...(privateKey && { privateKey }) };
}

/** The platform checks the URLs from its side (seen in public as "Invalid OIDC provider client registration URL provided"). */
function requireUrls(settings: OidcSettings): void {
  const urls: [string, string][] = [
    ["client registration", settings.client.urls.register],
    ["authorize", settings.urls.authorize],
    ["token", settings.urls.token],
    ["introspection", settings.urls.introspect],
  ];
  const problems = urls
    .filter(([, url]) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    .map(([name]) => ({ path: "", keyword: "format", message: `Invalid OIDC provider ${name} URL provided` }));
  if (problems.length > 0) throw invalid("accounts", problems);
}
