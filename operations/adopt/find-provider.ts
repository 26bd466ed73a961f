/** The client provider to begin with, and from it the two apps. */
import type { AnypointSide, FoundProvider } from "./anypoint-side.ts";
import { NothingTaken, type Rows } from "./object-row.ts";
import type { OktaSide, SeenApp } from "./okta-side.ts";

export const PROVIDER = "client provider";
export const MANAGER = "App A (Manager)";
export const INSPECTOR = "App B (Inspector)";

/** The grant without which no app can register clients (confirmed: KB 005315457). */
const REGISTER = "okta.clients.register";

export const named = (name: string | undefined, id: string): string => (name ? `${name} (${id})` : id);
export const shown = (app: SeenApp): string => named(app.label, app.clientId);

/** The one provider that is chosen, or the only one of the org. Throws `NothingTaken` with the others in the rows. */
export async function findProvider(
  anypoint: AnypointSide,
  orgUrl: string,
  chosen: string | undefined,
  rows: Rows,
): Promise<FoundProvider> {
  const all = await anypoint.providers();
  const candidates = all.filter((provider) =>
    chosen === undefined ? isOfOrg(provider, orgUrl) : provider.id === chosen || provider.name === chosen,
  );
  const [found, second] = candidates;
  for (const provider of all.filter((one) => !candidates.includes(one))) {
    const { issuer, registrationUrl } = provider.fields;
    const why =
      chosen !== undefined
        ? "not the chosen one"
        : provider.dynamic
          ? `belongs to ${issuer ?? registrationUrl ?? "an issuer that is not shown"}, not to ${orgUrl}`
          : "is not of type OpenID Connect Dynamic Client Registration";
    rows.add(PROVIDER, named(provider.name, provider.id), "left alone", why);
  }
  if (found !== undefined && second === undefined) {
    if (!found.dynamic) {
      rows.add(
        PROVIDER,
        named(found.name, found.id),
        "left alone",
        "is not of type OpenID Connect Dynamic Client Registration",
      );
      throw new NothingTaken("The chosen client provider is of another type. Choose one by --provider NAME_OR_ID.");
    }
    rows.add(
      PROVIDER,
      named(found.name, found.id),
      "taken",
      chosen === undefined ? "the only one of this org" : "chosen",
    );
    return found;
  }
  for (const { name, id } of candidates) rows.add(PROVIDER, named(name, id), "ambiguous", "could be meant");
  if (found !== undefined) {
    throw new NothingTaken(
      "Several client providers could be meant; none was taken. Choose one by --provider NAME_OR_ID; an id is never ambiguous.",
    );
  }
  throw new NothingTaken(
    chosen === undefined
      ? `Anypoint shows no client provider of ${orgUrl}. Check okta-anypoint:orgUrl, and that the connected app has read:orgclientproviders in the root organization (without it the list is empty); or choose one by --provider NAME_OR_ID.`
      : `Anypoint shows no client provider "${chosen}". Give a name or id as Access Management, Client Providers shows it.`,
  );
}

function isOfOrg({ dynamic, fields }: FoundProvider, orgUrl: string): boolean {
  const bare = (url: string | undefined) => url?.replace(/\/+$/, "");
  return dynamic && (bare(fields.issuer) === orgUrl || (fields.registrationUrl?.startsWith(`${orgUrl}/`) ?? false));
}

/** App B: the client with which the provider introspects. */
export async function findInspector(okta: OktaSide, provider: FoundProvider, rows: Rows): Promise<SeenApp> {
  const clientId = provider.fields.inspectorClientId;
  const app = clientId === undefined ? undefined : await okta.appOfClient(clientId);
  if (clientId === undefined || app === undefined) {
    rows.add(
      INSPECTOR,
      clientId ?? "-",
      "missing",
      clientId === undefined ? "the provider shows none" : `no app of ${okta.orgUrl} has this client id`,
    );
    throw new NothingTaken(
      "The provider introspects with a client that is not in this Okta org, so it is not the two-app pattern of this org. Nothing was taken.",
    );
  }
  if (!app.method.startsWith("client_secret_")) {
    rows.add(INSPECTOR, shown(app), "left alone", `logs in by ${app.method}, not with a secret`);
    throw new NothingTaken(
      "App B must have a client secret: gateways send one (confirmed: gateway docs). Nothing was taken.",
    );
  }
  rows.add(INSPECTOR, shown(app), "taken", "the provider introspects with it");
  return app;
}

/** App A: by the flag, by the provider's private-key block where it is visible, or the only app that could be it. */
export async function findManager(
  okta: OktaSide,
  provider: FoundProvider,
  options: { readonly manager?: string; readonly ownClientId?: string },
  rows: Rows,
): Promise<{ app: SeenApp; grants: string[] }> {
  const registersBy = provider.block.missing.length === 0 ? provider.block.clientId : undefined;
  const clientId = options.manager ?? registersBy;
  const why = options.manager !== undefined ? "chosen" : "the provider registers clients by it";
  if (clientId !== undefined) {
    const app = await okta.appOfClient(clientId);
    if (app === undefined) {
      rows.add(MANAGER, clientId, "missing", `no app of ${okta.orgUrl} has this client id`);
      throw new NothingTaken(
        `The Okta org has no app with the client id ${clientId}. Give App A's by --manager CLIENT_ID.`,
      );
    }
    if (app.type !== "service" || app.method !== "private_key_jwt") {
      rows.add(MANAGER, shown(app), "left alone", `is of type ${app.type} and logs in by ${app.method}`);
      throw new NothingTaken(
        "App A must be an API Services app with a public key (confirmed: KB 005315457). Nothing was taken.",
      );
    }
    rows.add(MANAGER, shown(app), "taken", why);
    return { app, grants: await okta.grants(app) };
  }
  const candidates: { app: SeenApp; grants: string[] }[] = [];
  for (const app of await okta.apps()) {
    // The app that runs the stack is not the one that Anypoint logs in with.
    if (app.type !== "service" || app.method !== "private_key_jwt" || app.clientId === options.ownClientId) continue;
    const grants = await okta.grants(app);
    if (grants.includes(REGISTER)) candidates.push({ app, grants });
  }
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) {
    rows.add(MANAGER, shown(only.app), "taken", `the only service app with a key and ${REGISTER}`);
    return only;
  }
  for (const { app } of candidates)
    rows.add(MANAGER, shown(app), "ambiguous", `a service app with a key and ${REGISTER}`);
  if (only !== undefined) {
    throw new NothingTaken(
      "Several apps could be App A; none was taken. Choose one by --manager CLIENT_ID: Access Management, the client provider, Token Client ID.",
    );
  }
  rows.add(MANAGER, "-", "missing", `no service app with a key and ${REGISTER}`);
  throw new NothingTaken("The Okta org shows no app that could be App A. Give its client id by --manager CLIENT_ID.");
}
