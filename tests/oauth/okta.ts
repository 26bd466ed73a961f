/** The local Okta over HTTP, with the clients of the comparison. */
import { startServer } from "../../sandbox/core/server.ts";
import { createServer, startOkta, serviceApp, webApp } from "../sandbox/okta/local-okta.ts";
import { API_SCOPE, type Cast, type CastClient, ORG_SCOPES, UNGRANTED_API_SCOPE } from "./cast.ts";
import { assertionFor, asserted, grant, postForm, tokenOf } from "./requests.ts";
import type { Endpoints, Side } from "./side.ts";

/** What registers clients, as the pattern's Manager does: scopes and the admin role. */
const REGISTRAR_SCOPES = ["okta.clients.register", "okta.clients.manage"];

function bodyOf({ id, method, grantTypes, keys, secret, dpop }: CastClient): Record<string, unknown> {
  const credentials = { client_id: id, token_endpoint_auth_method: method };
  if (method === "private_key_jwt") {
    return serviceApp(
      keys.map(({ jwk }) => jwk),
      { label: id, credentials, client: { dpop_bound_access_tokens: dpop } },
    );
  }
  const responses = grantTypes.includes("client_credentials") ? ["code", "token"] : ["code"];
  return webApp({
    label: id,
    credentials: { ...credentials, client_secret: secret },
    client: { grant_types: grantTypes, response_types: responses },
  });
}

const endpoints = (issuer: string, base: string): Endpoints => ({
  issuer,
  token: `${base}/token`,
  introspect: `${base}/introspect`,
  revoke: `${base}/revoke`,
});

export async function startOktaSide(cast: Cast): Promise<Side> {
  const http = await startServer();
  const org = await startOkta({ baseUrl: http.url, now: () => Date.now() });
  http.serve(org.okta.app);

  const create = async (body: unknown, scopes: readonly string[]): Promise<string> => {
    const id = (await org.admin("POST", "/api/v1/apps", body)).string("id");
    for (const scopeId of scopes) {
      const granted = await org.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: http.url, scopeId });
      if (granted.status !== 201) throw new Error(`No grant: ${granted.text}`);
    }
    return id;
  };
  for (const client of Object.values(cast) as CastClient[]) {
    await create(bodyOf(client), client.keys.length > 0 ? ORG_SCOPES : []);
  }
  const [key] = cast.oneKey.keys;
  if (key === undefined) throw new Error("The client of the cast has no key.");
  const registrar: CastClient = { ...cast.oneKey, id: "registrar" };
  await create(bodyOf(registrar), REGISTRAR_SCOPES);
  await org.admin("POST", `/oauth2/v1/clients/${registrar.id}/roles`, { type: "APP_ADMIN" });
  const server = await createServer(org, [{ name: API_SCOPE }, { name: UNGRANTED_API_SCOPE }], [API_SCOPE]);

  const atOrg = endpoints(http.url, `${http.url}/oauth2/v1`);
  const request = { ...grant(REGISTRAR_SCOPES.join(" ")), ...asserted(await assertionFor(registrar, atOrg.token)) };
  const token = tokenOf(await postForm(atOrg.token, request));
  const registration = `${http.url}/oauth2/v1/clients`;
  return {
    org: atOrg,
    server: endpoints(`${http.url}/oauth2/${server.id}`, http.url + server.path),
    registration,
    registrar: token,
    management: ({ client_id: id }) => ({ url: `${registration}/${String(id)}`, token }),
    cast,
    close: () => http.close(),
  };
}
