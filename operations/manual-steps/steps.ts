/**
 * The console steps for a client provider that a person makes (`clientProvider.mode: manual`), with every value of the stack
 * filled in. The form's words and their order are MuleSoft's (confirmed: KB 005315457 and its docs). No secret is among them.
 */
import { managerScopes } from "../../config/manager-scopes.ts";
import type { Settings } from "../../config/settings.ts";
import { baseUrlOf } from "../../providers/anypoint/connection.ts";

/** What the steps say; undefined: not known before `pulumi up`. */
export interface ManualProvider {
  readonly stack: string;
  /** Base URL of Anypoint's control plane. */
  readonly anypointUrl: string;
  /** Root organization, where the configuration names it. */
  readonly organizationId?: string;
  readonly name: string;
  readonly issuer: string;
  readonly registrationUrl: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly introspectionUrl?: string;
  readonly managerClientId?: string;
  readonly managerScopes: readonly string[];
  readonly inspectorClientId?: string;
  readonly allowLocalClientDeletion: boolean;
  readonly allowExternalClientModification: boolean;
  readonly timeoutSeconds: number;
  readonly validateCertificates: boolean;
}

/** URLs and ids that only the stack's resources know. */
export type ResourceValues = Pick<
  ManualProvider,
  "registrationUrl" | "authorizeUrl" | "tokenUrl" | "introspectionUrl" | "managerClientId" | "inspectorClientId"
>;

/** What the settings say, with what the resources know. `anypointHost` is the host as configured. */
export function manualProvider(settings: Settings, anypointHost: string, values: ResourceValues): ManualProvider {
  const { clientProvider: provider, anypoint } = settings;
  return {
    ...values,
    stack: settings.stack,
    anypointUrl: baseUrlOf(anypointHost),
    organizationId: anypoint.organizationId,
    name: provider.name,
    issuer: settings.orgUrl,
    managerScopes: managerScopes(provider.clientDeletion),
    allowLocalClientDeletion: provider.clientDeletion !== "keep",
    allowExternalClientModification: provider.clientDeletion === "everywhere",
    timeoutSeconds: provider.timeoutSeconds,
    validateCertificates: provider.validateCertificates,
  };
}

const LATER = "(known after the first `pulumi up`)";

/** The steps as text, without a line break at the end. */
export function manualSteps(provider: ManualProvider): string {
  const { stack, name } = provider;
  const onOff = (on: boolean): string => (on ? "on" : "off");
  const form = [
    `Anypoint (${provider.anypointUrl}): Access Management > Client Providers > Add Client Provider > OpenID Connect Dynamic Client Registration. Name: ${name}`,
    `Issuer: ${provider.issuer}`,
    `Client Registration URL: ${provider.registrationUrl}`,
    "Authentication Method: Use OAuth2 private key jwt",
    `Token Client ID: ${provider.managerClientId ?? LATER}`,
    `Token Client Private Key: the whole text of manager.pem, written once by\n      npm run manager-key -- --stack ${stack} --out manager.pem`,
    `Token Client API Scopes: ${provider.managerScopes.join(" ")}`,
    `Client ID: ${provider.inspectorClientId ?? LATER}`,
    `Client Secret: the text of inspector.txt, written once by\n      npm run manager-key -- --stack ${stack} --inspector-secret --out inspector.txt`,
    `Authorize URL: ${provider.authorizeUrl}`,
    `Token URL: ${provider.tokenUrl}`,
    `Token Introspection URL: ${provider.introspectionUrl ?? LATER}`,
  ];
  const switches = [
    `Enable client deletion in Anypoint Platform: ${onOff(provider.allowLocalClientDeletion)}`,
    `Enable client deletion and updates in IdP: ${onOff(provider.allowExternalClientModification)}`,
    `Client request timeout: ${provider.timeoutSeconds} seconds`,
    `Disable server certificate validation: ${onOff(!provider.validateCertificates)}`,
  ];
  const organization = provider.organizationId ?? "ROOT_ORGANIZATION_ID";
  const list = `${provider.anypointUrl}/accounts/api/organizations/${organization}/clientProviders?search=${encodeURIComponent(name)}&ascending=true`;
  return [
    `Client provider "${name}" is made by hand (okta-anypoint:clientProvider.mode is manual):`,
    ...form.map((line, index) => `${String(index + 1).padStart(4)}. ${line}`),
    "In the same form, then Create:",
    ...switches.map((line) => `      ${line}`),
    "Delete manager.pem and inspector.txt. Then give the stack the provider's id:",
    `      npm run anypoint:learn -- --stack ${stack} --provider ${quoted(name)}`,
    `      shows it; so does providerId in the answer of GET ${list}`,
    `      pulumi config set --path okta-anypoint:clientProvider.id ID --stack ${stack}`,
    `      pulumi up --stack ${stack}`,
  ].join("\n");
}

/** A word for a shell. */
const quoted = (word: string): string => (/^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
