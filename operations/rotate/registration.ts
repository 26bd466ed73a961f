/** One client registered through Anypoint with what the provider has now, and deleted again. */
import { rootOrganization } from "../../providers/anypoint/organizations.ts";
import { createClientApplication, deleteClientApplication } from "../../providers/anypoint/client-application.ts";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { DEFAULT_GRANT_TYPES, UNUSED_REDIRECT_URI } from "../../config/schema.ts";
import type { ClientDeletion } from "../../config/manager-scopes.ts";
import type { OktaClient } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { deleteApp, findApp } from "../../providers/okta/registered-clients.ts";

export interface Registrar {
  readonly anypoint: AnypointClient;
  readonly okta: OktaClient;
  readonly orgUrl: string;
}

export interface Registration {
  readonly stack: string;
  readonly clientProviderId: string;
  /** An API instance that is bound to the provider; undefined where the stack has none. */
  readonly apiId?: string;
  readonly clientDeletion: ClientDeletion;
}

export type Registered =
  /** `left`: why it could not be deleted again. */
  | { readonly kind: "registered"; readonly clientId: string; readonly left?: string }
  | { readonly kind: "skipped"; readonly why: string }
  /** Okta refused Anypoint. */
  | { readonly kind: "refused"; readonly why: string }
  /** Whether Okta would take Anypoint was not seen. */
  | { readonly kind: "untried"; readonly why: string };

/**
 * One of the same name, left by a run that was cut off, is taken and deleted. What can't be deleted again is not made.
 */
export async function registerOnce({ anypoint, okta, orgUrl }: Registrar, wanted: Registration): Promise<Registered> {
  const { stack, clientProviderId, apiId, clientDeletion } = wanted;
  if (apiId === undefined) return { kind: "skipped", why: "the stack has no API instance to ask access to" };
  if (clientDeletion === "keep") {
    return { kind: "skipped", why: "with clientDeletion: keep its application could not be deleted again" };
  }
  let made;
  try {
    await rootOrganization(anypoint);
    made = await createClientApplication(anypoint, {
      name: `okta-anypoint-rotation-${stack}`,
      description: "Shows that clients can be registered; deleted at once",
      redirectUris: [UNUSED_REDIRECT_URI],
      grantTypes: [...DEFAULT_GRANT_TYPES],
      ...{ apiId, clientProviderId, deletion: "remove" },
    });
  } catch (error) {
    if (!(error instanceof AnypointError)) throw error;
    return { kind: /OpenID provider responded/.test(error.message) ? "refused" : "untried", why: error.message };
  }
  const { clientId } = made.state;
  try {
    // What stays at Okta is deleted here, so there is nothing to tell.
    await deleteClientApplication(anypoint, made.id, made.state, () => {});
    const left = await findApp(okta, orgUrl, clientId);
    if (left?.registered === true) await deleteApp(okta, orgUrl, left);
  } catch (error) {
    if (!(error instanceof AnypointError || error instanceof OktaError)) throw error;
    return { kind: "registered", clientId, left: error.message };
  }
  return { kind: "registered", clientId };
}
