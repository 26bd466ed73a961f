/** Settings of the APIs and consumers that were found. */
import { type FoundApi, type FoundConsumer, nameOf } from "./find-apis.ts";
import { Names } from "./names.ts";
import type { Wanted } from "./pattern.ts";
import type { PartialConfig } from "./stack-config.ts";

/** Scopes of a policy's configuration. */
export function scopesOf({ policy }: FoundApi): string[] {
  const scopes = policy?.configuration.scopes;
  return typeof scopes === "string" ? scopes.split(/[\s,]+/).filter(Boolean) : [];
}

export function addApis(
  apis: readonly FoundApi[],
  consumers: readonly FoundConsumer[],
  config: PartialConfig,
  { stack, root }: { stack: string; root: { id: string; name: string } },
  { plain, warnings }: Wanted,
): void {
  const apiNames = new Names(config.own.apis, ({ instanceId: id }) =>
    typeof id === "number" || typeof id === "string" ? String(id) : undefined,
  );
  const consumerNames = new Names(config.own.consumers, (row) =>
    typeof row.applicationName === "string" ? row.applicationName : `${String(row.name)}-${stack}`,
  );
  const names = new Map<FoundApi, string>();
  const foundApis = apis.map((api) => {
    const { instance, policy, environment } = api;
    const name = apiNames.of(
      instance.id,
      instance.instanceLabel ?? instance.assetId ?? `api-${instance.id}`,
      instance.id,
    );
    names.set(api, name);
    const {
      scopes: _,
      scopeValidationCriteria,
      exposeHeaders,
      skipClientIdValidation,
      ...more
    } = policy?.configuration ?? {};
    if (skipClientIdValidation === true) {
      warnings.push(
        `Policy ${policy?.policyId} of ${name} has skipClientIdValidation: tokens of ANY client of the org pass. It is left so; take it out of the configuration to have contracts checked.`,
      );
    }
    const configuration = { ...(skipClientIdValidation === true && { skipClientIdValidation }), ...more };
    return {
      name,
      ...nameOf(environment, root),
      instanceId: Number(instance.id),
      policy: {
        policyId: Number(policy?.policyId),
        scopes: scopesOf(api),
        ...(scopeValidationCriteria === "OR" && { scopeCriteria: "OR" }),
        ...(exposeHeaders === true && { exposeHeaders: true }),
        ...(Object.keys(configuration).length > 0 && { configuration }),
      },
    };
  });
  if (foundApis.length > 0) plain.apis = foundApis;
  const foundConsumers = consumers.map(({ application, api }) => {
    const { name, description, url, grantTypes = [], redirectUris = [] } = application;
    return {
      name: consumerNames.of(name, name, application.applicationId),
      api: names.get(api),
      applicationName: name,
      ...(description !== undefined && { description }),
      ...(url !== undefined && { url }),
      grantTypes: [...grantTypes].sort(),
      redirectUris,
      adopt: true,
    };
  });
  if (foundConsumers.length > 0) plain.consumers = foundConsumers;
  // Of itself a stack `dev` would make a scope and an application for the verification.
  plain.verification = { probe: false };
}
