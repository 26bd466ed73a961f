/** What the repair found, as people read it. */
import type { Settings } from "../../config/settings.ts";
import { nameOf } from "./deployment.ts";
import type { Gone } from "./gone.ts";
import type { Left } from "./left.ts";
import { APP, POLICY, ROLE, RULE, SCOPE } from "./okta-types.ts";

export interface Found {
  readonly gone: readonly Gone[];
  readonly left: Left;
  /** What the configuration still names of what is gone. */
  readonly stale: readonly string[];
}

/** Ends in a newline. */
export function renderFound({ gone, left, stale }: Found, stackName: string, orgUrl: string): string {
  const { adopt, remove, alone } = left;
  const lines = [
    ...(gone.length > 0
      ? [
          `The state of ${stackName} has what ${orgUrl} has no more; it would be taken out of the state:`,
          ...gone.map(
            ({ resource, why }) =>
              `  ${nameOf(resource)} (${resource.type}), ${resource.id ?? ""}${resource.delete ? ", the replaced one" : ""}: ${why}`,
          ),
        ]
      : []),
    ...(adopt.length > 0
      ? [
          `${orgUrl} has what an earlier run that was cut off made; it would be taken into the state:`,
          ...adopt.map(({ what, why, as }) => `  ${what} as ${as.name} (${as.type}): ${why}`),
        ]
      : []),
    ...(remove.length > 0
      ? [
          `${orgUrl} has what an earlier run that was cut off made, and what can't be taken in; it would be deleted there:`,
          ...remove.map(({ what, why }) => `  ${what}: ${why}`),
        ]
      : []),
    ...(alone.length > 0
      ? [
          "Left alone:",
          ...alone.flatMap(({ what, why, whatToDo }) => [`  ${what}: ${why}.`, `    What to do: ${whatToDo}`]),
        ]
      : []),
    ...(stale.length > 0
      ? [
          "The configuration still names what is gone. Before the next `pulumi up` take out:",
          ...stale.map((key) => `  okta-anypoint:${key}`),
        ]
      : []),
  ];
  if (lines.length === 0) return `The state of ${stackName} and ${orgUrl} agree: nothing to repair.\n`;
  return `${lines.join("\n")}\n`;
}

/** Keys of the configuration that would have an object imported that is gone. */
export function staleKeys({ adopt, authorizationServer }: Settings, gone: readonly Gone[]): string[] {
  const ids = (type: string) =>
    new Set(gone.filter(({ resource }) => resource.type === type).map(({ resource }) => resource.id));
  const of = <T>(id: string | undefined, type: string, keys: T[]): T[] =>
    id !== undefined && ids(type).has(id) ? keys : [];
  const scopes = Object.entries(adopt.serverScopes).flatMap(([name, id]) =>
    of(id, SCOPE, [`adopt.serverScopes.${name}`]),
  );
  const server =
    authorizationServer?.id !== undefined &&
    gone.some(({ resource, why }) => resource.type === POLICY && why.startsWith("the authorization server"));
  return [
    ...of(adopt.managerApp, APP, [
      "adopt.managerApp",
      ...(adopt.managerGrants ? ["adopt.managerGrants"] : []),
      ...(adopt.managerRole === undefined ? [] : ["adopt.managerRole"]),
      "manager.clientId (of the app that is gone; a new one gets this stack's)",
    ]),
    ...(adopt.managerApp !== undefined && ids(APP).has(adopt.managerApp)
      ? []
      : of(adopt.managerRole, ROLE, ["adopt.managerRole"])),
    ...of(adopt.inspectorApp, APP, ["adopt.inspectorApp", "inspectorClientSecret (where it is set)"]),
    ...scopes,
    ...of(adopt.accessPolicy, POLICY, ["adopt.accessPolicy"]),
    ...of(adopt.accessRule, RULE, ["adopt.accessRule"]),
    ...(server
      ? [`authorizationServer.id (${authorizationServer.id}, which is gone: name another server, or create one)`]
      : []),
  ];
}
