/**
 * The schema of the stack configuration: keys, defaults and what is right for each. One object per key of the
 * `okta-anypoint:` namespace; unknown keys are errors.
 */
import { z } from "zod";
import { orgUrlProblem } from "./okta-urls.ts";

const text = (what: string) => z.string({ error: `give ${what}` }).min(1, { error: `is empty; give ${what}` });

/** Lets a plain text stand for an object whose one needed member it is. */
const shorthand = <T extends z.ZodType>(member: string, schema: T) =>
  z.preprocess((value) => (typeof value === "string" ? { [member]: value } : value), schema);

const list = <T extends z.ZodType>(item: T, what: string) => z.array(item, { error: `give a list of ${what}` });

const flag = (what: string) => z.boolean({ error: `give true or false: ${what}` });

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `give one of: ${values.join(", ")}` });

const wholeNumber = (from: number, to: number, unit: string) =>
  z
    .int({ error: `give a whole number of ${unit} from ${from} to ${to}` })
    .min(from, { error: `give at least ${from} ${unit}` })
    .max(to, { error: `give at most ${to} ${unit}` });

/** An org URL; a trailing slash is taken off. */
const orgUrl = text("the Okta org URL, for example https://acme.okta.com")
  .superRefine((value, context) => {
    const problem = orgUrlProblem(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .transform((value) => value.replace(/\/+$/, ""));

/** Says what belongs there when something else than an object stands there; unknown keys keep their own message. */
const objectOf = (what: string) => ({
  error: ({ code }: { code?: string }) => (code === "invalid_type" ? `give ${what}` : undefined),
});

const webUrl = (what: string) =>
  text(what)
    .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
      error: `is not an http(s) URL; give ${what}`,
      abort: true,
    })
    .refine((value) => new URL(value).username === "" && new URL(value).password === "", {
      error: "must not carry a user name or password",
    });

/** A custom scope: printable ASCII without space, `"` or `\`, not in Okta's own namespace (confirmed: Okta reference). */
export const scopeName = text("a scope name")
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, { error: "a scope is printable ASCII without spaces, quotes and backslashes" })
  .refine((value) => !/^okta[.:]/.test(value), { error: "scopes that start with okta. or okta: are Okta's own" })
  .refine((value) => value !== "*", { error: 'name the scopes; "*" would let a client ask for any' });

const scope = shorthand(
  "name",
  z.strictObject(
    { name: scopeName, description: z.string().default("") },
    { error: "give a scope's name, or name and description" },
  ),
);

/** A name that becomes a part of Pulumi's resource names. */
const name = (what: string) =>
  text(what).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
    error: `${what} may hold letters, digits, ".", "_" and "-" only: it becomes a part of resource names`,
  });

const environment = shorthand(
  "environment",
  z.strictObject(
    {
      environment: text("an environment's name or id"),
      businessGroup: text("a business group's name or id").optional(),
      makeDefault: flag("whether new APIs of the environment get this provider").default(false),
    },
    { error: "give an environment's name or id, or an object with environment, businessGroup and makeDefault" },
  ),
);

const ADMIN_ROLES = ["APP_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN", "ORG_ADMIN", "SUPER_ADMIN", "CUSTOM"] as const;

/** See generations.ts. */
const generations = {
  generations: list(wholeNumber(1, 999, "as a generation's number"), "generations, for example [1, 2]")
    .min(1, { error: "name at least one generation" })
    .default([1]),
  active: wholeNumber(1, 999, "as a generation's number").optional(),
};
const chosenClientId = (app: string) =>
  text(`the client id of the ${app} app`).regex(/^[\x21-\x7e]{6,100}$/, {
    error: "a client id has 6 to 100 printable characters without spaces",
  });

const manager = z.strictObject({
  ...generations,
  label: text("the label of the Manager app").optional(),
  clientId: chosenClientId("Manager").optional(),
  modulusLength: z.literal([2048, 3072, 4096], { error: "give 2048, 3072 or 4096 bits" }).default(2048),
  kid: text("the name that Okta has for the key in managerPrivateKey").optional(),
  adminRole: z
    .strictObject({
      type: choice(ADMIN_ROLES).default("APP_ADMIN"),
      resourceSet: text("the id of the resource set").optional(),
      role: text("the id of the custom role").optional(),
    })
    .refine((value) => (value.type === "CUSTOM") === (value.resourceSet !== undefined && value.role !== undefined), {
      error: "resourceSet and role are needed for type CUSTOM, and for it alone",
    })
    .prefault({}),
});

const inspector = z.strictObject({
  ...generations,
  label: text("the label of the Inspector app").optional(),
  clientId: chosenClientId("Inspector").optional(),
});

const rotation = z.strictObject({
  drainMinutes: wholeNumber(0, 10_080, "minutes").default(60),
  maxKeyAgeDays: wholeNumber(1, 3650, "days").default(180),
});

const clientId = text("the client id of another stack's consumer").regex(/^[A-Za-z0-9._-]*$/, {
  error: "is no client id (0oa…)",
});

const authorizationServer = z
  .strictObject({
    id: text('the id of an existing authorization server ("default" or aus…)').optional(),
    create: z
      .strictObject({
        name: text("the server's name").optional(),
        audience: text("the audience of the tokens, for example api://orders"),
        description: z.string().default(""),
      })
      .optional(),
    scopes: list(scope, "scopes to create").default([]),
    existingScopes: list(scopeName, "scope names that the server has already").default([]),
    allowClients: choice(["declared", "all", "unmanaged"]).optional(),
    furtherClients: list(clientId, "client ids").default([]),
    policyPriority: wholeNumber(1, 1000, "places").default(1),
    accessTokenLifetimeMinutes: wholeNumber(5, 1440, "minutes").default(60),
  })
  .refine((value) => (value.id === undefined) !== (value.create === undefined), {
    error: "give either id (an existing server) or create (a new one), not both",
  })
  .refine((value) => value.create === undefined || value.existingScopes.length === 0, {
    error: "a new server has no scopes of its own: list them under scopes",
    path: ["existingScopes"],
  });

/** Paths and values of the private-key block, where a live organization differs from the unverified default. */
const privateKeyBlock = z.strictObject({
  methodPath: z.string({ error: 'give a dotted path, or "" where nothing names the method' }).optional(),
  methodValue: z
    .union([z.boolean(), text("the value that selects private key JWT")], {
      error: "give the value that selects private key JWT: a text, true or false",
    })
    .optional(),
  clientIdPath: text("a dotted path").optional(),
  privateKeyPath: text("a dotted path").optional(),
  scopesPath: text("a dotted path").optional(),
  scopesFormat: choice(["array", "string"]).optional(),
});

/**
 * Who writes the client provider: this stack, with the private key (`managed`) or with a static registration header
 * (`header`); or a person in Anypoint's console (`manual`).
 */
export const PROVIDER_MODES = ["managed", "manual", "header"] as const;
export type ProviderMode = (typeof PROVIDER_MODES)[number];

const clientProvider = z.strictObject(
  {
    mode: choice(PROVIDER_MODES).default("managed"),
    id: text("the client provider's id")
      .regex(/^[\w-]+$/, { error: "is no id of a client provider" })
      .optional(),
    name: text("the client provider's name").optional(),
    environments: list(environment, "environments").min(1, { error: "name at least one environment" }),
    clientDeletion: choice(["keep", "anypoint", "everywhere"]).default("anypoint"),
    timeoutSeconds: wholeNumber(5, 20, "seconds").default(5),
    validateCertificates: flag("whether Anypoint checks Okta's TLS certificate").default(true),
    introspectAt: choice(["issuer", "org"]).default("issuer"),
    privateKeyBlock: privateKeyBlock.optional(),
    deleteWhileUsed: flag("whether the provider is deleted although API instances of others use it").default(false),
    adopt: flag("whether a provider that is there is taken over").optional(),
  },
  objectOf("an object that names at least the environments: clientProvider: { environments: [Sandbox] }"),
);

/** A number of API Manager's, kept as text. */
const objectNumber = z
  .union([z.int(), z.string().regex(/^\d+$/)], { error: "give the number that API Manager shows" })
  .transform(String);

const policy = z.strictObject({
  scopes: list(scopeName, "scopes that a token needs").default([]),
  scopeCriteria: choice(["AND", "OR"]).default("AND"),
  exposeHeaders: flag("whether the backend gets the introspection's fields as headers").default(false),
  version: text("a version of the policy, for example 1.6.0").optional(),
  order: wholeNumber(1, 1000, "places").optional(),
  configuration: z.record(z.string(), z.unknown(), { error: "give an object of configuration keys" }).default({}),
  policyId: objectNumber.optional(),
});

const api = z
  .strictObject({
    name: name("an API's name"),
    environment: text("an environment's name or id"),
    businessGroup: text("a business group's name or id").optional(),
    instanceId: objectNumber.optional(),
    asset: z
      .strictObject({
        assetId: text("the Exchange asset id"),
        version: text("the asset's version, for example 1.0.0"),
        groupId: text("the group id of the asset").optional(),
        label: text("the instance label"),
        adopt: flag("whether an instance with this asset and label is taken over").default(false),
        endpointUri: webUrl("the consumer endpoint").optional(),
        deploymentType: choice(["CH", "CH2", "HY", "RF"]).default("CH2"),
      })
      .optional(),
    policy: policy.prefault({}),
    url: webUrl("a URL of the API that answers 200 to a GET").optional(),
  })
  .refine((value) => (value.instanceId === undefined) !== (value.asset === undefined), {
    error: "give either instanceId (an existing instance) or asset (with adopt: true to take an existing one)",
  });

const GRANT_TYPES = ["authorization_code", "implicit", "password", "client_credentials", "refresh_token"] as const;

/** Okta takes Anypoint's registrations as `web` and so demands these (confirmed: KB 001123173). */
export const DEFAULT_GRANT_TYPES = ["authorization_code", "client_credentials"] as const;

/** A redirect URI for clients that never redirect; `.invalid` can belong to nobody (RFC 2606). */
export const UNUSED_REDIRECT_URI = "https://redirect-not-used.invalid/callback";

const consumer = z.strictObject({
  name: name("a consumer's name"),
  api: text("the name of one of the apis"),
  applicationName: text("the name of the application in Exchange").optional(),
  description: z.string().optional(),
  url: webUrl("the application's home page").optional(),
  grantTypes: list(choice(GRANT_TYPES), "grant types")
    .refine((value) => value.includes("authorization_code"), {
      error:
        "authorization_code must be among them, for machine-to-machine clients too: Anypoint registers web clients, and Okta refuses a web client without it",
    })
    .default([...DEFAULT_GRANT_TYPES]),
  redirectUris: list(webUrl("a redirect URI"), "redirect URIs")
    .min(1, { error: "give at least one: Okta refuses a web client without a redirect URI" })
    .default([UNUSED_REDIRECT_URI]),
  tier: text("the name of an SLA tier").optional(),
  approval: choice(["leave-pending", "wait", "approve"]).default("leave-pending"),
  adopt: flag("whether an application that is there is taken over").optional(),
});

const verification = z.strictObject({
  probe: flag("whether a probe scope and a consumer without contract are added").optional(),
  probeScope: scopeName.optional(),
  deadlineSeconds: wholeNumber(1, 1800, "seconds").default(180),
});

const oktaObjectId = (what: string) =>
  text(what).regex(/^[A-Za-z0-9_-]+$/, { error: `${what} is one word, without slashes` });

/** Ids of Okta objects that are there: they are imported by the first `up`, and left by a destroy. */
const adopt = z.strictObject({
  managerApp: oktaObjectId("the id of the Manager app").optional(),
  managerGrants: flag("whether the Manager's grants are taken over").default(false),
  managerRole: oktaObjectId("the id of the Manager's role assignment").optional(),
  inspectorApp: oktaObjectId("the id of the Inspector app").optional(),
  serverScopes: z
    .record(scopeName, oktaObjectId("the id of a scope"), { error: "give an object: scope name to scope id" })
    .default({}),
  accessPolicy: oktaObjectId("the id of the access policy").optional(),
  accessRule: oktaObjectId("the id of the access policy's rule").optional(),
});

/** Keys of the `okta-anypoint:` namespace. */
export const stackConfig = z.strictObject({
  orgUrl,
  manager: manager.prefault({}),
  managerPrivateKey: text("an RSA private key as PEM").optional(),
  registrationHeader: text("the Authorization header with which Anypoint registers clients, for example SSWS 00…")
    .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, { error: "is no header value: printable ASCII, one line" })
    .optional(),
  inspector: inspector.prefault({}),
  inspectorClientSecret: text("the Inspector's client secret").optional(),
  rotation: rotation.prefault({}),
  authorizationServer: authorizationServer.optional(),
  clientProvider,
  apis: list(api, "APIs").default([]),
  consumers: list(consumer, "consumers").default([]),
  verification: verification.prefault({}),
  protect: flag("whether Pulumi refuses to replace or delete what consumers depend on").optional(),
  verifyAfterUp: flag("whether `pulumi up` ends with the verification").default(false),
  adopt: adopt.prefault({}),
  exportConsumerSecrets: flag("whether the stack outputs hold the consumers' client secrets").default(false),
});

/** Keys of the `anypoint:` namespace: the connection, read by the dynamic providers too. */
export const anypointConfig = z.strictObject({
  host: text("a control plane (US, EU, GOV, CA, JP) or its host name").optional(),
  clientId: text("the client id of a connected app").optional(),
  clientSecret: text("the secret of the connected app").optional(),
  accessToken: text("an access token of Anypoint Platform").optional(),
  organizationId: text("the id of the root organization").optional(),
});

const fromOrgUrl = z.undefined({ error: "follows from okta-anypoint:orgUrl; take it out" }).optional();

/** Keys of the Okta plugin's own namespace `okta:` that are handed on to it. */
export const oktaConfig = z.strictObject({
  clientId: text("the client id of the bootstrap app").optional(),
  privateKey: text("the private key of the bootstrap app as PEM").optional(),
  privateKeyId: text("the kid of that key").optional(),
  scopes: list(z.string(), "okta.* scopes").optional(),
  apiToken: text("an Okta API token").optional(),
  accessToken: text("an Okta access token").optional(),
  orgName: fromOrgUrl,
  baseUrl: fromOrgUrl,
  httpProxy: fromOrgUrl,
  backoff: flag("whether refused requests are tried again").optional(),
  minWaitSeconds: wholeNumber(0, 300, "seconds").optional(),
  maxWaitSeconds: wholeNumber(0, 3600, "seconds").optional(),
  maxRetries: wholeNumber(0, 100, "tries").optional(),
  maxApiCapacity: wholeNumber(1, 100, "percent").optional(),
  parallelism: wholeNumber(1, 100, "requests").optional(),
  requestTimeout: wholeNumber(0, 300, "seconds").optional(),
  logLevel: wholeNumber(1, 5, "as a level").optional(),
});

export type StackConfig = z.output<typeof stackConfig>;
export type AnypointConfig = z.output<typeof anypointConfig>;
export type OktaConfig = z.output<typeof oktaConfig>;
export type ApiConfig = StackConfig["apis"][number];
export type ConsumerConfig = StackConfig["consumers"][number];
