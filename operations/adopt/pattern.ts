/** From what both sides have to the configuration that takes it over. */
import { type ClientDeletion, managerScopes } from "../../config/manager-scopes.ts";
import { publicJwkOf } from "../../providers/signing-key.ts";
import type { AnypointSide, FoundProvider } from "./anypoint-side.ts";
import { addApis, scopesOf } from "./api-settings.ts";
import { findApis, findConsumers, findEnvironments, nameOf } from "./find-apis.ts";
import { findInspector, findManager, findProvider, shown } from "./find-provider.ts";
import type { TakenOver } from "./first-up.ts";
import { type FoundServer, findServer } from "./find-server.ts";
import { NothingTaken, type Rows } from "./object-row.ts";
import type { OktaSide, SeenApp } from "./okta-side.ts";
import type { PartialConfig } from "./stack-config.ts";

export interface PatternOptions {
  readonly stack: string;
  readonly provider?: string;
  readonly manager?: string;
  readonly server?: string;
  readonly ownServer: boolean;
  /** App A's private key as PEM. */
  readonly managerKey?: string;
  /** Client id of the app that runs the stack. */
  readonly runsTheStack?: string;
}

export interface Wanted {
  /** Keys of the `okta-anypoint:` namespace. */
  readonly plain: Record<string, unknown>;
  /** Secret ones. */
  readonly secrets: Record<string, string>;
  /** What a person must know before the first `up`. */
  readonly warnings: string[];
}

export interface Found {
  readonly wanted: Wanted;
  readonly taken: TakenOver;
}

/** Looks at both sides. Throws `NothingTaken` when something needed is missing or not the only one; the rows tell all. */
export async function findPattern(
  okta: OktaSide,
  anypoint: AnypointSide,
  config: PartialConfig,
  options: PatternOptions,
  rows: Rows,
): Promise<Found> {
  const provider = await findProvider(anypoint, okta.orgUrl, options.provider, rows);
  const inspector = await findInspector(okta, provider, rows);
  const manager = await findManager(
    okta,
    provider,
    { manager: options.manager, ownClientId: options.runsTheStack },
    rows,
  );
  const environments = await findEnvironments(anypoint, provider, rows);
  if (environments.length === 0) {
    throw new NothingTaken(
      "No environment is offered the client provider, as far as the connected app may see (view:envclientproviders, view:environment). Offer it in Access Management, Environments, and run the command again.",
    );
  }
  const apis = await findApis(anypoint, provider, environments, rows);
  const needed = [...new Set(apis.flatMap(scopesOf))];
  const { introspectionUrl } = provider.fields;
  const server = await findServer(
    okta,
    { introspectionUrl, chosen: options.server, own: options.ownServer, needed },
    rows,
  );
  const consumers = await findConsumers(anypoint, provider, apis, rows);
  const wanted: Wanted = { plain: {}, secrets: {}, warnings: [] };
  await addManager(okta, provider, manager, options, wanted, rows);
  await addInspector(okta, inspector, config, wanted);
  const root = await anypoint.root();
  const settings = providerSettings(provider, wanted.warnings);
  const inSite = server !== undefined && introspectionUrl === `${okta.orgUrl}/oauth2/v1/introspect`;
  wanted.plain.clientProvider = {
    name: provider.name,
    environments: environments.map((environment) => {
      const name = nameOf(environment, root);
      return name.businessGroup === undefined ? name.environment : name;
    }),
    ...settings,
    ...(inSite && { introspectAt: "org" }),
    adopt: true,
  };
  if (inSite) {
    wanted.warnings.push(
      "The provider introspects at the org, as the vendor's guide has it: by Okta's rule the custom server's tokens are inactive there, and APIs answer 401. It is left so (introspectAt: org); take that out to have it changed.",
    );
  }
  if (server !== undefined) addServer(server, needed, wanted);
  addApis(apis, consumers, config, { ...options, root }, wanted);
  return {
    wanted,
    taken: {
      provider,
      environments: environments.flatMap(({ id, name }) => [id, name]),
      policies: apis.flatMap(({ policy }) => policy ?? []),
      applications: consumers.map(({ application }) => application.name),
    },
  };
}

async function addManager(
  okta: OktaSide,
  provider: FoundProvider,
  { app, grants }: { app: SeenApp; grants: string[] },
  { managerKey }: PatternOptions,
  { plain, secrets, warnings }: Wanted,
  rows: Rows,
): Promise<void> {
  const kid = managerKey === undefined ? undefined : await kidOf(app, managerKey);
  if (managerKey !== undefined) secrets.managerPrivateKey = managerKey;
  if (app.keys.length > 1) {
    warnings.push(
      `${shown(app)} has ${app.keys.length} keys, and Okta refuses an assertion without key id as soon as there are two; the first \`up\` keeps ${kid === undefined ? "the new one" : `the key ${kid}`} and no other.`,
    );
  }
  if (app.jwksUri !== undefined) {
    warnings.push(
      `${shown(app)} gets its keys from ${app.jwksUri}; the first \`up\` registers the key in the app in place of that.`,
    );
  }
  if (app.dpop)
    warnings.push(
      `${shown(app)} demands DPoP, which MuleSoft has not; the first change of the app by the Okta plugin switches it off.`,
    );
  if (provider.block.missing.length > 0) {
    warnings.push(
      provider.byHeader
        ? "The provider registers clients with a fixed Authorization header; the first `up` switches it to private key JWT."
        : "The provider's private-key block is not where it is looked for; the first `up` writes it, and fails when it is not kept. Set clientProvider.privateKeyBlock if its names differ here.",
    );
  } else if (provider.block.clientId !== app.clientId) {
    warnings.push(
      `The provider registers clients by ${provider.block.clientId ?? "another app"}; the first \`up\` changes it to ${app.clientId}.`,
    );
  }
  const roles = await okta.roles(app);
  const role = roles.find(({ type }) => type === "APP_ADMIN") ?? roles[0];
  for (const one of roles) {
    rows.add("admin role", `${one.type} (${one.id})`, one === role ? "taken" : "left alone", `of ${shown(app)}`);
  }
  if (role === undefined) rows.add("admin role", "APP_ADMIN", "missing", "the first `up` assigns it");
  for (const scope of grants) rows.add("grant", scope, "taken", `of ${shown(app)}`);
  const needed = new Set(managerScopes(deletionOf(provider)));
  const surplus = grants.filter((scope) => !needed.has(scope));
  if (surplus.length > 0) {
    warnings.push(
      `${shown(app)} is granted ${surplus.join(", ")}, which the pattern does not need: **the first \`up\` takes that away**, and a destroy does not give it back. Whatever else uses this app needs an app of its own.`,
    );
  }
  const standard = role === undefined || role.type === "APP_ADMIN";
  plain.manager = {
    label: app.label,
    clientId: app.clientId,
    ...(kid !== undefined && { kid }),
    ...(!standard && { adminRole: roleSettings(role) }),
  };
  plain.adopt = {
    managerApp: app.id,
    ...(grants.length > 0 && { managerGrants: true }),
    ...(role !== undefined && { managerRole: role.id }),
  };
}

const roleSettings = ({
  type,
  role,
  resourceSet,
  "resource-set": resource_set,
}: Record<string, unknown> & { type: string }) =>
  type === "CUSTOM" ? { type, role, resourceSet: resourceSet ?? resource_set } : { type };

/** The app's own name of a key. Throws `NothingTaken` when the app does not have it. */
async function kidOf(app: SeenApp, pem: string): Promise<string | undefined> {
  const { n } = await publicJwkOf(pem);
  const key = app.keys.find((one) => one.n === n);
  if (key !== undefined) return key.kid;
  if (app.jwksUri !== undefined) return undefined;
  throw new NothingTaken(
    `The key of --manager-key, or of the secret okta-anypoint:managerPrivateKey, is none of the ${app.keys.length} keys of ${shown(app)}. Give the private key of that app, or none to have a new key made by the first \`up\`.`,
  );
}

async function addInspector(okta: OktaSide, app: SeenApp, config: PartialConfig, wanted: Wanted): Promise<void> {
  wanted.plain.inspector = { label: app.label };
  wanted.plain.adopt = { ...(wanted.plain.adopt as object), inspectorApp: app.id };
  if (config.text["okta-anypoint:inspectorClientSecret"] !== undefined) return;
  const [newest, other] = await okta.secrets(app);
  if (newest === undefined) {
    throw new NothingTaken(
      `Okta shows no active client secret of ${shown(app)}. Look at its Client Credentials in the Admin Console.`,
    );
  }
  if (other !== undefined) {
    wanted.warnings.push(
      `${shown(app)} has two active secrets; the newer one is taken, and the first \`up\` gives it to the client provider.`,
    );
  }
  wanted.secrets.inspectorClientSecret = newest;
}

function deletionOf({ fields }: Pick<FoundProvider, "fields">): ClientDeletion {
  if (!fields.allowLocalClientDeletion) return "keep";
  return fields.allowExternalClientModification ? "everywhere" : "anypoint";
}

/** Settings of the provider that differ from our defaults. */
function providerSettings({ fields }: FoundProvider, warnings: string[]): Record<string, unknown> {
  const { allowLocalClientDeletion: local, allowExternalClientModification: external, timeoutSeconds } = fields;
  if (external && !local) {
    warnings.push(
      "The provider deletes clients in the IdP but not in Anypoint, which the stack does not have; the first `up` switches both off (clientDeletion: keep).",
    );
  }
  const deletion = deletionOf({ fields });
  const fits =
    timeoutSeconds !== undefined && Number.isInteger(timeoutSeconds) && timeoutSeconds >= 5 && timeoutSeconds <= 20;
  if (timeoutSeconds !== undefined && !fits)
    warnings.push(`The provider's timeout of ${timeoutSeconds} s is not one of 5 to 20; the first \`up\` sets 5.`);
  return {
    ...(deletion !== "anypoint" && { clientDeletion: deletion }),
    ...(fits && timeoutSeconds !== 5 && { timeoutSeconds }),
    ...(fields.allowUntrustedCertificates && { validateCertificates: false }),
  };
}

function addServer({ id, scopes, owned }: FoundServer, needed: readonly string[], { plain }: Wanted): void {
  const byStack = new Set(owned?.scopes.map(({ name }) => name));
  const existing = needed.filter((scope) => !byStack.has(scope) && scopes.some(({ name }) => name === scope));
  const lifetime = owned?.access?.rule.actions?.token?.accessTokenLifetimeMinutes;
  plain.authorizationServer = {
    id,
    ...(owned && {
      scopes: owned.scopes.map(({ name, description }) => (description ? { name, description } : name)),
    }),
    ...(existing.length > 0 && { existingScopes: existing }),
    allowClients: owned?.access === undefined ? "unmanaged" : "all",
    ...(lifetime != null && lifetime !== 60 && { accessTokenLifetimeMinutes: lifetime }),
  };
  if (owned === undefined) return;
  plain.adopt = {
    ...(plain.adopt as object),
    serverScopes: Object.fromEntries(owned.scopes.map(({ name, id: scopeId }) => [name, scopeId])),
    ...(owned.access && { accessPolicy: owned.access.policy.id, accessRule: owned.access.rule.id }),
  };
}
