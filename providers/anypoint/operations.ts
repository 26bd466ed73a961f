/**
 * What this package asks of Anypoint, and the connected-app scope that each operation needs. Scope names are those of the
 * vendor's own Terraform provider (confirmed: its `scopes.go`; which call needs which is inferred from their names).
 */
export interface Operation {
  /** What is done, to complete "Could not …". */
  readonly verb: string;
  /** Scopes of the connected app, all of them. */
  readonly scopes: readonly string[];
  /** Where the scopes must be granted. */
  readonly at: "root organization" | "business group" | "environment";
}

const root = (verb: string, ...scopes: string[]): Operation => ({ verb, scopes, at: "root organization" });
const group = (verb: string, ...scopes: string[]): Operation => ({ verb, scopes, at: "business group" });
const environment = (verb: string, ...scopes: string[]): Operation => ({ verb, scopes, at: "environment" });

export const OPERATIONS = {
  "token.request": root("log in"),
  "me.read": root("find out"),
  "organizations.read": root("read", "read:organization"),
  "environments.list": group("list", "view:environment"),

  "clientProviders.list": root("list", "read:orgclientproviders"),
  "clientProviders.read": root("read", "read:orgclientproviders"),
  "clientProviders.create": root("create", "admin:orgclientproviders"),
  "clientProviders.update": root("update", "admin:orgclientproviders"),
  "clientProviders.delete": root("delete", "admin:orgclientproviders"),

  "assignments.read": environment("read", "view:envclientproviders"),
  "assignments.write": environment("write", "manage:envclientproviders"),

  "instances.list": environment("list", "read:api_configuration"),
  "instances.read": environment("read", "read:api_configuration"),
  "instances.create": environment("create", "manage:apis", "manage:api_configuration", "read:exchange"),
  "instances.update": environment("update", "manage:api_configuration"),
  "instances.delete": environment("delete", "manage:apis"),

  "assets.read": root("find", "read:exchange"),

  "policies.read": environment("read", "read:api_policies"),
  "policies.create": environment("apply", "manage:api_policies"),
  "policies.update": environment("update", "manage:api_policies"),
  "policies.delete": environment("remove", "manage:api_policies"),
  "policyTemplates.list": environment("list", "read:api_policies", "read:exchange"),

  "applications.list": root("list", "read:client_applications", "read:exchange"),
  "applications.read": root("read", "read:client_applications", "read:exchange"),
  "applications.create": root("create", "create:client_applications", "read:exchange"),
  "applications.delete": root("delete", "manage:clients"),

  "contracts.read": environment("read", "read:api_contracts"),
  "contracts.create": environment("request", "manage:api_contracts", "read:exchange"),
  "contracts.update": environment("change", "manage:api_contracts"),
  "contracts.delete": environment("delete", "manage:api_contracts"),
  "tiers.list": environment("list", "read:api_configuration"),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
