import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { listApplications, requireReadable } from "../../../providers/anypoint/application-list.ts";
import { AnypointClient } from "../../../providers/anypoint/client.ts";
import { orgToken } from "../../../providers/okta/access-token.ts";
import { type OktaClient, oktaClient } from "../../../providers/okta/client.ts";
import { appsLabelled, deleteApp, findApp } from "../../../providers/okta/registered-clients.ts";
import { ALL_SCOPES } from "../../../sandbox/anypoint/index.ts";
import { type Lab, startLab } from "../../../sandbox/lab.ts";

let lab: Lab;
let client: OktaClient;
beforeAll(async () => {
  lab = await startLab();
  client = oktaClient({ orgUrl: lab.okta.url, login: { kind: "service app", ...lab.credentials.okta } }, [
    "okta.apps.manage",
  ]);
});
afterAll(() => lab.close());

/** Registers a client as Anypoint does. */
async function register(name: string): Promise<string> {
  const [grant] = Object.values(lab.okta.state.grants);
  if (grant === undefined) throw new Error("the bootstrap app has no grants");
  lab.okta.state.grants.register = { ...grant, id: "register", scopeId: "okta.clients.register" };
  const { accessToken } = await orgToken(lab.okta.url, lab.credentials.okta, ["okta.clients.register"]);
  const answer = await fetch(`${lab.okta.url}/oauth2/v1/clients`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json", "user-agent": "test" },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: ["https://a.example/cb"],
      grant_types: ["authorization_code"],
    }),
  });
  const { client_id: clientId } = (await answer.json()) as { client_id: string };
  return clientId;
}

describe("clients that were registered", () => {
  test("are told from apps that were made otherwise", async () => {
    const clientId = await register("orders-dev");
    expect(await findApp(client, lab.okta.url, clientId)).toMatchObject({
      ...{ id: clientId, clientId, label: "orders-dev", status: "ACTIVE", registered: true },
      created: expect.stringMatching(/^\d{4}-/),
    });
    const body = { redirect_uris: ["https://a.example/cb"], response_types: ["code"] };
    const made = (await client.applicationApi.createApplication({
      application: {
        ...{ name: "oidc_client", label: "by hand", signOnMode: "OPENID_CONNECT" },
        credentials: { oauthClient: { token_endpoint_auth_method: "client_secret_post" } },
        settings: { oauthClient: { ...body, grant_types: ["authorization_code"], application_type: "web" } },
      } as never,
    })) as { id?: string };
    expect(await findApp(client, lab.okta.url, made.id ?? "")).toMatchObject({ registered: false });
    const { clientId: bootstrap } = lab.credentials.okta;
    const own = Object.values(lab.okta.state.apps).find((app) => app.clientId === bootstrap);
    expect(await findApp(client, lab.okta.url, own?.id ?? "")).toMatchObject({ registered: false });
    expect(await findApp(client, lab.okta.url, "0oanone")).toBeUndefined();
  });

  test("are found by their exact name", async () => {
    const [one, two] = [await register("same-name"), await register("same-name")];
    await register("same-name-but-longer");
    const found = await appsLabelled(client, lab.okta.url, "same-name");
    expect(found.map(({ id }) => id).sort()).toEqual([one, two].sort());
  });

  test.each(["ACTIVE", "INACTIVE"])("are deleted from %s, and looked for afterwards", async (status) => {
    const clientId = await register(`to-delete-${status}`);
    const stored = lab.okta.state.apps[clientId];
    if (stored === undefined) throw new Error("not registered");
    stored.status = status as typeof stored.status;
    const app = await findApp(client, lab.okta.url, clientId);
    if (app === undefined) throw new Error("not found");
    const position = lab.journal.position;
    await deleteApp(client, lab.okta.url, app);
    expect(lab.okta.state.apps[clientId]).toBeUndefined();
    const calls = lab.journal.entries({ after: position }).map(({ method, status: code }) => `${method} ${code}`);
    expect(calls).toEqual([...(status === "ACTIVE" ? ["POST 200"] : []), "DELETE 204", "GET 404"]);
  });

  test("one that Okta still shows after the delete is an error", async () => {
    const clientId = await register("undead");
    const app = await findApp(client, lab.okta.url, clientId);
    const stored = lab.okta.state.apps[clientId];
    if (app === undefined || stored === undefined) throw new Error("not found");
    lab.faults.add({ service: "okta", method: "DELETE", path: "/api/v1/apps/", kind: "refuse", status: 404 });
    await expect(deleteApp(client, lab.okta.url, app)).rejects.toThrow(/took the request, but still shows it/);
  });
});

describe("an empty list of applications", () => {
  const login = (scopes: readonly string[]) => {
    const app = { clientId: "narrow", clientSecret: "narrow-secret-value", name: "narrow", scopes };
    lab.anypoint.addConnectedApp(app);
    return new AnypointClient({
      connection: { baseUrl: lab.anypoint.url, credentials: { kind: "connected app", ...app } },
    });
  };
  const root = () =>
    Object.values(lab.anypoint.state.organizations).find(({ parentId }) => parentId === null)?.id ?? "";

  test("is one, or a missing permission, which is told", async () => {
    const anypoint = login(ALL_SCOPES);
    expect(await listApplications(anypoint, root())).toEqual([]);
    await requireReadable(anypoint, root());
    const blind = login(ALL_SCOPES.filter((scope) => !/client_applications|:clients/.test(scope)));
    expect(await listApplications(blind, root())).toEqual([]);
    await expect(requireReadable(blind, root())).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("read:client_applications"),
    });
  });
});
