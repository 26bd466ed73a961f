/** The authorization server before `up`: may the org have one, is it there, and has it the scopes that it should and no others of ours. */
import { type OktaClient, asDescribed, findAtOkta, listAtOkta } from "../../providers/okta/client.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";
import type { Expectations } from "../expectations.ts";
import type { Finding } from "../finding.ts";
import { scopeShape, serverShape } from "../okta/shapes.ts";
import { type Subject, fail, ok, warn } from "../run.ts";

const LICENCE: Subject = { side: "Okta", check: "okta-api-access-management", title: "API Access Management" };
export const SERVER: Subject = { side: "Okta", check: "okta-authorization-server", title: "the authorization server" };

export async function checkServer(
  { orgUrl }: OktaConnection,
  client: OktaClient,
  asked: NonNullable<Expectations["authorizationServer"]>,
  former: Expectations["authorizationServer"],
): Promise<Finding[]> {
  const { authorizationServerApi: api } = client;
  let servers;
  try {
    servers = await listAtOkta(orgUrl, "list the authorization servers", serverShape, () =>
      api.listAuthorizationServers(),
    );
  } catch (error) {
    if (!(error instanceof OktaError) || error.error !== "E0000015") throw error;
    return [
      fail(
        LICENCE,
        "okta-no-api-access-management",
        "The org has no API Access Management (401 E0000015): it has no custom authorization servers.",
        "Have it licensed, or take out okta-anypoint:authorizationServer; without a custom server tokens have no custom scopes.",
      ),
    ];
  }
  const licensed = ok(LICENCE, `${servers.length} custom authorization server${servers.length === 1 ? "" : "s"}`);
  const { id, create } = asked;
  if (id === undefined) {
    const taken = former?.create === create ? undefined : servers.find(({ name }) => name === create);
    if (taken === undefined) return [licensed, ok(SERVER, `"${create}" will be created`)];
    return [
      licensed,
      warn(
        SERVER,
        "okta-server-name-taken",
        `There is a server "${create}" already (${taken.id}); a second one would be made.`,
        `Use it with authorizationServer.id: ${taken.id}, or choose another name.`,
      ),
    ];
  }
  const server =
    servers.find((one) => one.id === id) ??
    (id === "default"
      ? asDescribed(
          "read the server",
          serverShape.optional(),
          await findAtOkta(orgUrl, "read the server", () => api.getAuthorizationServer({ authServerId: id })),
        )
      : undefined);
  if (server === undefined) {
    const names = servers.map((one) => `"${one.name}" (${one.id})`).join(", ");
    return [
      licensed,
      fail(
        SERVER,
        "okta-server-unknown",
        `There is no authorization server ${id}.`,
        `Give one of ${names || "none, the org has none"} as authorizationServer.id.`,
      ),
    ];
  }
  if (server.status === "INACTIVE") {
    return [
      licensed,
      fail(
        SERVER,
        "okta-server-inactive",
        `"${server.name}" (${id}) is inactive.`,
        "Activate it: Security, API, Authorization Servers.",
      ),
    ];
  }
  const scopes = await listAtOkta(orgUrl, `list the scopes of ${id}`, scopeShape, () =>
    api.listOAuth2Scopes({ authServerId: id }),
  );
  const there = new Set(scopes.map(({ name }) => name));
  const absent = asked.existingScopes.filter((name) => !there.has(name));
  const own = former?.id === id ? former.scopes : [];
  const doubled = asked.scopes.filter((name) => there.has(name) && !own.includes(name));
  return [
    licensed,
    ...(absent.length === 0 && doubled.length === 0 ? [ok(SERVER, `"${server.name}" (${id}), active`)] : []),
    ...(absent.length > 0
      ? [
          fail(
            SERVER,
            "okta-scope-unknown",
            `"${server.name}" has no scope ${absent.join(", ")}.`,
            "Correct authorizationServer.existingScopes, or list them under scopes to create them.",
          ),
        ]
      : []),
    ...(doubled.length > 0
      ? [
          fail(
            SERVER,
            "okta-scope-exists",
            `"${server.name}" has ${doubled.join(", ")} already.`,
            "List them under authorizationServer.existingScopes: scopes are created.",
          ),
        ]
      : []),
  ];
}
