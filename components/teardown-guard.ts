/** The guard of a pattern: deleted before anything else, it refuses while others use what would go. */
import type * as pulumi from "@pulumi/pulumi";
import { TeardownGuard } from "../providers/resources.ts";
import { protection } from "./component.ts";
import type { TwoAppClientProvider } from "./two-app-client-provider.ts";

/**
 * Registers the guard of a pattern's teardown. Register it last, with all that a refused destroy must leave alone under
 * `dependsOn`: the pattern is there in any case. With `protect`, Pulumi itself refuses, and a destroy ends before it has deleted
 * anything; the protection of other resources alone does not do that: without a preview Pulumi deletes what depends on them
 * before it comes to them (measured).
 */
export function guardTeardown(
  name: string,
  pattern: TwoAppClientProvider,
  args: { readonly deleteWhileUsed?: pulumi.Input<boolean>; readonly protect?: boolean } = {},
  dependsOn: readonly pulumi.Resource[] = [],
): TeardownGuard {
  const { clientProvider, apis, consumers, probe } = pattern;
  const applications = [...Object.values(consumers), ...(probe ? [probe] : [])].map(({ application }) => application);
  return new TeardownGuard(
    name,
    {
      clientProviderId: clientProvider.waiting ? undefined : clientProvider.providerId,
      clientProviderName: clientProvider.providerName,
      clientProviderOrigin: clientProvider.waiting ? undefined : clientProvider.origin,
      deleteWhileUsed: args.deleteWhileUsed ?? false,
      instances: Object.values(apis).map(({ instance }) => ({
        apiId: instance.apiId,
        organizationId: instance.organizationId,
        environmentId: instance.environmentId,
        origin: instance.origin,
        formerProviderId: instance.before.apply(formerProvider),
      })),
      applications: applications.map(({ applicationId, origin }) => ({ applicationId, origin })),
      policies: Object.values(apis).map(({ policy }) => policy.policyId),
    },
    { dependsOn: [pattern, ...dependsOn], ...protection(args.protect) },
  );
}

/** The provider that an adopted instance gets back; empty is Anypoint's own. */
function formerProvider(before: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (before === undefined || !("clientProviderId" in before)) return undefined;
  return typeof before.clientProviderId === "string" ? before.clientProviderId : "";
}
