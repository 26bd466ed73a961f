/** The org itself: pipeline, own user, app sign-in policies, the Everyone group, the setting for public client apps. */
import { Hono } from "hono";
import type { Env } from "../../core/service.ts";
import { ADMIN_READERS, APP_READERS, SUPER_ADMIN_ONLY, authorize, identify } from "../caller.ts";
import { managementError, notFound, validationFailed } from "../errors.ts";
import { type Json, type Org, link, readJson } from "../org.ts";
import type { AccessPolicy } from "../state.ts";

const ADMIN_LOGIN = "admin@example.com";

/** The pipeline `idx` is Okta Identity Engine (confirmed: recordings). */
const organization = (org: Org): Json => ({
  id: org.state.org.id,
  pipeline: "idx",
  _links: { organization: { href: org.baseUrl } },
  settings: { analyticsCollectionEnabled: false, bugReportingEnabled: false, omEnabled: false },
});

const admin = (org: Org): Json => ({
  id: org.state.org.adminUserId,
  status: "ACTIVE",
  created: org.state.org.created,
  activated: org.state.org.created,
  lastUpdated: org.state.org.created,
  profile: { firstName: "Local", lastName: "Admin", login: ADMIN_LOGIN, email: ADMIN_LOGIN },
  credentials: { provider: { type: "OKTA", name: "OKTA" } },
  _links: { self: { href: `${org.baseUrl}/api/v1/users/${org.state.org.adminUserId}` } },
});

const accessPolicy = (org: Org, { id, name, system, priority, created }: AccessPolicy): Json => ({
  id,
  status: "ACTIVE",
  name,
  description: name,
  priority,
  system,
  conditions: null,
  created,
  lastUpdated: created,
  type: "ACCESS_POLICY",
  _links: {
    self: link(`${org.baseUrl}/api/v1/policies/${id}`, "GET", "PUT", "DELETE"),
    rules: link(`${org.baseUrl}/api/v1/policies/${id}/rules`, "GET", "POST"),
  },
});

const everyone = (org: Org): Json => ({
  id: org.state.org.everyoneGroupId,
  created: org.state.org.created,
  lastUpdated: org.state.org.created,
  lastMembershipUpdated: org.state.org.created,
  objectClass: ["okta:user_group"],
  type: "BUILT_IN",
  profile: { name: "Everyone", description: "All users in your organization" },
  _links: { users: { href: `${org.baseUrl}/api/v1/groups/${org.state.org.everyoneGroupId}/users` } },
});

export function organizationRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/.well-known/okta-organization", (c) => c.json(organization(org)));
  routes.get("/api/v1/users/me", (c) => {
    // A service app is no user (inferred).
    if (identify(c, org).kind !== "admin") throw notFound("me", "User");
    return c.json(admin(org));
  });
  routes.get("/api/v1/policies", (c) => {
    authorize(c, org, "okta.policies.read", APP_READERS);
    const type = c.req.query("type");
    // Required (confirmed: description); that this code says so is inferred from Okta's list of error codes.
    if (type === undefined) throw managementError(400, "E0000028", "The request is missing a required parameter.");
    if (type !== "ACCESS_POLICY") {
      return c.json({ error: "not_simulated", message: `The local Okta has no policies of type ${type}.` }, 501);
    }
    return c.json(Object.values(org.state.accessPolicies).map((policy) => accessPolicy(org, policy)));
  });
  const setting = "/api/v1/org/settings/clientPrivilegesSetting";
  const privileges = () => ({ clientPrivilegesSetting: org.state.org.publicClientAdmins ?? false });
  routes.get(setting, (c) => {
    authorize(c, org, "okta.orgs.read", ADMIN_READERS);
    return c.json(privileges());
  });
  routes.put(setting, async (c) => {
    authorize(c, org, "okta.orgs.manage", SUPER_ADMIN_ONLY);
    const { clientPrivilegesSetting: wanted } = await readJson(c);
    if (typeof wanted !== "boolean") {
      throw validationFailed("clientPrivilegesSetting", "clientPrivilegesSetting: The field must be a boolean.");
    }
    org.state.org.publicClientAdmins = wanted;
    return c.json(privileges());
  });
  routes.get("/api/v1/groups", (c) => {
    authorize(c, org, "okta.groups.read", [...APP_READERS, "USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN", "HELP_DESK_ADMIN"]);
    const q = c.req.query("q")?.toLowerCase() ?? "";
    return c.json("everyone".startsWith(q) ? [everyone(org)] : []);
  });
  return routes;
}
