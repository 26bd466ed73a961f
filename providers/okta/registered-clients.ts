/**
 * Clients that were registered dynamically (RFC 7591), as Okta shows them among its apps. Such a client's id is its app's id,
 * it asks for consent, and one that Anypoint registered is a web app (confirmed: OASO; KB 001123173). Who registered it is
 * not shown.
 */
import { type OktaClient, all, askOkta, findAtOkta } from "./client.ts";
import { OktaError } from "./errors.ts";

export interface OktaApp {
  readonly id: string;
  readonly label: string;
  readonly status: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly clientId?: string;
  /** Whether it can be a client that Anypoint registered, as far as Okta shows. */
  readonly registered: boolean;
}

interface Shown {
  readonly id?: string;
  readonly label?: string;
  readonly name?: string;
  readonly status?: string;
  readonly created?: Date | string;
  readonly credentials?: { readonly oauthClient?: { readonly client_id?: string } };
  readonly settings?: {
    readonly oauthClient?: { readonly application_type?: string; readonly consent_method?: string };
  };
}

function seen(app: Shown): OktaApp {
  const { id = "", label = "", name, status = "", created, credentials, settings } = app;
  const clientId = credentials?.oauthClient?.client_id;
  return {
    ...{ id, label, status },
    ...(created !== undefined && { created: new Date(created).toISOString() }),
    ...(clientId !== undefined && { clientId }),
    registered:
      name === "oidc_client" &&
      clientId === id &&
      settings?.oauthClient?.application_type === "web" &&
      settings.oauthClient.consent_method === "REQUIRED",
  };
}

/** The app of a client id, or undefined when there is none. */
export async function findApp(okta: OktaClient, orgUrl: string, clientId: string): Promise<OktaApp | undefined> {
  const app = await findAtOkta(orgUrl, `read the app of client ${clientId}`, () =>
    okta.applicationApi.getApplication({ appId: clientId }),
  );
  return app === undefined ? undefined : seen(app);
}

/** The apps of exactly this label. */
export async function appsLabelled(okta: OktaClient, orgUrl: string, label: string): Promise<OktaApp[]> {
  const apps = await askOkta(orgUrl, `list the apps labelled "${label}"`, () =>
    all(okta.applicationApi.listApplications({ q: label })),
  );
  return apps.map((app) => seen(app as Shown)).filter((app) => app.label === label);
}

/** Deactivates and deletes an app, and looks that it is gone. */
export async function deleteApp(okta: OktaClient, orgUrl: string, app: OktaApp): Promise<void> {
  const appId = app.id;
  if (app.status === "ACTIVE") {
    await askOkta(orgUrl, `deactivate the client ${appId}`, () => okta.applicationApi.deactivateApplication({ appId }));
  }
  await findAtOkta(orgUrl, `delete the client ${appId}`, () => okta.applicationApi.deleteApplication({ appId }));
  if ((await findApp(okta, orgUrl, appId)) !== undefined) throw stillThere(orgUrl, appId);
}

const stillThere = (orgUrl: string, appId: string): OktaError =>
  new OktaError(
    `Could not delete the client ${appId}: ${orgUrl} took the request, but still shows it. Run the command again.`,
    { code: "refused" },
  );
