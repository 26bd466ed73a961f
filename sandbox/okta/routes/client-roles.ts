/** /oauth2/v1/clients/{clientId}/roles: admin roles of a client. */
import { Hono } from "hono";
import { oktaId } from "../../core/ids.ts";
import type { Env } from "../../core/service.ts";
import { ADMIN_READERS, SUPER_ADMIN_ONLY, authorize } from "../caller.ts";
import { requireClient } from "../clients/client-apps.ts";
import { managementError, notFound, validationFailed } from "../errors.ts";
import { type Json, type Org, type RequestContext, readJson, timestamp } from "../org.ts";
import type { RoleAssignment } from "../state.ts";

const LABELS: Record<string, string> = {
  ACCESS_CERTIFICATIONS_ADMIN: "Access Certifications Administrator",
  ACCESS_REQUESTS_ADMIN: "Access Requests Administrator",
  API_ACCESS_MANAGEMENT_ADMIN: "API Access Management Administrator",
  APP_ADMIN: "Application Administrator",
  GROUP_MEMBERSHIP_ADMIN: "Group Membership Administrator",
  HELP_DESK_ADMIN: "Help Desk Administrator",
  ORG_ADMIN: "Organizational Administrator",
  READ_ONLY_ADMIN: "Read-Only Administrator",
  REPORT_ADMIN: "Report Administrator",
  SUPER_ADMIN: "Super Administrator",
  USER_ADMIN: "Group Administrator",
  WORKFLOWS_ADMIN: "Workflows Administrator",
  CUSTOM: "Custom role",
};

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Unpadded Base32 of a standard role's name, which is the id of each of its assignments (confirmed: recordings). */
export function standardRoleId(type: string): string {
  let bits = "";
  for (const byte of Buffer.from(type)) bits += byte.toString(2).padStart(8, "0");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/** Assigns a role without asking who calls: for the org's first setup. */
export function assignRole(
  org: Org,
  clientId: string,
  type: string,
  custom?: { resourceSet: string; role: string },
): RoleAssignment {
  const at = timestamp(org);
  const id = custom === undefined ? standardRoleId(type) : oktaId("irb");
  const assignment: RoleAssignment = { id, clientId, type, ...custom, created: at, lastUpdated: at };
  org.state.roles[`${clientId}/${id}`] = assignment;
  return assignment;
}

function representation(org: Org, { clientId, resourceSet, ...assignment }: RoleAssignment): Json {
  return {
    ...assignment,
    ...(resourceSet !== undefined && { "resource-set": resourceSet }),
    label: LABELS[assignment.type],
    status: "ACTIVE",
    assignmentType: "CLIENT",
    _links: { assignee: { href: `${org.baseUrl}/oauth2/v1/clients/${clientId}` } },
  };
}

function assignmentOf(c: RequestContext, org: Org): RoleAssignment {
  const { clientId } = requireClient(org, c.req.param("clientId") ?? "");
  const id = c.req.param("roleId") ?? "";
  const assignment = org.state.roles[`${clientId}/${id}`];
  if (assignment === undefined) throw notFound(id, "RoleAssignment");
  return assignment;
}

async function create(c: RequestContext, org: Org): Promise<Response> {
  authorize(c, org, "okta.roles.manage", SUPER_ADMIN_ONLY);
  const { clientId } = requireClient(org, c.req.param("clientId") ?? "");
  const { type, role, "resource-set": resourceSet } = await readJson(c);
  if (typeof type !== "string" || LABELS[type] === undefined) {
    throw validationFailed("type", "type: The role type is not one that can be assigned.");
  }
  if (type === "CUSTOM") {
    if (typeof role !== "string" || typeof resourceSet !== "string" || role === "" || resourceSet === "") {
      throw validationFailed("role", "role: A custom role needs 'role' and 'resource-set'.");
    }
    return c.json(representation(org, assignRole(org, clientId, type, { role, resourceSet })), 201);
  }
  if (org.state.roles[`${clientId}/${standardRoleId(type)}`] !== undefined) {
    throw managementError(409, "E0000090", "Duplicate role assignment exception.", [
      "The role specified is already assigned to the client.",
    ]);
  }
  // The description says 200, the service answers 201 (confirmed: recordings).
  return c.json(representation(org, assignRole(org, clientId, type)), 201);
}

export function clientRoleRoutes(org: Org): Hono<Env> {
  const routes = new Hono<Env>();
  const base = "/oauth2/v1/clients/:clientId/roles";

  routes.get(base, (c) => {
    authorize(c, org, "okta.roles.read", ADMIN_READERS);
    const client = requireClient(org, c.req.param("clientId"));
    const own = Object.values(org.state.roles).filter(({ clientId }) => clientId === client.clientId);
    return c.json(own.map((assignment) => representation(org, assignment)));
  });
  routes.post(base, (c) => create(c, org));
  routes.get(`${base}/:roleId`, (c) => {
    authorize(c, org, "okta.roles.read", ADMIN_READERS);
    return c.json(representation(org, assignmentOf(c, org)));
  });
  routes.delete(`${base}/:roleId`, (c) => {
    authorize(c, org, "okta.roles.manage", SUPER_ADMIN_ONLY);
    const { clientId, id } = assignmentOf(c, org);
    delete org.state.roles[`${clientId}/${id}`];
    return c.body(null, 204);
  });
  return routes;
}
