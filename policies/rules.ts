/**
 * What no stack of this project may look like, as functions of its resources: for the policy pack (`index.ts`), and for tests. Each says
 * what is wrong in one sentence and what to do in another, or nothing. None has a secret in it.
 */

import { isLoopback } from "../config/loopback.ts";
import { isProduction as isNamedProduction } from "../config/production.ts";
import { ENFORCEMENT_POLICY } from "../providers/anypoint/api-policy-inputs.ts";

/** A resource as a preview knows it. What is unknown until `up` is left out of `props`, and is judged by the `up`. */
export interface SeenResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
}

export interface RuleSettings {
  readonly stack: string;
  /** Stacks that the rules of production hold for. Default: those that the settings take for production, by a word of the name. */
  readonly production?: readonly string[];
  /** Days after which a Manager's key is too old in production. Default 180. */
  readonly maxKeyAgeDays: number;
  /** Why a resource may break a rule, by the rule's name and the resource's. */
  readonly exceptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Rule {
  /** Kebab case; never changes, since exceptions name it. */
  readonly name: string;
  readonly description: string;
  /** Default `mandatory`: a preview or an `up` that breaks it fails. */
  readonly level?: "advisory";
  /** Whether it looks at the other resources of the stack too. */
  readonly whole?: true;
  /** Whether it holds for stacks of production alone. */
  readonly production?: true;
  /** One text per fault. */
  check(this: void, resource: SeenResource, settings: RuleSettings, all: readonly SeenResource[]): readonly string[];
}

const OAUTH_APP = "okta:app/oAuth:OAuth";
const CLIENT_PROVIDER = "pulumi-nodejs:dynamic/anypoint:ClientProvider";
/** Whoever writes it: the stack, or a person. */
const PROVIDERS = [CLIENT_PROVIDER, "pulumi-nodejs:dynamic/anypoint:ManualClientProvider"];
const CLIENT_APPLICATION = "pulumi-nodejs:dynamic/anypoint:ClientApplication";
const SIGNING_KEY = "pulumi-nodejs:dynamic/okta-anypoint:SigningKey";

/** A rule of one type of resources. */
const ruleFor = (types: readonly string[], name: string, description: string, check: Check): Rule => ({
  name,
  description,
  check: (resource, settings, all) =>
    types.includes(resource.type) ? check(resource.props, settings, resource, all) : [],
});

type Check = (
  props: Readonly<Record<string, unknown>>,
  settings: RuleSettings,
  resource: SeenResource,
  all: readonly SeenResource[],
) => readonly string[];

/** The same, for stacks of production alone. */
const inProduction = (types: readonly string[], name: string, description: string, check: Check): Rule => ({
  ...ruleFor(types, name, description, check),
  production: true,
});

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null)
    : [];
const isProduction = ({ stack, production }: RuleSettings): boolean =>
  production?.includes(stack) ?? isNamedProduction(stack);

/** Bits of an RSA modulus in base64url. */
function bitsOf(modulus: string): number {
  const bytes = Buffer.from(modulus, "base64url");
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first]!) + 24;
}

const MANAGER_SCOPES = ["okta.clients.register", "okta.clients.read", "okta.clients.manage"];

const managerAuthentication = ruleFor(
  [OAUTH_APP, CLIENT_PROVIDER],
  "manager-private-key-jwt",
  "A Manager authenticates by private_key_jwt, never by a secret, and Anypoint registers clients as it, never by a static header.",
  ({ type, tokenEndpointAuthMethod: method, registrationHeader: header }, _, { type: resourceType }) => {
    if (resourceType === CLIENT_PROVIDER) {
      return header === undefined || header === null
        ? []
        : [
            "Anypoint registers clients with a static header. Set clientProvider.mode to managed, or write an exception.",
          ];
    }
    return type === "service" && text(method) !== undefined && method !== "private_key_jwt"
      ? [`It authenticates by ${text(method)}. Set tokenEndpointAuthMethod to private_key_jwt.`]
      : [];
  },
);

/** Whether both are known, and one. */
const isSame = (one: unknown, other: unknown): boolean => text(one) !== undefined && one === other;

/** By its client id, which the provider names; while a preview knows neither, by there being a service app at all. */
const managerApp: Rule = {
  ...ruleFor(
    [OAUTH_APP, CLIENT_PROVIDER],
    "manager-app",
    "The app as which Anypoint registers clients is a service app: it has no user, no redirect and no secret.",
    ({ type, clientId, managerClientId }, _, { type: resourceType }, all) => {
      if (resourceType === CLIENT_PROVIDER) {
        const apps = all.filter((one) => one.type === OAUTH_APP).map(({ props }) => props);
        const fits = (app: SeenResource["props"]) =>
          text(app.type) === undefined || app.type === "service" || isSame(app.clientId, managerClientId);
        return apps.length === 0 || apps.some(fits)
          ? []
          : ["None of the stack's apps is a service app. Make the Manager one."];
      }
      const isManager = all.some((one) => PROVIDERS.includes(one.type) && isSame(clientId, one.props.managerClientId));
      return isManager && text(type) !== undefined && type !== "service"
        ? [`It is the Manager, and of type ${text(type)}. Make it a service app.`]
        : [];
    },
  ),
  whole: true,
};

const managerKey = ruleFor(
  [OAUTH_APP, SIGNING_KEY],
  "manager-key",
  "A Manager has exactly one key, RSA of 2048 bits or more: Anypoint names no key in its assertions.",
  ({ type, jwks, jwksUri, modulusLength }, _, { type: resourceType }) => {
    if (resourceType === SIGNING_KEY) {
      return typeof modulusLength === "number" && modulusLength < 2048
        ? [`The key has ${modulusLength} bits. Set manager.modulusLength to 2048, 3072 or 4096.`]
        : [];
    }
    if (type === "service" && text(jwksUri) !== undefined)
      return ["Its keys stand at a URL, where others can add some. Give the one key as jwks."];
    if (type !== "service" || !Array.isArray(jwks)) return [];
    const keys = objects(jwks);
    const wrong =
      jwks.length === 1 ? [] : [`It has ${jwks.length} keys. Leave one; rotate by a second app (npm run rotate).`];
    for (const { kty, n } of keys) {
      if (kty !== undefined && kty !== "RSA") wrong.push("A key is not RSA. Anypoint signs with RSA: use an RSA key.");
      const bits = text(n) === undefined ? undefined : bitsOf(text(n)!);
      if (bits !== undefined && bits < 2048) wrong.push(`A key has ${bits} bits. Use one of 2048 or more.`);
    }
    return wrong;
  },
);

const managerScopes = ruleFor(
  ["okta:index/appOauthApiScope:AppOauthApiScope", CLIENT_PROVIDER],
  "manager-scopes",
  `A Manager is granted, and Anypoint asks for, no Okta API scope beyond ${MANAGER_SCOPES.join(", ")}.`,
  ({ scopes, managerScopes: asked }) => {
    const more = [...texts(scopes), ...texts(asked)].filter((scope) => !MANAGER_SCOPES.includes(scope));
    return more.length === 0 ? [] : [`It has ${more.join(", ")} too. Take that out.`];
  },
);

const managerRole = ruleFor(
  ["okta:app/oauthRoleAssignment:OauthRoleAssignment"],
  "manager-role",
  "A Manager's admin role is Application Administrator, unless an exception says why not.",
  ({ type }) =>
    text(type) !== undefined && type !== "APP_ADMIN"
      ? [`It gets the role ${text(type)}. Set manager.adminRole.type to APP_ADMIN, or write an exception for it.`]
      : [],
);

const providerUrls = ruleFor(
  PROVIDERS,
  "provider-urls",
  "Issuer, registration, authorize and token URL of a client provider are the Okta org's, and its introspection URL a server of that org.",
  ({ issuer, registrationUrl, authorizeUrl, tokenUrl, introspectionUrl }) => {
    const org = text(issuer);
    if (org === undefined) return [];
    const wanted = { registrationUrl: "clients", authorizeUrl: "authorize", tokenUrl: "token" };
    const given: Record<string, unknown> = { registrationUrl, authorizeUrl, tokenUrl };
    const wrong = Object.entries(wanted)
      .filter(([name, end]) => text(given[name]) !== undefined && given[name] !== `${org}/oauth2/v1/${end}`)
      .map(([name, end]) => `${name} is not ${org}/oauth2/v1/${end}. All of them follow from orgUrl: correct that.`);
    const introspection = text(introspectionUrl);
    const ofOrg =
      introspection?.startsWith(`${org}/oauth2/`) && /\/oauth2\/([^/]+\/)?v1\/introspect$/.test(introspection);
    if (introspection !== undefined && !ofOrg) {
      wrong.push(
        `introspectionUrl is not of ${org}. Gateways would ask another org whether tokens are valid: correct it.`,
      );
    }
    return wrong;
  },
);

const clientIdValidation = ruleFor(
  ["pulumi-nodejs:dynamic/anypoint:ApiPolicy"],
  "client-id-validation",
  "The enforcement policy is on, and never skips the validation of the client id: with it skipped, tokens of any client of the org pass.",
  ({ configuration, assetId, disabled }) => {
    const wrong = disabled === true ? ["It is disabled, so that every caller passes. Set disabled to false."] : [];
    if (typeof configuration !== "object" || configuration === null) return wrong;
    const { skipClientIdValidation: skip } = configuration as { skipClientIdValidation?: unknown };
    // Of another policy's template the default is not known, and nothing is sent in its place.
    const foreign = text(assetId) !== undefined && assetId !== ENFORCEMENT_POLICY;
    if (skip === undefined ? foreign : skip !== false) {
      wrong.push(
        "skipClientIdValidation is not false. Set it to false, or take it out of the API's policy.configuration.",
      );
    }
    return wrong;
  },
);

const ruleScopes = ruleFor(
  ["okta:auth/serverPolicyRule:ServerPolicyRule"],
  "rule-scopes",
  "An access policy's rule lists its scopes and never allows all of them.",
  ({ scopeWhitelists }) =>
    texts(scopeWhitelists).includes("*") ? ['It allows "*". List the scopes that consumers need.'] : [],
);

const timeout = ruleFor(
  [CLIENT_PROVIDER],
  "provider-timeout",
  "Anypoint waits for Okta between 5 and 20 seconds.",
  ({ timeoutSeconds: seconds }) =>
    typeof seconds === "number" && (seconds < 5 || seconds > 20)
      ? [`timeoutSeconds is ${seconds}. Set clientProvider.timeoutSeconds from 5 to 20.`]
      : [],
);

/** Whether a URL is the sandbox's: of a server on this machine, where clear text and made-up certificates harm nobody. */
const ofSandbox = (url: string, settings: RuleSettings): boolean =>
  !isProduction(settings) && URL.canParse(url) && isLoopback(new URL(url).hostname);

const https = ruleFor(
  [...PROVIDERS, CLIENT_APPLICATION],
  "https",
  "Outside the sandbox a client provider's URLs are https and its certificates checked, and codes are redirected to https alone, or to the user's own machine.",
  (props, settings) => {
    const redirects = texts(props.redirectUris)
      .filter((uri) => /^http:/i.test(uri) && !(URL.canParse(uri) && isLoopback(new URL(uri).hostname)))
      .map((uri) => `Codes are sent to ${uri} in clear. Use https in the consumer's redirectUris.`);
    const urls = ["issuer", "registrationUrl", "authorizeUrl", "tokenUrl", "introspectionUrl"]
      .filter((name) => {
        const url = text(props[name]);
        return url !== undefined && !url.startsWith("https://") && !ofSandbox(url, settings);
      })
      .map((name) => `${name} is not https. Set orgUrl to an https URL.`);
    const wrong = [...redirects, ...urls];
    if (props.allowUntrustedCertificates === true && !ofSandbox(text(props.issuer) ?? "", settings)) {
      wrong.push("Anypoint does not check Okta's certificate. Set clientProvider.validateCertificates to true.");
    }
    return wrong;
  },
);

/** Whether the provider works with an app: by its client id, or while a preview does not know that, since it is the only one of its type. */
function inUse(app: SeenResource, all: readonly SeenResource[]): boolean {
  const { type, clientId } = app.props;
  const used = type === "service" ? "managerClientId" : type === "web" ? "inspectorClientId" : undefined;
  const provider = all.find((one) => PROVIDERS.includes(one.type));
  if (used === undefined || provider === undefined) return false;
  const [its, wanted] = [text(clientId), text(provider.props[used])];
  if (its !== undefined && wanted !== undefined) return its === wanted;
  return all.filter((one) => one.type === OAUTH_APP && one.props.type === type).length === 1;
}

/** A former generation of an app, which is to be retired, and a coming one are not in use, and need no protection. */
const protection: Rule = {
  ...inProduction(
    [...PROVIDERS, OAUTH_APP, "okta:auth/server:Server"],
    "production-protect",
    "In production the client provider, the two apps it works with and the authorization server are protected.",
    (_, __, resource, all) =>
      resource.protect || (resource.type === OAUTH_APP && !inUse(resource, all))
        ? []
        : ["It is not protected, and its end would cut off consumers. Set okta-anypoint:protect to true."],
  ),
  whole: true,
};

const deletion = inProduction(
  [CLIENT_PROVIDER],
  "production-deletion",
  "In production Anypoint deletes no clients in Okta, and the provider does not go while APIs use it.",
  ({ allowExternalClientModification: everywhere, deleteWhileUsed }) => {
    const wrong =
      everywhere === true
        ? ["Deleting an application deletes its Okta client. Set clientProvider.clientDeletion to anypoint or keep."]
        : [];
    if (deleteWhileUsed === true)
      wrong.push("It goes although APIs use it. Set clientProvider.deleteWhileUsed to false.");
    return wrong;
  },
);

const DAY = 86_400_000;

/**
 * The date is no input, so that only a look at the whole stack shows it. While a younger key is there, a rotation is on its way. Advisory: a
 * day of the calendar is no change of anybody's, and must not stop an urgent one.
 */
const keyAge: Rule = {
  ...inProduction(
    [SIGNING_KEY],
    "production-key-age",
    "In production a Manager's key is rotated in time.",
    ({ createdAt }, { now, maxKeyAgeDays, stack }, _, all) => {
      const daysOf = (date: unknown) => Math.floor((now - Date.parse(text(date) ?? "")) / DAY);
      const days = daysOf(createdAt);
      const keys = all.filter(({ type }) => type === SIGNING_KEY);
      return days > maxKeyAgeDays && keys.every(({ props }) => daysOf(props.createdAt) > maxKeyAgeDays)
        ? [`It is ${days} days old, more than ${maxKeyAgeDays}. Run npm run rotate -- --stack ${stack} --app manager.`]
        : [];
    },
  ),
  ...{ whole: true, level: "advisory" },
};

export const RULES: readonly Rule[] = [
  ...[managerAuthentication, managerApp, managerKey, managerScopes, managerRole, providerUrls, clientIdValidation],
  ...[ruleScopes, timeout, https, protection, deletion, keyAge],
];

/** One fault of one resource. */
export interface Violation {
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
}

/** All faults of the resources that no exception covers. */
export const violations = (
  resources: readonly SeenResource[],
  settings: RuleSettings,
  rules: readonly Rule[] = RULES,
): Violation[] =>
  resources.flatMap((resource) =>
    rules
      .filter(({ name, production }) => !excepted(settings, name, resource) && !(production && !isProduction(settings)))
      .flatMap((rule) =>
        rule
          .check(resource, settings, resources)
          .map((message) => ({ rule: rule.name, resource: resource.name, message })),
      ),
  );

const excepted = ({ exceptions }: RuleSettings, rule: string, { name }: SeenResource): boolean =>
  (exceptions[rule]?.[name] ?? "").trim() !== "";
