/** `okta.app.OAuth`. */
import pRetry from "p-retry";
import { type ResourceModule, afterCreation } from "../../grpc/plugin.ts";
import { diffProperties } from "../../grpc/property-diff.ts";
import type { Props } from "../../grpc/values.ts";
import { OktaApiError, attempt } from "../api-error.ts";
import type { OktaClient } from "../http.ts";
import { type AppAnswer, accessPolicyOf, appOutputs, secretOf } from "./app-oauth-answer.ts";
import { appBody } from "./app-oauth-body.ts";
import { assertValidApp } from "./app-oauth-checks.ts";
import { appOAuthProperties } from "./app-oauth-properties.ts";
import { readGroupsClaim, writeGroupsClaim } from "./groups-claim.ts";

const CREATE = "failed to create OAuth application";
const UPDATE = "failed to update OAuth application";
const DELETE = "failed to delete OAuth application";

const pathOf = (id: string, rest = ""): string => `/api/v1/apps/${id}${rest}`;

/** Assigns the given access policy, or the org's default one. Not on Classic, which has none to be assigned. */
async function assignPolicy(client: OktaClient, id: string, policyId: string | undefined): Promise<void> {
  if (policyId !== undefined && policyId !== "") {
    await client.v2.request("PUT", pathOf(id, `/policies/${policyId}`));
    return;
  }
  if (await client.isClassic()) return;
  const policies = await client.v2.request<{ id: string; system?: boolean }[]>(
    "GET",
    "/api/v1/policies?type=ACCESS_POLICY",
  );
  const [policy, ...more] = policies.filter(({ system }) => system === true);
  if (policy === undefined || more.length > 0) {
    throw new Error(`expected one default access policy, found ${policy === undefined ? 0 : more.length + 1}`);
  }
  await client.v2.request("PUT", pathOf(id, `/policies/${policy.id}`));
}

/** The app as it is. A missing one is an error, not a resource that is gone (inferred from the provider's code). */
async function outputsOf(client: OktaClient, id: string, known: Props): Promise<Props> {
  const app = await attempt("failed to get OAuth application", () => client.v6.request<AppAnswer>("GET", pathOf(id)));
  if (app.signOnMode !== "OPENID_CONNECT") {
    throw new Error(
      "failed to verify app type: unexpected application response type from Okta - not an OpenIdConnectApplication",
    );
  }
  const outputs: Props = { ...known, ...appOutputs(app) };
  if (known["skipAuthenticationPolicy"] !== true && !(await client.isClassic())) {
    outputs["authenticationPolicy"] = accessPolicyOf(app) ?? known["authenticationPolicy"];
  }
  if (!client.usesOAuth) outputs["groupsClaim"] = await readGroupsClaim(client, id);
  return outputs;
}

/** The secret to keep: the newest that Okta told, unless the program wants none in the state. */
function withSecret(props: Props, app: AppAnswer): Props {
  const { clientSecret: old, ...rest } = props;
  return props["omitSecret"] === true ? rest : { ...rest, clientSecret: secretOf(app) ?? old };
}

export const appOAuth: ResourceModule<OktaClient> = {
  token: "okta:app/oAuth:OAuth",
  properties: appOAuthProperties,

  validate: (inputs) =>
    [
      ["clientBasicSecret", "clientBasicSecretWo"],
      ["authenticationPolicy", "skipAuthenticationPolicy"],
    ].flatMap(([one, other]) =>
      inputs[one ?? ""] && inputs[other ?? ""]
        ? [{ property: one ?? "", reason: `Conflicting configuration arguments. "${one}": conflicts with ${other}` }]
        : [],
    ),

  /** A secret that was dropped from the state can only come back with a new app. */
  alsoReplaces: (inputs, state) =>
    state["omitSecret"] === true && inputs["omitSecret"] !== true ? ["omitSecret"] : [],

  async create(client, inputs) {
    await attempt(CREATE, async () => assertValidApp(inputs));
    const activate = inputs["status"] === "ACTIVE";
    const created = await attempt(CREATE, () =>
      client.v6.request<AppAnswer>("POST", `/api/v1/apps?activate=${activate}`, appBody(inputs, inputs, true)),
    );
    const { id } = created;
    const known = withSecret(inputs, created);
    return afterCreation(
      () => ({ id, outputs: { ...known, ...appOutputs(created) } }),
      async () => {
        if (!client.usesOAuth) {
          await attempt("failed to update groups claim for an OAuth application", () =>
            writeGroupsClaim(client, id, inputs),
          );
        }
        if (inputs["type"] !== "service" && inputs["skipAuthenticationPolicy"] !== true) {
          await attempt("failed to set authentication policy for an OAuth application", () =>
            assignPolicy(client, id, inputs["authenticationPolicy"] as string | undefined),
          );
        }
        return { id, outputs: await outputsOf(client, id, known) };
      },
    );
  },

  async read(client, id, state) {
    const known = Object.keys(state).length === 0 ? NOT_READ_BACK : state;
    return { id, outputs: await outputsOf(client, id, known) };
  },

  async update(client, id, inputs, state) {
    const changed = diffProperties(appOAuthProperties, state, inputs).map(({ property }) => property);
    if (changed.includes("status")) {
      const change = inputs["status"] === "ACTIVE" ? "activate" : "deactivate";
      await attempt(`failed to ${change} application`, () =>
        client.v2.request("POST", pathOf(id, `/lifecycle/${change}`)),
      );
      // Nothing else changed: no more requests (confirmed: provider code).
      if (changed.every((property) => property === "status")) return { ...state, status: inputs["status"] };
    }
    await attempt(UPDATE, async () => assertValidApp(inputs));
    const props = { ...filledIn(state), ...inputs };
    const updated = await attempt(UPDATE, () =>
      client.v6.request<AppAnswer>("PUT", pathOf(id), appBody(props, inputs, false)),
    );
    if (!client.usesOAuth && changed.includes("groupsClaim")) {
      await attempt("failed to update groups claim for an OAuth application", () =>
        writeGroupsClaim(client, id, inputs),
      );
    }
    if (inputs["skipAuthenticationPolicy"] !== true) {
      await attempt("failed to set authentication policy an OAuth application", () =>
        assignPolicy(client, id, props["authenticationPolicy"] as string | undefined),
      );
    }
    return outputsOf(client, id, withSecret(props, updated));
  },

  async delete(client, id, state) {
    await attempt(DELETE, async () => {
      if (state["status"] === "ACTIVE") {
        await patiently(20_000, () => client.v2.request("POST", pathOf(id, "/lifecycle/deactivate")));
      }
      await patiently(30_000, () => client.v2.request("DELETE", pathOf(id)));
    });
  },
};

/** What Okta does not answer; an import takes the defaults (inferred), and has no client secret (confirmed: provider code). */
const NOT_READ_BACK: Props = Object.fromEntries(
  ["omitSecret", "skipAuthenticationPolicy", "refreshTokenRotation", "refreshTokenLeeway"].map((name) => [
    name,
    appOAuthProperties[name]?.default,
  ]),
);

/** Values of the state that the service filled in and an update sends again. */
function filledIn(state: Props): Props {
  const kept = Object.entries(state).filter(([name]) => {
    const property = appOAuthProperties[name];
    return property?.computed === true || property?.keptWhenUnset === true || property?.output === true;
  });
  return Object.fromEntries(kept);
}

/** Okta may need a moment between deactivation and deletion: server errors and "must be deactivated" are tried again. */
async function patiently(maxRetryTime: number, request: () => Promise<unknown>): Promise<void> {
  await pRetry(request, {
    maxRetryTime,
    retries: 20,
    minTimeout: 500,
    maxTimeout: 5_000,
    shouldRetry: ({ error }) => error instanceof OktaApiError && (error.status >= 500 || error.code === "E0000056"),
  });
}
