/** The person of mode manual: fills in the console's form with what the steps say. */
import type { Bench } from "./harness.ts";

/** What a person does with the steps that were printed: fills in the form. Gives the provider's id. */
export async function makeByHand(it: Bench, changes: Record<string, unknown> = {}): Promise<string> {
  const { lab, stack } = it;
  const outputs = await stack.outputs();
  const text = (name: string) => String(outputs[name]?.value);
  const { deployment } = (await stack.workspace.exportStack("sandbox")) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  const plain = (type: RegExp, name: string, where: (o: Record<string, unknown>) => boolean = () => true): string => {
    const found = deployment.resources.find((one) => type.test(one.type) && where(one.outputs ?? {}));
    const secret = found?.outputs?.[name] as { plaintext?: string } | undefined;
    return JSON.parse(secret?.plaintext ?? '""') as string;
  };
  const token = await fetch(`${lab.anypoint.url}/accounts/api/v2/oauth2/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      grant_type: "client_credentials",
      client_id: lab.credentials.anypoint.clientId,
      client_secret: lab.credentials.anypoint.clientSecret,
    }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const root = Object.values(lab.anypoint.state.organizations).find(({ parentId }) => parentId === null)?.id ?? "";
  const response = await fetch(`${lab.anypoint.url}/accounts/api/organizations/${root}/clientProviders`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${access_token}` },
    body: JSON.stringify({
      name: text("clientProviderName"),
      type: { name: "openid-dynamic-client" },
      allow_untrusted_certificates: false,
      oidc_dynamic_client_provider: {
        issuer: text("orgUrl"),
        client: {
          urls: { register: text("registrationUrl") },
          registration: {
            authentication_method: "private_key_jwt",
            private_key_jwt: {
              client_id: text("managerClientId"),
              private_key: plain(/:SigningKey$/, "pem"),
              scopes: ["okta.clients.manage", "okta.clients.read", "okta.clients.register"],
            },
          },
        },
        primary_client: {
          id: text("inspectorClientId"),
          secret: plain(/:OAuth$/, "clientSecret", ({ clientId }) => clientId === text("inspectorClientId")),
        },
        urls: { authorize: text("authorizeUrl"), token: text("tokenUrl"), introspect: text("introspectionUrl") },
        allow_local_client_deletion: true,
        allow_external_client_modification: true,
        client_request_timeout: 5000,
        ...changes,
      },
    }),
  });
  if (response.status !== 201) throw new Error(`the form was refused: ${response.status} ${await response.text()}`);
  return Object.keys(lab.anypoint.state.clientProviders).at(-1) ?? "";
}
